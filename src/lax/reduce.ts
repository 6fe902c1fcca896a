/** Reductions other than the sum. */

import { type DType, isFloat } from "../base/dtypes.ts";
import { checkList, checkOptions, closed, describe, formatShape, noMore, ShapeError } from "../base/errors.ts";
import { entry, mapEach } from "../base/lists.ts";
import { type Axes, canonicalAxes, canonicalAxis, range, sameShape, sizeOf, withoutAxes } from "../base/shapes.ts";
import { flatten, sameStructure, unflatten } from "../base/tree.ts";
import { makeAval } from "../ir/aval.ts";
import { type NDArray, scalar } from "../ir/ndarray.ts";
import type { One, Primitive, ReduceOp } from "../ir/primitive.ts";
import { bind1 } from "../ir/trace.ts";
import { div, mul } from "./arithmetic.ts";
import { combining } from "./combine.ts";
import { convertElementType } from "./convert.ts";
import { full } from "./create.ts";
import { addArrays } from "./elementwise.ts";
import { bitwiseAnd, bitwiseOr, bitwiseXor, eq } from "./logic.ts";
import { type ArrayLike, asArray } from "./operands.ts";
import { broadcastInDim, broadcastTo, moveAxis, reduceSum, reshape, shiftedAxes, transpose } from "./shape.ts";
import { concatenate, pad, sliceInDim } from "./slice.ts";

interface ReduceParams {
  readonly axes: readonly number[];
}

type ReduceJvp = (x: NDArray, dx: NDArray, out: NDArray, axes: readonly number[]) => NDArray;

function reducer(name: string, op: ReduceOp, jvp: ReduceJvp | null, dtype?: DType): Primitive<ReduceParams> {
  const primitive: Primitive<ReduceParams, One> = {
    name,
    aval: ([x], { axes }) => {
      const { shape, weak, ...input } = x;
      return [makeAval(withoutAxes(shape, axes), dtype ?? input.dtype, weak && !dtype)];
    },
    jvp: ([x], [dx], params) => {
      const out = bind1(primitive, [x], params);
      return [[out], [dx && jvp ? jvp(x, dx, out, params.axes) : null]];
    },
    batch: ([x], [axis], { axes }) => {
      const front = moveAxis(x, axis, 0);
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
  const size = entry(x.shape, axis);
  const padded = pad(x, scalar(filler, x.dtype), {
    paddingConfig: x.shape.map((_, i): [number, number, number] => [0, i === axis ? size % 2 : 0, 0]),
  });
  return mapEach([0, 1], (first) => sliceInDim(padded, first, size + (size % 2), axis, 2));
}

/** By products of pairs, of pairs of pairs, and so on: without a division, so that factors may be 0. */
const productJvp: ReduceJvp = (x, dx, out, axes) => {
  const permutation = [...range(x.ndim).filter((i) => !axes.includes(i)), ...axes];
  const flat = (y: NDArray): NDArray =>
    reshape(transpose(y, { permutation }), { newSizes: [...out.shape, sizeOf(axes.map((a) => entry(y.shape, a)))] });
  let [product, tangent] = [flat(x), flat(dx)];
  while (entry(product.shape, -1) > 1) {
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

type ReductionOptions = { readonly axes?: Axes };
type Reduction = (x: ArrayLike, options?: ReductionOptions) => NDArray;

/** `whole` computes the reduction over `axes`, `empty` is what no elements give. */
function reduction(
  name: string,
  accepts: (dtype: DType) => boolean,
  empty: (dtype: DType) => number,
  whole: (x: NDArray, axes: readonly number[]) => NDArray,
): Reduction {
  const fn = `lax.${name}`;
  return closed(fn, (x: ArrayLike, options?: ReductionOptions) => {
    const chosen = checkOptions(fn, options, ["axes"]);
    const operand = asArray(fn, x);
    if (!accepts(operand.dtype)) throw new TypeError(`${fn}: does not take arrays of ${operand.dtype}.`);
    const axes = canonicalAxes(fn, chosen.axes, operand.ndim, "axes").sort((a, b) => a - b);
    if (axes.some((a) => operand.shape[a] === 0)) {
      return full(withoutAxes(operand.shape, axes), empty(operand.dtype), operand.dtype);
    }
    return axes.length === 0 ? operand : whole(operand, axes);
  });
}

const numbers = (dtype: DType): boolean => dtype !== "bool";
const wholeNumbers = (dtype: DType): boolean => !isFloat(dtype);

/** By one kernel for numbers, by another for bools. */
const byKernel =
  (ofNumbers: Primitive<ReduceParams>, ofBools = ofNumbers) =>
  (x: NDArray, axes: readonly number[]): NDArray =>
    bind1(x.dtype === "bool" ? ofBools : ofNumbers, [x], { axes });

/** Bitwise for integers, which have no kernel; for bools logical. */
const bitwise =
  (combine: (a: NDArray, b: NDArray) => NDArray, ofBools?: Primitive<ReduceParams>) =>
  (x: NDArray, axes: readonly number[]): NDArray =>
    x.dtype === "bool" && ofBools
      ? bind1(ofBools, [x], { axes })
      : entry(
          byPairs([x], axes, ([a], [b]) => [combine(a as NDArray, b as NDArray)]),
          0,
        );

/** The smallest and the largest number of a dtype: what `max` and `min` of nothing give. */
export const lowest = (dtype: DType): number =>
  isFloat(dtype) ? Number.NEGATIVE_INFINITY : dtype === "int32" ? -(2 ** 31) : 0;
export const highest = (dtype: DType): number =>
  isFloat(dtype) ? Number.POSITIVE_INFINITY : dtype === "bool" ? 1 : dtype === "int32" ? 2 ** 31 - 1 : 2 ** 32 - 1;

/**
 * The largest element over `axes`; the lowest number for no elements. Source: `jax.lax.reduce_max`.
 * @example lax.reduceMax(np.array([1, 5]), { axes: [0] }) // 5
 */
export const reduceMax = /* @__PURE__ */ reduction(
  "reduceMax",
  () => true,
  lowest,
  /* @__PURE__ */ byKernel(maxPrimitive, orPrimitive),
);
/**
 * The smallest element over `axes`; the highest number for no elements. Source: `jax.lax.reduce_min`.
 * @example lax.reduceMin(np.array([1, 5]), { axes: [0] }) // 1
 */
export const reduceMin = /* @__PURE__ */ reduction(
  "reduceMin",
  () => true,
  highest,
  /* @__PURE__ */ byKernel(minPrimitive, andPrimitive),
);
/**
 * The product over `axes`; its derivative is right where factors are 0, too. Source: `jax.lax.reduce_prod`.
 * @example lax.reduceProd(np.array([2, 5]), { axes: [0] }) // 10
 */
export const reduceProd = /* @__PURE__ */ reduction(
  "reduceProd",
  numbers,
  () => 1,
  /* @__PURE__ */ byKernel(productPrimitive),
);
/**
 * Whether all elements over `axes` are true; of integers the bits that all have. Source: `jax.lax.reduce_and`.
 * @example lax.reduceAnd(np.array([true, false]), { axes: [0] }) // false
 */
export const reduceAnd = /* @__PURE__ */ reduction(
  "reduceAnd",
  wholeNumbers,
  (dtype) => (dtype === "int32" ? -1 : highest(dtype)),
  /* @__PURE__ */ bitwise(bitwiseAnd, andPrimitive),
);
/**
 * Whether any element over `axes` is true; of integers the bits that any has. Source: `jax.lax.reduce_or`.
 * @example lax.reduceOr(np.array([true, false]), { axes: [0] }) // true
 */
export const reduceOr = /* @__PURE__ */ reduction(
  "reduceOr",
  wholeNumbers,
  () => 0,
  /* @__PURE__ */ bitwise(bitwiseOr, orPrimitive),
);
/**
 * Whether an odd number of elements over `axes` is true; of integers bit by bit. Source: `jax.lax.reduce_xor`.
 * @example lax.reduceXor(np.array([true, true]), { axes: [0] }) // false
 */
export const reduceXor = /* @__PURE__ */ reduction(
  "reduceXor",
  wholeNumbers,
  () => 0,
  /* @__PURE__ */ bitwise(bitwiseXor),
);

/** Neighbours combined, then neighbours of these, until one is left. */
function byPairs(
  operands: readonly NDArray[],
  axes: readonly number[],
  combine: (a: readonly NDArray[], b: readonly NDArray[]) => readonly NDArray[],
): readonly NDArray[] {
  const first = entry(operands, 0);
  const kept = range(first.ndim).filter((i) => !axes.includes(i));
  const size = sizeOf(axes.map((a) => entry(first.shape, a)));
  const [axis, shape] = [kept.length, kept.map((a) => entry(first.shape, a))];
  let rows: readonly NDArray[] = operands.map((x) =>
    reshape(transpose(x, { permutation: [...kept, ...axes] }), { newSizes: [...shape, size] }),
  );
  for (let left = size; left > 1; left = Math.ceil(left / 2)) {
    const even = left - (left % 2);
    const [a, b] = mapEach([0, 1], (start) => rows.map((x) => sliceInDim(x, start, even, axis, 2)));
    const last = rows.map((x) => sliceInDim(x, even, left, axis));
    rows = combine(a, b).map((x, i) => (even === left ? x : concatenate([x, entry(last, i)], { dimension: axis })));
  }
  return rows.map((x) => reshape(x, { newSizes: shape }));
}

/** The arrays of a tree with their initial values, and `computation`, a function of such trees, as one of lists of arrays. */
export function treeReduction<Values>(
  fn: string,
  operands: Values,
  initValues: unknown,
  computation: (a: Values, b: Values) => Values,
) {
  const [given, def] = flatten<ArrayLike>(operands);
  const xs = given.map((x) => asArray(fn, x, "operands"));
  const [starts, startsDef] = flatten<ArrayLike>(initValues);
  const init = starts.map((value, i) =>
    convertElementType(asArray(fn, value, "initValues"), xs[i]?.dtype ?? "float32"),
  );
  if (
    !sameStructure(startsDef, def) ||
    init.some((value) => value.ndim > 0) ||
    xs.some((x) => !sameShape(x.shape, entry(xs, 0).shape))
  ) {
    const shapes = (list: readonly NDArray[]): string => list.map((x) => formatShape(x.shape)).join(", ") || "none";
    throw new ShapeError(
      `${fn}: needs arrays of one shape with an initial value, one number, for each; got ${shapes(xs)} and ` +
        `${init.length} value(s) of ${shapes(init)}.`,
    );
  }
  const wrap = (list: readonly NDArray[]): Values => unflatten(def, list);
  return { xs, init, wrap, combine: combining(fn, "computation", computation, def) };
}

/**
 * The elements over `dimensions` combined by `computation`, an associative function of two arrays, and with `initValue`, its
 * identity. With trees of arrays `computation` takes and returns trees. Source: `jax.lax.reduce`.
 * @example lax.reduce(x, 1, lax.mul, [0])
 */
export function reduce<Values>(
  operands: Values,
  initValues: unknown,
  computation: (a: Values, b: Values) => Values,
  dimensions: readonly number[],
  ...rest: never[]
): Values {
  const fn = "lax.reduce";
  noMore(fn, rest);
  const { xs, init, wrap, combine } = treeReduction(fn, operands, initValues, computation);
  checkList(fn, "dimensions", dimensions);
  const first = xs[0];
  if (!first) return operands;
  const axes = canonicalAxes(fn, dimensions, first.ndim, "dimensions").sort((a, b) => a - b);
  const shape = withoutAxes(first.shape, axes);
  const initial = init.map((value) => broadcastTo(value, shape));
  return wrap(axes.some((a) => first.shape[a] === 0) ? initial : combine(initial, byPairs(xs, axes, combine)));
}

/** Options of `lax.argmax` and `lax.argmin`. */
export interface ArgOptions {
  /** The axis to search along, which disappears. */
  readonly axis: number;
  /** `"int32"` by default. */
  readonly indexDtype?: DType;
}

function argReduction(name: string, primitive: Primitive<ReduceParams>) {
  const fn = `lax.${name}`;
  return closed(fn, (x: ArrayLike, options: ArgOptions): NDArray => {
    const chosen = checkOptions(fn, options, ["axis", "indexDtype"], ["axis"]);
    const given = asArray(fn, x);
    const axis = canonicalAxis(fn, chosen.axis, given.ndim);
    if (given.shape[axis] === 0) throw new ShapeError(`${fn}: axis ${axis} of ${formatShape(given.shape)} is empty.`);
    const operand = given.dtype === "bool" ? convertElementType(given, "int32") : given;
    if (chosen.indexDtype !== undefined && !chosen.indexDtype.endsWith("int32")) {
      throw new TypeError(`${fn}: indexDtype must be "int32" or "uint32", got ${describe(chosen.indexDtype)}.`);
    }
    return convertElementType(bind1(primitive, [operand], { axes: [axis] }), chosen.indexDtype ?? "int32");
  });
}

/**
 * The place of the first largest element along an axis; of the first NaN if there is one. Source: `jax.lax.argmax`.
 * @example lax.argmax(np.array([1, 5]), { axis: 0, indexDtype: "int32" }) // 1
 */
export const argmax = /* @__PURE__ */ argReduction("argmax", argmaxPrimitive);
/**
 * The place of the first smallest element along an axis; of the first NaN if there is one. Source: `jax.lax.argmin`.
 * @example lax.argmin(np.array([1, 5]), { axis: 0, indexDtype: "int32" }) // 0
 */
export const argmin = /* @__PURE__ */ argReduction("argmin", argminPrimitive);
