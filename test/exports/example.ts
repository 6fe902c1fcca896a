/** What an entry of the catalogue is, and the values that entries are made of. Every call makes its arguments afresh. */
import { array, lax, NDArray, numpy as np } from "cotangent";
import type { DType } from "../../src/base/dtypes.ts";

// biome-ignore lint/suspicious/noExplicitAny: every export is called through this one type, also with wrong arguments, which is what the tests are about
export type AnyFunction = (...args: any[]) => any;

/** A valid call of one function. */
export interface Example {
  /** As users write it: `numpy.sum`. `grad()` is the function that `grad` returns. */
  readonly name: string;
  readonly f: () => AnyFunction;
  /** The arguments for `x`, a symmetric 3 x 3 matrix. Where `options` is given, a last plain object holds the required ones. */
  readonly args: (x: NDArray) => unknown[];
  /** The dtype of `x`, where float32 doesn't fit. */
  readonly dtype?: DType;
  /** A valid value for each further option, each of which can be given alone. Absent where the function takes no options. */
  readonly options?: (x: NDArray) => Record<string, unknown>;
}

/** Names that are called alike, the arguments, the options, the dtype of `x`. */
export type Row = readonly [
  names: string,
  args: Example["args"],
  options?: Example["options"] | undefined,
  dtype?: DType,
];

const words = (text: string): string[] => text.trim().split(/\s+/);

/** One example for each name of each row. */
export function examplesOf(prefix: string, namespace: object, rows: readonly Row[]): Example[] {
  return rows.flatMap(([names, args, options, dtype]) =>
    words(names).map((name) => {
      const f = (namespace as Record<string, AnyFunction>)[name];
      if (typeof f !== "function") throw new Error(`the catalogue of exports has what is gone: ${prefix}${name}`);
      return { name: `${prefix}${name}`, f: () => f, args, ...(options && { options }), ...(dtype && { dtype }) };
    }),
  );
}

/** A function that another one returns. */
export const returned = (name: string, f: () => AnyFunction, args: Example["args"]): Example => ({
  name: `${name}()`,
  f,
  args,
});

export const isPlainObject = (x: unknown): x is Record<string, unknown> =>
  typeof x === "object" && x !== null && Object.getPrototypeOf(x) === Object.prototype;

/** The arguments of a call, with `more` in its options object. */
export function withOptions({ args, options }: Example, x: NDArray, more: object): unknown[] {
  const list = args(x);
  const required = options && isPlainObject(list.at(-1)) ? (list.pop() as object) : {};
  return [...list, { ...required, ...more }];
}

/** A copy of the lists and plain objects, so that no call meets what another one was given. */
const copyOf = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(copyOf);
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, copyOf(entry)]));
};

/** The matrix that examples are called with. */
export const matrix = (dtype: DType = "float32"): NDArray =>
  array(
    [
      [2, 1, 0],
      [1, 3, 1],
      [0, 1, 2],
    ],
    { dtype },
  );

export const integers = (...values: number[]): NDArray => array(values, { dtype: "int32" });
export const image = (x: NDArray): NDArray => lax.reshape(x, { newSizes: [1, 1, 3, 3] });
export const vector = (x: NDArray): NDArray => np.at(x, 0);
export const turned = (x: NDArray): NDArray => lax.rev(x, { dimensions: [0] });
/** Whole rows. */
export const mask = (x: NDArray): NDArray => lax.gt(lax.iota("int32", x.shape[0] as number), 0);

export const unary: Example["args"] = (x) => [x];
export const binary: Example["args"] = (x) => [x, x];
export const ofList: Example["args"] = (x) => [[x, x]];
export const vectors: Example["args"] = (x) => [vector(x), vector(x)];
export const wanting =
  (...more: readonly unknown[]): Example["args"] =>
  (x) => [x, ...(copyOf(more) as unknown[])];

/** The arrays in a result, whatever else is in it. */
export function arraysIn(result: unknown): NDArray[] {
  if (result instanceof NDArray) return [result];
  if (Array.isArray(result)) return result.flatMap(arraysIn);
  return isPlainObject(result) ? Object.values(result).flatMap(arraysIn) : [];
}
