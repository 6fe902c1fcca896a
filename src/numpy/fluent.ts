/** The functions of this folder as methods of arrays: `x.add(y)`, `x.sum({ axis: 0 })`, `x.T`. */
import { ShapeError } from "../base/errors.ts";
import { range } from "../base/shapes.ts";
import { moveTo } from "../device/device.ts";
import { NDArray } from "../ir/ndarray.ts";
import { astype } from "./array.ts";
import * as cumulative from "./cumulative.ts";
import type { ElementMethods } from "./element-methods.ts";
import { at, take } from "./indexing.ts";
import * as logic from "./logic.ts";
import * as movement from "./movement.ts";
import { partAt } from "./part.ts";
import * as products from "./products.ts";
import type { ReductionMethods } from "./reduction-methods.ts";
import * as reductions from "./reductions.ts";
import type { ShapeMethods } from "./shape-methods.ts";
import * as sorting from "./sorting.ts";
import * as ufuncs from "./ufuncs.ts";

/** What arrays can do besides holding their elements. */
export interface ArrayMethods extends ElementMethods, ReductionMethods, ShapeMethods {}

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
  expm1: ufuncs.expm1,
  log1p: ufuncs.log1p,
  sin: ufuncs.sin,
  cos: ufuncs.cos,
  tanh: ufuncs.tanh,
  sign: ufuncs.sign,
  floor: ufuncs.floor,
  ceil: ufuncs.ceil,
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
  logicalAnd: logic.logicalAnd,
  logicalOr: logic.logicalOr,
  logicalNot: logic.logicalNot,
  isnan: logic.isnan,
  isfinite: logic.isfinite,
  dot: products.dot,
  matmul: products.matmul,
  sum: reductions.sum,
  mean: reductions.mean,
  std: reductions.std,
  var: reductions.var,
  max: reductions.max,
  min: reductions.min,
  ptp: reductions.ptp,
  any: reductions.any,
  all: reductions.all,
  prod: reductions.prod,
  argmax: reductions.argmax,
  argmin: reductions.argmin,
  cumsum: cumulative.cumsum,
  cumprod: cumulative.cumprod,
  sort: sorting.sort,
  argsort: sorting.argsort,
  take,
  reshape: (x: NDArray, ...args: unknown[]) => movement.reshape(x, ...listed(args)),
  transpose: (x: NDArray, ...args: unknown[]) => movement.transpose(x, ...listed(args)),
  ravel: movement.ravel,
  flatten: movement.ravel,
  squeeze: movement.squeeze,
  swapaxes: movement.swapaxes,
  moveaxis: movement.moveaxis,
  expandDims: movement.expandDims,
  broadcastTo: movement.broadcastTo,
  flip: movement.flip,
  astype,
  at: partAt,
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
