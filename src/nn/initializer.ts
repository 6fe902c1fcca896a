/** What an initializer is, and how one is made. */

import { describe, noMore } from "../base/errors.ts";
import { checkRoom, checkShape, type Shape } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import type { ArrayLike } from "../lax/operands.ts";
import type { FloatDType } from "../random/bits.ts";
import { checkKey, HASHED_BYTES } from "../random/keys.ts";
import { checkFloat } from "../random/parameters.ts";

/**
 * Makes parameters from a key: `(key, shape, dtype)`, of the dtype that the initializer was built with (`"float32"`) unless
 * another is given.
 */
export type Initializer = (key: ArrayLike, shape: Shape, dtype?: FloatDType) => NDArray;

/** Draws for checked arguments; `fn` names the initializer in errors. */
export type Init = (key: NDArray, shape: Shape, dtype: FloatDType, fn: string) => NDArray;

/** The initializer that `name` built, which makes each parameter by `init`, working with so many bytes: those of a draw. */
export function initializer(name: string, dtype: FloatDType, init: Init, bytes = HASHED_BYTES): Initializer {
  const fn = `nn.initializers.${name}`;
  checkFloat(fn, dtype);
  return (key: ArrayLike, shape: Shape, given: FloatDType = dtype, ...rest: never[]) => {
    noMore(fn, rest);
    const single = checkKey(fn, key);
    checkShape(fn, shape);
    checkRoom(fn, shape, bytes);
    checkFloat(fn, given);
    return init(single, shape, given, fn);
  };
}

export function checkNumber(name: string, argument: string, x: unknown): asserts x is number {
  if (typeof x === "number" && Number.isFinite(x)) return;
  throw new TypeError(`nn.initializers.${name}: ${argument} must be a finite number, got ${describe(x)}.`);
}
