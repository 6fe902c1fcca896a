/** docs/operations.md says what the code does. */
import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { operations } from "./operations.ts";

test("the table of operations is that of the code; npm run docs:operations writes it anew", () => {
  assert.fixture(operations(), readFileSync(new URL("../../docs/operations.md", import.meta.url), "utf8"));
});

test.run();
