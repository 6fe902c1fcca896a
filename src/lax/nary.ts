/** The user-facing side of elementwise primitives: arguments checked, numbers made literals, one dtype. */

import { isFloat } from "../base/dtypes.ts";
import { formatShape, noMore, ShapeError } from "../base/errors.ts";
import { type ForEach, mapEach } from "../base/lists.ts";
import { type Shape, sameShape } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import type { Primitive } from "../ir/primitive.ts";
import { bind1 } from "../ir/trace.ts";
import { type Promotion, sameDType, sameFloat } from "./convert.ts";
import type { ArrayLike } from "./operands.ts";
import { broadcastTo, isLiteral } from "./shape.ts";

export type Unary = (x: ArrayLike) => NDArray;
export type Binary = (x: ArrayLike, y: ArrayLike) => NDArray;

/** 0-dimensional operands broadcast to the shape of the others: literals for free, traced scalars by an operation. */
export function broadcastScalars<const List extends readonly NDArray[]>(
  fn: string,
  operands: List,
): ForEach<List, NDArray> {
  const shape = operands.reduce<Shape>((s, x) => (x.ndim > s.length ? x.shape : s), []);
  return mapEach(operands, (x) => {
    if (sameShape(x.shape, shape) || isLiteral(x)) return x;
    if (x.ndim === 0) return broadcastTo(x, shape);
    throw new ShapeError(
      `${fn}: operands must have one shape, got ${operands.map((o) => formatShape(o.shape)).join(" and ")}; ` +
        "the functions of `numpy` broadcast.",
    );
  });
}

/** What a function takes: floats, numbers of every kind, or bools too. */
export type Accepted = "floats" | "numbers" | "all";

const promotionTo: Readonly<Record<Accepted, Promotion>> = {
  floats: sameFloat,
  numbers: (fn, args, names) => mapEach(sameDType(fn, args, names), (x) => requireNumbers(fn, x)),
  all: sameDType,
};

/** A function of one array. */
export function unary(name: string, primitive: Primitive<null>, accepted: Accepted = "floats"): Unary {
  const fn = `lax.${name}`;
  return (x: ArrayLike, ...rest: unknown[]) => {
    noMore(fn, rest);
    return bind1(primitive, promotionTo[accepted](fn, [x]), null);
  };
}

/** A function of two arrays of one shape. */
export function binary(name: string, primitive: Primitive<null>, accepted: Accepted = "numbers"): Binary {
  const fn = `lax.${name}`;
  return (x: ArrayLike, y: ArrayLike, ...rest: unknown[]) => {
    noMore(fn, rest);
    const operands = promotionTo[accepted](fn, [x, y], ["x", "y"]);
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
