/** Arguments in forms that JAX takes, and what functions say of those that they don't. */
import { array, grad, jit, jvp, lax, type NDArray, nn, numpy as np, predict, random, stax, vmap } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertClose, assertThrows, numbers } from "../support/arrays.ts";

const int = (...values: number[]): NDArray => array(values, { dtype: "int32" });
const x34 = np.arange(12, { dtype: "float32" }).reshape([3, 4]);

test("slices begin at an index for each axis, in a list, a vector or a typed array", () => {
  const part = [
    [5, 6],
    [9, 10],
  ];
  const sliceSizes = [2, 2];
  for (const start of [[1, 1], int(1, 1), Int32Array.of(1, 1), [int(1).reshape([]), 1], int(1, -3), int(9, 1)]) {
    assertClose(lax.dynamicSlice(x34, start as NDArray, { sliceSizes }), part);
  }
  const at = (start: NDArray): NDArray => lax.dynamicSlice(x34, start, { sliceSizes });
  assertClose(jit(at)(int(1, 1)), part);
  assertClose(vmap(at)(array([[1, 1]], { dtype: "int32" })), [part]);
  const start = int(0, 2);
  const slope = grad((x: NDArray) => np.sum(lax.dynamicSlice(x, start, { sliceSizes })))(x34);
  assert.equal(numbers(slope), [0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0]);
  const written = lax.dynamicUpdateSlice(np.zeros([3]), np.ones([2]), int(1));
  assert.equal(numbers(written), [0, 1, 1]);
  const update = (u: NDArray): NDArray => lax.dynamicUpdateSlice(np.zeros([3]), u, int(1));
  assert.equal(numbers(jvp(update, [np.ones([2])], [array([2, 3])])[1] as NDArray), [0, 2, 3]);
});

test("full and fullLike take an array without axes, traced or not", () => {
  assertClose(lax.full([2], array(1.5)), [1.5, 1.5]);
  assert.is(lax.full([2], array(1.5, { dtype: "float64" })).dtype, "float64");
  assert.is(lax.full([2], array(1.5), "int32").dtype, "int32");
  assert.is(lax.fullLike(int(1, 2), array(3.5)).dtype, "int32");
  assert.equal(numbers(lax.fullLike(int(1, 2), array(3.5))), [3, 3]);
  assertClose(jit((v: NDArray) => lax.full([2, 2], v))(array(4)), [
    [4, 4],
    [4, 4],
  ]);
  assertClose(vmap((v: NDArray) => lax.fullLike(np.zeros([2]), v))(array([1, 2])), [
    [1, 1],
    [2, 2],
  ]);
  assertClose(grad((v: NDArray) => np.sum(lax.full([3], np.square(v))))(array(2)), 12);
  assertThrows(() => lax.full([2], array([1, 2])), "lax.full", "fillValue", "(2,)");
  assertThrows(() => lax.full([2], "a" as never), "lax.full", "fillValue", '"a"');
  assertThrows(() => untyped(lax).full([2]), "lax.full", "fillValue", "undefined");
  assertThrows(() => lax.fullLike(null as never, 1), "lax.fullLike", "null");
  assertThrows(() => lax.full([2], 2 ** 31, "int32"), "lax.full", "int32");
});

test("lists of whole numbers are indices", () => {
  const zeros = np.zeros([3]);
  assert.equal(numbers(lax.scatterAdd(zeros, [0, 2, 0], array([1, 2, 3]))), [4, 0, 2]);
  assert.equal(numbers(jit((u: NDArray) => lax.scatterSet(zeros, [-1], u))(array([5]))), [0, 0, 5]);
  assert.equal(numbers(lax.indexTake(array([1, 2, 3]), [[2, 0]], [0])), [3, 1]);
  assertThrows(() => lax.scatterAdd(zeros, array([0, 2]), array([1, 2])), "lax.scatterAdd", 'dtype: "int32"');
  assertThrows(() => lax.scatterAdd(zeros, [0.5] as never, array([1])), "lax.scatterAdd", "integers");
  assertThrows(() => lax.scatterAdd(zeros, [2 ** 31], array([1])), "lax.scatterAdd", "integers");
});

test("concatenate and stack take the slices of an array", () => {
  assertClose(lax.concatenate(x34, { dimension: 0 }), numbers(x34));
  assertClose(lax.stack(x34, { axis: 1 }), np.transpose(x34).toArray());
  assertClose(jit((x: NDArray) => lax.stack(x))(x34), x34.toArray());
  assertThrows(() => lax.concatenate(array(1), { dimension: 0 }), "lax.concatenate", "operands");
  assertThrows(() => lax.stack([x34, np.zeros([3])]), "lax.stack", "one shape", "(3,)");
});

test("draws of a number of elements", () => {
  const key = random.key(3);
  for (const draw of [random.normal, random.uniform, random.bits, random.gumbel, random.exponential] as const) {
    assert.equal(numbers(draw(key, 3)), numbers(draw(key, [3])));
  }
  assert.equal(numbers(random.bernoulli(key, 0.3, 4)), numbers(random.bernoulli(key, 0.3, [4])));
  assert.equal(numbers(random.randint(key, 4, 0, 9)), numbers(random.randint(key, [4], 0, 9)));
  assert.equal(random.truncatedNormal(key, -1, 1, { shape: 2 }).shape, [2]);
  assert.equal(random.rademacher(key, 2).shape, [2]);
  assert.equal(random.categorical(key, np.zeros([2, 3]), { axis: 0, shape: 3 }).shape, [3]);
  for (const shape of [-1, 0.5, Number.NaN, new Array(2), "a", [2, Number.NaN]]) {
    assertThrows(() => random.normal(key, shape as never), "random.normal", "shape");
    assertThrows(() => random.rademacher(key, { shape: shape as never }), "random.rademacher", "shape");
  }
  for (const draw of [random.normal, random.uniform, random.gumbel, random.exponential, random.rademacher]) {
    assertThrows(() => draw(key, [2], { dtype: "float16" as never }), "random.", "dtype", '"float16"');
  }
});

/** Functions are called as untyped programs call them. */
type Untyped = Readonly<Record<string, (...args: unknown[]) => unknown>>;
const untyped = (namespace: object): Untyped => namespace as Untyped;
const [L, N, R, S, P] = [lax, nn, random, stax, predict].map(untyped) as [Untyped, Untyped, Untyped, Untyped, Untyped];

/** The namespace, the function, its arguments, and what the message says beside the name. */
const REFUSED: readonly [Untyped, string, readonly unknown[], ...string[]][] = [
  [L, "lax.cumsum", [x34, { axis: 5 }], "axis 5"],
  [L, "lax.cumlogsumexp", [int(1)], "floats"],
  [L, "lax.iota", ["int32", -1], "size", "-1"],
  [L, "lax.iota", [null, 2], "dtype", "null"],
  [L, "lax.broadcastedIota", ["a", [2], 0], "dtype", '"a"'],
  [L, "lax.slice", [x34, { startIndices: [0, 0], limitIndices: [1, 1], strides: 2 }], "strides", "2"],
  [L, "lax.sliceInDim", [x34, undefined, 2], "start undefined", "(3, 4)"],
  [L, "lax.pad", [x34, 0, { paddingConfig: null }], "paddingConfig", "null"],
  [L, "lax.pad", [x34, 0, { paddingConfig: [null, [0, 0, 0]] }], "[null, [0, 0, 0]]"],
  [L, "lax.dynamicSlice", [x34, undefined, { sliceSizes: [1, 1] }], "startIndices", "undefined"],
  [L, "lax.dynamicSlice", [x34, [0, 0], { sliceSizes: null }], "sliceSizes", "null"],
  [L, "lax.dynamicSlice", [x34, array([0, 0]), { sliceSizes: [1, 1] }], "startIndices", "float32(2,)"],
  [L, "lax.dynamicSlice", [x34, int(0, 0, 0), { sliceSizes: [1, 1] }], "got 3"],
  [L, "lax.dynamicIndexInDim", [x34, null], "index", "null"],
  [L, "lax.dynamicUpdateSliceInDim", [x34, x34, undefined], "startIndex", "undefined"],
  [L, "lax.dynamicUpdateIndexInDim", [x34, np.zeros([5]), 0], "update", "(5,)"],
  [L, "lax.sort", [null], "x", "null"],
  [L, "lax.sortKeyVal", [x34, null], "values", "null"],
  [L, "lax.sortKeyVal", [x34, np.zeros([2])], "(2,)"],
  [L, "lax.reduce", [x34, 0, undefined, [0]], "computation", "undefined"],
  [L, "lax.reduce", [x34, 0, () => 1, [0]], "computation", "int32()"],
  [L, "lax.reduce", [x34, 0, lax.add], "dimensions", "undefined"],
  [L, "lax.reduce", [x34, np.zeros([2]), lax.add, [0]], "(2,)"],
  [L, "lax.reduceWindow", [x34, 0, "max", { windowDimensions: [2, 2] }], "computation", '"max"'],
  [L, "lax.reduceWindowMax", [x34, { windowDimensions: null }], "windowDimensions", "null"],
  [
    L,
    "lax.convGeneralDilatedPatches",
    [np.ones([1, 1, 3, 3]), { filterShape: [2, 2 ** 32], windowStrides: [1, 1], padding: "SAME" }],
    "(1, 8589934592, 8589934592)",
  ],
  [L, "lax.associativeScan", [null, x34], "fn", "null"],
  [L, "lax.associativeScan", [() => "a", x34], "what fn returns", '"a"'],
  [L, "lax.scatterApply", [x34, [0], null, { updateShape: [1, 4], uniqueIndices: true }], "fn", "null"],
  [L, "lax.gather", [x34, int(0), { dimensionNumbers: {}, sliceSizes: 1 }], "sliceSizes", "1"],
  [L, "lax.broadcastInDim", [x34, { shape: [3, 4], broadcastDimensions: [0.5, 1] }], "broadcastDimensions", "0.5"],
  [L, "lax.broadcastInDim", [1, { shape: new Array(2), broadcastDimensions: [] }], "shape"],
  [L, "lax.broadcastToRank", [1, 1e9], "rank", "1000000000"],
  [L, "lax.reshape", [x34, { newSizes: [undefined, 4] }], "newSizes", "undefined"],
  [L, "lax.reshape", [x34, { newSizes: [12], dimensions: [1] }], "dimensions", "(3, 4)"],
  [L, "lax.rev", [x34, { dimensions: null }], "dimensions", "null"],
  [L, "lax.square", ["a"], "x", '"a"'],
  [L, "lax.reducePrecision", [x34, { exponentBits: 5n, mantissaBits: 1 }], "5"],
  [N, "nn.maxPool", [x34, null], "windowShape", "null"],
  [N, "nn.avgPool", [np.ones([3, 4, 1]), [2, 0.5]], "windowShape", "0.5"],
  [N, "nn.avgPool", [np.ones([3, 4, 1]), [2, 2], { strides: [1] }], "strides", "[1]"],
  [N, "nn.swish", [null], "null"],
  [N, "nn.logmeanexp", ["a"], '"a"'],
  [N, "nn.logsumexp", [x34, { b: "a" }], "b must", '"a"'],
  [N, "nn.standardize", [x34, { mean: [1] }], "mean", "a list of 1"],
  [N, "nn.squareplus", [x34, { b: "a" }], "b must", '"a"'],
  [N, "nn.leakyRelu", [x34, { negativeSlope: "a" }], "negativeSlope", '"a"'],
  [R, "random.split", [random.key(0), new Array(2)], "num", "undefined"],
  [R, "random.permutation", [random.key(0), 3, null], "axis", "null"],
  [S, "stax.Dense", [2, { WStd: "a" }], "WStd", '"a"'],
  [S, "stax.Dense", [2, { parameterization: "standard", s: 2 }], "s must be", "2"],
  [S, "stax.Dense", [3, { parameterization: "standard", s: [1, 0.5] }], "1.5"],
  [S, "stax.Conv", [2, [3, 3], { dimensionNumbers: "NHWC" }], "dimensionNumbers", '"NHWC"'],
  [S, "stax.Conv", [2, [3, 3], { strides: new Array(2) }], "strides"],
  [S, "stax.Erf", [{ a: null }], "a must be", "null"],
  [S, "stax.Rbf", [-1], "gamma", "-1"],
  [S, "stax.Hermite", [1e9], "degree", "170"],
  [S, "stax.FanOut", [1e9], "num", "1000000000"],
  [S, "stax.Dropout", [[0.5]], "rate", "a list of 1"],
  [S, "stax.ImageResize", [[-1, 2], []], "method", "a list of 0"],
  [S, "stax.ElementwiseNumerical", [np.sin, "a"], "degree", '"a"'],
  [S, "stax.DotGeneral", [{ rhs: 1, dimensionNumbers: [[[0]], [[], []]] }], "dimensionNumbers", "[[0]]"],
  [P, "predict.gradientDescentMse", [np.eye(2), np.ones([2, 1]), { learningRate: "a" }], "learningRate", '"a"'],
];

for (const [namespace, name, args, ...fragments] of REFUSED) {
  test(`${name} refuses ${fragments.join(", ")} in its own name`, () => {
    const call = namespace[name.split(".")[1]] as (...args: unknown[]) => unknown;
    assertThrows(() => call(...args), `${name}: `, ...fragments);
  });
}

test("layouts are three, and lists", () => {
  const image = np.ones([1, 1, 3, 3]);
  const options = { windowStrides: [1, 1], padding: "SAME" };
  for (const dimensionNumbers of ["NCHW", ["NCHW"], new Array(3), { lhsSpec: [0, 1, 2, 3] }, 5, true]) {
    for (const name of ["convGeneralDilated", "convTranspose", "convGeneralDilatedPatches"]) {
      const own = { convTranspose: { strides: [1, 1], padding: "SAME" }, convGeneralDilatedPatches: options }[name];
      const more = name === "convGeneralDilatedPatches" ? { filterShape: [2, 2] } : {};
      const given = { ...(own ?? options), ...more, dimensionNumbers };
      const args = name === "convGeneralDilatedPatches" ? [image, given] : [image, image, given];
      assertThrows(() => L[name](...args), `lax.${name}`, "dimensionNumbers");
    }
  }
  const strided = (windowStrides: unknown) => ({ windowStrides, padding: "SAME" });
  for (const windowStrides of [null, new Array(2), [1, 0], 2, "ab"]) {
    assertThrows(() => L.conv(image, image, strided(windowStrides)), "lax.conv:", "windowStrides");
  }
  assertThrows(() => L.conv(image, image, { windowStrides: [1, 1], padding: new Array(2) }), "lax.conv:", "padding");
  assertThrows(() => L.conv(image, x34, strided([1, 1])), "lax.conv:", "(3, 4)");
  assertThrows(
    () => L.convTranspose(image, image, { strides: null, padding: "SAME" }),
    "lax.convTranspose:",
    "strides",
  );
});

test("further arguments and unknown options are refused", () => {
  const key = random.key(0);
  const layer = stax.Dense(2);
  const [init, apply] = layer as readonly [(...args: unknown[]) => unknown, (...args: unknown[]) => unknown];
  const params = layer[0](key, [-1, 4])[1];
  const calls: readonly [string, () => unknown][] = [
    ["lax.sin", () => L.sin(x34, { axis: 0 })],
    ["lax.neg", () => L.neg(x34, 1)],
    ["lax.square", () => L.square(x34, 1)],
    ["lax.logaddexp", () => L.logaddexp(x34, x34, {})],
    ["lax.full", () => L.full([2], 1, "float32", {})],
    ["lax.reduceSum", () => L.reduceSum(x34, {}, { keepdims: true })],
    ["lax.reduceSum", () => L.reduceSum(x34, { keepdims: true })],
    ["lax.argmax", () => L.argmax(x34, { axis: 0 }, 1)],
    ["lax.scatterAdd", () => L.scatterAdd(np.zeros([2]), [0], array([1]), {}, 1)],
    ["lax.reduceWindowSum", () => L.reduceWindowSum(x34, { windowDimensions: [1, 1] }, {})],
    ["lax.dynamicSlice", () => L.dynamicSlice(x34, [0, 0], { sliceSizes: [1, 1] }, 5)],
    ["lax.select", () => L.select(true, 1, 2, 3)],
    ["lax.sort", () => L.sort(x34, {}, {})],
    ["lax.linalg.triangularSolve", () => untyped(lax.linalg).triangularSolve(np.eye(2), np.ones([2]), {}, 1)],
    ["nn.relu", () => N.relu(x34, { alpha: 1 })],
    ["nn.sigmoid", () => N.sigmoid(x34, 1)],
    ["nn.softmax", () => N.softmax(x34, {}, 1)],
    ["random.key", () => R.key(1, 2)],
    ["random.split", () => R.split(key, 2, 3)],
    ["random.bits", () => R.bits(key, [2], "uint32")],
    ["random.normal", () => R.normal(key, [2], { scale: 2 })],
    ["stax.Identity", () => S.Identity(1)],
    ["stax.FanInSum", () => S.FanInSum(1)],
    ["stax.Gabor", () => S.Gabor({})],
    ["stax.Dense", () => init(key, [-1, 4], 1)],
    ["stax.Dense", () => apply(params, x34, {}, 1)],
    ["stax.Dense", () => apply(params, x34, null)],
    ["stax.Dense", () => init(np.zeros([2]), [-1, 4])],
    [
      "predict.gpInference",
      () => untyped({ f: predict.gpInference(np.eye(2), np.ones([2, 1])) }).f("nngp", null, null, 1),
    ],
  ];
  for (const [name, call] of calls) assertThrows(call, `${name}:`);
});

test("options that an object inherits are no options", () => {
  const prototype = Object.prototype as unknown as Record<string, unknown>;
  const inherited = {
    axes: [0],
    permutation: [0, 0],
    windowStrides: "a",
    axis: 7,
    reverse: true,
    shape: [9],
    where: 1,
  };
  const [image, steps] = [np.ones([3, 4, 1]), int(1, 2)];
  try {
    for (const [name, value] of Object.entries(inherited)) {
      Object.defineProperty(prototype, name, { value, configurable: true, enumerable: true, writable: true });
    }
    assert.is(lax.reduceSum(x34, {}).ndim, 0);
    assert.equal(lax.transpose(x34, {}).shape, [4, 3]);
    assert.equal(numbers(lax.cumsum(steps, {})), [1, 3]);
    assert.equal(nn.maxPool(image, [2, 2], {}).shape, [2, 3, 1]);
    assert.equal(nn.softmax(x34, {}).shape, [3, 4]);
    assert.is(random.normal(random.key(0), {}).ndim, 0);
  } finally {
    for (const name of Object.keys(inherited)) delete prototype[name];
  }
});

test.run();
