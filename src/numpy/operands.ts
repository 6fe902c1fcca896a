/** How arguments become arrays that fit together: one dtype by JAX's promotion, one shape by NumPy's broadcasting. */

import { type DType, isDType } from "../base/dtypes.ts";
import { ConcretizationTypeError, describe, formatShape, noMore, ShapeError, show } from "../base/errors.ts";
import { type ForEach, mapEach } from "../base/lists.ts";
import { broadcastShapes, type Shape, sameShape } from "../base/shapes.ts";
import { isConcrete } from "../device/device.ts";
import { NDArray } from "../ir/ndarray.ts";
import { convertElementType, type Promotion, promoteOperands } from "../lax/convert.ts";
import { filled as fullOf } from "../lax/create.ts";
import { unstack } from "../lax/movement.ts";
import { type Binary, requireNumbers, type Unary } from "../lax/nary.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import { broadcastTo, isLiteral, reshape } from "../lax/shape.ts";

/** The arguments of a function behind its first one, the array. */
export type Behind<F> = F extends (x: never, ...args: infer Args) => unknown ? Args : never;

/** Promotes like `promoteOperands`, and makes bools `int32`. */
export const promoteToNumbers: Promotion = (fn, args, names) => {
  const arrays = promoteOperands(fn, args, names);
  return arrays[0]?.dtype === "bool" ? mapEach(arrays, (x) => convertElementType(x, "int32")) : arrays;
};

/** Promotes, and refuses bools. */
export const promoteNumbersOnly: Promotion = (fn, args, names) =>
  mapEach(promoteOperands(fn, args, names), (x) => requireNumbers(fn, x));

/** The arrays repeated to their common shape. Numbers stay as they are: operations accept them beside any shape. */
export function broadcastOperands<const List extends readonly NDArray[]>(
  fn: string,
  arrays: List,
): ForEach<List, NDArray> {
  const shape = broadcastShapes(
    fn,
    arrays.map((x) => x.shape),
  );
  return mapEach(arrays, (x) => (isLiteral(x) ? x : broadcastTo(x, shape)));
}

/** The argument `name`, whose shape broadcasts with that of `x`. A number stays one, with all of its digits. */
export function fitting(fn: string, name: string, given: ArrayLike, x: NDArray): ArrayLike {
  broadcastShapes(`${fn}: ${name} must fit the array`, [asArray(fn, given, name).shape, x.shape]);
  return given;
}

/** The option `where`, a mask whose shape broadcasts to that of the array. */
export function maskFor(fn: string, mask: ArrayLike, x: NDArray): ArrayLike {
  const { shape } = asArray(fn, fitting(fn, "where", mask, x), "where");
  if (sameShape(broadcastShapes(fn, [shape, x.shape]), x.shape)) return mask;
  throw new ShapeError(
    `${fn}: where of shape ${formatShape(shape)} must broadcast to the array's shape, ${formatShape(x.shape)}.`,
  );
}

/** A function of one array from the operation on its promoted argument. */
export function unary(name: string, promotion: Promotion, apply: Unary): Unary {
  const fn = `numpy.${name}`;
  return (x: ArrayLike, ...rest: unknown[]) => {
    noMore(fn, rest);
    return apply(promotion(fn, [x])[0]);
  };
}

/** A function of two arrays from the operation on its promoted and broadcast arguments. */
export function binary(name: string, promotion: Promotion, apply: (x: NDArray, y: NDArray) => NDArray): Binary {
  const fn = `numpy.${name}`;
  return (x: ArrayLike, y: ArrayLike, ...rest: unknown[]) => {
    noMore(fn, rest);
    const [a, b] = broadcastOperands(fn, promotion(fn, [x, y], ["x", "y"]));
    return apply(a, b);
  };
}

/** The array as it is if it holds integers or bools, else what `apply` makes of it: for roundings. */
export function unlessInteger(name: string, apply: Unary): Unary {
  const fn = `numpy.${name}`;
  return (x: ArrayLike, ...rest: unknown[]) => {
    noMore(fn, rest);
    const operand = asArray(fn, x);
    return operand.dtype.startsWith("float") ? apply(operand) : operand;
  };
}

/** Whether each element differs from 0. */
export function toBool(x: NDArray): NDArray {
  return x.dtype === "bool" ? x : convertElementType(x, "bool");
}

/** An array with one value, which may be traced, in every place. */
export function filled(fn: string, shape: Shape, value: ArrayLike, dtype: DType): NDArray {
  const isNumber = typeof value === "number" || typeof value === "boolean";
  return fullOf(fn, shape, isNumber ? value : reshape(asArray(fn, value), { newSizes: [] }), dtype);
}

/** The `dtype` option: checked, or the fallback. */
export function chosenDType(fn: string, dtype: DType | undefined, fallback: DType): DType {
  if (dtype === undefined) return fallback;
  if (!isDType(dtype)) {
    throw new TypeError(
      `${fn}: dtype must be "float32", "float64", "int32", "uint32" or "bool", got ${describe(dtype)}.`,
    );
  }
  return dtype;
}

/** Throws unless `value` is a whole number. */
export function checkInteger(fn: string, name: string, value: unknown): number {
  if (!Number.isInteger(value)) throw new TypeError(`${fn}: ${name} must be a whole number, got ${describe(value)}.`);
  return value as number;
}

/** The list of arrays that functions such as `concatenate` take, or the arrays along the first axis of one. */
export function asArrays(fn: string, arrays: readonly ArrayLike[] | NDArray): NDArray[] {
  const list = arrays instanceof NDArray && arrays.ndim > 0 ? unstack(arrays) : arrays;
  if (!Array.isArray(list) || list.length === 0) {
    throw new TypeError(`${fn}: arrays must be a list of at least one array, got ${describe(arrays)}.`);
  }
  return Array.from(list, (x, i) => asArray(fn, x, `arrays[${i}]`));
}

/** Whole numbers that must be known: one, a list of them, or an array whose values are at hand. */
export function knownIntegers(
  fn: string,
  name: string,
  given: unknown,
  otherwise = "its values must be known",
): number[] {
  if (given instanceof NDArray && !isConcrete(given)) {
    throw new ConcretizationTypeError(`${fn}: ${name} is traced; ${otherwise}.`);
  }
  const list = given instanceof NDArray ? [...given.dataSync()] : Array.isArray(given) ? Array.from(given) : [given];
  if (list.every(Number.isInteger) && !(given instanceof NDArray && (given.ndim > 1 || !/int/.test(given.dtype)))) {
    return list;
  }
  throw new TypeError(`${fn}: ${name} must be a whole number, or a list or int32 array of them, got ${show(given)}.`);
}

/** The argument in the dtype to add or multiply in: bools as `int32`, if no other is chosen. */
export function accumulated(fn: string, x: ArrayLike, dtype: DType | undefined): NDArray {
  const operand = asArray(fn, x);
  const chosen = chosenDType(fn, dtype, operand.dtype === "bool" ? "int32" : operand.dtype);
  if (chosen === "bool") throw new TypeError(`${fn}: dtype must not be "bool"; use any or all.`);
  return operand.dtype === chosen ? operand : convertElementType(operand, chosen);
}
