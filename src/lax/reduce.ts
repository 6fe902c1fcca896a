/** Reductions other than the sum. */
import { checkOptions, formatShape, ShapeError } from "../base/errors.ts";
import { type Axes, canonicalAxes, range, sizeOf, withoutAxes } from "../base/shapes.ts";
import { type Aval, makeAval } from "../ir/aval.ts";
import type { NDArray } from "../ir/ndarray.ts";
import type { Primitive, ReduceOp } from "../ir/primitive.ts";
import { bind1 } from "../ir/trace.ts";
import { div, mul } from "./arithmetic.ts";
import { convertElementType } from "./convert.ts";
import { eq } from "./logic.ts";
import { requireNumbers } from "./nary.ts";
import { type ArrayLike, asArray } from "./operands.ts";
import { broadcastInDim, moveAxis, reduceSum, shiftedAxes } from "./shape.ts";

interface ReduceParams {
  readonly axes: readonly number[];
}

type ReduceJvp = (x: NDArray, dx: NDArray, out: NDArray, axes: readonly number[]) => NDArray;

function reducer(name: string, op: ReduceOp, jvp: ReduceJvp | null): Primitive<ReduceParams> {
  const primitive: Primitive<ReduceParams> = {
    name,
    aval: ([x], { axes }) => [makeAval(withoutAxes((x as Aval).shape, axes), (x as Aval).dtype, (x as Aval).weak)],
    jvp: ([x], [dx], params) => {
      const out = bind1(primitive, [x as NDArray], params);
      return [[out], [dx && jvp ? jvp(x as NDArray, dx, out, params.axes) : null]];
    },
    batch: ([x], [axis], { axes }) => {
      const front = moveAxis(x as NDArray, axis as number, 0);
      return [[bind1(primitive, [front], { axes: shiftedAxes(axes) })], [0]];
    },
    lowering: { kind: "reduce", op, axes: (params) => params.axes },
  };
  return primitive;
}

/** The result of a reduction spread over the axes that it removed. */
function spread(out: NDArray, like: NDArray, axes: readonly number[]): NDArray {
  const kept = range(like.ndim).filter((i) => !axes.includes(i));
  return broadcastInDim(out, { shape: like.shape, broadcastDimensions: kept });
}

/** Where several elements attain the extremum the tangent is their mean, as in JAX. */
const extremumJvp: ReduceJvp = (x, dx, out, axes) => {
  const attained = convertElementType(eq(x, spread(out, x, axes)), x.dtype);
  return div(reduceSum(mul(dx, attained), { axes }), reduceSum(attained, { axes }));
};

const maxPrimitive = reducer("reduce_max", "MAX", extremumJvp);
const minPrimitive = reducer("reduce_min", "MIN", extremumJvp);
const andPrimitive = reducer("reduce_and", "AND", null);
const orPrimitive = reducer("reduce_or", "OR", null);

function reduction(name: string, primitive: Primitive<ReduceParams>, needsElements: boolean, bools = false) {
  const fn = `lax.${name}`;
  return (x: ArrayLike, options?: { readonly axes?: Axes }): NDArray => {
    checkOptions(fn, options, ["axes"]);
    const operand = bools ? asArray(fn, x) : requireNumbers(fn, asArray(fn, x));
    if (bools && operand.dtype !== "bool") throw new TypeError(`${fn}: needs a bool array, got ${operand.dtype}.`);
    const axes = canonicalAxes(fn, options?.axes, operand.ndim, "axes").sort((a, b) => a - b);
    if (needsElements && sizeOf(axes.map((a) => operand.shape[a] as number)) === 0) {
      throw new ShapeError(`${fn}: axes [${axes.join(", ")}] of shape ${formatShape(operand.shape)} are empty.`);
    }
    return axes.length === 0 ? operand : bind1(primitive, [operand], { axes });
  };
}

/** The largest element over `axes`. Source: `jax.lax.reduce_max`. */
export const reduceMax = /* @__PURE__ */ reduction("reduceMax", maxPrimitive, true);
/** The smallest element over `axes`. */
export const reduceMin = /* @__PURE__ */ reduction("reduceMin", minPrimitive, true);
/** Whether all elements over `axes` are true. */
export const reduceAnd = /* @__PURE__ */ reduction("reduceAnd", andPrimitive, false, true);
/** Whether any element over `axes` is true. */
export const reduceOr = /* @__PURE__ */ reduction("reduceOr", orPrimitive, false, true);
