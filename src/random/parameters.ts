/** The arguments that distributions have in common. */

import { namedArguments } from "../base/arguments.ts";
import type { DType } from "../base/dtypes.ts";
import { describe, formatShape, ShapeError } from "../base/errors.ts";
import { broadcastShapes, type Shape } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { type ArrayLike, convertElementType } from "../lax/index.ts";
import { asArray } from "../lax/operands.ts";
import { broadcastTo } from "../lax/shape.ts";
import { type DrawArguments, type DrawShape, type FloatDType, sizesOf } from "./bits.ts";
import { checkKey } from "./keys.ts";

/** How many numbers to draw, and of which dtype (`"float32"`). */
export interface DrawOptions {
  readonly shape?: DrawShape;
  readonly dtype?: FloatDType;
}

/** Options of a distribution with parameters. */
export interface ParametricOptions {
  /** By default what the parameters broadcast to. */
  readonly shape?: DrawShape | null;
  /** `"float32"` by default; the parameters are converted to it. */
  readonly dtype?: FloatDType;
}

/** The optional arguments of a distribution with parameters: `shape` and `dtype` by name, or `shape` by position. */
export type ParametricArguments = DrawArguments<ParametricOptions>;

export function checkFloat(fn: string, dtype: DType): asserts dtype is FloatDType {
  if (dtype !== "float32" && dtype !== "float64")
    throw new TypeError(`${fn}: dtype must be "float32" or "float64", got ${describe(dtype)}.`);
}

/** A draw's checked arguments: from what, how many, of which dtype. */
export interface Drawn {
  readonly key: NDArray;
  readonly shape: Shape;
  readonly dtype: FloatDType;
}

/** The checked arguments of a distribution without parameters. */
export function drawArguments(fn: string, key: ArrayLike, args: DrawArguments<DrawOptions>): Drawn {
  const { shape = [], dtype = "float32" } = namedArguments<DrawOptions>(fn, ["shape", "dtype"], args);
  checkFloat(fn, dtype);
  return { key: checkKey(fn, key), shape: sizesOf(fn, shape), dtype };
}

/** A parameter of a distribution in the dtype that is drawn. */
export function parameterOf(fn: string, name: string, value: ArrayLike, dtype: FloatDType): NDArray {
  const given = asArray(fn, value, name);
  return convertElementType(typeof value === "number" ? value : given, dtype);
}

/** Whether an array of a shape broadcasts to another. */
export const broadcastsTo = (from: Shape, to: Shape): boolean =>
  from.length <= to.length && from.every((n, i) => n === 1 || n === to[to.length - from.length + i]);

/** A parameter of a distribution as an array of `shape`, or, where it is one number, as it is. */
export function spreadParameter(fn: string, name: string, value: NDArray, shape: Shape): NDArray {
  if (value.ndim === 0) return value;
  if (broadcastsTo(value.shape, shape)) return broadcastTo(value, shape);
  throw new ShapeError(
    `${fn}: ${name} of shape ${formatShape(value.shape)} does not broadcast to ${formatShape(shape)}.`,
  );
}

/** A draw's arguments, and each parameter spread over its shape. */
interface Parametric<Name extends string> extends Drawn {
  readonly parameters: Readonly<Record<Name, NDArray>>;
}

/** The checked arguments of a distribution with `parameters`. */
export function parametricArguments<Name extends string>(
  fn: string,
  key: ArrayLike,
  parameters: Readonly<Record<Name, ArrayLike>>,
  args: ParametricArguments,
): Parametric<Name> {
  const { shape: given, dtype = "float32" } = namedArguments<ParametricOptions>(fn, ["shape", "dtype"], args);
  checkFloat(fn, dtype);
  const arrays = Object.entries<ArrayLike>(parameters).map(
    ([name, x]) => [name, parameterOf(fn, name, x, dtype)] as const,
  );
  const common = (): Shape =>
    broadcastShapes(
      fn,
      arrays.map(([, x]) => x.shape),
    );
  const shape = sizesOf(fn, given ?? common());
  const spread = arrays.map(([name, x]) => [name, spreadParameter(fn, name, x, shape)]);
  return { key: checkKey(fn, key), shape, dtype, parameters: Object.fromEntries(spread) };
}
