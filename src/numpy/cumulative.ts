/** Sums and products up to each place. */
import { type Arguments, namedArguments } from "../base/arguments.ts";
import type { DType } from "../base/dtypes.ts";
import { canonicalAxis } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import * as lax from "../lax/index.ts";
import type { ArrayLike } from "../lax/operands.ts";
import { accumulated } from "./operands.ts";

export interface CumulativeOptions {
  /** By default (`null`) the array is flattened. */
  readonly axis?: number | null;
  /** The dtype to compute in. */
  readonly dtype?: DType;
}

function cumulative(fn: string, apply: typeof lax.cumsum) {
  return (x: ArrayLike, ...args: Arguments<[axis: number | null, dtype: DType], CumulativeOptions>): NDArray => {
    const { axis = null, dtype } = namedArguments<CumulativeOptions>(fn, ["axis", "dtype"], args);
    const given = accumulated(fn, x, dtype);
    const operand = axis === null || given.ndim === 0 ? lax.reshape(given, { newSizes: [given.size] }) : given;
    return apply(operand, { axis: canonicalAxis(fn, axis ?? 0, operand.ndim) });
  };
}

/**
 * The sums of the elements up to each place. Source: `jax.numpy.cumsum`.
 * @example np.cumsum(np.array([1, 2, 3])) // [1, 3, 6]
 */
export const cumsum = /* @__PURE__ */ cumulative("numpy.cumsum", lax.cumsum);
/**
 * The products of the elements up to each place. Source: `jax.numpy.cumprod`.
 * @example np.cumprod(np.array([1, 2, 3])) // [1, 2, 6]
 */
export const cumprod = /* @__PURE__ */ cumulative("numpy.cumprod", lax.cumprod);
