/** Slices, and updates of slices, whose place is computed. As in JAX they are moved to lie inside the array. */
import { checkOptions, formatShape, ShapeError } from "../base/errors.ts";
import { canonicalAxis, range, type Shape } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { add, clamp, sub } from "./arithmetic.ts";
import { sameDType } from "./convert.ts";
import { iota } from "./create.ts";
import { checkIndices, fromEnd, takeAlong } from "./gather.ts";
import { bitwiseAnd, ge, lt, select } from "./logic.ts";
import { type ArrayLike, asArray } from "./operands.ts";
import { broadcastInDim, reshape } from "./shape.ts";

/** The axes that a slice of `sizes` does not cover, with the place where it begins on each. */
function starts(
  fn: string,
  x: NDArray,
  startIndices: readonly ArrayLike[],
  sizes: Shape,
): [axis: number, at: NDArray][] {
  const fits =
    startIndices.length === x.ndim &&
    sizes.length === x.ndim &&
    x.shape.every((n, i) => Number.isInteger(sizes[i]) && (sizes[i] as number) >= 0 && (sizes[i] as number) <= n);
  if (!fits) {
    throw new ShapeError(
      `${fn}: shape ${formatShape(x.shape)} needs one start index (got ${startIndices.length}) and a size that fits for ` +
        `every axis, got sizes ${formatShape(sizes)}.`,
    );
  }
  return range(x.ndim).flatMap((axis): [number, NDArray][] => {
    const size = x.shape[axis] as number;
    const index = reshape(checkIndices(fn, startIndices[axis] as ArrayLike, "startIndices"), { newSizes: [] });
    const room = size - (sizes[axis] as number);
    return room === 0 ? [] : [[axis, clamp(0, fromEnd(index, size), room)]];
  });
}

/**
 * The part of `sliceSizes` that begins at `startIndices` (integers, one for each axis, negative ones counted from the
 * end). Source: `jax.lax.dynamic_slice`.
 * @example lax.dynamicSlice(x, [i, 0], { sliceSizes: [2, 3] })
 */
export function dynamicSlice(
  x: ArrayLike,
  startIndices: readonly ArrayLike[],
  options: { readonly sliceSizes: Shape },
): NDArray {
  const fn = "lax.dynamicSlice";
  checkOptions(fn, options, ["sliceSizes"], ["sliceSizes"]);
  const { sliceSizes } = options;
  const operand = asArray(fn, x);
  return starts(fn, operand, startIndices, sliceSizes).reduce(
    (part, [axis, at]) => takeAlong(part, add(iota("int32", sliceSizes[axis] as number), at), axis),
    operand,
  );
}

/**
 * `x` with the part that begins at `startIndices` replaced by `update`. Source: `jax.lax.dynamic_update_slice`.
 * @param update of as many axes as `x`, none longer.
 */
export function dynamicUpdateSlice(x: ArrayLike, update: ArrayLike, startIndices: readonly ArrayLike[]): NDArray {
  const fn = "lax.dynamicUpdateSlice";
  const [operand, part] = sameDType(fn, [x, update], ["x", "update"]) as [NDArray, NDArray];
  let values = part;
  let inside: NDArray | undefined;
  for (const [axis, at] of starts(fn, operand, startIndices, part.shape)) {
    const place = sub(iota("int32", operand.shape[axis] as number), at);
    values = takeAlong(values, place, axis);
    const covered = broadcastInDim(bitwiseAnd(ge(place, 0), lt(place, part.shape[axis] as number)), {
      shape: operand.shape,
      broadcastDimensions: [axis],
    });
    inside = inside ? bitwiseAnd(inside, covered) : covered;
  }
  return inside ? select(inside, values, operand) : values;
}

/** `value` for one axis, `others` for the rest. */
const alongAxis = <T>(x: NDArray, axis: number, value: T, others: (size: number) => T): T[] =>
  x.shape.map((n, i) => (i === axis ? value : others(n)));

/** `sliceSize` elements of one axis from `startIndex` on. Source: `jax.lax.dynamic_slice_in_dim`. */
export function dynamicSliceInDim(x: ArrayLike, startIndex: ArrayLike, sliceSize: number, axis = 0): NDArray {
  const operand = asArray("lax.dynamicSliceInDim", x);
  const along = canonicalAxis("lax.dynamicSliceInDim", axis, operand.ndim);
  return dynamicSlice(
    operand,
    alongAxis<ArrayLike>(operand, along, startIndex, () => 0),
    {
      sliceSizes: alongAxis(operand, along, sliceSize, (n) => n),
    },
  );
}

/** One place of an axis, which disappears with `keepdims: false`. Source: `jax.lax.dynamic_index_in_dim`. */
export function dynamicIndexInDim(
  x: ArrayLike,
  index: ArrayLike,
  options?: { readonly axis?: number; readonly keepdims?: boolean },
): NDArray {
  checkOptions("lax.dynamicIndexInDim", options, ["axis", "keepdims"]);
  const { axis = 0, keepdims = true } = options ?? {};
  const place = dynamicSliceInDim(x, index, 1, axis);
  if (keepdims) return place;
  const along = canonicalAxis("lax.dynamicIndexInDim", axis, place.ndim);
  return reshape(place, { newSizes: place.shape.filter((_, i) => i !== along) });
}

/** `x` with a part of one axis replaced. Source: `jax.lax.dynamic_update_slice_in_dim`. */
export function dynamicUpdateSliceInDim(x: ArrayLike, update: ArrayLike, startIndex: ArrayLike, axis = 0): NDArray {
  const operand = asArray("lax.dynamicUpdateSliceInDim", x);
  const along = canonicalAxis("lax.dynamicUpdateSliceInDim", axis, operand.ndim);
  return dynamicUpdateSlice(
    operand,
    update,
    alongAxis<ArrayLike>(operand, along, startIndex, () => 0),
  );
}

/** `x` with one place of an axis replaced; `update` may lack the axis. Source: `jax.lax.dynamic_update_index_in_dim`. */
export function dynamicUpdateIndexInDim(x: ArrayLike, update: ArrayLike, index: ArrayLike, axis = 0): NDArray {
  const fn = "lax.dynamicUpdateIndexInDim";
  const operand = asArray(fn, x);
  const along = canonicalAxis(fn, axis, operand.ndim);
  const place = reshape(asArray(fn, update, "update"), { newSizes: alongAxis(operand, along, 1, (n) => n) });
  return dynamicUpdateSliceInDim(operand, place, index, along);
}
