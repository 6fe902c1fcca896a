/** Reductions along axes. */
import { isFloat } from "../../base/dtypes.ts";
import { entry } from "../../base/lists.ts";
import { range, sizeOf } from "../../base/shapes.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import * as lax from "../../lax/index.ts";
import { logsumexp } from "../../nn/normalization.ts";
import { argmax, argmin, max, mean, min, prod, sum } from "../../numpy/reductions.ts";
import type { Operator, Operators } from "../operator.ts";
import { absolute, normOver } from "./norms.ts";
import { axesOf, axisOf, ofFloats, required } from "./support.ts";

interface Along {
  readonly axis: readonly number[];
  readonly keepdims: boolean;
}

/**
 * The axes are an attribute, from opset 18 (for ReduceSum 13) on an input; without any all are reduced, or with
 * `noop_with_empty_axes` none.
 */
const reduction =
  (apply: (x: NDArray, along: Along) => NDArray): Operator =>
  (node, inputs) => {
    const x = required(node, inputs, 0);
    const given = axesOf(node, inputs, 1, x.ndim) ?? [];
    const all = node.int("noop_with_empty_axes", 0) === 1 ? [] : range(x.ndim);
    return apply(x, { axis: given.length > 0 ? given : all, keepdims: node.int("keepdims", 1) === 1 });
  };

const ofFloat = (apply: (x: NDArray, along: Along) => NDArray): Operator => ofFloats(reduction(apply));

/** Integers are divided as integers. */
function meanOf(x: NDArray, along: Along): NDArray {
  if (isFloat(x.dtype)) return mean(x, along);
  return lax.div(sum(x, along), sizeOf(along.axis.map((a) => entry(x.shape, a))));
}

/** The extremum of no elements is the least or the largest number that there is. */
const extremum =
  (find: typeof max, floats: number, integers: number) =>
  (x: NDArray, along: Along): NDArray => {
    const empty = along.axis.some((a) => x.shape[a] === 0);
    if (!empty) return find(x, along);
    const initial = isFloat(x.dtype) ? floats : x.dtype === "bool" ? Math.sign(integers) > 0 : integers;
    return find(x, { ...along, initial });
  };

/** The place of the extremum: the first of several, or with `select_last_index` the last. */
const place =
  (find: typeof argmax): Operator =>
  (node, inputs) => {
    const x = required(node, inputs, 0);
    const axis = axisOf(node, 0, x.ndim);
    const keepdims = node.int("keepdims", 1) === 1;
    if (node.int("select_last_index", 0) === 0) return find(x, { axis, keepdims });
    const fromLast = find(lax.rev(x, { dimensions: [axis] }), { axis, keepdims });
    return lax.sub(entry(x.shape, axis) - 1, fromLast);
  };

const squares = (x: NDArray, along: Along): NDArray => sum(lax.square(x), along);

export const reductions: Operators = {
  ArgMax: /* @__PURE__ */ place(argmax),
  ArgMin: /* @__PURE__ */ place(argmin),
  ReduceL1: /* @__PURE__ */ reduction((x, along) => sum(absolute(x), along)),
  ReduceL2: /* @__PURE__ */ ofFloat((x, { axis, keepdims }) => normOver(x, axis, 2, keepdims)),
  ReduceLogSum: /* @__PURE__ */ ofFloat((x, along) => lax.log(sum(x, along))),
  ReduceLogSumExp: /* @__PURE__ */ ofFloat((x, along) => logsumexp(x, along)),
  ReduceMax: /* @__PURE__ */ reduction(/* @__PURE__ */ extremum(max, Number.NEGATIVE_INFINITY, -(2 ** 31))),
  ReduceMean: /* @__PURE__ */ reduction(meanOf),
  ReduceMin: /* @__PURE__ */ reduction(/* @__PURE__ */ extremum(min, Number.POSITIVE_INFINITY, 2 ** 31 - 1)),
  ReduceProd: /* @__PURE__ */ reduction((x, along) => prod(x, along)),
  ReduceSum: /* @__PURE__ */ reduction((x, along) => sum(x, along)),
  ReduceSumSquare: /* @__PURE__ */ reduction(squares),
};
