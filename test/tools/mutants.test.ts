// The mutation run takes long and comes at night; that its mutants still fit the sources shows here.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import kernels from "../mutants/kernels.mjs";
import sources from "../mutants/sources.mjs";
import { projectRoot } from "../support/command.ts";

test("each mutant's text stands once in its file, and its test exists", () => {
  const mutants = [...kernels, ...sources] as [file: string, find: string, replace: string, test: string][];
  assert.ok(mutants.length > 50);
  for (const [file, find, replace, named] of mutants) {
    const places = readFileSync(join(projectRoot, file), "utf8").split(find).length - 1;
    assert.is(places, 1, `${file}: ${JSON.stringify(find)} is there ${places} times`);
    assert.is.not(find, replace, file);
    assert.ok(existsSync(join(projectRoot, named)), `${file}: there is no ${named}`);
  }
});

test.run();
