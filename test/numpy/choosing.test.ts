/** What `reference.test.ts` cannot say about choices and differences: functions as arguments, errors, transformations. */
import { array, grad, hessian, jit, lax, type NDArray, numpy as np } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertClose, assertThrows, numbers } from "../support/arrays.ts";

const ints = (...values: number[]): NDArray => array(values, { dtype: "int32" });

test("piecewise: the last condition that holds counts, as in NumPy; the result has x's dtype", () => {
  const x = array([-2, -0.5, 0.5, 2]);
  const conditions = [np.less(x, 0), np.greater(x, -1), np.greater(x, 1)];
  const pieces = (y: NDArray): NDArray => np.piecewise(y, conditions, [np.negative, 7, np.square]);
  assert.equal(pieces(x).toArray(), [2, 7, 7, 4]);
  assert.equal(grad((y: NDArray) => np.sum(pieces(y)))(x).toArray(), [-1, 0, 0, 4]);
  assert.equal(np.piecewise(x, [np.less(x, 0)], [1]).toArray(), [1, 1, 0, 0]);
  assert.equal(np.piecewise(ints(1, 5), [np.less(ints(1, 5), 3)], [2.7, np.square]).toArray(), [2, 25]);
  assertThrows(() => np.piecewise(x, conditions, [1]), "numpy.piecewise", "1 and 3");
  assertThrows(() => np.piecewise(x, np.less(x, 0) as never, [1]), "numpy.piecewise", "conditions");
});

test("choose says which numbers have no choice; inside jit it needs a mode", () => {
  const choices = [np.zeros([3]), np.ones([3])];
  assert.equal(np.choose(ints(0, 1, 1), np.stack(choices)).toArray(), [0, 1, 1]);
  assert.equal(np.choose(array([true, false, true]), choices).toArray(), [1, 0, 1]);
  assertThrows(() => np.choose(ints(0, 2, 1), choices), "numpy.choose", "2 given", '"wrap"');
  assertThrows(() => np.choose(ints(0), choices, { mode: "fill" as never }), "numpy.choose", '"fill"');
  assertThrows(() => np.choose(array([0.5]), choices), "numpy.choose: x must be integers");
  assert.equal(jit((i: NDArray) => np.choose(i, choices, { mode: "clip" }))(ints(0, 2, 1)).toArray(), [0, 1, 1]);
});

test("gradient says what spacing and sizes it needs", () => {
  assertThrows(() => np.gradient(np.zeros([3, 1])), "numpy.gradient", "axis 1", "(3, 1)");
  assertThrows(() => np.gradient(np.zeros([3]), np.zeros([4])), "numpy.gradient", "3 samples", "(4,)");
  assertThrows(() => np.gradient(np.zeros([3, 3]), 1, 2, 3), "numpy.gradient", "2 axes", "3");
  assertThrows(() => np.gradient(np.zeros([3]), { axes: 0 } as never), "numpy.gradient", '"axes"');
  assert.is((np.gradient(ints(1, 4, 9)) as NDArray).dtype, "float32");
});

test("linspace is differentiable in its bounds", () => {
  const f = (a: NDArray): NDArray => np.sum(np.multiply(np.linspace(a, 3, 5, { axis: -1 }), ints(1, 2, 3, 4, 5)));
  assertClose(grad(f)(array([0, 1], { dtype: "float64" })), [5, 5], 1e-12);
  assertThrows(() => np.linspace(np.zeros([2]), np.zeros([3])), "numpy.linspace", "(2,)", "(3,)");
  assertThrows(() => np.linspace(0, 1, 3, { axis: 1 }), "numpy.linspace", "axis");
});

test("i0 has its first and second derivative at 0", () => {
  const x = array([0, 1e-3, -0.7], { dtype: "float64" });
  const second = hessian((y: NDArray) => np.sum(np.i0(y)))(x) as NDArray;
  // I1'(x) = I0(x) - I1(x) / x
  assertClose(np.diagonal(second), [0.5, 0.5 + (3 / 16) * 1e-6, 0.5950463357682252], 1e-9);
});

test("raggedDot and broadcastLike refuse what doesn't fit", () => {
  const [x, y] = [np.zeros([3, 4]), np.zeros([2, 4, 5])];
  assertThrows(() => lax.raggedDot(x, y, ints(3)), "lax.raggedDot", "(3, 4), (2, 4, 5), (1,)");
  assertThrows(() => lax.raggedDot(x, y, array([1.5, 1.5])), "lax.raggedDot", "groupSizes", "integers");
  assertThrows(() => lax.broadcastLike(x, np.zeros([4])), "lax.broadcastLike", "(3, 4)", "(4,)");
  assert.equal(lax.empty([2], "int32").toArray(), [0, 0]);
});

test("unique fills up to a size", () => {
  const options = { size: 4, fillValue: 9, returnCounts: true, returnIndex: true } as const;
  const [values, places, counts] = np.unique(ints(5, 2, 5), options);
  assert.equal(values?.toArray(), [2, 5, 9, 9]);
  assert.equal(numbers(places).slice(0, 2), [1, 0]);
  assert.equal(counts?.toArray(), [1, 2, 0, 0]);
});

test("argwhere of a number is one empty row, or none", () => {
  assert.equal(np.argwhere(array(3)).shape, [1, 0]);
  assert.equal(np.argwhere(array(0)).shape, [0, 0]);
});

test.run();
