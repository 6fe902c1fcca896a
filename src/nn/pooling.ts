/** Pooling with the arguments of `flax.linen`: channels last, any number of axes in front of the windows'. */
import { checkOptions, formatShape, noMore, ShapeError } from "../base/errors.ts";
import { checkIntegers, type Shape, sizeOf } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { promoteToFloat } from "../lax/convert.ts";
import * as lax from "../lax/index.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import { type Padding, perAxis } from "../lax/products/conv.ts";
import { maxOfWindows, sumOfWindows, type WindowOptions } from "../lax/window.ts";

/** Options of `nn.maxPool` and `nn.avgPool`. */
export interface PoolOptions {
  /** Ones by default. */
  readonly strides?: readonly number[] | null;
  /** `"VALID"` by default. */
  readonly padding?: Padding;
}

/** The windows over the axes in front of the channels. */
function windows(
  fn: string,
  x: NDArray,
  windowShape: Shape,
  { strides, padding = "VALID" }: PoolOptions,
): WindowOptions {
  checkIntegers(fn, "windowShape", windowShape, 1);
  const lead = x.ndim - windowShape.length - 1;
  if (lead < 0) {
    throw new ShapeError(
      `${fn}: windowShape ${formatShape(windowShape)} needs arrays of ${windowShape.length + 1} dimensions (the last for ` +
        `channels) at least, got ${formatShape(x.shape)}.`,
    );
  }
  const around = <T>(list: readonly T[], one: T): T[] => [...new Array<T>(lead).fill(one), ...list, one];
  return {
    windowDimensions: around(windowShape, 1),
    windowStrides: around(perAxis(fn, "strides", strides, windowShape.length), 1),
    padding: Array.isArray(padding) ? around(padding, [0, 0] as const) : padding,
  };
}

/**
 * The largest element of each window. Source: `flax.linen.max_pool`.
 * @example nn.maxPool(np.ones([1, 4, 4, 3]), [2, 2], { strides: [2, 2] }) // shape [1, 2, 2, 3]
 */
export function maxPool(x: ArrayLike, windowShape: Shape, options: PoolOptions = {}, ...rest: never[]): NDArray {
  noMore("nn.maxPool", rest);
  const chosen = checkOptions("nn.maxPool", options, ["strides", "padding"]);
  const operand = asArray("nn.maxPool", x);
  return maxOfWindows("nn.maxPool", operand, windows("nn.maxPool", operand, windowShape, chosen));
}

/**
 * The mean of each window. Source: `flax.linen.avg_pool`.
 * @example nn.avgPool(np.ones([1, 4, 4, 3]), [2, 2], { strides: [2, 2] }) // shape [1, 2, 2, 3]
 */
export function avgPool(
  x: ArrayLike,
  windowShape: Shape,
  options: PoolOptions & {
    /** Whether padding counts as elements (it does by default). */
    readonly countIncludePad?: boolean;
  } = {},
  ...rest: never[]
): NDArray {
  const fn = "nn.avgPool";
  noMore(fn, rest);
  const chosen = checkOptions(fn, options, ["strides", "padding", "countIncludePad"]);
  const operand = promoteToFloat(fn, [x])[0];
  const over = windows(fn, operand, windowShape, chosen);
  const counts =
    chosen.countIncludePad === false
      ? sumOfWindows(fn, lax.full(operand.shape, 1, operand.dtype), over)
      : sizeOf(windowShape);
  return lax.div(sumOfWindows(fn, operand, over), counts);
}
