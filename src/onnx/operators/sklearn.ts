/** Operators of the domain `ai.onnx.ml` that surround the networks of scikit-learn. */
import { hostArray, type NDArray } from "../../ir/ndarray.ts";
import * as lax from "../../lax/index.ts";
import { take } from "../../numpy/indexing.ts";
import { max, sum } from "../../numpy/reductions.ts";
import { divide, multiply, subtract } from "../../numpy/ufuncs.ts";
import type { NodeView, Operator, Operators } from "../operator.ts";
import { normOver } from "./norms.ts";
import { choice, required } from "./support.ts";

/** These operators take numbers of any kind and give floats. */
const asFloats = (node: NodeView, x: NDArray): NDArray => lax.convertElementType(x, node.float);

/** A list of one number for all features, or of one for each. */
function perFeature(node: NodeView, attribute: string, otherwise: number, x: NDArray): NDArray {
  const list = node.numbers(attribute, [otherwise]);
  const data = x.dtype === "float64" ? Float64Array.from(list) : Float32Array.from(list);
  return hostArray(data, [list.length], x.dtype);
}

const scaler: Operator = (node, inputs) => {
  const x = asFloats(node, required(node, inputs, 0));
  return multiply(subtract(x, perFeature(node, "offset", 0, x)), perFeature(node, "scale", 1, x));
};

/** The elements of the last axis at the places that an array of integers names. */
const arrayFeatureExtractor: Operator = (node, inputs) => {
  const [x, places] = [required(node, inputs, 0), required(node, inputs, 1)];
  const taken = take(x, lax.reshape(places, { newSizes: [places.size] }), { axis: x.ndim - 1 });
  return x.ndim === 1 ? lax.reshape(taken, { newSizes: [1, places.size] }) : taken;
};

const binarizer: Operator = (node, inputs) => {
  const x = required(node, inputs, 0);
  return lax.convertElementType(lax.gt(x, lax.convertElementType(node.number("threshold", 0), x.dtype)), x.dtype);
};

/** Rows divided by a norm; those of norm 0 stay. */
const normalizer: Operator = (node, inputs) => {
  const x = asFloats(node, required(node, inputs, 0));
  const axis = [x.ndim - 1];
  const norms = {
    MAX: () => max(x, { axis, keepdims: true }),
    L1: () => sum(lax.abs(x), { axis, keepdims: true }),
    L2: () => normOver(x, axis, 2, true),
  };
  const norm = norms[choice(node, "norm", ["MAX", "L1", "L2"], "MAX")]();
  return divide(x, lax.select(lax.eq(norm, 0), 1, norm));
};

export const sklearns: Operators = {
  "ai.onnx.ml.ArrayFeatureExtractor": arrayFeatureExtractor,
  "ai.onnx.ml.Binarizer": binarizer,
  "ai.onnx.ml.Normalizer": normalizer,
  "ai.onnx.ml.Scaler": scaler,
};
