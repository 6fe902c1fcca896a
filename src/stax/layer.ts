/** How layers with one input are made, and the checks that they share. */

import { closed, describe, formatShape, ShapeError, show, UnsupportedError } from "../base/errors.ts";
import { frozen, isPlainObject } from "../base/plain.ts";
import { checkCount, checkRoom, type Shape, sizeOf } from "../base/shapes.ts";
import { flatten, formatTree, structure, unflatten } from "../base/tree.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { promoteToFloat } from "../lax/convert.ts";
import { type ArrayLike, mul } from "../lax/index.ts";
import { asArray } from "../lax/operands.ts";
import { broadcastTo } from "../lax/shape.ts";
import { normal } from "../random/index.ts";
import { checkKey, HASHED_BYTES } from "../random/keys.ts";
import type { Arrays, InitFn, InputShape, Kwargs, Layer, Parameterization, Params, Shapes } from "./types.ts";

export interface LayerDefinition {
  /** `stax.Dense`: for messages. */
  readonly fn: string;
  readonly outputShape: (inputShape: InputShape) => InputShape;
  /** `[]` when left out. */
  readonly init?: (key: NDArray, inputShape: InputShape) => Params;
  readonly apply: (params: Params, x: NDArray, kwargs: Kwargs) => NDArray;
}

/** A shape as messages show it; unknown sizes as they were given. */
export const showShape = (shape: InputShape): string => formatShape(shape as Shape);

const isSize = (n: unknown): boolean => n === null || (Number.isInteger(n) && (n as number) >= -1);

/** Throws unless `shape` is one shape. */
export function checkInputShape(fn: string, shape: unknown): InputShape {
  if (Array.isArray(shape) && Array.from(shape).every(isSize)) {
    checkRoom(
      fn,
      shape.map((n) => (isUnknown(n) ? 1 : n)),
    );
    return frozen(shape);
  }
  throw new ShapeError(
    `${fn}: inputShape must be one list of sizes (-1 or null where unknown), got ${show(shape)}; ` +
      "stax.parallel takes a list of shapes.",
  );
}

export const isUnknown = (n: number | null | undefined): boolean => typeof n !== "number" || n < 0;

/** A size that a layer must know. */
export function knownSize(fn: string, shape: InputShape, axis: number): number {
  const size = shape[axis];
  if (typeof size === "number" && size >= 0) return size;
  throw new ShapeError(`${fn}: needs the size of axis ${axis} of inputShape ${showShape(shape)}.`);
}

export const knownSizes = (fn: string, shape: InputShape, axes: readonly number[]): number[] =>
  axes.map((axis) => knownSize(fn, shape, axis));

/** Masked inputs would be computed as if they were not masked. */
export function refuseMask(fn: string, kwargs: Kwargs): void {
  if (kwargs.maskConstant === undefined || kwargs.maskConstant === null) return;
  throw new UnsupportedError(`${fn}: maskConstant is not supported; set masked inputs to zero before the network.`);
}

/** A layer with one input and one output. */
export function makeLayer({ fn, outputShape, init, apply }: LayerDefinition): Layer {
  return layerOf(
    fn,
    (key, inputShape) => {
      const shape = checkInputShape(fn, inputShape);
      return [outputShape(shape), init ? init(checkKey(fn, key), shape) : []];
    },
    (params, inputs, kwargs) => {
      refuseMask(fn, kwargs);
      // Layers are written in `lax`, which takes arrays of one dtype.
      const [leaves, def] = flatten<ArrayLike>(params);
      const [x, ...values] = promoteToFloat(fn, [asArray(fn, inputs, "inputs"), ...leaves]);
      return apply(unflatten(def, values), x, kwargs);
    },
  );
}

/** A layer from its functions, which refuse further arguments, and keyword arguments that are no object. */
export function layerOf<Out extends Arrays>(
  fn: string,
  initFn: InitFn,
  applyFn: (params: Params, inputs: Arrays, kwargs: Kwargs) => Out,
): Layer<Out> {
  const apply = (params: Params, inputs: Arrays, kwargs?: Kwargs): Out => {
    if (kwargs === undefined || isPlainObject(kwargs)) return applyFn(params, inputs, kwargs ?? {});
    throw new TypeError(`${fn}: kwargs must be an object, got ${describe(kwargs)}.`);
  };
  return [closed(fn, (key: NDArray, inputShape: Shapes) => initFn(key, frozen(inputShape))), closed(fn, apply)];
}

export function checkParameterization(fn: string, parameterization: unknown): Parameterization {
  const name = typeof parameterization === "string" ? parameterization.toLowerCase() : parameterization;
  if (name === "ntk" || name === "standard") return name;
  throw new TypeError(`${fn}: parameterization must be "ntk" or "standard", got ${describe(parameterization)}.`);
}

/** The most branches or repetitions: more would fill the memory before anything fails. */
const MOST = 2 ** 16;

/** Throws unless `value` is a positive integer that so many layers, or branches, can be made of. */
export function checkRepetitions(fn: string, name: string, value: unknown): asserts value is number {
  checkCount(fn, name, value, 1);
  if (value > MOST) throw new TypeError(`${fn}: ${name} may be ${MOST} at most, got ${value}.`);
}

/** Throws unless all values are finite numbers. */
export function checkNumbers(fn: string, values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (!Number.isFinite(value)) throw new TypeError(`${fn}: ${name} must be a finite number, got ${describe(value)}.`);
  }
}

/** The width scales of inputs and outputs, and the width that the latter makes of `width`. */
export function widthScales(
  fn: string,
  s: readonly [number, number] | undefined,
  width: number,
): [inputScale: number, outputScale: number, width: number] {
  const scales: readonly unknown[] = s ?? [1, 1];
  const valid =
    Array.isArray(scales) && scales.length === 2 && Array.from(scales).every((n) => Number.isFinite(n) && n > 0);
  if (!valid) throw new TypeError(`${fn}: s must be two positive numbers, got ${show(s)}.`);
  const [inputs, outputs] = scales;
  checkCount(fn, `the number of outputs times s[1], ${outputs},`, width * outputs, 1);
  return [inputs, outputs, width * outputs];
}

/** The weights and the bias (or `null`) of a layer that has them. */
export function weightsAndBias(fn: string, params: Params, bias: boolean): [W: NDArray, b: NDArray | null] {
  if (!Array.isArray(params) || params.length !== 2) {
    throw new TypeError(
      `${fn}: params must be [W, b] as initFn gives them, got ${formatTree(structure(params))}; ` +
        "are these the parameters of another network?",
    );
  }
  const [W, b] = params;
  if ((b !== null) !== bias) {
    throw new TypeError(`${fn}: the layer has ${bias ? "a" : "no"} bias (bStd), but params[1] is ${describe(b)}.`);
  }
  return [asArray(fn, W, "params[0]"), b === null ? null : asArray(fn, b, "params[1]")];
}

/** The bias times `scale`, repeated to the shape of the outputs that it is added to. */
export function spreadBias(fn: string, bias: NDArray, scale: number, shape: Shape): NDArray {
  const fits = bias.ndim === shape.length && bias.shape.every((n, i) => n === 1 || n === shape[i]);
  if (!fits) {
    throw new ShapeError(
      `${fn}: the bias ${formatShape(bias.shape)} does not fit outputs of shape ${formatShape(shape)}.`,
    );
  }
  return broadcastTo(scale === 1 ? bias : mul(bias, scale), shape);
}

/** The product of sizes, one of which may be unknown. */
export const sizeOrUnknown = (sizes: InputShape): number | null =>
  sizes.some(isUnknown) ? -1 : sizeOf(sizes as Shape);

/** Standard normal parameters of a layer. */
export function draw(fn: string, key: NDArray, shape: Shape): NDArray {
  checkRoom(fn, shape, HASHED_BYTES);
  return normal(key, shape);
}
