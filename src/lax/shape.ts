/**
 * Operations that only rearrange or repeat elements: transpose, reshape, broadcast; and the sum over axes, which is the
 * broadcast's transpose. All but the sum are views: they cost nothing until a kernel wants row-major data.
 */

import { checkOptions, formatShape, noMore, ShapeError, show } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import {
  type Axes,
  canonicalAxes,
  checkIntegers,
  checkShape,
  inserted,
  invertPermutation,
  isIntegerList,
  range,
  removed,
  type Shape,
  sameShape,
  sizeOf,
  withoutAxes,
} from "../base/shapes.ts";
import { broadcastView, permuteView, reshapeView } from "../base/view.ts";
import { type Aval, makeAval } from "../ir/aval.ts";
import { HostArray, type NDArray } from "../ir/ndarray.ts";
import type { BatchAxis, One, Primitive, Tangent } from "../ir/primitive.ts";
import { bind1 } from "../ir/trace.ts";
import { type ArrayLike, asArray } from "./operands.ts";

/** The rules of a primitive with one input and one output that is linear in it. */
export interface LinearUnary<Params> {
  readonly apply: (x: NDArray, params: Params) => NDArray;
  readonly transpose: (ct: NDArray, input: Aval, params: Params) => NDArray;
  readonly batch: (x: NDArray, axis: number, params: Params) => [NDArray, BatchAxis];
}

/** The jvp, transpose and batch rules that follow from linearity. */
export function linearUnaryRules<Params>(
  rules: LinearUnary<Params>,
): Pick<Primitive<Params>, "jvp" | "transpose" | "batch"> {
  return {
    jvp: ([x], [t], params) => [[rules.apply(x as NDArray, params)], [t ? rules.apply(t, params) : null]],
    transpose: ([ct], [x], params): Tangent[] => [ct ? rules.transpose(ct, (x as NDArray).aval, params) : null],
    batch: ([x], [axis], params) => {
      const [out, outAxis] = rules.batch(x as NDArray, axis as number, params);
      return [[out], [outAxis]];
    },
  };
}

export interface TransposeParams {
  readonly permutation: readonly number[];
}

export const transposePrimitive: Primitive<TransposeParams, One> = {
  name: "transpose",
  aval: ([x], { permutation }) => [
    makeAval(
      permutation.map((p) => entry(x.shape, p)),
      x.dtype,
      x.weak,
    ),
  ],
  .../* @__PURE__ */ linearUnaryRules<TransposeParams>({
    apply: (x, { permutation }) => transpose(x, { permutation }),
    transpose: (ct, _, { permutation }) => transpose(ct, { permutation: invertPermutation(permutation) }),
    batch: (x, axis, { permutation }) => {
      const kept = removed(range(x.ndim), axis);
      return [transpose(x, { permutation: [axis, ...permutation.map((p) => entry(kept, p))] }), 0];
    },
  }),
  lowering: { kind: "view", view: (input, _, { permutation }) => permuteView(input, permutation) },
};

/**
 * Permutes the axes; without `permutation` reverses them. Source: `jax.lax.transpose`.
 * @example lax.transpose(x, { permutation: [1, 0] })
 */
export function transpose(
  x: ArrayLike,
  options?: { readonly permutation?: readonly number[] },
  ...rest: never[]
): NDArray {
  noMore("lax.transpose", rest);
  const chosen = checkOptions("lax.transpose", options, ["permutation"]);
  const operand = asArray("lax.transpose", x);
  const given = chosen.permutation ?? range(operand.ndim).reverse();
  const permutation = canonicalAxes("lax.transpose", given, operand.ndim, "permutation");
  if (permutation.length !== operand.ndim) {
    throw new ShapeError(
      `lax.transpose: permutation ${show(given)} must name each of the ${operand.ndim} axes of shape ` +
        `${formatShape(operand.shape)} once.`,
    );
  }
  return permutation.every((p, i) => p === i) ? operand : bind1(transposePrimitive, [operand], { permutation });
}

/** Moves one axis to another place, keeping the order of the rest. */
export function moveAxis(x: NDArray, from: number, to: number): NDArray {
  return transpose(x, { permutation: inserted(removed(range(x.ndim), from), to, from) });
}

interface ReshapeParams {
  readonly newSizes: Shape;
}

export const reshapePrimitive: Primitive<ReshapeParams, One> = {
  name: "reshape",
  aval: ([x], { newSizes }) => [makeAval(newSizes, x.dtype, x.weak)],
  .../* @__PURE__ */ linearUnaryRules<ReshapeParams>({
    apply: (x, { newSizes }) => reshape(x, { newSizes }),
    transpose: (ct, input) => reshape(ct, { newSizes: input.shape }),
    batch: (x, axis, { newSizes }) => {
      const front = moveAxis(x, axis, 0);
      return [reshape(front, { newSizes: [entry(front.shape, 0), ...newSizes] }), 0];
    },
  }),
  lowering: { kind: "view", view: (input, output) => reshapeView(input, output.shape) },
};

/** Replaces one -1 in `sizes` by what is left of `size`. */
export function inferSize(fn: string, sizes: readonly number[], shape: Shape): number[] {
  const unknown = sizes.indexOf(-1);
  const rest = sizeOf(sizes.filter((_, i) => i !== unknown));
  const inferred = unknown < 0 ? Array.from(sizes) : sizes.map((n, i) => (i === unknown ? sizeOf(shape) / rest : n));
  const valid = isIntegerList(inferred, 0) && sizeOf(inferred) === sizeOf(shape);
  if (valid) return inferred;
  throw new ShapeError(
    `${fn}: shape ${formatShape(shape)} (${sizeOf(shape)} elements) cannot become ${formatShape(sizes)}.`,
  );
}

/**
 * Gives the elements, in row-major order, another shape; one size may be -1. `dimensions` permutes the axes first.
 * Source: `jax.lax.reshape`.
 * @example lax.reshape(np.arange(4), { newSizes: [2, 2] }) // [[0, 1], [2, 3]]
 */
export function reshape(
  x: ArrayLike,
  options: { readonly newSizes: Shape; readonly dimensions?: readonly number[] | null },
  ...rest: never[]
): NDArray {
  noMore("lax.reshape", rest);
  const chosen = checkOptions("lax.reshape", options, ["newSizes", "dimensions"], ["newSizes"]);
  checkIntegers("lax.reshape", "newSizes", chosen.newSizes, -1);
  const given = asArray("lax.reshape", x);
  const order = chosen.dimensions && canonicalAxes("lax.reshape", chosen.dimensions, given.ndim, "dimensions");
  if (order && order.length !== given.ndim) {
    throw new ShapeError(
      `lax.reshape: dimensions ${show(chosen.dimensions)} must name each axis of ${formatShape(given.shape)} once.`,
    );
  }
  const operand = order ? transpose(given, { permutation: order }) : given;
  const newSizes = inferSize("lax.reshape", chosen.newSizes, operand.shape);
  return sameShape(newSizes, operand.shape) ? operand : bind1(reshapePrimitive, [operand], { newSizes });
}

/**
 * The array with an axis of size 1 inserted at each of `axes` (places in the result).
 * @example lax.expandDims(np.array([1, 2]), { axes: [0] }) // [[1, 2]]
 */
export function expandDims(x: ArrayLike, options: { readonly axes: readonly number[] }, ...rest: never[]): NDArray {
  noMore("lax.expandDims", rest);
  const { axes } = checkOptions("lax.expandDims", options, ["axes"], ["axes"]);
  checkIntegers("lax.expandDims", "axes", axes);
  const operand = asArray("lax.expandDims", x);
  const places = canonicalAxes("lax.expandDims", axes, operand.ndim + axes.length, "axes");
  let next = 0;
  const newSizes = range(operand.ndim + axes.length).map((i) =>
    places.includes(i) ? 1 : entry(operand.shape, next++),
  );
  return reshape(operand, { newSizes });
}

/**
 * The array without the given axes, each of which must have size 1 (all of size 1 when none are named).
 * @example lax.squeeze(np.ones([1, 2]), { dimensions: [0] }) // [1, 1]
 */
export function squeeze(x: ArrayLike, options: { readonly dimensions?: Axes } = {}, ...rest: never[]): NDArray {
  noMore("lax.squeeze", rest);
  const { dimensions } = checkOptions("lax.squeeze", options, ["dimensions"]);
  const operand = asArray("lax.squeeze", x);
  const axes =
    dimensions === null || dimensions === undefined
      ? range(operand.ndim).filter((i) => operand.shape[i] === 1)
      : canonicalAxes("lax.squeeze", dimensions, operand.ndim, "dimensions");
  if (axes.some((a) => operand.shape[a] !== 1)) {
    throw new ShapeError(
      `lax.squeeze: axes [${axes.join(", ")}] of shape ${formatShape(operand.shape)} do not all have size 1.`,
    );
  }
  return reshape(operand, { newSizes: withoutAxes(operand.shape, axes) });
}

export interface BroadcastParams {
  readonly shape: Shape;
  readonly broadcastDimensions: readonly number[];
}

export const broadcastPrimitive: Primitive<BroadcastParams, One> = {
  name: "broadcast_in_dim",
  aval: ([x], { shape }) => [makeAval(shape, x.dtype, x.weak)],
  .../* @__PURE__ */ linearUnaryRules<BroadcastParams>({
    apply: (x, params) => broadcastInDim(x, params),
    transpose: (ct, input, { shape, broadcastDimensions }) => {
      const repeated = range(shape.length).filter((d) => {
        const i = broadcastDimensions.indexOf(d);
        return i < 0 || input.shape[i] !== shape[d];
      });
      return reshape(reduceSum(ct, { axes: repeated }), { newSizes: input.shape });
    },
    batch: (x, axis, { shape, broadcastDimensions }) => {
      const front = moveAxis(x, axis, 0);
      const dims = [0, ...broadcastDimensions.map((d) => d + 1)];
      return [broadcastInDim(front, { shape: [entry(front.shape, 0), ...shape], broadcastDimensions: dims }), 0];
    },
  }),
  lowering: {
    kind: "view",
    view: (input, _, { shape, broadcastDimensions }) => broadcastView(input, shape, broadcastDimensions),
  },
};

/**
 * Repeats an array to `shape`: its axis `i` becomes axis `broadcastDimensions[i]`, whose size is the same or from 1.
 * Source: `jax.lax.broadcast_in_dim`.
 * @example lax.broadcastInDim(np.array([1, 2]), { shape: [2, 2], broadcastDimensions: [0] }) // [[1, 1], [2, 2]]
 */
export function broadcastInDim(x: ArrayLike, options: BroadcastParams, ...rest: never[]): NDArray {
  noMore("lax.broadcastInDim", rest);
  const names = ["shape", "broadcastDimensions"];
  const { shape, broadcastDimensions: dims } = checkOptions("lax.broadcastInDim", options, names, names);
  checkIntegers("lax.broadcastInDim", "broadcastDimensions", dims);
  const operand = asArray("lax.broadcastInDim", x);
  checkShape("lax.broadcastInDim", shape);
  const increasing = dims.every((d, i) => i === 0 || d > entry(dims, i - 1));
  const fits = dims.length === operand.ndim && operand.shape.every((n, i) => n === 1 || n === shape[entry(dims, i)]);
  if (!fits || !increasing || dims.some((d) => d < 0 || d >= shape.length)) {
    throw new ShapeError(
      `lax.broadcastInDim: shape ${formatShape(operand.shape)} does not fit into ${formatShape(shape)} with ` +
        `broadcastDimensions [${dims.join(", ")}].`,
    );
  }
  if (sameShape(operand.shape, shape)) return operand;
  return bind1(broadcastPrimitive, [operand], { shape, broadcastDimensions: dims });
}

/** NumPy's `broadcast_to`: the axes are aligned at the end. */
export function broadcastTo(x: NDArray, shape: Shape): NDArray {
  return broadcastInDim(x, { shape, broadcastDimensions: range(x.ndim, shape.length - x.ndim) });
}

/** A number, which stands in programs as a literal and needs no broadcast in elementwise operations. */
export const isLiteral = (x: NDArray): x is HostArray => x instanceof HostArray && x.ndim === 0;

interface ReduceSumParams {
  readonly axes: readonly number[];
}

/** Where `axes` of a value are once a batch axis has been moved to the front. */
export const shiftedAxes = (axes: readonly number[]): number[] => axes.map((a) => a + 1);

export const reduceSumPrimitive: Primitive<ReduceSumParams, One> = {
  name: "reduce_sum",
  aval: ([x], { axes }) => [makeAval(withoutAxes(x.shape, axes), x.dtype, x.weak)],
  .../* @__PURE__ */ linearUnaryRules<ReduceSumParams>({
    apply: (x, params) => reduceSum(x, params),
    transpose: (ct, input, { axes }) => {
      const kept = range(input.shape.length).filter((i) => !axes.includes(i));
      return broadcastInDim(ct, { shape: input.shape, broadcastDimensions: kept });
    },
    batch: (x, axis, { axes }) => [reduceSum(moveAxis(x, axis, 0), { axes: shiftedAxes(axes) }), 0],
  }),
  lowering: { kind: "reduce", op: "SUM", axes: ({ axes }) => axes },
};

/**
 * The sum over `axes` (all by default), which disappear. Source: `jax.lax.reduce_sum`.
 * @example lax.reduceSum(np.array([[1, 2], [3, 4]]), { axes: [0] }) // [4, 6]
 */
export function reduceSum(x: ArrayLike, options?: { readonly axes?: Axes }, ...rest: never[]): NDArray {
  noMore("lax.reduceSum", rest);
  const chosen = checkOptions("lax.reduceSum", options, ["axes"]);
  const operand = asArray("lax.reduceSum", x);
  if (operand.dtype === "bool")
    throw new TypeError("lax.reduceSum: needs numbers, got a bool array; convert it first.");
  const axes = canonicalAxes("lax.reduceSum", chosen.axes, operand.ndim, "axes");
  return axes.length === 0 ? operand : bind1(reduceSumPrimitive, [operand], { axes: axes.sort((a, b) => a - b) });
}

/** The position of the batch axis moved to the front; a value without one is broadcast over `size`. */
export function batchToFront(x: NDArray, axis: BatchAxis, size: number): NDArray {
  if (axis !== null) return moveAxis(x, axis, 0);
  return broadcastInDim(x, { shape: [size, ...x.shape], broadcastDimensions: range(x.ndim, 1) });
}

/** The size of the batch axis that at least one of the values has. */
export function batchSize(inputs: readonly NDArray[], axes: readonly BatchAxis[]): number {
  const sizes = inputs.flatMap(({ shape }, i) => {
    const axis = axes[i];
    return typeof axis === "number" ? [entry(shape, axis)] : [];
  });
  return entry(sizes, 0);
}
