import { array, jvp, lax, type NDArray, vjp } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertThrows, indices, numbers, offsetOf } from "../support/arrays.ts";
import { assertSame, checkAll, checkVmap, randomArray } from "../support/properties.ts";

type Reduction = (x: NDArray, options?: { axes?: number | number[] | null }) => NDArray;
const OPS: [string, Reduction, (a: number, b: number) => number, number][] = [
  ["reduceSum", lax.reduceSum, (a, b) => a + b, 0],
  ["reduceMax", lax.reduceMax, Math.max, Number.NEGATIVE_INFINITY],
  ["reduceMin", lax.reduceMin, Math.min, Number.POSITIVE_INFINITY],
];

/** The reduction by loops. */
function oracle(x: NDArray, axes: readonly number[], op: (a: number, b: number) => number, start: number): NDArray {
  const kept = x.shape.filter((_, i) => !axes.includes(i));
  const out = new Array<number>(kept.reduce((a, b) => a * b, 1)).fill(start);
  const data = x.dataSync();
  indices(x.shape).forEach((index, i) => {
    const place = offsetOf(
      index.filter((_, k) => !axes.includes(k)),
      kept,
    );
    out[place] = op(out[place], data[i]);
  });
  return array(out, { shape: kept, dtype: x.dtype });
}

const SUBSETS: [number[], number[]][] = [
  [[], []],
  [[5], [0]],
  [[1], [0]],
  [[3, 4], [0]],
  [[3, 4], [1]],
  [
    [3, 4],
    [0, 1],
  ],
  [[2, 3, 4], [1]],
  [
    [2, 3, 4],
    [0, 2],
  ],
  [[2, 1, 4], [1]],
  [
    [2, 3, 4, 2],
    [1, 3],
  ],
  [[33, 70], [1]],
  [[33, 70], [0]],
  [[2, 600], [1]],
  [[3, 0], [0]],
];

for (const [name, op, fold, start] of OPS) {
  test(`${name}: values against loops, for all dtypes`, () => {
    for (const [shape, axes] of SUBSETS) {
      for (const dtype of ["float64", "float32", "int32", "uint32"] as const) {
        const x = randomArray(shape, 3, { low: dtype === "uint32" ? 0 : -20, high: 20, dtype });
        const tolerance = dtype === "float32" ? 1e-5 : 1e-12;
        assertSame(op(x, { axes }), oracle(x, axes, fold, start), tolerance, `${name} ${shape} ${axes} ${dtype}`);
      }
    }
    const x = randomArray([2, 3, 4], 1);
    assertSame(op(x), oracle(x, [0, 1, 2], fold, start), 1e-12, "all axes");
    assertSame(op(x, { axes: null }), op(x), 0, "null");
    assertSame(op(x, { axes: [-1, 0] }), oracle(x, [0, 2], fold, start), 1e-12, "negative, unordered");
    assertSame(op(x, { axes: 1 }), oracle(x, [1], fold, start), 1e-12, "a bare number");
  });

  test(`${name}: derivatives, batches, compiled`, () => {
    for (const axes of [[0], [1], [0, 1], []]) {
      checkAll((x: NDArray) => op(x, { axes }), [randomArray([3, 4], 2)], name, 2);
      checkVmap((x: NDArray) => op(x, { axes }), [randomArray([3, 4], 2)]);
    }
    checkVmap((x: NDArray) => op(x), [randomArray([], 2)]);
  });
}

test("the sum of nothing is zero, its derivative has the right shape", () => {
  const x = array(new Float64Array(0), { shape: [2, 0] });
  assert.equal(lax.reduceSum(x, { axes: [1] }).toArray(), [0, 0]);
  assert.is(lax.reduceSum(x).item(), 0);
  const [, pullback] = vjp((a: NDArray) => lax.reduceSum(a, { axes: [1] }), x);
  assert.equal([...(pullback(array([1, 2], { dtype: "float64" }))[0] as NDArray).shape], [2, 0]);
});

test("extrema of ties share the tangent; NaN is handed on", () => {
  const x = array([[3, 3, 1]], { dtype: "float64" });
  const dx = array([[1, 3, 100]], { dtype: "float64" });
  assert.equal(numbers(jvp((a: NDArray) => lax.reduceMax(a), [x], [dx])[1]), [2]);
  assert.equal(numbers(lax.reduceMax(array([1, Number.NaN, 3]))), [Number.NaN]);
  assert.equal(numbers(lax.reduceMin(array([1, Number.NaN, 3]))), [Number.NaN]);
  assert.equal(numbers(lax.reduceMax(array([Number.NEGATIVE_INFINITY]))), [Number.NEGATIVE_INFINITY]);
});

test("all and any, of nothing too", () => {
  const x = array([
    [true, false],
    [true, true],
  ]);
  assert.equal(lax.reduceAnd(x, { axes: [1] }).toArray(), [false, true]);
  assert.equal(lax.reduceOr(x, { axes: [0] }).toArray(), [true, true]);
  assert.is(lax.reduceAnd(lax.full([0], false, "bool")).toArray(), true);
  assert.is(lax.reduceOr(lax.full([0], true, "bool")).toArray(), false);
  const wide = lax.full([300], true, "bool");
  assert.is(lax.reduceAnd(wide).toArray(), true);
  assert.is(lax.reduceAnd(lax.concatenate([wide, array([false])], { dimension: 0 })).toArray(), false);
});

test("errors name the function, axes and shapes", () => {
  const x = array([[1, 2]]);
  assertThrows(() => lax.reduceSum(x, { axes: [2] }), "lax.reduceSum", "2", "2 dimension");
  assertThrows(() => lax.reduceSum(x, { axes: [0, -2] }), "lax.reduceSum", "twice");
  assertThrows(() => lax.reduceSum(x, { axis: 0 } as never), "lax.reduceSum", "axis", "axes");
  assertThrows(() => lax.reduceSum(array([true])), "lax.reduceSum", "bool");
  assertThrows(() => lax.reduceAnd(x), "lax.reduceAnd", "float32");
  assertThrows(() => lax.reduceProd(array([true])), "lax.reduceProd", "bool");
  assertThrows(() => lax.argmax(x, { axis: 0, indexDtype: "float32" }), "lax.argmax", "indexDtype", "float32");
  assertThrows(() => lax.reduce([x, x], [0], (a) => a, [0]), "lax.reduce", "(1, 2)", "1 value");
});

test.run();
