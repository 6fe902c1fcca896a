/** Reductions over windows that slide over an array. */
import type { DType } from "../base/dtypes.ts";
import { checkOptions, formatShape, ShapeError } from "../base/errors.ts";
import type { Shape } from "../base/shapes.ts";
import { type NDArray, scalar } from "../ir/ndarray.ts";
import { bind1 } from "../ir/trace.ts";
import { add, max, min, mul } from "./arithmetic.ts";
import { type Padding, resolvePadding } from "./conv.ts";
import { convertElementType } from "./convert.ts";
import { zerosLike } from "./create.ts";
import { makeElementwise } from "./elementwise.ts";
import { gt, lt, select } from "./logic.ts";
import { requireNumbers } from "./nary.ts";
import { type ArrayLike, asArray } from "./operands.ts";
import { highest, lowest } from "./reduce.ts";
import { broadcastTo } from "./shape.ts";
import { pad, sliceInDim } from "./slice.ts";

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

type Combine = (a: NDArray, b: NDArray) => NDArray;

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
function alongAxis(x: NDArray, combine: Combine, { axis, size, stride, dilation, count }: AxisWindows): NDArray {
  const reach = (count - 1) * stride + 1;
  const at = (y: NDArray, offset: number): NDArray => sliceInDim(y, offset, offset + reach, axis, stride);
  const parts: NDArray[] = [];
  let block = x;
  let [offset, blockSize] = [0, 1];
  for (let left = size; left > 0; ) {
    const next = blockSize * dilation;
    const single = size <= SMALL;
    if (single || left % 2 === 1) {
      parts.push(at(block, offset));
      offset += next;
    }
    left = single ? left - 1 : Math.floor(left / 2);
    if (single || left === 0) continue;
    const end = (block.shape[axis] as number) - next;
    block = combine(sliceInDim(block, 0, end, axis), sliceInDim(block, next, end + next, axis));
    blockSize *= 2;
  }
  return parts.reduce((a, b) => combine(a, b));
}

function perAxis(
  fn: string,
  name: string,
  values: readonly number[] | null | undefined,
  x: NDArray,
): readonly number[] {
  const list = values ?? x.shape.map(() => 1);
  if (Array.isArray(list) && list.length === x.ndim && list.every((n) => Number.isInteger(n) && n > 0)) return list;
  throw new ShapeError(
    `${fn}: ${name} must hold a positive integer for each axis of ${formatShape(x.shape)}, got ${JSON.stringify(values)}.`,
  );
}

function overWindows(fn: string, x: NDArray, initValue: ArrayLike, combine: Combine, options: WindowOptions): NDArray {
  checkOptions(fn, options, NAMES, ["windowDimensions"]);
  const [window, strides, base, dilation] = (
    ["windowDimensions", "windowStrides", "baseDilation", "windowDilation"] as const
  ).map((name) => perAxis(fn, name, options[name], x)) as [number[], number[], number[], number[]];
  const reach = window.map((n, i) => (n - 1) * (dilation[i] as number) + 1);
  // As in JAX, a padding by name is that of the elements without the zeros between them.
  const padding = resolvePadding(fn, options.padding ?? "VALID", x.shape, reach, strides);
  const padded = pad(x, initValue, {
    paddingConfig: padding.map(([low, high], i): [number, number, number] => [low, high, (base[i] as number) - 1]),
  });
  // The last axis first, so that of several elements that are equal the first in row-major order is met first.
  return window.reduceRight((y, size, axis) => {
    const stride = strides[axis] as number;
    const room = (y.shape[axis] as number) - (reach[axis] as number);
    if (room < 0) return sliceInDim(y, 0, 0, axis);
    return alongAxis(y, combine, {
      axis,
      size,
      stride,
      dilation: dilation[axis] as number,
      count: Math.floor(room / stride) + 1,
    });
  }, padded);
}

/** The larger (smaller) of two, with the derivative of the first where they are equal. */
function extremum(emit: "MAX" | "MIN", beats: (x: NDArray, y: NDArray) => NDArray): Combine {
  const second = ([a, b]: readonly NDArray[]): NDArray => beats(b as NDArray, a as NDArray);
  const primitive = makeElementwise<null>({
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
 * which padding consists of; for `lax.max` and `lax.min` the derivative is that of `reduceWindowMax`. Source: `jax.lax.reduce_window`.
 * @example lax.reduceWindow(x, 1, lax.mul, { windowDimensions: [1, 2, 2, 1], windowStrides: [1, 2, 2, 1] })
 */
export function reduceWindow(
  x: ArrayLike,
  initValue: ArrayLike,
  computation: Combine,
  options: WindowOptions,
): NDArray {
  const fn = "lax.reduceWindow";
  const operand = asArray(fn, x);
  const init = convertElementType(asArray(fn, initValue, "initValue"), operand.dtype);
  const combine = computation === max ? firstMax : computation === min ? firstMin : computation;
  const windows = overWindows(fn, operand, init, combine, options);
  return computation(broadcastTo(init, windows.shape), windows);
}

function windowReduction(name: string, initValue: (dtype: DType) => number, combine: Combine) {
  const fn = `lax.${name}`;
  return (x: ArrayLike, options: WindowOptions): NDArray => {
    const operand = requireNumbers(fn, asArray(fn, x));
    return overWindows(fn, operand, scalar(initValue(operand.dtype), operand.dtype), combine, options);
  };
}

/** The sum of each window. Source: `jax.lax.reduce_window` with `lax.add`. */
export const reduceWindowSum = /* @__PURE__ */ windowReduction("reduceWindowSum", () => 0, add);
/** The product of each window. */
export const reduceWindowProd = /* @__PURE__ */ windowReduction("reduceWindowProd", () => 1, mul);
/** The largest element of each window; as in JAX its derivative is that of the first one. */
export const reduceWindowMax = /* @__PURE__ */ windowReduction("reduceWindowMax", lowest, firstMax);
/** The smallest element of each window; like `reduceWindowMax`. */
export const reduceWindowMin = /* @__PURE__ */ windowReduction("reduceWindowMin", highest, firstMin);
