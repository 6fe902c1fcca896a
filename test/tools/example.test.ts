/** `npm run example`. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { projectRoot, runScript } from "../support/command.ts";

const names = readdirSync(join(projectRoot, "examples")).flatMap((file) => /^(.*)\.ts$/.exec(file)?.[1] ?? []);

test("without a name it lists every example with what it is about", () => {
  const { code, output } = runScript("scripts/example.mjs");
  assert.is(code, 0);
  for (const name of names) assert.match(output, new RegExp(`^  ${name} +[A-Z].+$`, "m"));
});

test("an unknown name is an error that lists them", () => {
  const { code, output } = runScript("scripts/example.mjs", "spectra");
  assert.is(code, 1);
  assert.match(output, /no example spectra/);
  assert.match(output, /^ {2}spectrum /m);
});

test.run();
