/** The user-facing side of elementwise primitives: arguments checked, numbers made literals, one dtype. */
import { isFloat } from "../base/dtypes.ts";
import { formatShape, ShapeError } from "../base/errors.ts";
import { type Shape, sameShape } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import type { Primitive } from "../ir/primitive.ts";
import { bind1 } from "../ir/trace.ts";
import { promoteOperands, promoteToFloat } from "./convert.ts";
import type { ArrayLike } from "./operands.ts";
import { broadcastTo, isLiteral } from "./shape.ts";

export type Unary = (x: ArrayLike) => NDArray;
export type Binary = (x: ArrayLike, y: ArrayLike) => NDArray;

/** 0-dimensional operands broadcast to the shape of the others: literals for free, traced scalars by an operation. */
export function broadcastScalars(fn: string, operands: readonly NDArray[]): NDArray[] {
  const shape = operands.reduce<Shape>((s, x) => (x.ndim > s.length ? x.shape : s), []);
  return operands.map((x) => {
    if (sameShape(x.shape, shape) || isLiteral(x)) return x;
    if (x.ndim === 0) return broadcastTo(x, shape);
    throw new ShapeError(
      `${fn}: operands must have one shape, got ${operands.map((o) => formatShape(o.shape)).join(" and ")}; ` +
        "the functions of `numpy` broadcast.",
    );
  });
}

/** A function of one array; `floats` makes integers `float32` first. */
export function unary(name: string, primitive: Primitive<null>, floats = true): Unary {
  const fn = `lax.${name}`;
  return (x) => bind1(primitive, floats ? promoteToFloat(fn, [x]) : promoteOperands(fn, [x]), null);
}

/** A function of two arrays of one shape; `floats` refuses integers. */
export function binary(name: string, primitive: Primitive<null>, floats = false): Binary {
  const fn = `lax.${name}`;
  return (x, y) => {
    const operands = (floats ? promoteToFloat : promoteOperands)(fn, [x, y], ["x", "y"]);
    return bind1(primitive, broadcastScalars(fn, operands), null);
  };
}

/** Throws unless the array holds numbers (not bools). */
export function requireNumbers(fn: string, x: NDArray): NDArray {
  if (x.dtype === "bool") throw new TypeError(`${fn}: needs numbers, got a bool array; convert it with astype.`);
  return x;
}

/** Whether tangents flow through values of this dtype. */
export const isDifferentiable = (x: NDArray): boolean => isFloat(x.dtype);
