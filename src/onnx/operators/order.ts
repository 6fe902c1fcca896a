/** Operators that go along an axis in order: sorted parts and running sums. */
import { entry } from "../../base/lists.ts";
import { canonicalAxis, range } from "../../base/shapes.ts";
import * as lax from "../../lax/index.ts";
import type { Operator, Operators } from "../operator.ts";
import { axisOf, required } from "./support.ts";

/** How many is an attribute before opset 10, then an input; unsorted ones come sorted, too. */
const topK: Operator = (node, inputs) => {
  const x = required(node, inputs, 0);
  const k = node.has("k") ? node.int("k") : entry(node.known(1), 0);
  const find = node.int("largest", 1) ? lax.approxMaxK : lax.approxMinK;
  return find(x, k, { reductionDimension: axisOf(node, -1, x.ndim) });
};

/** With `exclusive` each sum is without its own element. */
const cumSum: Operator = (node, inputs) => {
  const x = required(node, inputs, 0);
  const axis = canonicalAxis(node.op, entry(node.known(1), 0), x.ndim);
  const reverse = node.int("reverse", 0) === 1;
  const step = node.int("exclusive", 0) === 1 && x.shape[axis] !== 0 ? (reverse ? -1 : 1) : 0;
  const moved = lax.pad(x, lax.full([], 0, x.dtype), {
    paddingConfig: range(x.ndim).map((i) => (i === axis ? [step, -step, 0] : [0, 0, 0])),
  });
  return lax.cumsum(step === 0 ? x : moved, { axis, reverse });
};

export const ordered: Operators = { CumSum: cumSum, TopK: topK };
