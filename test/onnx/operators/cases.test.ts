import "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { operators } from "../../../src/onnx/operators/index.ts";
import { type Case, checkCase, readCases } from "../../support/onnx.ts";

const cases = readCases("cases.json");
const ours = cases.map((c) => c.op);
const own = readCases("node.json");

/** Their attributes are graphs, which the tests of models have. */
const WITH_GRAPHS = ["If"];

test("every operator has cases, and every case an operator", () => {
  const tested = new Set([...ours, ...WITH_GRAPHS]);
  assert.equal([...tested].sort(), Object.keys(operators).sort());
});

const checkAll = (list: readonly Case[], op: string): void => {
  for (const given of list) if (given.op === op) checkCase(given);
};

for (const op of new Set(ours)) {
  test(`${op} gives the outputs of onnxruntime`, () => checkAll(cases, op));
}

for (const op of new Set(own.map((c) => c.op))) {
  test(`${op} gives the outputs of onnx's own test cases`, () => checkAll(own, op));
}

test("in float64 every result keeps that type and is the same to the accuracy of float32", () => {
  for (const given of cases) checkCase(given, "float64");
});

test.run();
