/** Losses of classifiers. */
import type { NDArray } from "../../ir/ndarray.ts";
import * as lax from "../../lax/index.ts";
import { logSoftmax } from "../../nn/normalization.ts";
import { take, takeAlongAxis } from "../../numpy/indexing.ts";
import { sum } from "../../numpy/reductions.ts";
import type { NodeView, Operator, Operators } from "../operator.ts";
import { choice, type Inputs, required } from "./support.ts";

/** The negative logarithms at the classes named (axis 1), each times its class's weight and none for the class that is ignored. */
function lossOf(node: NodeView, logarithms: NDArray, inputs: Inputs): NDArray {
  const [target, weights] = [required(node, inputs, 1), inputs[2]];
  const ignored = node.has("ignore_index") ? lax.eq(target, node.int("ignore_index")) : undefined;
  const classes = ignored ? lax.select(ignored, 0, target) : target;
  const chosen = takeAlongAxis(logarithms, lax.expandDims(classes, { axes: [1] }), { axis: 1 });
  const counted = weights ? take(weights, classes, { axis: 0 }) : lax.full(target.shape, 1, logarithms.dtype);
  const weight = ignored ? lax.select(ignored, 0, counted) : counted;
  const losses = lax.mul(lax.neg(lax.squeeze(chosen, { dimensions: [1] })), weight);
  const reduction = choice(node, "reduction", ["mean", "sum", "none"], "mean");
  if (reduction === "none") return losses;
  return reduction === "sum" ? sum(losses) : lax.div(sum(losses), sum(weight));
}

const negativeLogLikelihood: Operator = (node, inputs) => lossOf(node, required(node, inputs, 0), inputs);

const softmaxCrossEntropy: Operator = (node, inputs) => {
  const logarithms = logSoftmax(required(node, inputs, 0), { axis: 1 });
  const loss = lossOf(node, logarithms, inputs);
  return node.outputCount > 1 ? [loss, logarithms] : loss;
};

export const losses: Operators = {
  NegativeLogLikelihoodLoss: negativeLogLikelihood,
  SoftmaxCrossEntropyLoss: softmaxCrossEntropy,
};
