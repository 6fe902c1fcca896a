/** The `lax` namespace as users see it: the primitives, and control flow, which stands on transformations. */

import { checkOptions, formatShape, noMore, ShapeError, show } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { canonicalAxis, isIntegerList } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import { sliceInDim as sliceAlong } from "../lax/slice.ts";

export * from "../lax/index.ts";
export { cond, switchBranch as switch } from "./cond.ts";
export { foriLoop, type MapOptions, map, type ScanOptions, scan } from "./scan.ts";
export { whileLoop } from "./while.ts";

/**
 * The elements from `start` up to `limit` along `axis` (the first one by default), by `stride`.
 * Source: `jax.lax.slice_in_dim`.
 * @example lax.sliceInDim(np.arange(5), 1, 4) // [1, 2, 3]
 */
export function sliceInDim(
  x: ArrayLike,
  start: number,
  limit: number,
  options: { readonly axis?: number; readonly stride?: number } = {},
  ...rest: never[]
): NDArray {
  const fn = "lax.sliceInDim";
  noMore(fn, rest);
  const chosen = checkOptions(fn, options, ["axis", "stride"]);
  const operand = asArray(fn, x);
  const axis = canonicalAxis(fn, chosen.axis ?? 0, operand.ndim);
  const { stride = 1 } = chosen;
  const size = entry(operand.shape, axis);
  if (isIntegerList([start, limit], 0) && start <= limit && limit <= size && isIntegerList([stride], 1)) {
    return sliceAlong(operand, start, limit, axis, stride);
  }
  throw new ShapeError(
    `${fn}: start ${show(start)}, limit ${show(limit)} and stride ${show(stride)} do not fit axis ${axis} of ` +
      `${formatShape(operand.shape)}.`,
  );
}
