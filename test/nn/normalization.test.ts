import { array, grad, hessian, makeJaxpr, type NDArray, nn, numpy as np, vjp } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertClose, assertThrows } from "../support/arrays.ts";

const float64 = { dtype: "float64" } as const;
const x = array(
  [
    [0.5, -1.25, 2, 0],
    [3, 1, -2, 0.75],
  ],
  float64,
);
const cotangent = array(
  [
    [1, -2, 0.5, 3],
    [-1, 0.25, 2, 1],
  ],
  float64,
);

const functions: Record<string, (x: NDArray) => NDArray> = {
  softmax: (y) => nn.softmax(y),
  softmaxAxis0: (y) => nn.softmax(y, { axis: 0 }),
  softmaxAll: (y) => nn.softmax(y, { axis: null }),
  logSoftmax: (y) => nn.logSoftmax(y),
  standardize: (y) => nn.standardize(y),
  standardizeAxis0: (y) => nn.standardize(y, { axis: 0, epsilon: 1e-3 }),
  glu: (y) => nn.glu(y),
};

/** Values and cotangents of `x` from JAX in float64. */
const reference: Record<string, [number[][], number[][]]> = {
  softmax: [
    [
      [0.1596935500321, 0.02775057793268, 0.7156968377824, 0.09685903425283],
      [0.801620906461, 0.1084875924243, 0.005401279181093, 0.08449022193357],
    ],
    [
      [0.03950532323762, -0.07638673799176, -0.180797843517, 0.2176792582711],
      [-0.2571549942502, 0.1008073465478, 0.01447114082147, 0.141876506881],
    ],
  ],
  softmaxAxis0: [
    [
      [0.07585818002124, 0.09534946489911, 0.9820137900379, 0.3208213008246],
      [0.9241418199788, 0.9046505351009, 0.01798620996209, 0.6791786991754],
    ],
    [
      [0.1402074330902, -0.1940803749958, -0.02649405931994, 0.4357899875236],
      [-0.1402074330902, 0.1940803749958, 0.02649405931994, -0.4357899875236],
    ],
  ],
  softmaxAll: [
    [
      [0.04659980053784, 0.008097831103465, 0.2088458167504, 0.0282642077627],
      [0.5677017886223, 0.07683008235713, 0.003825144563023, 0.05983532830317],
    ],
    [
      [0.05878047489704, -0.01407897838965, 0.1590129035202, 0.09218057574292],
      [-0.4193107968041, 0.03929005749676, 0.008650139764059, 0.07547562377278],
    ],
  ],
  logSoftmax: [
    [
      [-1.834498612604, -3.584498612604, -0.3344986126037, -2.334498612604],
      [-0.2211194680772, -2.221119468077, -5.221119468077, -2.471119468077],
    ],
    [
      [0.6007661249197, -2.069376444832, -1.289242094456, 2.757852414368],
      [-2.803647039537, 0.005902917045336, 1.987847121843, 0.8098970006495],
    ],
  ],
  standardize: [
    [
      [0.1610478440626, -1.342065367189, 1.449430596564, -0.2684130734377],
      [1.299243675766, 0.175573469698, -1.509931839403, 0.03511469393961],
    ],
    [
      [0.2264887396437, -1.457945246197, -0.9678277657094, 2.199284272263],
      [-0.1040908817492, -0.07100908230061, -0.09161577100698, 0.2667157350568],
    ],
  ],
  standardizeAxis0: [
    [
      [-0.9996801535181, -0.9996051722282, 0.9998750234326, -0.9964632957291],
      [0.9996801535181, 0.9996051722282, -0.9998750234326, 0.9964632957291],
    ],
    [
      [0.0005115088729226, -0.0007891879382045, -9.371485473308e-5, 0.01876247452976],
      [-0.0005115088729224, 0.0007891879382045, 9.37148547332e-5, -0.01876247452976],
    ],
  ],
  glu: [
    [
      [0.4403985389889, -0.625],
      [0.3576087660664, 0.6791786991754],
    ],
    [
      [0.8807970779779, -1.0, 0.05249679270175, 0.625],
      [-0.1192029220221, 0.1697946747938, -0.3149807562105, 0.05447374844045],
    ],
  ],
};

for (const [name, [values, cotangents]] of Object.entries(reference)) {
  test(`${name}: values and derivatives`, () => {
    const [y, pullback] = vjp(functions[name] as never, x) as unknown as [NDArray, (ct: NDArray) => [NDArray]];
    assertClose(y, values, 1e-12, name);
    assertClose(pullback(np.at(cotangent, ":", `:${y.shape[1]}`))[0], cotangents, 1e-10, name);
  });
}

test("logsumexp", () => {
  assertClose(nn.logsumexp(x), 3.56615901816346, 1e-14);
  assertClose(nn.logsumexp(x, { axis: 1 }), [2.334498612604, 3.221119468077], 1e-12);
  assert.equal(nn.logsumexp(x, { axis: 0, keepdims: true }).shape, [1, 4]);
  assertClose((grad(nn.logsumexp as never) as (y: NDArray) => NDArray)(x), nn.softmax(x, { axis: null }), 1e-13);
  const inf = Number.POSITIVE_INFINITY;
  assert.is(nn.logsumexp(array([-inf, -inf])).item(), -inf);
  assert.is(nn.logsumexp(array([inf, 1])).item(), inf);
  assert.is(nn.logsumexp(np.zeros([0])).item(), -inf);
  assertClose(nn.logsumexp(array([1000, 1000])), 1000 + Math.LN2, 1e-6);
});

test("second derivatives", () => {
  const y = array([1, 1, 0], float64);
  assertClose(
    (hessian(nn.logsumexp as never) as (y: NDArray) => NDArray)(y),
    [
      [0.24396563, -0.17835317, -0.06561246],
      [-0.17835317, 0.24396563, -0.06561246],
      [-0.06561246, -0.06561246, 0.13122493],
    ],
    1e-7,
  );
  const first = (v: NDArray) => np.at(nn.softmax(v), 0);
  assertClose(
    (hessian(first as never) as (y: NDArray) => NDArray)(y),
    [
      [0.03790308678649, -0.02770937675182, -0.01019371003467],
      [-0.02770937675182, -0.02770937675182, 0.05541875350364],
      [-0.01019371003467, 0.05541875350364, -0.04522504346897],
    ],
    1e-12,
  );
});

test("derivatives don't look through the maximum that is subtracted", () => {
  for (const f of [nn.softmax, nn.logSoftmax, nn.logsumexp]) {
    const program = String(makeJaxpr(grad((y: NDArray) => np.sum(f(y))) as never)(x));
    assert.match(program, /reduce_max/);
    assert.not.match(program, / eq /);
  }
});

test("softmax of large numbers", () => {
  assertClose(nn.softmax(array([1e4, 1e4, -1e4])), [0.5, 0.5, 0]);
  assertClose(nn.logSoftmax(array([1e4, 1e4])), [-Math.LN2, -Math.LN2]);
  assert.equal(nn.softmax(np.zeros([2, 0])).shape, [2, 0]);
  assert.is(nn.softmax(array([1, 2], { dtype: "int32" })).dtype, "float32");
});

test("standardize with given moments, and its algorithms", () => {
  const y = array([1, 2, 3, 6], float64);
  const centered = [-2, -1, 0, 3];
  assertClose(
    nn.standardize(y, { epsilon: 0 }),
    centered.map((v) => v / Math.sqrt(3.5)),
    1e-13,
  );
  assertClose(
    nn.standardize(y, { epsilon: 0, algorithm: "stable" }),
    centered.map((v) => v / Math.sqrt(3.5)),
    1e-13,
  );
  assertClose(nn.standardize(y, { mean: 0, variance: 4, epsilon: 0 }), [0.5, 1, 1.5, 3], 1e-13);
  assertClose(
    nn.standardize(y, { mean: 2, epsilon: 0 }),
    [-1, 0, 1, 4].map((v) => v / Math.sqrt(12.5 - 4)),
    1e-13,
  );
  assertThrows(() => nn.standardize(y, { algorithm: "slow" as never }), "nn.standardize: algorithm", '"slow"');
});

test("oneHot", () => {
  const labels = array([0, 2, 5, -1], { dtype: "int32" });
  const rows = [
    [1, 0, 0],
    [0, 0, 1],
    [0, 0, 0],
    [0, 0, 0],
  ];
  assert.equal(nn.oneHot(labels, 3).toArray(), rows);
  assert.is(nn.oneHot(labels, 3).dtype, "float32");
  assert.equal(nn.oneHot(labels, 3, { axis: 0, dtype: "int32" }).toArray(), [
    [1, 0, 0, 0],
    [0, 0, 0, 0],
    [0, 1, 0, 0],
  ]);
  assert.equal(nn.oneHot(np.reshape(labels, [2, 2]), 3, { axis: 1 }).shape, [2, 3, 2]);
  assert.equal(nn.oneHot(1, 2).toArray(), [0, 1]);
  assertThrows(() => nn.oneHot(labels, 2.5), "nn.oneHot: numClasses", "2.5");
  assertThrows(() => nn.oneHot(labels, 3, { classes: 1 } as never), 'unknown option "classes"');
});

test("errors", () => {
  assertThrows(() => nn.softmax(x, { axis: 2 }), "nn.softmax: axis 2 is out of range");
  assertThrows(() => nn.logsumexp(x, { dim: 0 } as never), 'nn.logsumexp: unknown option "dim"');
  assertThrows(() => nn.glu(array([1, 2, 3])), "nn.glu: axis 0 of shape (3,) must have an even size");
});

test("masks, moments and weights that don't fit the array are errors of the function that was called", () => {
  const rows = np.ones([3, 3]);
  const two = np.ones([2]);
  const mask = np.greater(two, 0);
  assertThrows(() => nn.softmax(rows, { where: mask }), "nn.softmax: where", "(2,) and (3, 3)");
  assertThrows(() => nn.logSoftmax(rows, { where: mask }), "nn.logSoftmax: where", "(2,) and (3, 3)");
  assertThrows(() => nn.logsumexp(rows, { where: mask }), "nn.logsumexp: where", "(2,) and (3, 3)");
  assertThrows(() => nn.logsumexp(rows, { b: two }), "nn.logsumexp: b", "(2,) and (3, 3)");
  assertThrows(() => nn.standardize(rows, { where: mask }), "nn.standardize: where", "(2,) and (3, 3)");
  for (const name of ["mean", "variance", "epsilon"]) {
    assertThrows(() => nn.standardize(rows, { [name]: two }), `nn.standardize: ${name}`, "(2,) and (3, 3)");
  }
  assertThrows(() => nn.standardize(rows, { epsilon: true }), "nn.standardize: epsilon", "boolean true");
  const q = np.ones([1, 3, 2, 4]);
  const wrong = np.ones([7]);
  assertThrows(() => nn.dotProductAttention(q, q, q, { bias: wrong }), "nn.dotProductAttention: bias", "(7,)");
  assertThrows(
    () => nn.dotProductAttention(q, q, q, { mask: np.greater(wrong, 0) }),
    "nn.dotProductAttention: mask",
    "(7,)",
  );
});

test.run();
