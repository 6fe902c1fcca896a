/** What a loaded network is called with, checked against what the file declares. */
import { category, isFloat } from "../base/dtypes.ts";
import { describe, formatShape, ShapeError } from "../base/errors.ts";
import { isPlainObject } from "../base/plain.ts";
import { sameShape } from "../base/shapes.ts";
import { HostArray, NDArray, storageOf } from "../ir/ndarray.ts";
import { convertElementType } from "../lax/index.ts";
import { asArray } from "../lax/operands.ts";
import { listed } from "./names.ts";
import type { FloatType } from "./types.ts";
import type { ValueInfo } from "./values.ts";

const FN = "onnx f";

/** What floats are computed in: float64 where a parameter or an input of floats is, as in all of the library. */
export function floatOf(float: FloatType, params: unknown, x: unknown, expected: readonly ValueInfo[]): FloatType {
  const inputs = inputValues(x, expected).filter((_, i) => isFloat(expected[i]?.dtype ?? float));
  const all = [...inputs, ...(isPlainObject(params) ? Object.values(params) : [])];
  return all.some(isDouble) ? "float64" : float;
}

const isDouble = (x: unknown): boolean =>
  x instanceof NDArray ? x.dtype === "float64" && !x.aval.weak : x instanceof Float64Array;

/** The parameters by name: all that there are, and none else, of their shapes. */
export function givenParams(
  given: unknown,
  expected: ReadonlyMap<string, NDArray>,
  float: FloatType,
): Map<string, NDArray> {
  if (!isPlainObject(given)) {
    throw new TypeError(
      `${FN}: params must be an object of arrays by name, like the params that onnx.load gives, got ${describe(given)}.`,
    );
  }
  checkNames("params", Object.keys(given), [...expected.keys()]);
  const params = new Map<string, NDArray>();
  for (const [name, { shape }] of expected) {
    const what = `params[${JSON.stringify(name)}]`;
    const array = asArray(FN, given[name], what);
    if (!sameShape(array.shape, shape)) {
      throw new ShapeError(`${FN}: ${what} must have shape ${formatShape(shape)}, got ${formatShape(array.shape)}.`);
    }
    if (!isFloat(array.dtype)) throw new TypeError(`${FN}: ${what} must be of floats, got ${describe(array)}.`);
    params.set(name, asFloat(array, float, what));
  }
  return params;
}

function checkNames(what: string, given: readonly string[], expected: readonly string[]): void {
  const [here, known] = [new Set(given), new Set(expected)];
  const missing = expected.filter((name) => !here.has(name));
  const unknown = given.filter((name) => !known.has(name));
  if (missing.length === 0 && unknown.length === 0) return;
  const parts = [
    missing.length > 0 ? `${what} lacks ${listed(missing)}` : "",
    unknown.length > 0 ? `${what} has ${listed(unknown)}, which the network doesn't know` : "",
  ];
  throw new TypeError(
    `${FN}: ${parts.filter((part) => part !== "").join("; ")}. It takes ${listed(expected) || "none"}.`,
  );
}

/** The inputs by name. */
export function givenInputs(given: unknown, expected: readonly ValueInfo[], float: FloatType): Map<string, NDArray> {
  const values = inputValues(given, expected);
  const sizes = new Map<string, readonly [size: number, input: string]>();
  const inputs = new Map<string, NDArray>();
  for (const [i, info] of expected.entries()) {
    const what = `the input ${JSON.stringify(info.name)}`;
    const array = asArray(FN, values[i], what);
    checkInputShape(info, array, sizes);
    inputs.set(info.name, converted(array, info, float, what));
  }
  return inputs;
}

function inputValues(given: unknown, expected: readonly ValueInfo[]): readonly unknown[] {
  const names = expected.map(({ name }) => name);
  if (Array.isArray(given)) {
    if (given.length === names.length) return given;
    throw new TypeError(
      `${FN}: x is a list of ${given.length}; the network has ${names.length} inputs: ${listed(names)}.`,
    );
  }
  if (isPlainObject(given)) {
    checkNames("x", Object.keys(given), names);
    return names.map((name) => given[name]);
  }
  if (names.length === 1) return [given];
  throw new TypeError(
    `${FN}: the network has ${names.length} inputs: ${listed(names)}; give x as an object of them by name, or as a list, got ${describe(given)}.`,
  );
}

/** Throws unless the shape is the declared one, in which a name stands for one number everywhere. */
function checkInputShape(
  { name, shape }: ValueInfo,
  { shape: given }: NDArray,
  sizes: Map<string, readonly [size: number, input: string]>,
): void {
  if (shape === null) return;
  const got = `${FN}: the input ${JSON.stringify(name)} has shape ${formatShape(given)}`;
  const declared = `(${shape.map((axis) => axis ?? "?").join(", ")})`;
  if (given.length !== shape.length) throw new ShapeError(`${got}; the file declares ${declared}.`);
  for (const [axis, size] of given.entries()) {
    const expected = shape[axis];
    if (typeof expected === "number" && expected !== size) {
      throw new ShapeError(`${got}; the file declares ${declared}, and axis ${axis} isn't free.`);
    }
    if (typeof expected !== "string") continue;
    const [other, input] = sizes.get(expected) ?? [size, name];
    if (other !== size) {
      throw new ShapeError(
        `${got}; the file declares ${declared}, and ${expected} is ${other} in the input ${JSON.stringify(input)}.`,
      );
    }
    sizes.set(expected, [size, name]);
  }
}

/** The array in the dtype that the file declares, where no value changes by it. */
function converted(array: NDArray, { dtype }: ValueInfo, float: FloatType, what: string): NDArray {
  if (array.dtype === dtype) return array;
  if (isFloat(dtype) && isFloat(array.dtype)) return asFloat(array, float, what);
  if (isFloat(dtype) || (dtype === "int32" && array.dtype === "bool")) return convertElementType(array, dtype);
  if (dtype === "int32" && category(array.dtype) !== "bool" && isOfIntegers(array))
    return convertElementType(array, dtype);
  throw new TypeError(
    `${FN}: ${what} must be ${dtype}, got ${describe(array)}; convert it before: ` +
      (dtype === "bool" ? "x.greater(0)." : 'array(data, {dtype: "int32"}).'),
  );
}

/** Whether all elements can be seen, and are whole numbers that fit into int32. */
const isOfIntegers = (array: NDArray): boolean =>
  array instanceof HostArray && storageOf(array).every((x) => Number.isInteger(x) && Math.abs(x) < 2 ** 31);

/** Floats as the type that the file is read with; digits aren't lost silently. */
function asFloat(array: NDArray, float: FloatType, what: string): NDArray {
  if (array.dtype === float) return array;
  if (array.dtype !== "float64" || array.aval.weak) return convertElementType(array, float);
  throw new TypeError(
    `${FN}: ${what} is float64, and the file is read as float32; load it with {dtype: "float64"}, or convert it: x.astype("float32").`,
  );
}
