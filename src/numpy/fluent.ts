/** The functions of this folder as methods of arrays: `x.add(y)`, `x.sum({ axis: 0 })`, `x.T`. */
import type { DType } from "../base/dtypes.ts";
import { ShapeError } from "../base/errors.ts";
import { range, type Shape } from "../base/shapes.ts";
import { NDArray } from "../ir/ndarray.ts";
import type { ArrayLike } from "../lax/operands.ts";
import { astype } from "./array.ts";
import * as cumulative from "./cumulative.ts";
import { at, type Index, type TakeOptions, take } from "./indexing.ts";
import * as logic from "./logic.ts";
import * as movement from "./movement.ts";
import * as products from "./products.ts";
import * as reductions from "./reductions.ts";
import * as sorting from "./sorting.ts";
import * as ufuncs from "./ufuncs.ts";

type SumArgument = Parameters<typeof reductions.sum>[1];
type VarArgument = Parameters<typeof reductions.var>[1];
type ArgArgument = Parameters<typeof reductions.argmax>[1];
type AxisArgument = Parameters<typeof reductions.max>[1];

/** What arrays can do besides holding their elements. */
export interface ArrayMethods {
  add(y: ArrayLike): NDArray;
  sub(y: ArrayLike): NDArray;
  mul(y: ArrayLike): NDArray;
  div(y: ArrayLike): NDArray;
  pow(y: ArrayLike): NDArray;
  mod(y: ArrayLike): NDArray;
  neg(): NDArray;
  abs(): NDArray;
  exp(): NDArray;
  log(): NDArray;
  sqrt(): NDArray;
  square(): NDArray;
  sin(): NDArray;
  cos(): NDArray;
  tanh(): NDArray;
  maximum(y: ArrayLike): NDArray;
  minimum(y: ArrayLike): NDArray;
  clip(min: ArrayLike | null | ufuncs.ClipOptions, max?: ArrayLike | null): NDArray;
  round(options?: { readonly decimals?: number }): NDArray;

  equal(y: ArrayLike): NDArray;
  notEqual(y: ArrayLike): NDArray;
  less(y: ArrayLike): NDArray;
  lessEqual(y: ArrayLike): NDArray;
  greater(y: ArrayLike): NDArray;
  greaterEqual(y: ArrayLike): NDArray;

  dot(y: ArrayLike): NDArray;
  matmul(y: ArrayLike): NDArray;

  sum(options?: SumArgument): NDArray;
  mean(options?: SumArgument): NDArray;
  std(options?: VarArgument): NDArray;
  var(options?: VarArgument): NDArray;
  max(options?: AxisArgument): NDArray;
  min(options?: AxisArgument): NDArray;
  any(options?: AxisArgument): NDArray;
  all(options?: AxisArgument): NDArray;
  prod(options?: SumArgument): NDArray;
  argmax(options?: ArgArgument): NDArray;
  argmin(options?: ArgArgument): NDArray;
  cumsum(options?: Parameters<typeof cumulative.cumsum>[1]): NDArray;
  sort(options?: sorting.SortOptions): NDArray;
  argsort(options?: sorting.SortOptions): NDArray;
  take(indices: ArrayLike, options?: TakeOptions): NDArray;

  /** `x.reshape([2, -1])` or `x.reshape(2, -1)`. */
  reshape(shape: Shape): NDArray;
  reshape(...sizes: number[]): NDArray;
  /** `x.transpose()`, `x.transpose([1, 0])` or `x.transpose(1, 0)`. */
  transpose(axes?: readonly number[] | null | movement.TransposeOptions): NDArray;
  transpose(...axes: number[]): NDArray;
  ravel(): NDArray;
  flatten(): NDArray;
  squeeze(axis?: Parameters<typeof movement.squeeze>[1]): NDArray;
  astype(dtype: DType): NDArray;
  /** The part that Python's `x[i, j, ...]` gives: `x.at(0, "1:3", "...", -1)`. */
  at(...indices: readonly Index[]): NDArray;
  /** The array with its axes reversed. */
  readonly T: NDArray;
  /** The subarrays along the first axis: `const [key1, key2] = random.split(key)`. */
  [Symbol.iterator](): IterableIterator<NDArray>;
}

declare module "../ir/ndarray.ts" {
  interface NDArray extends ArrayMethods {}
}

// biome-ignore lint/suspicious/noExplicitAny: the methods' own types are declared above
type AnyFunction = (x: NDArray, ...args: any[]) => unknown;

/** Each method, as the function that it calls with the array in front. */
const functions = (): Record<string, AnyFunction> => ({
  add: ufuncs.add,
  sub: ufuncs.subtract,
  mul: ufuncs.multiply,
  div: ufuncs.divide,
  pow: ufuncs.power,
  mod: ufuncs.mod,
  neg: ufuncs.negative,
  abs: ufuncs.abs,
  exp: ufuncs.exp,
  log: ufuncs.log,
  sqrt: ufuncs.sqrt,
  square: ufuncs.square,
  sin: ufuncs.sin,
  cos: ufuncs.cos,
  tanh: ufuncs.tanh,
  maximum: ufuncs.maximum,
  minimum: ufuncs.minimum,
  clip: ufuncs.clip,
  round: ufuncs.round,
  equal: logic.equal,
  notEqual: logic.notEqual,
  less: logic.less,
  lessEqual: logic.lessEqual,
  greater: logic.greater,
  greaterEqual: logic.greaterEqual,
  dot: products.dot,
  matmul: products.matmul,
  sum: reductions.sum,
  mean: reductions.mean,
  std: reductions.std,
  var: reductions.var,
  max: reductions.max,
  min: reductions.min,
  any: reductions.any,
  all: reductions.all,
  prod: reductions.prod,
  argmax: reductions.argmax,
  argmin: reductions.argmin,
  cumsum: cumulative.cumsum,
  sort: sorting.sort,
  argsort: sorting.argsort,
  take,
  reshape: (x, ...sizes) => movement.reshape(x, sizes.length === 1 ? sizes[0] : sizes),
  transpose: (x, ...axes) => movement.transpose(x, typeof axes[0] === "number" ? axes : axes[0]),
  ravel: movement.ravel,
  flatten: movement.ravel,
  squeeze: movement.squeeze,
  astype,
  at,
  [Symbol.iterator]: rows,
});

function rows(x: NDArray): IterableIterator<NDArray> {
  const [count] = x.shape;
  if (count === undefined) throw new ShapeError("An array without dimensions cannot be iterated over; use item().");
  return range(count)
    .map((i) => at(x, i))
    .values();
}

/**
 * Gives arrays their methods. The package's entry calls it once; it is a call, and no side effect of an import, so that
 * bundlers keep it.
 */
export function installFluent(): void {
  const table = functions();
  for (const name of Reflect.ownKeys(table)) {
    const fn = table[name as string] as AnyFunction;
    Object.defineProperty(NDArray.prototype, name, {
      value(this: NDArray, ...args: unknown[]) {
        return fn(this, ...args);
      },
      writable: true,
      configurable: true,
    });
  }
  Object.defineProperty(NDArray.prototype, "T", {
    get(this: NDArray) {
      return movement.transpose(this);
    },
    configurable: true,
  });
}
