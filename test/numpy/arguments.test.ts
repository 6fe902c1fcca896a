/** Options behind positional arguments, nothing that a function doesn't have, and arrays and lists where JAX takes them. */

import { array, grad, jit, lax, type NDArray, nn, numpy as np, random, vmap } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertThrows, messageOf } from "../support/arrays.ts";

const x = array([
  [1, 2, 3],
  [4, 5, 7],
]);
const loose = np as unknown as Record<string, (...args: unknown[]) => NDArray>;
const methods = x as unknown as Record<string, (...args: unknown[]) => NDArray>;

test("(x, axis, options) is (x, { axis, ...options }), as a function and as a method", () => {
  const names = ["sum", "prod", "mean", "std", "var", "max", "min", "any", "all", "argmax", "argmin"];
  for (const name of names) {
    const named = loose[name]!(x, { axis: 1, keepdims: true });
    assert.equal(named.shape, [2, 1], name);
    assert.equal(loose[name]!(x, 1, { keepdims: true }).toArray(), named.toArray(), name);
    assert.equal(methods[name]!(1, { keepdims: true }).toArray(), named.toArray(), name);
  }
  for (const name of ["nansum", "nanprod", "nanmean", "nanstd", "nanvar", "nanmax", "nanmin", "median", "ptp"]) {
    assert.equal(loose[name]!(x, 1, { keepdims: true }).shape, [2, 1], name);
  }
  assert.equal(np.std(x, 1, { ddof: 1 }).dataSync()[0], 1);
  assert.equal(x.std(1, { ddof: 1 }).dataSync()[0], 1);
  assert.is(np.sum(x, 0, "float64").dtype, "float64");
});

test("what a function doesn't have is an error that names it", () => {
  assertThrows(() => loose.exp!(x, { out: x }), "numpy.exp", "takes no options");
  assertThrows(() => loose.add!(x, x, 1), "numpy.add", "number 1");
  assertThrows(() => methods.add!(x, 1), "numpy.add", "number 1");
  assertThrows(() => loose.sum!(x, 0, { keepDims: true }), 'numpy.sum: unknown option "keepDims"');
  assertThrows(() => loose.sum!(x, { keepdims: true }, 0), "numpy.sum: axis must be", "object");
  assertThrows(() => loose.sum!(x, { keepdims: "no" }), "numpy.sum: keepdims must be true or false", '"no"');
  assertThrows(() => loose.sum!(x, { where: 5 }), "numpy.sum: where must be a mask", "number 5");
  assertThrows(() => loose.sum!(x, 0.5), "numpy.sum: axis must be a whole number");
  assertThrows(() => loose.nonzero!(x, { fillValue: "a" }), "numpy.nonzero: fillValue must be a number", '"a"');
  assertThrows(() => loose.ravel!(x, 0), "numpy.ravel: order must be", "number 0");
  assertThrows(() => np.linalg.eigh(np.eye(2), { UPLO: "X" } as never), "numpy.linalg.eigh", '"X"');
});

test("sums begin at an initial value; what is NaN and what a mask leaves out is skipped", () => {
  assert.is(np.sum(x, { initial: 10 }).item(), 32);
  assert.is(np.prod(array([2, 3]), { initial: 4 }).item(), 24);
  const gaps = array([1, Number.NaN, 3, 4]);
  assert.is(np.nansum(gaps, { where: array([true, true, false, true]) }).item(), 5);
  assert.is(np.nanmax(gaps, { initial: 9 }).item(), 9);
  assert.equal(np.nanargmax(array([Number.NaN, Number.NaN])).item(), -1);
  // 2^24 + 1 has no float32.
  const large = array([16777216, 16777217], { dtype: "int32" });
  assert.is(np.nanmax(large).item(), 16777217);
  assert.is(np.nanargmax(large).item(), 1);
});

test("the dtypes have names", () => {
  assert.is(np.zeros([2], { dtype: np.int32 }).dtype, "int32");
  assert.equal(
    [np.float32, np.float64, np.uint32, np.bool, np.bool_],
    ["float32", "float64", "uint32", "bool", "bool"],
  );
});

test("fill values may be arrays, traced ones too", () => {
  assert.equal(np.full([2, 3], array([1, 2, 3])).toArray(), [
    [1, 2, 3],
    [1, 2, 3],
  ]);
  assert.is(np.full([2], array(1, { dtype: "float64" })).dtype, "float64");
  assert.equal(jit((v: NDArray) => np.full([2], v))(array(5)).toArray(), [5, 5]);
  assert.is(grad((v: NDArray) => np.sum(np.fullLike(x, v)))(array(2)).item(), 6);
  assertThrows(() => np.full([2, 3], array([1, 2])), "numpy.full", "(2,)", "(2, 3)");
});

test("roll by a traced shift", () => {
  const v = array([1, 2, 3, 4]);
  for (const [shift, expected] of [
    [1, [4, 1, 2, 3]],
    [-1, [2, 3, 4, 1]],
    [-9, [2, 3, 4, 1]],
    [6, [3, 4, 1, 2]],
  ] as const) {
    const by = array(shift, { dtype: "int32" });
    assert.equal(jit((k: NDArray) => np.roll(v, k))(by).toArray(), expected);
    assert.equal(np.roll(v, by).toArray(), expected);
  }
  const shifts = array([0, 1], { dtype: "int32" });
  assert.equal(vmap((k: NDArray) => np.roll(v, k))(shifts).toArray(), [
    [1, 2, 3, 4],
    [4, 1, 2, 3],
  ]);
  const weights = array([1, 10, 100, 1000]);
  const loss = (u: NDArray, k: NDArray): NDArray => np.sum(np.multiply(np.roll(u, k), weights));
  assert.equal(jit(grad(loss))(v, array(1, { dtype: "int32" })).toArray(), [10, 100, 1000, 1]);
});

test("repeat by an array, to a length where it is traced", () => {
  const v = array([1, 2, 3]);
  const counts = array([2, 0, 1], { dtype: "int32" });
  assert.equal(np.repeat(v, counts).toArray(), [1, 1, 3]);
  const traced = (length: number) => jit((n: NDArray) => np.repeat(v, n, { totalRepeatLength: length }))(counts);
  assert.equal(traced(3).toArray(), [1, 1, 3]);
  assert.equal(traced(5).toArray(), [1, 1, 3, 3, 3]);
  assert.equal(traced(1).toArray(), [1]);
  assertThrows(() => jit((n: NDArray) => np.repeat(v, n))(counts), "numpy.repeat", "totalRepeatLength");
});

test("arrays of arrays, bounds, paddings and places", () => {
  assert.equal(np.concatenate(x).toArray(), [1, 2, 3, 4, 5, 7]);
  assert.equal(np.stack(x, { axis: 1 }).shape, [3, 2]);
  assert.equal(np.arange(array(1, { dtype: "int32" }), array(4, { dtype: "int32" })).toArray(), [1, 2, 3]);
  assert.is(np.arange(array(3, { dtype: "float64" })).dtype, "float64");
  assert.equal(np.pad(array([1]), array([1, 2], { dtype: "int32" })).toArray(), [0, 1, 0, 0]);
  assert.equal(jit((v: NDArray) => np.pad(array([1]), 1, { constantValues: v }))(array(7)).toArray(), [7, 1, 7]);
  assert.equal(np.cumsum(3, 0).toArray(), [3]);
  assert.equal(np.take(array([5, 6, 7]), [0, 2]).toArray(), [5, 7]);
  assertThrows(() => np.at(array([5, 6]), [0.5]), "numpy.at", "[0.5]");
  assertThrows(() => np.take(x, array([0.5])), "numpy.take", '{ dtype: "int32" }');
  assertThrows(() => np.ones(new Array(2)), "numpy.ones: a shape is a list of non-negative integers");
  assertThrows(() => np.quantile(x, 2), "numpy.quantile: q must lie between 0 and 1, got 2");
  assertThrows(() => np.percentile(x, 101), "numpy.percentile: q must lie between 0 and 100, got 101");
});

test("new functions and options", () => {
  assert.equal(np.isin(array([1, 2]), array([2]), { invert: true }).toArray(), [true, false]);
  assert.equal(np.diff(array([1, 4]), { prepend: 0, append: array([9]) }).toArray(), [1, 3, 5]);
  assert.equal(np.hsplit(x, 3)[1]!.toArray(), [[2], [5]]);
  assert.equal(np.vsplit(x, 2)[1]!.toArray(), [[4, 5, 7]]);
  assert.equal(np.dsplit(np.zeros([1, 1, 4]), 2)[0]!.shape, [1, 1, 2]);
  assert.equal(np.diagflat(array([[1, 2]]), { k: 1 }).toArray(), [
    [0, 1, 0],
    [0, 0, 2],
    [0, 0, 0],
  ]);
  assert.equal(
    np.diagIndices(2, { ndim: 3 }).map((i) => i.toArray()),
    [
      [0, 1],
      [0, 1],
      [0, 1],
    ],
  );
  assert.equal(np.reshape(x, [3, 2], { order: "F" }).toArray(), [
    [1, 5],
    [4, 3],
    [2, 7],
  ]);
  assert.equal(np.ravel(x, "F").toArray(), [1, 4, 2, 5, 3, 7]);
  assert.equal(np.vecdot(x, x, { axis: 0 }).toArray(), [17, 29, 58]);
  assert.is(np.linalg.vectorNorm(array([[3, 4]])).item(), 5);
  assert.equal(np.linalg.vectorNorm(x, { axis: 1, ord: 1, keepdims: true }).toArray(), [[6], [16]]);
  const triangle = array([
    [2, 9],
    [0, 3],
  ]);
  const lower = np.linalg.eigvalsh(triangle, { UPLO: "L", symmetrizeInput: false });
  assert.ok(np.allclose(lower, array([2, 3])).item());
  // The eigenvalues of [[2, 9], [9, 3]] are 2.5 -+ sqrt(0.25 + 81).
  const upper = np.linalg.eigvalsh(triangle, { UPLO: "U", symmetrizeInput: false });
  assert.ok(np.allclose(upper, array([2.5 - Math.sqrt(81.25), 2.5 + Math.sqrt(81.25)])).item());
  assert.equal(np.cov(array([1, 2, 3]), array([2, 4, 6])).toArray(), [
    [1, 2],
    [2, 4],
  ]);
  // Each row's places are 1 apart.
  assert.equal(
    np
      .trapezoid(np.ones([2, 2, 3]), {
        x: array([
          [0, 1, 2],
          [0, 1, 2],
        ]),
      })
      .toArray(),
    [
      [2, 2],
      [2, 2],
    ],
  );
});

test("errors name the function that was called, not what it is made of", () => {
  const two = np.ones([2]);
  const mask = np.greater(two, 0);
  const square = np.ones([3, 3]);
  const [quotient, rest] = np.divmod(array([7, -7], { dtype: "int32" }), 3);
  assert.equal(
    [quotient.toArray(), rest.toArray()],
    [
      [2, -3],
      [1, 2],
    ],
  );
  assertThrows(() => loose.divmod!("a", 1), "numpy.divmod: x must be", '"a"');
  assertThrows(() => loose.divmod!(1), "numpy.divmod: y must be", "undefined");
  assertThrows(() => np.divmod(square, two), "numpy.divmod: shapes (3, 3) and (2,)");
  assertThrows(() => loose.clip!(square, "a"), "numpy.clip: min must be", '"a"');
  assertThrows(() => loose.clip!(square, null, [1]), "numpy.clip: max must be", "a list of 1");
  assertThrows(() => np.clip(square, { max: two }), "numpy.clip: max must fit the array: shapes (2,) and (3, 3)");
  assertThrows(() => methods.clip!({ min: two }), "numpy.clip: min must fit the array: shapes (2,) and (2, 3)");
  for (const name of ["bitwiseAnd", "bitwiseOr", "bitwiseXor", "leftShift", "rightShift"]) {
    assertThrows(() => loose[name]!(1, two), `numpy.${name}: needs integers or bools, got float32`);
  }
  assertThrows(() => np.bitwiseNot(two), "numpy.bitwiseNot: needs integers or bools, got float32");
  assertThrows(() => np.ptp(mask), "numpy.ptp: needs numbers");
  const reductions = ["sum", "prod", "mean", "std", "var", "any", "all"];
  for (const name of [...reductions, "nansum", "nanprod", "nanmean", "nanstd", "nanvar"]) {
    const text = `numpy.${name}: where must fit the array: shapes (2,) and (3, 3)`;
    assertThrows(() => loose[name]!(square, { where: mask }), text);
  }
  for (const name of ["max", "min", "nanmax", "nanmin"]) {
    assertThrows(() => loose[name]!(square, { where: mask, initial: 0 }), `numpy.${name}: where must fit the array`);
  }
  for (const name of ["median", "nanmedian"])
    assertThrows(() => loose[name]!(np.zeros([0])), `numpy.${name}: axis [0]`);
  for (const name of ["quantile", "percentile", "nanquantile"]) {
    assertThrows(() => loose[name]!(np.zeros([2, 0]), 0.5, 1), `numpy.${name}: axis [1] of shape (2, 0)`);
  }
  for (const bias of ["no", [], 1, null]) assertThrows(() => loose.cov!(square, { bias }), "numpy.cov: bias must be");
  assertThrows(() => loose.select!([null], [square]), "numpy.select: conditions[0] must be", "null");
  assertThrows(() => np.select([mask], [square]), "numpy.select: shapes (2,) and () and (3, 3)");
  assertThrows(() => loose.meshgrid!(new Array(2)), "numpy.meshgrid: vectors[0] must be", "undefined");
  assertThrows(() => np.logspace(0, 1, { num: 3, base: two }), "numpy.logspace: base must fit the array");
  for (const end of ["left", "right"]) {
    assertThrows(() => loose.interp!(square, two, two, { [end]: "a" }), `numpy.interp: ${end} must be`, '"a"');
    assertThrows(() => loose.interp!(square, two, two, { [end]: two }), `numpy.interp: ${end} must fit the array`);
  }
  for (const name of ["pinv", "matrixRank"]) {
    const f = (np.linalg as unknown as typeof loose)[name]!;
    assertThrows(() => f(square, { rtol: two }), `numpy.linalg.${name}: rtol must be one number`, "(2,)");
  }
  for (const wrong of [new Array(2), [null], [[0, null]]]) {
    assertThrows(() => loose.take!(square, wrong), "numpy.take: indices must be whole numbers");
    assertThrows(() => loose.at!(square, wrong), "numpy.at: an index must be whole numbers");
  }
});

test("sizes, masks and numbers that were refused in the names of what stands behind the function", () => {
  const x = array([1, 2, 3]);
  const refused: [string, () => unknown][] = [
    ["numpy.repeat: shape (3, 9007199254740992) has", () => np.repeat(x, 2 ** 53, { axis: 0 })],
    ["numpy.tile: shape (2147483648, 3) has", () => np.tile(x, 2 ** 31)],
    ["numpy.diagflat: shape (1000000003, 1000000003) has", () => np.diagflat(x, 1e9)],
    ["random.permutation: shape (9007199254740992,) has", () => random.permutation(random.key(0), 2 ** 53)],
    ["numpy.diagIndices: ndim must be at most 64", () => np.diagIndices(3, 2 ** 31)],
    ["lax.iota: shape (9007199254740992,) has", () => lax.iota("int32", 2 ** 53)],
    ["numpy.tril: k must be an int32", () => np.tril(np.eye(2), -(2 ** 31) - 1)],
    ["numpy.triuIndices: k must be an int32", () => np.triuIndices(3, 2 ** 31)],
    ["numpy.pad: shape (4294967299,) has", () => np.pad(x, 2 ** 31)],
    ["numpy.power: a negative exponent (-1)", () => np.power(array([1, 2], { dtype: "int32" }), -1)],
    [
      "nn.standardize: where of shape (3,) must broadcast",
      () => nn.standardize(np.ones([2, 1]), { where: np.greater(x, 1) }),
    ],
    ["lax.broadcast: shape (2147483648, 3) has", () => lax.broadcast(x, [2 ** 31])],
    ["numpy.indexMultiply: needs numbers", () => np.indexMultiply(np.greater(x, 1), [0], true)],
    ["numpy.histogram: needs numbers", () => np.histogram(x, { weights: np.greater(x, 1) })],
    ["numpy.indices: counts in numbers", () => np.indices([2], "bool")],
    [
      "numpy.max: the number 10000000000 does not fit into int32",
      () => np.max(array([1], { dtype: "int32" }), { initial: 1e10 }),
    ],
    ["numpy.roll: shift must", () => np.roll(x, [])],
    ["numpy.convolve: mode must", () => np.convolve(x, x, { mode: ["full"] as never })],
    ["numpy.correlate: mode must", () => np.correlate(x, x, { mode: [Symbol("s")] as never })],
    [
      "numpy.applyAlongAxis: the function must return arrays",
      () => np.applyAlongAxis((() => undefined) as never, 0, np.ones([3, 1])),
    ],
    [
      "lax.convTranspose: shape (1, 1, 3, 27021597764222972) has",
      () =>
        lax.convTranspose(np.ones([1, 1, 3, 3]), np.ones([1, 1, 3, 3]), {
          strides: [1, 2 ** 53],
          padding: "SAME",
          dimensionNumbers: ["NCHW", "OIHW", "NCHW"],
        }),
    ],
    ["numpy.trilIndices: k must be a whole number", () => np.trilIndices(3, {} as never, {} as never)],
    ["numpy.max: initial must be a number", () => np.max(x, { initial: new Float32Array(2) as never })],
    [
      "numpy.var: where of shape (3,) must broadcast to the array's shape, ()",
      () => np.var(2, { where: np.greater(x, 1) }),
    ],
    [
      "numpy.sum: where of shape (3,) must broadcast to the array's shape, (1,)",
      () => np.sum(array([1]), { where: np.greater(x, 1) }),
    ],
    ["numpy.cross: needs numbers", () => np.cross(np.greater(x, 1), np.greater(x, 1))],
    ["numpy.piecewise: conditions[0] must", () => np.piecewise(x, [np.ones([2, 2])], [1])],
  ];
  for (const [start, call] of refused) assert.ok(messageOf(call).startsWith(start), `${start}: ${messageOf(call)}`);
  // Nothing is changed where there is nothing.
  assert.equal(np.indexAdd(np.zeros([2, 0]), [0], 1).shape, [2, 0]);
  assert.equal(np.fillDiagonal(np.zeros([2, 0]), 1).shape, [2, 0]);
  assert.is(np.max(x, { initial: new Float32Array([7]) as never }).item(), 7);
});

test.run();
