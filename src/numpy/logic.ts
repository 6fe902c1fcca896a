/** Comparison, logic and choice, with NumPy's broadcasting. Results of comparisons are `bool`. */

import { type Arguments, namedArguments } from "../base/arguments.ts";
import { isFloat } from "../base/dtypes.ts";
import { checkList, noMore } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { broadcastShapes, sameShape } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { promoteOperands, promoteToFloat } from "../lax/convert.ts";
import * as lax from "../lax/index.ts";
import type { Unary } from "../lax/nary.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import { binary, broadcastOperands, toBool, unary } from "./operands.ts";

/** `x == y`. Source: `jax.numpy.equal`. @example np.equal(np.array([1, 2]), 2) // [false, true] */
export const equal = /* @__PURE__ */ binary("equal", promoteOperands, lax.eq);
/** `x != y`; true for NaN. Source: `jax.numpy.not_equal`. @example np.notEqual(np.array([1, 2]), 2) // [true, false] */
export const notEqual = /* @__PURE__ */ binary("notEqual", promoteOperands, lax.ne);
/** `x < y`. Source: `jax.numpy.less`. @example np.less(np.array([1, 2]), 2) // [true, false] */
export const less = /* @__PURE__ */ binary("less", promoteOperands, lax.lt);
/** `x <= y`. Source: `jax.numpy.less_equal`. @example np.lessEqual(np.array([1, 2]), 2) // [true, true] */
export const lessEqual = /* @__PURE__ */ binary("lessEqual", promoteOperands, lax.le);
/** `x > y`. Source: `jax.numpy.greater`. @example np.greater(np.array([1, 2]), 1) // [false, true] */
export const greater = /* @__PURE__ */ binary("greater", promoteOperands, lax.gt);
/** `x >= y`. Source: `jax.numpy.greater_equal`. @example np.greaterEqual(np.array([1, 2]), 1) // [true, true] */
export const greaterEqual = /* @__PURE__ */ binary("greaterEqual", promoteOperands, lax.ge);

/**
 * Whether both differ from 0. Source: `jax.numpy.logical_and`.
 * @example np.logicalAnd(np.array([true, false]), true) // [true, false]
 */
export const logicalAnd = /* @__PURE__ */ binary("logicalAnd", promoteOperands, (x, y) =>
  lax.bitwiseAnd(toBool(x), toBool(y)),
);
/**
 * Whether one of the two differs from 0. Source: `jax.numpy.logical_or`.
 * @example np.logicalOr(np.array([true, false]), false) // [true, false]
 */
export const logicalOr = /* @__PURE__ */ binary("logicalOr", promoteOperands, (x, y) =>
  lax.bitwiseOr(toBool(x), toBool(y)),
);
/**
 * Whether exactly one of the two differs from 0. Source: `jax.numpy.logical_xor`.
 * @example np.logicalXor(np.array([true, false]), true) // [false, true]
 */
export const logicalXor = /* @__PURE__ */ binary("logicalXor", promoteOperands, (x, y) =>
  lax.bitwiseXor(toBool(x), toBool(y)),
);
/**
 * Whether `x` is 0. Source: `jax.numpy.logical_not`.
 * @example np.logicalNot(np.array([true, false])) // [false, true]
 */
export const logicalNot = /* @__PURE__ */ unary("logicalNot", promoteOperands, (x) =>
  lax.bitwiseNot(toBool(x as NDArray)),
);

/** Whether each element is NaN. Source: `jax.numpy.isnan`. @example np.isnan(np.array([1, NaN])) // [false, true] */
export const isnan = /* @__PURE__ */ unary("isnan", promoteOperands, (x) => lax.ne(x, x));
/**
 * Whether each element is infinite. Source: `jax.numpy.isinf`.
 * @example np.isinf(np.array([1, Infinity])) // [false, true]
 */
export const isinf: Unary = (x: ArrayLike, ...rest: unknown[]) => {
  noMore("numpy.isinf", rest);
  const operand = asArray("numpy.isinf", x);
  if (!isFloat(operand.dtype)) return lax.full(operand.shape, false, "bool");
  return lax.eq(lax.abs(operand), Number.POSITIVE_INFINITY);
};
/**
 * Whether each element is neither infinite nor NaN. Source: `jax.numpy.isfinite`.
 * @example np.isfinite(np.array([1, Infinity])) // [true, false]
 */
export const isfinite = /* @__PURE__ */ unary("isfinite", promoteToFloat, lax.isFinite);

/**
 * `x` where `condition` holds (differs from 0), `y` elsewhere; the three broadcast. Source: `jax.numpy.where`.
 *
 * Both branches are computed. If one is infinite or NaN where it isn't chosen, its derivative is NaN there as well: make
 * its argument harmless first, as in `where(x > 0, log(where(x > 0, x, 1)), 0)`.
 * @example np.where(np.array([true, false]), 1, 2) // [1, 2]
 */
export function where(condition: ArrayLike, x: ArrayLike, y: ArrayLike, ...rest: never[]): NDArray {
  const fn = "numpy.where";
  noMore(fn, rest);
  const [a, b] = promoteOperands(fn, [x, y], ["x", "y"]);
  const chosen = toBool(asArray(fn, condition, "condition"));
  const [c, onTrue, onFalse] = broadcastOperands(fn, [chosen, a, b]);
  return lax.select(c, onTrue, onFalse);
}

/** Options of `np.select`. */
export interface SelectOptions {
  /** What stands where no condition holds, 0 by default. */
  readonly default?: ArrayLike;
}

/**
 * Where the first of the conditions holds the first of the choices, else where the second holds the second, and so on; where
 * none does, `default` (0). Source: `jax.numpy.select`.
 * @example np.select([np.array([true, false])], [np.array([1, 2])], 9) // [1, 9]
 */
export function select(
  conditions: readonly ArrayLike[],
  choices: readonly ArrayLike[],
  ...args: Arguments<[fallback: ArrayLike], SelectOptions>
): NDArray {
  const fn = "numpy.select";
  checkList(fn, "conditions", conditions);
  checkList(fn, "choices", choices);
  const named = namedArguments<SelectOptions>(fn, ["default"], args);
  if (conditions.length !== choices.length || choices.length === 0) {
    throw new TypeError(
      `${fn}: needs as many conditions as choices, and one at least; got ${conditions.length} and ${choices.length}.`,
    );
  }
  const masks = Array.from(conditions, (c, i) => asArray(fn, c, `conditions[${i}]`));
  const names = ["default", ...choices.map((_, i) => `choices[${i}]`)];
  const operands = promoteOperands(fn, [named.default ?? 0, ...choices], names);
  broadcastShapes(
    fn,
    [...masks, ...operands].map((x) => x.shape),
  );
  const [fallback, ...values] = operands;
  return values.reduceRight((rest, value, i) => where(entry(masks, i), value, rest), fallback);
}

/** Options of `np.isclose` and `np.allclose`. */
export interface CloseOptions {
  /** The relative tolerance, 1e-5 by default. */
  readonly rtol?: ArrayLike;
  /** The absolute tolerance, 1e-8 by default. */
  readonly atol?: ArrayLike;
  /** Whether NaN is close to NaN. */
  readonly equalNan?: boolean;
}

type CloseArguments = Arguments<[rtol: ArrayLike, atol: ArrayLike], CloseOptions>;

/**
 * Whether `x` and `y` are equal or differ by `atol + rtol * |y|` at most. Source: `jax.numpy.isclose`.
 * @example np.isclose(np.array([1, 2]), 1) // [true, false]
 */
export const isclose = (x: ArrayLike, y: ArrayLike, ...args: CloseArguments): NDArray =>
  whetherClose("numpy.isclose", x, y, args);

function whetherClose(fn: string, x: ArrayLike, y: ArrayLike, args: CloseArguments): NDArray {
  const names = ["rtol", "atol", "equalNan"] as const;
  const { rtol = 1e-5, atol = 1e-8, equalNan = false } = namedArguments<CloseOptions>(fn, names, args);
  const given = promoteToFloat(fn, [x, y, rtol, atol], ["x", "y", "rtol", "atol"]);
  const [a, b, r, t] = broadcastOperands(fn, given);
  const near = lax.le(lax.abs(lax.sub(a, b)), lax.add(lax.mul(lax.abs(b), r), t));
  const same = lax.bitwiseOr(lax.eq(a, b), lax.bitwiseAnd(near, lax.isFinite(b)));
  return equalNan ? lax.bitwiseOr(same, lax.bitwiseAnd(lax.ne(a, a), lax.ne(b, b))) : same;
}

/**
 * Whether all elements are close; see `isclose`. Source: `jax.numpy.allclose`.
 * @example np.allclose(np.array([1, 2]), np.array([1, 2])) // true
 */
export const allclose = (x: ArrayLike, y: ArrayLike, ...args: CloseArguments): NDArray =>
  lax.reduceAnd(whetherClose("numpy.allclose", x, y, args));

/**
 * Whether the two have one shape and equal elements. Source: `jax.numpy.array_equal`.
 * @example np.arrayEqual(np.ones([2]), np.ones([3])) // false
 */
export function arrayEqual(
  x: ArrayLike,
  y: ArrayLike,
  ...args: Arguments<[equalNan: boolean], Pick<CloseOptions, "equalNan">>
): NDArray {
  const fn = "numpy.arrayEqual";
  const { equalNan = false } = namedArguments<CloseOptions>(fn, ["equalNan"], args);
  const [a, b] = promoteOperands(fn, [x, y], ["x", "y"]);
  if (!sameShape(a.shape, b.shape)) return lax.full([], false, "bool");
  const same = lax.eq(a, b);
  return lax.reduceAnd(equalNan ? lax.bitwiseOr(same, lax.bitwiseAnd(lax.ne(a, a), lax.ne(b, b))) : same);
}
