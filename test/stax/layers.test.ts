import { random, stax, tree } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
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

test.run();
