/** Softmax and its relatives. */
import { canonicalAxis, sizeOf } from "../../base/shapes.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import * as lax from "../../lax/index.ts";
import { logSoftmax, oneHot, softmax } from "../../nn/normalization.ts";
import { argmax } from "../../numpy/reductions.ts";
import type { Operator, Operators } from "../operator.ts";
import { ofFloats, required } from "./support.ts";

/** Along one axis; before opset 13 along all axes from `axis` on, as of one. */
const alongAxis = (apply: (x: NDArray, axis: number) => NDArray): Operator =>
  ofFloats((node, inputs) => {
    const x = required(node, inputs, 0);
    const flattens = node.opset < 13;
    const axis = canonicalAxis(node.op, node.int("axis", flattens ? Math.min(1, x.ndim - 1) : -1), x.ndim);
    if (!flattens) return apply(x, axis);
    const newSizes = [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))];
    return lax.reshape(apply(lax.reshape(x, { newSizes }), 1), { newSizes: x.shape });
  });

export const softmaxes: Operators = {
  Hardmax: /* @__PURE__ */ alongAxis((x, axis) =>
    oneHot(argmax(x, { axis }), x.shape[axis] ?? 0, { axis, dtype: x.dtype }),
  ),
  LogSoftmax: /* @__PURE__ */ alongAxis((x, axis) => logSoftmax(x, { axis })),
  Softmax: /* @__PURE__ */ alongAxis((x, axis) => softmax(x, { axis })),
};
