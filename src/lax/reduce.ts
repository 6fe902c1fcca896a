/** Reductions other than the sum. */
import type { DType } from "../base/dtypes.ts";
import { checkOptions, formatShape, ShapeError } from "../base/errors.ts";
import { type Axes, canonicalAxes, canonicalAxis, range, sizeOf, withoutAxes } from "../base/shapes.ts";
import { type Aval, makeAval } from "../ir/aval.ts";
import { type NDArray, scalar } from "../ir/ndarray.ts";
import type { Primitive, ReduceOp } from "../ir/primitive.ts";
import { bind1 } from "../ir/trace.ts";
import { div, mul } from "./arithmetic.ts";
import { convertElementType } from "./convert.ts";
import { addArrays } from "./elementwise.ts";
import { eq } from "./logic.ts";
import { requireNumbers } from "./nary.ts";
import { type ArrayLike, asArray } from "./operands.ts";
import { broadcastInDim, moveAxis, reduceSum, reshape, shiftedAxes, transpose } from "./shape.ts";
import { pad, sliceInDim } from "./slice.ts";

interface ReduceParams {
  readonly axes: readonly number[];
}

type ReduceJvp = (x: NDArray, dx: NDArray, out: NDArray, axes: readonly number[]) => NDArray;

function reducer(name: string, op: ReduceOp, jvp: ReduceJvp | null, dtype?: DType): Primitive<ReduceParams> {
  const primitive: Primitive<ReduceParams> = {
    name,
    aval: ([x], { axes }) => {
      const { shape, weak, ...input } = x as Aval;
      return [makeAval(withoutAxes(shape, axes), dtype ?? input.dtype, weak && !dtype)];
    },
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

/** The even and the odd elements of the last axis, where the latter may lack one, which `filler` stands in for. */
function pairs(x: NDArray, filler: number): [NDArray, NDArray] {
  const axis = x.ndim - 1;
  const size = x.shape[axis] as number;
  const padded = pad(x, scalar(filler, x.dtype), {
    paddingConfig: x.shape.map((_, i): [number, number, number] => [0, i === axis ? size % 2 : 0, 0]),
  });
  return [0, 1].map((first) => sliceInDim(padded, first, size + (size % 2), axis, 2)) as [NDArray, NDArray];
}

/** By products of pairs, of pairs of pairs, and so on: without a division, so that factors may be 0. */
const productJvp: ReduceJvp = (x, dx, out, axes) => {
  const permutation = [...range(x.ndim).filter((i) => !axes.includes(i)), ...axes];
  const flat = (y: NDArray): NDArray =>
    reshape(transpose(y, { permutation }), { newSizes: [...out.shape, sizeOf(axes.map((a) => y.shape[a] as number))] });
  let [product, tangent] = [flat(x), flat(dx)];
  while ((product.shape.at(-1) as number) > 1) {
    const [[a, b], [da, db]] = [pairs(product, 1), pairs(tangent, 0)];
    [product, tangent] = [mul(a, b), addArrays(mul(a, db), mul(da, b))];
  }
  return reduceSum(tangent, { axes: [out.ndim] });
};

const maxPrimitive = /* @__PURE__ */ reducer("reduce_max", "MAX", extremumJvp);
const minPrimitive = /* @__PURE__ */ reducer("reduce_min", "MIN", extremumJvp);
const andPrimitive = /* @__PURE__ */ reducer("reduce_and", "AND", null);
const orPrimitive = /* @__PURE__ */ reducer("reduce_or", "OR", null);
const productPrimitive = /* @__PURE__ */ reducer("reduce_prod", "PROD", productJvp);
const argmaxPrimitive = /* @__PURE__ */ reducer("argmax", "ARGMAX", null, "int32");
const argminPrimitive = /* @__PURE__ */ reducer("argmin", "ARGMIN", null, "int32");

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
/** The product over `axes`; its derivative is right where factors are 0, too. Source: `jax.lax.reduce_prod`. */
export const reduceProd = /* @__PURE__ */ reduction("reduceProd", productPrimitive, false);
/** Whether all elements over `axes` are true. */
export const reduceAnd = /* @__PURE__ */ reduction("reduceAnd", andPrimitive, false, true);
/** Whether any element over `axes` is true. */
export const reduceOr = /* @__PURE__ */ reduction("reduceOr", orPrimitive, false, true);

export interface ArgOptions {
  /** The axis to search along, which disappears. */
  readonly axis: number;
  /** `"int32"` by default. */
  readonly indexDtype?: DType;
}

function argReduction(name: string, primitive: Primitive<ReduceParams>) {
  const fn = `lax.${name}`;
  return (x: ArrayLike, options: ArgOptions): NDArray => {
    checkOptions(fn, options, ["axis", "indexDtype"], ["axis"]);
    const given = asArray(fn, x);
    const axis = canonicalAxis(fn, options.axis, given.ndim);
    if (given.shape[axis] === 0) throw new ShapeError(`${fn}: axis ${axis} of ${formatShape(given.shape)} is empty.`);
    const operand = given.dtype === "bool" ? convertElementType(given, "int32") : given;
    return convertElementType(bind1(primitive, [operand], { axes: [axis] }), options.indexDtype ?? "int32");
  };
}

/** The place of the first largest element along an axis; of the first NaN if there is one. Source: `jax.lax.argmax`. */
export const argmax = /* @__PURE__ */ argReduction("argmax", argmaxPrimitive);
/** The place of the first smallest element along an axis; of the first NaN if there is one. Source: `jax.lax.argmin`. */
export const argmin = /* @__PURE__ */ argReduction("argmin", argminPrimitive);
