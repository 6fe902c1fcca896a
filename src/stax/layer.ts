/** How layers with one input are made, and the checks that they share. */
import { describe, formatShape, ShapeError, UnsupportedError } from "../base/errors.ts";
import { type Shape, sizeOf } from "../base/shapes.ts";
import { flatten, formatTree, structure, unflatten } from "../base/tree.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { promoteToFloat } from "../lax/convert.ts";
import { type ArrayLike, mul } from "../lax/index.ts";
import { asArray } from "../lax/operands.ts";
import { broadcastTo } from "../lax/shape.ts";
import type { InputShape, Kwargs, Layer, Parameterization, Params } from "./types.ts";

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
  if (Array.isArray(shape) && shape.every(isSize)) return shape as InputShape;
  const got = Array.isArray(shape) ? JSON.stringify(shape) : describe(shape);
  throw new ShapeError(
    `${fn}: inputShape must be one list of sizes (-1 or null where unknown), got ${got}; ` +
      "stax.parallel takes a list of shapes.",
  );
}

export const isUnknown = (n: number | null | undefined): boolean => typeof n !== "number" || n < 0;

/** A size that a layer must know. */
export function knownSize(fn: string, shape: InputShape, axis: number): number {
  if (!isUnknown(shape[axis])) return shape[axis] as number;
  throw new ShapeError(`${fn}: needs the size of axis ${axis} of inputShape ${showShape(shape)}.`);
}

export const knownSizes = (fn: string, shape: InputShape, axes: readonly number[]): number[] =>
  axes.map((axis) => knownSize(fn, shape, axis));

/** Masked inputs would be computed as if they were not masked. */
export function checkKwargs(fn: string, kwargs: Kwargs): void {
  if (kwargs.maskConstant === undefined || kwargs.maskConstant === null) return;
  throw new UnsupportedError(`${fn}: maskConstant is not supported; set masked inputs to zero before the network.`);
}

/** A layer with one input and one output. */
export function makeLayer({ fn, outputShape, init, apply }: LayerDefinition): Layer {
  return [
    (key, inputShape) => {
      const shape = checkInputShape(fn, inputShape);
      return [outputShape(shape), init ? init(key, shape) : []];
    },
    (params, inputs, kwargs = {}) => {
      checkKwargs(fn, kwargs);
      // Layers are written in `lax`, which takes arrays of one dtype.
      const [leaves, def] = flatten<ArrayLike>(params);
      const [x, ...values] = promoteToFloat(fn, [asArray(fn, inputs, "inputs"), ...leaves]) as [NDArray, ...NDArray[]];
      return apply(unflatten(def, values) as Params, x, kwargs);
    },
  ];
}

export function checkParameterization(fn: string, parameterization: unknown): Parameterization {
  const name = typeof parameterization === "string" ? parameterization.toLowerCase() : parameterization;
  if (name === "ntk" || name === "standard") return name;
  throw new TypeError(`${fn}: parameterization must be "ntk" or "standard", got ${describe(parameterization)}.`);
}

/** Throws unless `value` is a positive integer. */
export function checkCount(fn: string, name: string, value: unknown): asserts value is number {
  if (Number.isInteger(value) && (value as number) > 0) return;
  throw new TypeError(`${fn}: ${name} must be a positive integer, got ${describe(value)}.`);
}

/** The weights and the bias (or `null`) of a layer that has them. */
export function weightsAndBias(fn: string, params: Params, bias: boolean): [W: NDArray, b: NDArray | null] {
  if (!Array.isArray(params) || params.length !== 2) {
    throw new TypeError(
      `${fn}: params must be [W, b] as initFn gives them, got ${formatTree(structure(params))}; ` +
        "are these the parameters of another network?",
    );
  }
  const [W, b] = params as [ArrayLike, ArrayLike | null];
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
