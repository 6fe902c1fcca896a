import { array, jvp, type NDArray, numpy as np } from "cotangent";
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertClose, assertThrows, indices, numbers, sample } from "../support/arrays.ts";

const shape = [2, 3, 4];
const x = array(sample(24, 2), { shape });
const whole = np.reshape(np.arange(6), [2, 3]);

/** The groups of elements that a reduction over `axes` puts together, in the order of the result. */
function groups(y: NDArray, axes: readonly number[]): number[][] {
  const data = numbers(y);
  const found = new Map<string, number[]>();
  indices(y.shape).forEach((index, i) => {
    const key = index.filter((_, a) => !axes.includes(a)).join();
    found.set(key, [...(found.get(key) ?? []), data[i] as number]);
  });
  return [...found.values()];
}

const total = (v: number[]) => v.reduce((a, b) => a + b, 0);
const average = (v: number[]) => total(v) / v.length;
const variance = (v: number[], ddof = 0) => total(v.map((a) => (a - average(v)) ** 2)) / (v.length - ddof);

const cases: Record<
  string,
  [(y: NDArray, o: { axis?: number[]; keepdims?: boolean }) => NDArray, (v: number[]) => number]
> = {
  sum: [np.sum, total],
  mean: [np.mean, average],
  var: [np.var, variance],
  std: [np.std, (v) => Math.sqrt(variance(v))],
  max: [np.max, (v) => Math.max(...v)],
  min: [np.min, (v) => Math.min(...v)],
  amax: [np.amax, (v) => Math.max(...v)],
  amin: [np.amin, (v) => Math.min(...v)],
  ptp: [np.ptp, (v) => Math.max(...v) - Math.min(...v)],
};

test("reductions over every set of axes as loops do", () => {
  for (const [name, [f, loop]] of Object.entries(cases)) {
    for (const axis of [[], [0], [1], [2], [0, 1], [0, 2], [1, 2], [2, 0], [0, 1, 2]]) {
      const expected = groups(x, axis).map((v) => loop(v));
      const reduced = f(x, { axis });
      assert.equal(
        reduced.shape,
        shape.filter((_, a) => !axis.includes(a)),
        name,
      );
      assertClose(np.ravel(reduced), expected, 1e-12, `${name} over ${axis}`);
      const kept = f(x, { axis, keepdims: true });
      assert.equal(
        kept.shape,
        shape.map((n, a) => (axis.includes(a) ? 1 : n)),
        name,
      );
      assertClose(np.ravel(kept), expected, 1e-12, name);
    }
    assertClose(f(x, {}), loop(numbers(x)), 1e-12, name);
  }
});

test("an axis may be a number, negative, or stand alone", () => {
  assert.equal(np.sum(whole, { axis: -1 }).toArray(), [3, 12]);
  assert.equal(np.sum(whole, 0).toArray(), [3, 5, 7]);
  assert.equal(np.max(whole, [0, -1]).toArray(), 5);
  assert.equal(np.sum(whole, null).toArray(), 15);
});

test("dtypes of reductions", () => {
  assert.is(np.sum(whole).dtype, "int32");
  assert.is(np.sum(array([true, true])).dtype, "int32");
  assert.is(np.sum(array([true, true])).item(), 2);
  assert.is(np.sum(whole, { dtype: "float64" }).dtype, "float64");
  assert.is(np.mean(whole).dtype, "float32");
  assert.is(np.mean(whole).item(), 2.5);
  assert.is(np.mean(array([true, false])).item(), 0.5);
  assert.is(np.var(whole).dtype, "float32");
  assert.is(np.mean(whole, { dtype: "float64" }).dtype, "float64");
  assert.is(np.max(whole).dtype, "int32");
  assert.is(np.max(array([true, false])).dtype, "bool");
  assert.equal(
    np
      .min(
        array([
          [true, false],
          [true, true],
        ]),
        { axis: 1 },
      )
      .toArray(),
    [false, true],
  );
  assertThrows(() => np.mean(whole, { dtype: "int32" }), "numpy.mean: dtype", "int32");
});

test("ddof", () => {
  const y = array([1, 2, 4, 7], { dtype: "float64" });
  assertClose(np.var(y, { ddof: 1 }), variance([1, 2, 4, 7], 1), 1e-14);
  assertClose(np.std(y, { ddof: 2 }), Math.sqrt(variance([1, 2, 4, 7], 2)), 1e-14);
  assert.ok(Number.isNaN(np.var(y, { ddof: 4 }).item()));
});

test("no elements: sums are 0, means NaN, extrema an error", () => {
  const empty = np.zeros([2, 0]);
  assert.equal(np.sum(empty, { axis: 1 }).toArray(), [0, 0]);
  assert.equal(np.sum(empty, { axis: 0 }).toArray(), []);
  assert.equal(np.mean(empty, { axis: 1 }).toArray(), [Number.NaN, Number.NaN]);
  assert.is(np.any(empty).item(), 0);
  assert.is(np.all(empty).item(), 1);
  assert.equal(np.max(empty, { axis: 0 }).shape, [0]);
  assertThrows(() => np.max(empty, { axis: 1 }), "numpy.max: axis [1] of shape (2, 0)", "no elements");
  assertThrows(() => np.min(empty), "numpy.min: axis [0, 1]");
});

test("any, all, countNonzero", () => {
  const y = array([
    [0, 1, 2],
    [0, 3, 0],
  ]);
  assert.equal(np.any(y, { axis: 0 }).toArray(), [false, true, true]);
  assert.equal(np.all(y, { axis: 0 }).toArray(), [false, true, false]);
  assert.equal(np.countNonzero(y, { axis: 1, keepdims: true }).toArray(), [[2], [1]]);
  assert.is(np.countNonzero(array([true, false])).item(), 1);
});

test("average", () => {
  const y = array([
    [1, 2],
    [3, 4],
  ]);
  assert.is(np.average(y).item(), 2.5);
  assertClose(np.average(y, { axis: 0, weights: array([1, 3]) }), [2.5, 3.5]);
  assertClose(np.average(y, { axis: 1, weights: y, keepdims: true }), [[5 / 3], [25 / 7]]);
  assertThrows(() => np.average(y, { weights: array([1, 2]) }), "numpy.average: weights (2,)", "(2, 2)");
});

test("NaN spreads", () => {
  const y = array([1, Number.NaN]);
  for (const f of [np.sum, np.mean, np.max, np.min, np.var]) assert.ok(Number.isNaN(f(y).item()));
});

test("bad options", () => {
  assertThrows(() => np.sum(whole, { axis: 2 }), "numpy.sum: axis 2 is out of range", "2 dimension");
  assertThrows(() => np.sum(whole, { axis: [0, -2] }), "numpy.sum", "twice");
  assertThrows(() => np.sum(whole, { axes: 0 } as never), 'numpy.sum: unknown option "axes"', '"axis"');
  assertThrows(() => np.mean(whole, { keepDims: true } as never), '"keepDims"', '"keepdims"');
  assertThrows(() => np.max(whole, { dtype: "float32" } as never), 'unknown option "dtype"');
});

test("sums of random shapes agree with loops", () => {
  const arbitrary = fc
    .array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 4 })
    .chain((sizes) => fc.record({ sizes: fc.constant(sizes), axis: fc.subarray(sizes.map((_, i) => i)) }));
  fc.assert(
    fc.property(arbitrary, ({ sizes, axis }) => {
      const y = array(sample(sizes.reduce((a, b) => a * b, 1)), { shape: sizes });
      const rest = sizes.filter((_, a) => !axis.includes(a));
      const actual = np.sum(y, { axis });
      assert.equal(actual.shape, rest);
      const expected = groups(y, axis).map(total);
      if (y.size > 0) assertClose(np.ravel(actual), expected, 1e-12);
      else assert.ok(numbers(actual).every((v) => v === 0));
    }),
    { numRuns: 60 },
  );
});

test("the variance of too few elements is NaN, and its tangent 0, as in JAX", () => {
  const alone = array([3], { dtype: "float64" });
  const [value, tangent] = jvp((y: NDArray) => np.var(y, { ddof: 1 }), [alone], [alone]) as NDArray[];
  assert.ok(Number.isNaN(value.item()));
  assert.is(tangent.item(), 0);
});

test("extrema of nothing, or perhaps of nothing, need an initial element", () => {
  assertThrows(() => np.max(np.zeros([0, 2]), { axis: 0 }), "numpy.max", "initial");
  assertThrows(() => np.min(x, { where: array(true) }), "numpy.min", "initial");
});

test.run();
