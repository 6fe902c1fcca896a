import { test } from "uvu";
import * as assert from "uvu/assert";
import { checkOptions, describe, formatShape, show } from "../../src/base/errors.ts";
import {
  broadcastShapes,
  canonicalAxes,
  canonicalAxis,
  checkIntegers,
  checkShape,
  invertPermutation,
  withoutAxes,
} from "../../src/base/shapes.ts";
import { assertThrows } from "../support/arrays.ts";

test("axes become numbers from zero", () => {
  assert.is(canonicalAxis("f", -1, 3), 2);
  assert.equal(canonicalAxes("f", [-1, 0], 3), [2, 0]);
  assert.equal(canonicalAxes("f", null, 3), [0, 1, 2]);
  assert.equal(canonicalAxes("f", 1, 3), [1]);
  for (const axis of [3, -4, 0.5, Number.NaN]) {
    assertThrows(() => canonicalAxis("np.sum", axis, 3), "np.sum", String(axis), "3 dimension");
  }
  assertThrows(() => canonicalAxes("f", [0, -3], 3), "f", "[0, -3]", "twice");
  assertThrows(() => canonicalAxes("f", "0" as never, 3), "f", '"0"');
});

test("NumPy's broadcasting", () => {
  assert.equal(broadcastShapes("f", [[2, 1], [3], []]), [2, 3]);
  assert.equal(
    broadcastShapes("f", [
      [0, 1],
      [1, 4],
    ]),
    [0, 4],
  );
  assert.equal(broadcastShapes("f", [[1], [0]]), [0]);
  assertThrows(() => broadcastShapes("np.add", [[2], [3]]), "np.add", "(2,)", "(3,)");
  assertThrows(() => broadcastShapes("np.add", [[2], [0]]), "(0,)");
});

test("shapes and options are checked", () => {
  assertThrows(() => checkShape("f", [1, -1]), "f", "[1, -1]");
  assertThrows(() => checkShape("f", [1.5]), "1.5");
  assertThrows(() => checkShape("f", 3), "number 3");
  checkOptions("f", undefined, ["a"]);
  checkOptions("f", { a: 1 }, ["a"], ["a"]);
  assertThrows(() => checkOptions("f", { b: 1 }, ["a"]), "f", '"b"', '"a"');
  assertThrows(() => checkOptions("f", [1], ["a"]), "f", "options object");
  assertThrows(() => checkOptions("f", null as never, ["a"]), "f", "null");
  assertThrows(() => checkOptions("f", undefined, ["a", "b"], ["b"]), "f", '"b"', "missing");
  assertThrows(() => checkOptions("f", { a: 1 }, ["a", "b"], ["b"]), "f", '"b"', "missing");
});

test("lists of sizes have no holes and nothing but whole numbers; messages show them whatever they hold", () => {
  assertThrows(() => checkShape("f", new Array(2)), "f", "[undefined, undefined]");
  assertThrows(() => checkShape("f", [Number.NaN, 1]), "[NaN, 1]");
  assertThrows(() => canonicalAxes("f", new Array(1), 2), "f", "undefined");
  assertThrows(() => checkIntegers("f", "strides", [1, 0], 1, 2), "f", "strides", "2 positive integers", "[1, 0]");
  assertThrows(() => checkIntegers("f", "strides", [1], 1, 2), "[1]");
  checkIntegers("f", "axes", [-1, 2]);
  const cyclic: unknown[] = [1n, Symbol("s")];
  cyclic.push(cyclic);
  assert.is(show(cyclic), "[bigint 1, symbol Symbol(s), [bigint 1, symbol Symbol(s), a list of 3]]");
});

test("small helpers", () => {
  assert.is(formatShape([]), "()");
  assert.is(formatShape([3]), "(3,)");
  assert.is(formatShape([2, 3]), "(2, 3)");
  assert.equal(invertPermutation([2, 0, 1]), [1, 2, 0]);
  assert.equal(withoutAxes([2, 3, 4], [1]), [2, 4]);
  assert.is(describe(new Map()), "an object (Map)");
  assert.is(describe(Object.create(null)), "an object (no class)");
});

test.run();
