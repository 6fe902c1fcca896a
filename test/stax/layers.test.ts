import { array, type NDArray, numpy as np, random, stax, tree } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertClose } from "../support/arrays.ts";
import { agree, type Reference, readReferences } from "./reference.ts";

type AnyLayer = stax.Layer<stax.Arrays> | stax.Layer;

const layers: Record<string, AnyLayer> = {
  dense: stax.Dense(5, 2, 0.1),
  "dense standard": stax.Dense(5, { WStd: 2, bStd: 0.1, parameterization: "standard", s: [2, 3] }),
  "dense first axis": stax.Dense(5, 1.5, 0.3, { batchAxis: 1, channelAxis: 0 }),
  "dense middle axis": stax.Dense(5, 0.7, { channelAxis: 1, batchAxis: 2 }),
  conv: stax.Conv(4, [3, 2], { WStd: 1.5, bStd: 0.2 }),
  "conv same strides": stax.Conv(4, [3, 2], [2, 3], "SAME"),
  "conv circular": stax.Conv(4, [3, 2], null, "CIRCULAR", 1, 0.5),
  "conv circular wide": stax.Conv(2, [7], { padding: "CIRCULAR" }),
  "conv circular strides": stax.Conv(2, [3, 4], [2, 3], { padding: "CIRCULAR" }),
  "conv layouts": stax.Conv(2, [2, 1], { strides: [2, 1], bStd: 0.4, dimensionNumbers: ["HWCN", "OIHW", "HNWC"] }),
  "conv layouts swapped": stax.Conv(2, [2, 3], [1, 2], "SAME", {
    bStd: 0.4,
    dimensionNumbers: ["CWNH", "IOHW", "HWCN"],
  }),
  "conv standard": stax.Conv(4, [3, 3], null, "SAME", {
    WStd: 1.2,
    bStd: 0.3,
    parameterization: "standard",
    s: [2, 2],
  }),
  "conv 3d": stax.Conv(2, [2, 1, 2]),
  transpose: stax.ConvTranspose(4, [3, 2], { WStd: 1.5, bStd: 0.2 }),
  "transpose strides": stax.ConvTranspose(4, [3, 2], [2, 3]),
  "transpose same": stax.ConvTranspose(4, [3, 4], [1, 2], "SAME", { bStd: 0.5 }),
  "transpose same wide strides": stax.ConvTranspose(2, [2, 3], [3, 2], "SAME"),
  "transpose circular": stax.ConvTranspose(2, [3, 4], { padding: "CIRCULAR", bStd: 0.5 }),
  "transpose circular strides": stax.ConvTranspose(2, [3, 4], [2, 3], "CIRCULAR"),
  "transpose circular wide": stax.ConvTranspose(2, [7], { padding: "CIRCULAR" }),
  "transpose circular wider": stax.ConvTranspose(2, [12], { padding: "CIRCULAR" }),
  "transpose layouts": stax.ConvTranspose(2, [2, 3], [1, 2], "SAME", {
    bStd: 0.4,
    dimensionNumbers: ["CWNH", "IOHW", "HWCN"],
  }),
  "transpose standard": stax.ConvTranspose(4, [3, 3], [2, 2], "SAME", 1.2, 0.3, null, "standard", [2, 2]),
  local: stax.ConvLocal(4, [3, 2], { WStd: 1.5, bStd: 0.2 }),
  "local same strides": stax.ConvLocal(4, [3, 2], [2, 3], "SAME"),
  "local circular": stax.ConvLocal(4, [3, 2], { padding: "CIRCULAR", bStd: 0.5 }),
  "local layouts": stax.ConvLocal(2, [2, 3], [1, 2], "SAME", {
    bStd: 0.4,
    dimensionNumbers: ["CWNH", "IOHW", "HWCN"],
  }),
  "local standard": stax.ConvLocal(4, [3], null, "VALID", 1.2, 0.3, null, "standard", [2, 1]),
  "resize nearest": stax.ImageResize([-1, 7, 3, -1], "nearest"),
  "resize nearest many": stax.ImageResize([-1, 64, 31], "nearest"),
  "resize linear": stax.ImageResize([-1, 7, 3, -1], "linear"),
  "resize bilinear": stax.ImageResize([-1, 2, 11, -1], "bilinear", false),
  "resize cubic": stax.ImageResize([-1, 7, 3, -1], "bicubic"),
  "resize cubic sharp": stax.ImageResize([-1, 2, 11, 4], "cubic", { antialias: false }),
  "resize lanczos3": stax.ImageResize([-1, 7, 3, -1], "lanczos3"),
  "resize lanczos5": stax.ImageResize([-1, 3, 12, -1], "lanczos5", false),
  attention: stax.GlobalSelfAttention(5, 4, 3, 2),
  "attention free": stax.GlobalSelfAttention(5, 4, 3, 2, false, {
    WKeyStd: 1.2,
    WValueStd: 0.7,
    WQueryStd: 0.9,
    WOutStd: 1.1,
    bStd: 0.3,
  }),
  "attention relu": stax.GlobalSelfAttention(5, 4, 3, 2, true, {
    WKeyStd: 1.2,
    WValueStd: 0.7,
    WQueryStd: 0.9,
    WOutStd: 1.1,
    attentionMechanism: "RELU",
    posEmbType: "SUM",
    WPosEmbStd: 0.6,
  }),
  "attention abs": stax.GlobalSelfAttention(5, 4, 3, 2, {
    linearScaling: false,
    attentionMechanism: "ABS",
    posEmbType: "CONCAT",
    nChanPosEmb: 2,
    WPosEmbStd: 0.6,
  }),
  "attention identity": stax.GlobalSelfAttention(5, 4, 3, 2, {
    attentionMechanism: "IDENTITY",
    posEmbType: "CONCAT",
    valPosEmb: true,
  }),
  "attention axes": stax.GlobalSelfAttention(5, 4, 3, 2, {
    bStd: 0.2,
    posEmbType: "SUM",
    valPosEmb: true,
    batchAxis: -1,
    channelAxis: 1,
  }),
  "attention decay": stax.GlobalSelfAttention(5, 4, 3, 2, {
    bStd: 0.2,
    posEmbType: "SUM",
    posEmbDecayFn: (d) => np.exp(d.neg()),
    posEmbPNorm: 1.5,
    batchAxis: 1,
    channelAxis: 0,
  }),
  index: stax.Index(stax.Slice("::2", "1:-1", "::-1")),
  "index drop": stax.Index(stax.Slice(":", 0, "...", "1:")),
  dot: stax.DotGeneral({ rhs: 2 }),
  "dot rhs": stax.DotGeneral({
    rhs: array([
      [1, -1],
      [2, 0.5],
      [0, 3],
    ]),
    dimensionNumbers: [
      [[1], [0]],
      [[], []],
    ],
  }),
  "dot lhs": stax.DotGeneral({
    lhs: array([
      [0, 1, 2],
      [1, 0, -1],
    ]),
    dimensionNumbers: [
      [[1], [1]],
      [[], []],
    ],
  }),
  "dot batch": stax.DotGeneral({
    lhs: array([
      [0, 1, 2],
      [1, 0, -1],
    ]),
    dimensionNumbers: [
      [[1], [1]],
      [[0], [0]],
    ],
  }),
  flatten: stax.Flatten(),
  "flatten axes": stax.Flatten(1, 1),
  "flatten batch last": stax.Flatten({ batchAxis: -1 }),
  "global avg": stax.GlobalAvgPool(),
  "global sum": stax.GlobalSumPool(1, 0),
  "global avg swapped": stax.GlobalAvgPool({ batchAxis: -1, channelAxis: 1 }),
  identity: stax.Identity(),
  "avg pool": stax.AvgPool([2, 3]),
  "avg pool same": stax.AvgPool([2, 3], [2, 2], "SAME"),
  "avg pool edges": stax.AvgPool([2, 3], { strides: [2, 2], padding: "SAME", normalizeEdges: true }),
  "avg pool circular": stax.AvgPool([3, 3], [1, 2], "CIRCULAR"),
  "sum pool axes": stax.SumPool([2, 2], { batchAxis: 1, channelAxis: 0 }),
  "layer norm": stax.LayerNorm(),
  "layer norm axes": stax.LayerNorm([1, 2], 1e-3),
  erf: stax.Erf(2, 0.5, 0.3),
  sigmoid: stax.Sigmoid_like(),
  gabor: stax.Gabor(),
  gelu: stax.Gelu(),
  "gelu approximate": stax.Gelu({ approximate: true }),
  sin: stax.Sin({ a: 2, b: 0.5, c: 0.3 }),
  cos: stax.Cos(2, 0.5, 0.3),
  rbf: stax.Rbf(0.7),
  abrelu: stax.ABRelu(0.3, 1.7),
  relu: stax.Relu(),
  leaky: stax.LeakyRelu(0.1),
  abs: stax.Abs(),
  sign: stax.Sign(),
  exp: stax.Exp(2, -0.5),
  gaussian: stax.Gaussian(1.5, -0.4),
  hermite: stax.Hermite(4),
  "hermite 0": stax.Hermite(0),
  monomial: stax.Monomial(3),
  "monomial 0": stax.Monomial(0),
  rectified: stax.RectifiedMonomial(2),
  "rectified 0": stax.RectifiedMonomial(0),
  polynomial: stax.Polynomial([0.5, -1, 0, 2]),
  serial: stax.serial(stax.Dense(6, 1.5, 0.1), stax.Relu(), stax.Dense(2, 1, 0.2)),
  repeat: stax.repeat(stax.serial(stax.Dense(3, 1.5, 0.1), stax.Erf()), 3),
  residual: stax.serial(
    stax.FanOut(2),
    stax.parallel(stax.serial(stax.Dense(3, 1.5, 0.1), stax.Relu()), stax.Identity()),
    stax.FanInSum(),
    stax.Dense(2),
  ),
  product: stax.serial(stax.FanOut(2), stax.parallel(stax.Dense(3), stax.Dense(3)), stax.FanInProd()),
  concat: stax.serial(
    stax.FanOut(3),
    stax.parallel(stax.Dense(3), stax.Dense(2), stax.Identity()),
    stax.FanInConcat(-1),
  ),
};

const references = readReferences();
const inputs = (shape: readonly number[]) => random.normal(random.key(7), [...shape]);

for (const [name, [initFn, applyFn]] of Object.entries(layers)) {
  test(`${name}: shapes, initial parameters and outputs`, () => {
    const { input, outputShape, params: expected, output } = references[name] as Reference;
    const [shape, params] = initFn(random.key(11), input);
    assert.equal(shape, outputShape);
    const leaves = tree.leaves(params) as ReturnType<typeof inputs>[];
    assert.is(leaves.length, expected.length);
    for (const [i, leaf] of leaves.entries()) agree(leaf, expected[i] as Reference["output"], `parameter ${i}`);
    agree(applyFn(params, inputs(input)) as ReturnType<typeof inputs>, output, "the output");
  });
}

const compare = (name: string, x: ReturnType<typeof inputs>) => agree(x, references[name]?.output as never, name);

test("Aggregate sums over the predecessors in a pattern, and is the identity without one", () => {
  const pattern = (shape: number[]) => random.normal(random.key(8), shape);
  const [, vertices] = stax.Aggregate();
  compare("aggregate", vertices([], inputs([3, 4, 5]), { pattern: pattern([3, 4, 4]) }));
  const [, pixels] = stax.Aggregate([1, 2], 3, 0);
  compare("aggregate 2", pixels([], inputs([2, 4, 5, 3]), { pattern: pattern([3, 4, 5, 4, 5]) }));
  const [, columns] = stax.Aggregate({ aggregateAxis: 2, batchAxis: 3, channelAxis: 0 });
  compare("aggregate 1", columns([], inputs([2, 4, 5, 3]), { pattern: pattern([3, 5, 5]) }));
  const x = inputs([3, 4, 5]);
  assert.is(vertices([], x), x);
  assert.throws(
    () => vertices([], x, { pattern: pattern([3, 5, 5]) }),
    /stax\.Aggregate: pattern \(3, 5, 5\).*\(3, 4, 4\)/,
  );
});

test("a sparse Aggregate sums over the edges' tails", () => {
  const edges = (shape: number[], vertices: number) => random.randint(random.key(8), shape, 0, vertices);
  const one = np.indexSet(edges([3, 7, 2], 4), [0, 2, 1], -1);
  const sparse = (options: stax.AggregateOptions) => stax.Aggregate({ ...options, implementation: "SPARSE" })[1];
  compare("aggregate sparse", sparse({})([], inputs([3, 4, 5]), { pattern: one }));
  const pixels = { aggregateAxis: [1, 2], batchAxis: 3, channelAxis: 0 };
  compare("aggregate sparse 2", sparse(pixels)([], inputs([2, 4, 5, 3]), { pattern: edges([3, 9, 2, 2], 4) }));
  const columns = { aggregateAxis: 2, batchAxis: 3, channelAxis: 0 };
  compare("aggregate sparse 1", sparse(columns)([], inputs([2, 4, 5, 3]), { pattern: edges([3, 9, 1, 2], 5) }));
  const padding = np.full([3, 7, 2], -1, { dtype: "int32" });
  assert.is(np.max(np.abs(sparse({})([], inputs([3, 4, 5]), { pattern: padding }))).item(), 0);
  assert.throws(
    () => sparse({})([], inputs([3, 4, 5]), { pattern: edges([3, 7, 2, 2], 4) }),
    /stax\.Aggregate: pattern \(3, 7, 2, 2\).*\(3, 7, 1, 2\)/,
  );
});

test("ElementwiseNumerical applies its function", () => {
  const [, apply] = stax.ElementwiseNumerical((x) => np.square(x), 25);
  assert.equal((apply([], array([3, -2])) as NDArray).toArray(), [9, 4]);
});

test("toDense decodes the pattern", () => {
  const [, decoded] = stax.Aggregate({ toDense: () => random.normal(random.key(8), [3, 4, 4]) });
  compare("aggregate", decoded([], inputs([3, 4, 5]), { pattern: random.key(0) }));
});

test("each layer gets a key of its own from rng", () => {
  const [initFn, applyFn] = stax.serial(
    stax.FanOut(2),
    stax.parallel(stax.serial(stax.Dense(6), stax.Dropout(0.5)), stax.Dropout(0.7)),
    stax.FanInConcat(),
  );
  const [, params] = initFn(random.key(11), [4, 3]);
  compare("dropout", applyFn(params, inputs([4, 3]), { rng: random.key(5) }));
});

test("Dropout changes nothing in testing and needs a key in training", () => {
  const x = inputs([4, 3]);
  assert.is(stax.Dropout(0.5, "test")[1]([], x), x);
  assert.throws(() => stax.Dropout(0.5)[1]([], x), /stax\.Dropout: needs a key in training.*undefined/);
  assert.throws(() => stax.Dropout(0), /stax\.Dropout: rate.*0/);
});

test("inputs and parameters of different dtypes promote, integers to floats", () => {
  const key = random.key(1);
  const ints = array([1, 2, 0, 3, 1, 2, 2, 0], { shape: [1, 2, 2, 2], dtype: "int32" });
  const layers = {
    conv: stax.Conv(3, [2, 2], { bStd: 1 }),
    dense: stax.Dense(3, { bStd: 1 }),
    norm: stax.LayerNorm(),
    relu: stax.Relu(),
    erf: stax.Erf(),
    pool: stax.AvgPool([2, 2]),
    sum: stax.serial(stax.FanOut(2), stax.parallel(stax.Identity(), stax.Sin()), stax.FanInSum()),
  };
  for (const [name, [init, apply]] of Object.entries(layers)) {
    const [, params] = init(key, [1, 2, 2, 2]);
    const [f32, f64] = (["float32", "float64"] as const).map((dtype) => apply(params, ints.astype(dtype)) as NDArray);
    assertClose(apply(params, ints) as NDArray, f32, 1e-6, name);
    assertClose(f64, f32, 1e-5, name);
    assert.is(f64.dtype, "float64", name);
  }
});

test.run();
