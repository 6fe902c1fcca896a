/** Absolute values and norms of vectors, whose derivative at 0 is 0 as in PyTorch, and not 1 or NaN. */
import type { NDArray } from "../../ir/ndarray.ts";
import * as lax from "../../lax/index.ts";
import { sum } from "../../numpy/reductions.ts";

export const absolute = (x: NDArray): NDArray => (x.dtype === "uint32" ? x : lax.mul(x, lax.sign(x)));

/** `x` to the power `exponent` where it is positive, 0 elsewhere, with a derivative of 0 there. */
function powerIfPositive(x: NDArray, exponent: number): NDArray {
  const positive = lax.gt(x, 0);
  const inside = lax.select(positive, x, 1);
  return lax.select(positive, exponent === 0.5 ? lax.sqrt(inside) : lax.pow(inside, exponent), 0);
}

/** The `p`-th root of what `total` makes of the `p`-th powers of absolute values. */
export function powerNorm(x: NDArray, p: number, total: (powers: NDArray) => NDArray): NDArray {
  if (p === 1) return total(absolute(x));
  return powerIfPositive(total(p === 2 ? lax.square(x) : lax.integerPow(absolute(x), { exponent: p })), 1 / p);
}

export const normOver = (x: NDArray, axis: readonly number[], p: number, keepdims: boolean): NDArray =>
  powerNorm(x, p, (powers) => sum(powers, { axis, keepdims }));
