/** Logarithms of sums of exponentials. */
import { closed } from "../base/errors.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { add, mul, sub } from "./arithmetic.ts";
import { sameFloat } from "./convert.ts";
import { bitwiseAnd, ge, ne, select } from "./logic.ts";
import { type Binary, broadcastScalars, type Unary } from "./nary.ts";
import type { ArrayLike } from "./operands.ts";
import { exp, log1p } from "./transcendental.ts";

/**
 * The logarithm of a sum of powers from logarithms of the terms. Its derivatives of every order are right where `x = y`,
 * too, because nothing in it has a kink; they sum to 1, also where both are the same infinity.
 */
export function logOfSum(fn: string, x: ArrayLike, y: ArrayLike, logOfOneMore: Unary): NDArray {
  const [a, b] = broadcastScalars(fn, sameFloat(fn, [x, y], ["x", "y"]));
  const firstLarger = ge(a, b);
  const difference = sub(select(firstLarger, b, a), select(firstLarger, a, b));
  // Of equal infinities, which share the derivative, or where either is NaN, and the derivative too.
  const undefinedDifference = ne(difference, difference);
  const share = select(bitwiseAnd(undefinedDifference, ne(a, b)), Number.NaN, 0.5);
  const sum = add(select(firstLarger, a, b), logOfOneMore(select(undefinedDifference, 0, difference)));
  return select(undefinedDifference, mul(add(a, b), share), sum);
}

/** `log(exp(x) + exp(y))` without overflow. @example lax.logaddexp(np.array([0]), np.array([0])) // [0.6931] */
export const logaddexp: Binary = /* @__PURE__ */ closed("lax.logaddexp", (x: ArrayLike, y: ArrayLike) =>
  logOfSum("lax.logaddexp", x, y, (d) => log1p(exp(d))),
);
