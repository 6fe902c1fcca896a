/** Normalizations, of which that over batches runs as in inference. */
import { entry, mapEach } from "../../base/lists.ts";
import { range } from "../../base/shapes.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import * as lax from "../../lax/index.ts";
import { mean } from "../../numpy/reductions.ts";
import { add, divide, multiply, subtract } from "../../numpy/ufuncs.ts";
import type { NodeView, Operator, Operators } from "../operator.ts";
import { alongFeatures } from "./convolution.ts";
import { normOver } from "./norms.ts";
import { axisOf, float, type Inputs, ofFloats, onlyInt, required } from "./support.ts";

/** The factor that brings a variance to 1. */
const inverseDeviation = (variance: NDArray, epsilon: number): NDArray => lax.rsqrt(lax.add(variance, epsilon));

const batchNormalization: Operator = (node, inputs) => {
  onlyInt(node, "training_mode", 0);
  onlyInt(node, "spatial", 1);
  if (node.outputCount > 1) node.fail("its further outputs exist in training only, which is not supported");
  const x = required(node, inputs, 0);
  const [scale, bias, center, variance] = mapEach([1, 2, 3, 4], (i) =>
    alongFeatures(required(node, inputs, i), x.ndim),
  );
  const factor = multiply(scale, inverseDeviation(variance, float(node, "epsilon", 1e-5)));
  return add(multiply(subtract(x, center), factor), bias);
};

/** An array less its mean over axes, and its mean and inverse deviation. */
function moments(
  x: NDArray,
  axis: readonly number[],
  epsilon: number,
): [centred: NDArray, center: NDArray, factor: NDArray] {
  const center = mean(x, { axis, keepdims: true });
  const centred = subtract(x, center);
  return [centred, center, inverseDeviation(mean(lax.square(centred), { axis, keepdims: true }), epsilon)];
}

const standardized = (x: NDArray, axis: readonly number[], epsilon: number): NDArray => {
  const [centred, , factor] = moments(x, axis, epsilon);
  return multiply(centred, factor);
};

const layerNormalization: Operator = (node, inputs) => {
  const x = required(node, inputs, 0);
  const axis = axisOf(node, -1, x.ndim);
  const [centred, center, factor] = moments(x, range(x.ndim - axis, axis), float(node, "epsilon", 1e-5));
  const scaled = multiply(multiply(centred, factor), required(node, inputs, 1));
  return [inputs[2] ? add(scaled, inputs[2]) : scaled, center, factor].slice(0, node.outputCount);
};

/** An array scaled and moved by inputs 1 and 2, which have a number for each entry of axis 1. */
const affine = (node: NodeView, inputs: Inputs, x: NDArray): NDArray =>
  add(multiply(x, alongFeatures(required(node, inputs, 1), x.ndim)), alongFeatures(required(node, inputs, 2), x.ndim));

const instanceNormalization: Operator = (node, inputs) => {
  const x = required(node, inputs, 0);
  return affine(node, inputs, standardized(x, range(x.ndim - 2, 2), float(node, "epsilon", 1e-5)));
};

/** Before opset 21 there is one scale and bias for each group, since then one for each feature. */
const groupNormalization: Operator = (node, inputs) => {
  const x = required(node, inputs, 0);
  const groups = node.int("num_groups");
  const [batch, features] = [entry(x.shape, 0), entry(x.shape, 1)];
  if (groups < 1 || features % groups) node.fail(`attribute num_groups = ${groups} must divide ${features} features`);
  const split = lax.reshape(x, { newSizes: [batch, groups, features / groups, ...x.shape.slice(2)] });
  const normal = standardized(split, range(split.ndim - 2, 2), float(node, "epsilon", 1e-5));
  const joined = (y: NDArray): NDArray => lax.reshape(y, { newSizes: x.shape });
  return node.opset < 21 ? joined(affine(node, inputs, normal)) : affine(node, inputs, joined(normal));
};

const meanVarianceNormalization: Operator = (node, inputs) => {
  const x = required(node, inputs, 0);
  const axis = node.ints("axes", [0, 2, 3]);
  const centred = subtract(x, mean(x, { axis, keepdims: true }));
  const deviation = lax.sqrt(mean(lax.square(centred), { axis, keepdims: true }));
  return divide(centred, lax.add(deviation, Math.fround(1e-9)));
};

/** Divides by a power of the sum of squares over neighbouring features. */
const localResponse: Operator = (node, inputs) => {
  const x = required(node, inputs, 0);
  const size = node.int("size");
  const low = Math.floor((size - 1) / 2);
  const around = (own: number, others: number): number[] => range(x.ndim).map((axis) => (axis === 1 ? own : others));
  const squares = lax.reduceWindowSum(lax.square(x), {
    windowDimensions: around(size, 1),
    padding: range(x.ndim).map((axis) => (axis === 1 ? ([low, size - 1 - low] as const) : ([0, 0] as const))),
  });
  const scale = lax.add(lax.mul(squares, float(node, "alpha", 1e-4) / size), float(node, "bias", 1));
  return lax.mul(x, lax.pow(scale, -float(node, "beta", 0.75)));
};

/** Vectors of norm 1, but for those of norm 0, which stay. */
const lpNormalization: Operator = (node, inputs) => {
  const x = required(node, inputs, 0);
  const norm = normOver(x, [axisOf(node, -1, x.ndim)], normPower(node), true);
  return divide(x, lax.select(lax.eq(norm, 0), 1, norm));
};

function normPower(node: NodeView): number {
  const p = node.int("p", 2);
  return p === 1 || p === 2 ? p : node.fail(`attribute p = ${p} is not supported, only 1 and 2`);
}

export const normalizations: Operators = {
  BatchNormalization: batchNormalization,
  GroupNormalization: /* @__PURE__ */ ofFloats(groupNormalization),
  InstanceNormalization: /* @__PURE__ */ ofFloats(instanceNormalization),
  LayerNormalization: /* @__PURE__ */ ofFloats(layerNormalization),
  LpNormalization: /* @__PURE__ */ ofFloats(lpNormalization),
  LRN: /* @__PURE__ */ ofFloats(localResponse),
  MeanVarianceNormalization: /* @__PURE__ */ ofFloats(meanVarianceNormalization),
};
