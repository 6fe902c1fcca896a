/** The functions of this folder as methods of arrays: `x.add(y)`, `x.sum({ axis: 0 })`, `x.T`. */
import type { DType } from "../base/dtypes.ts";
import { ShapeError } from "../base/errors.ts";
import { range } from "../base/shapes.ts";
import { type DeviceLike, moveTo } from "../device/device.ts";
import { NDArray } from "../ir/ndarray.ts";
import type { ArrayLike } from "../lax/operands.ts";
import { astype } from "./array.ts";
import * as cumulative from "./cumulative.ts";
import { at, type Index, take } from "./indexing.ts";
import * as logic from "./logic.ts";
import * as movement from "./movement.ts";
import * as products from "./products.ts";
import * as reductions from "./reductions.ts";
import * as sorting from "./sorting.ts";
import * as ufuncs from "./ufuncs.ts";

/** The arguments of a function behind its first one, the array. */
type Behind<F> = F extends (x: never, ...args: infer Args) => unknown ? Args : never;

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
  round(...args: Behind<typeof ufuncs.round>): NDArray;

  equal(y: ArrayLike): NDArray;
  notEqual(y: ArrayLike): NDArray;
  less(y: ArrayLike): NDArray;
  lessEqual(y: ArrayLike): NDArray;
  greater(y: ArrayLike): NDArray;
  greaterEqual(y: ArrayLike): NDArray;

  dot(y: ArrayLike): NDArray;
  matmul(y: ArrayLike): NDArray;

  sum(...args: Behind<typeof reductions.sum>): NDArray;
  mean(...args: Behind<typeof reductions.mean>): NDArray;
  std(...args: Behind<typeof reductions.std>): NDArray;
  var(...args: Behind<typeof reductions.var>): NDArray;
  max(...args: Behind<typeof reductions.max>): NDArray;
  min(...args: Behind<typeof reductions.min>): NDArray;
  any(...args: Behind<typeof reductions.any>): NDArray;
  all(...args: Behind<typeof reductions.all>): NDArray;
  prod(...args: Behind<typeof reductions.prod>): NDArray;
  argmax(...args: Behind<typeof reductions.argmax>): NDArray;
  argmin(...args: Behind<typeof reductions.argmin>): NDArray;
  cumsum(...args: Behind<typeof cumulative.cumsum>): NDArray;
  sort(...args: Behind<typeof sorting.sort>): NDArray;
  argsort(...args: Behind<typeof sorting.argsort>): NDArray;
  take(...args: Behind<typeof take>): NDArray;

  /** `x.reshape([2, -1])` or `x.reshape(2, -1)`. */
  reshape(...args: Behind<typeof movement.reshape>): NDArray;
  reshape(...sizes: number[]): NDArray;
  /** `x.transpose()`, `x.transpose([1, 0])` or `x.transpose(1, 0)`. */
  transpose(...args: Behind<typeof movement.transpose>): NDArray;
  transpose(...axes: number[]): NDArray;
  ravel(...args: Behind<typeof movement.ravel>): NDArray;
  flatten(...args: Behind<typeof movement.ravel>): NDArray;
  squeeze(...args: Behind<typeof movement.squeeze>): NDArray;
  astype(dtype: DType): NDArray;
  /** The part that Python's `x[i, j, ...]` gives: `x.at(0, "1:3", "...", -1)`. */
  at(...indices: readonly Index[]): NDArray;
  /**
   * The same elements on another device: on a GPU at once, in the processor's memory when they have been read; the array
   * itself if it is there. Source: `jax.device_put`.
   * @throws UnsupportedError for a device that isn't there, and for `float64` on WebGPU.
   * @example const there = x.to("webgpu"); const back = await np.sum(there).to("cpu");
   */
  to(device: "webgpu"): NDArray;
  to(device: "cpu"): Promise<NDArray>;
  to(device: DeviceLike): NDArray | Promise<NDArray>;
  /** The array with its axes reversed. */
  readonly T: NDArray;
  /** The subarrays along the first axis: `const [key1, key2] = random.split(key)`. */
  [Symbol.iterator](): IterableIterator<NDArray>;
}

declare module "../ir/ndarray.ts" {
  interface NDArray extends ArrayMethods {}
}

type AnyFunction = (x: NDArray, ...args: unknown[]) => unknown;

/** Each method, as the function that it calls with the array in front. */
const functions = (): Record<string, unknown> => ({
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
  reshape: (x: NDArray, ...args: unknown[]) => movement.reshape(x, ...listed(args)),
  transpose: (x: NDArray, ...args: unknown[]) => movement.transpose(x, ...listed(args)),
  ravel: movement.ravel,
  flatten: movement.ravel,
  squeeze: movement.squeeze,
  astype,
  at,
  to: moveTo,
  [Symbol.iterator]: rows,
});

/** `(2, 3, options)` as `([2, 3], options)`. */
function listed(args: readonly unknown[]): [never] {
  const count = args.findIndex((x) => typeof x !== "number");
  const numbers = count < 0 ? args : args.slice(0, count);
  return (numbers.length === 0 ? args : [numbers, ...args.slice(numbers.length)]) as [never];
}

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
    const fn: AnyFunction = Reflect.get(table, name);
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
