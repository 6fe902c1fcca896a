import { test } from "uvu";
import * as assert from "uvu/assert";
import { conformanceFamily, countStep, total } from "../../scripts/test-all.mjs";
import { runScript } from "../support/command.ts";

const counts = (passed: number, failed: number, skipped: number) => ({ passed, failed, skipped });

test("a step without counts passes or fails as a whole", () => {
  assert.equal(countStep({ pattern: null }, 0, ["5 passed, 5 failed, 5 skipped"]), counts(1, 0, 0));
  assert.equal(countStep({ pattern: null }, 2, []), counts(0, 1, 0));
});

test("conformance families add up", () => {
  const lines = [
    "conformance random: 12 passed, 0 failed, 1 skipped",
    "noise",
    "conformance functions: 3 passed, 2 failed, 0 skipped",
  ];
  assert.equal(countStep({ pattern: conformanceFamily }, 1, lines), counts(15, 2, 1));
});

test("an error exit counts as a failure even where the counts have none", () => {
  assert.equal(countStep({ pattern: total }, 1, ["7 passed, 0 failed, 0 skipped"]), counts(7, 1, 0));
});

test("missing counts are a failure", () => {
  assert.equal(countStep({ pattern: total }, 0, ["all fine"]), counts(0, 1, 0));
  assert.equal(countStep({ pattern: conformanceFamily }, 0, ["7 passed, 0 failed, 0 skipped"]), counts(0, 1, 0));
});

test("a step that doesn't exist is a failure", () => {
  const { code, output } = runScript("scripts/test-all.mjs", "nowhere");
  assert.is(code, 1);
  assert.match(output, /^0 passed, 1 failed, 0 skipped$/m);
});

test.run();
