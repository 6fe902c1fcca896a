/** Reductions over windows that slide over an array. */

import type { DType } from "../base/dtypes.ts";
import { checkOptions, closed, formatShape, noMore } from "../base/errors.ts";
import { entry, mapEach } from "../base/lists.ts";
import { checkIntegers, type Shape } from "../base/shapes.ts";
import { type NDArray, scalar } from "../ir/ndarray.ts";
import type { Each, Two } from "../ir/primitive.ts";
import { bind1 } from "../ir/trace.ts";
import { add, max, min, mul } from "./arithmetic.ts";
import { type Combine, type CombineAll, ofOne } from "./combine.ts";
import { zerosLike } from "./create.ts";
import { makeElementwise } from "./elementwise.ts";
import { gt, lt, select } from "./logic.ts";
import { requireNumbers } from "./nary.ts";
import { type ArrayLike, asArray } from "./operands.ts";
import { type Padding, perAxis, resolvePadding } from "./products/conv.ts";
import { highest, lowest, treeReduction } from "./reduce.ts";
import { broadcastTo } from "./shape.ts";
import { pad, sliceInDim } from "./slice.ts";

/** Options of `lax.reduceWindow` and its kind. */
export interface WindowOptions {
  /** The window's size along every axis. */
  readonly windowDimensions: Shape;
  /** Ones by default, as the dilations. */
  readonly windowStrides?: readonly number[] | null;
  /** `"VALID"` by default. */
  readonly padding?: Padding;
  readonly baseDilation?: readonly number[] | null;
  readonly windowDilation?: readonly number[] | null;
}

const NAMES = ["windowDimensions", "windowStrides", "padding", "baseDilation", "windowDilation"] as const;

/** Windows along one axis: `count` of them, `stride` apart, over `size` elements `dilation` apart. */
interface AxisWindows {
  readonly axis: number;
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  readonly count: number;
}

/** Up to this size a window's elements are combined one by one. */
const SMALL = 16;

/** A large window is made of windows of 1, 2, 4, ... elements. */
function alongAxis(
  xs: readonly NDArray[],
  combine: CombineAll,
  { axis, size, stride, dilation, count }: AxisWindows,
): readonly NDArray[] {
  const reach = (count - 1) * stride + 1;
  const cut = (ys: readonly NDArray[], start: number, limit: number, step = 1): NDArray[] =>
    ys.map((y) => sliceInDim(y, start, limit, axis, step));
  const parts: NDArray[][] = [];
  let block = xs;
  let [offset, blockSize] = [0, 1];
  for (let left = size; left > 0; ) {
    const next = blockSize * dilation;
    const single = size <= SMALL;
    if (single || left % 2 === 1) {
      parts.push(cut(block, offset, offset + reach, stride));
      offset += next;
    }
    left = single ? left - 1 : Math.floor(left / 2);
    if (single || left === 0) continue;
    const end = entry(entry(block, 0).shape, axis) - next;
    block = combine(cut(block, 0, end), cut(block, next, end + next));
    blockSize *= 2;
  }
  return parts.reduce((a, b) => combine(a, b));
}

function overWindows(
  fn: string,
  operands: readonly NDArray[],
  initValues: readonly NDArray[],
  combine: CombineAll,
  options: WindowOptions,
): readonly NDArray[] {
  const x = entry(operands, 0);
  const { windowDimensions: window } = options;
  const ofShape = `, for an array of shape ${formatShape(x.shape)},`;
  checkIntegers(fn, `windowDimensions${ofShape}`, window, 1, x.ndim);
  const [strides, base, dilation] = mapEach(["windowStrides", "baseDilation", "windowDilation"], (name) =>
    perAxis(fn, name + ofShape, options[name], x.ndim),
  );
  const reach = window.map((n, i) => (n - 1) * entry(dilation, i) + 1);
  // As in JAX, a padding by name is that of the elements without the zeros between them.
  const padding = resolvePadding(fn, options.padding ?? "VALID", x.shape, reach, strides);
  const paddingConfig = padding.map(([low, high], i) => [low, high, entry(base, i) - 1] as const);
  const padded = operands.map((y, i) => pad(y, entry(initValues, i), { paddingConfig }));
  // The last axis first, so that of several elements that are equal the first in row-major order is met first.
  return window.reduceRight<readonly NDArray[]>((ys, size, axis) => {
    const stride = entry(strides, axis);
    const room = entry(entry(ys, 0).shape, axis) - entry(reach, axis);
    if (room < 0) return ys.map((y) => sliceInDim(y, 0, 0, axis));
    return alongAxis(ys, combine, {
      axis,
      size,
      stride,
      dilation: entry(dilation, axis),
      count: Math.floor(room / stride) + 1,
    });
  }, padded);
}

/** The larger (smaller) of two, with the derivative of the first where they are equal. */
function extremum(emit: "MAX" | "MIN", beats: (x: NDArray, y: NDArray) => NDArray): Combine {
  const second = ([a, b]: Each<Two, NDArray>): NDArray => beats(b, a);
  const primitive = makeElementwise<null, Two>({
    name: `window_${emit.toLowerCase()}`,
    emit,
    derivatives: [(t, x) => select(second(x), zerosLike(t), t), (t, x) => select(second(x), t, zerosLike(t))],
  });
  return (a, b) => bind1(primitive, [a, b], null);
}
const firstMax = /* @__PURE__ */ extremum("MAX", gt);
const firstMin = /* @__PURE__ */ extremum("MIN", lt);

/**
 * The elements of each window combined by `computation`, an associative function of two arrays and with `initValue`,
 * which padding consists of; for `lax.max` and `lax.min` the derivative is that of `reduceWindowMax`. For a tree of arrays of
 * one shape, `computation` takes two such trees and gives one. Source: `jax.lax.reduce_window`.
 * @example lax.reduceWindow(x, 1, lax.mul, { windowDimensions: [1, 2, 2, 1], windowStrides: [1, 2, 2, 1] })
 */
export function reduceWindow<Values>(
  operands: Values,
  initValues: unknown,
  computation: (a: Values, b: Values) => Values,
  options: WindowOptions,
  ...rest: never[]
): Values {
  const fn = "lax.reduceWindow";
  noMore(fn, rest);
  const chosen = checkOptions(fn, options, NAMES, ["windowDimensions"]);
  const { xs, init, wrap, combine } = treeReduction(fn, operands, initValues, computation);
  if (xs.length === 0) return operands;
  const given: unknown = computation;
  const inWindows = given === max ? ofOne(firstMax) : given === min ? ofOne(firstMin) : combine;
  const windows = overWindows(fn, xs, init, inWindows, chosen);
  const { shape } = entry(windows, 0);
  return wrap(
    combine(
      init.map((value) => broadcastTo(value, shape)),
      windows,
    ),
  );
}

/** A reduction over windows for the function `fn`, which has checked the options' names. */
type WindowReduction = (fn: string, x: ArrayLike, options: WindowOptions) => NDArray;

const windowReduction =
  (initValue: (dtype: DType) => number, combine: Combine): WindowReduction =>
  (fn, x, options) => {
    const operand = requireNumbers(fn, asArray(fn, x));
    const init = scalar(initValue(operand.dtype), operand.dtype);
    return entry(overWindows(fn, [operand], [init], ofOne(combine), options), 0);
  };
export const sumOfWindows = /* @__PURE__ */ windowReduction(() => 0, add);
export const maxOfWindows = /* @__PURE__ */ windowReduction(lowest, firstMax);

function exported(name: string, reduction: WindowReduction) {
  const fn = `lax.${name}`;
  return closed(fn, (x: ArrayLike, options: WindowOptions): NDArray => {
    const chosen = checkOptions(fn, options, NAMES, ["windowDimensions"]);
    return reduction(fn, x, chosen);
  });
}

/**
 * The sum of each window. Source: `jax.lax.reduce_window` with `lax.add`.
 * @example lax.reduceWindowSum(np.array([1, 5, 3]), { windowDimensions: [2] }) // [6, 8]
 */
export const reduceWindowSum = /* @__PURE__ */ exported("reduceWindowSum", sumOfWindows);
/**
 * The product of each window.
 * @example lax.reduceWindowProd(np.array([1, 5, 3]), { windowDimensions: [2] }) // [5, 15]
 */
export const reduceWindowProd = /* @__PURE__ */ exported(
  "reduceWindowProd",
  /* @__PURE__ */ windowReduction(() => 1, mul),
);
/**
 * The largest element of each window; as in JAX its derivative is that of the first one.
 * @example lax.reduceWindowMax(np.array([1, 5, 3]), { windowDimensions: [2] }) // [5, 5]
 */
export const reduceWindowMax = /* @__PURE__ */ exported("reduceWindowMax", maxOfWindows);
/**
 * The smallest element of each window; like `reduceWindowMax`.
 * @example lax.reduceWindowMin(np.array([1, 5, 3]), { windowDimensions: [2] }) // [1, 3]
 */
export const reduceWindowMin = /* @__PURE__ */ exported(
  "reduceWindowMin",
  /* @__PURE__ */ windowReduction(highest, firstMin),
);
