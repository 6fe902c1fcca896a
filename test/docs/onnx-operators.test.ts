/** docs/onnx-operators.md says what the code does. */
import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { onnxOperators, strayNotes } from "./onnx-operators.ts";

test("the table of ONNX's operators is that of the code; npm run docs:onnx writes it anew", () => {
  assert.fixture(onnxOperators(), readFileSync(new URL("../../docs/onnx-operators.md", import.meta.url), "utf8"));
});

test("every note of that table is on an operator that there is", () => {
  assert.equal(strayNotes(), []);
});

test.run();
