/** Sums and products up to each place. */
import { namedArguments } from "../base/arguments.ts";
import type { DType } from "../base/dtypes.ts";
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
  return (x: ArrayLike, options?: number | null | CumulativeOptions): NDArray => {
    const { axis = null, dtype } = namedArguments<CumulativeOptions>(fn, ["axis", "dtype"], [options]);
    const operand = accumulated(fn, x, dtype);
    return axis === null ? apply(lax.reshape(operand, { newSizes: [operand.size] })) : apply(operand, { axis });
  };
}

/** The sums of the elements up to each place. Source: `jax.numpy.cumsum`. */
export const cumsum = /* @__PURE__ */ cumulative("numpy.cumsum", lax.cumsum);
/** The products of the elements up to each place. Source: `jax.numpy.cumprod`. */
export const cumprod = /* @__PURE__ */ cumulative("numpy.cumprod", lax.cumprod);
