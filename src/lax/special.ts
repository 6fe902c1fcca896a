/** Special functions: incomplete gamma and beta, zeta, polygamma, Bessel; and rounding to fewer bits. */

import { checkOptions, closed, noMore, show, UnsupportedError } from "../base/errors.ts";
import type { MapOp } from "../ir/map-ops.ts";
import type { NDArray } from "../ir/ndarray.ts";
import type { Each, One, Places, Primitive, Three, Two } from "../ir/primitive.ts";
import { bind1 } from "../ir/trace.ts";
import { add, div, floor, log, mul, neg, pow, rem, sign, sub } from "./arithmetic.ts";
import { sameFloat } from "./convert.ts";
import { type Derivative, makeElementwise } from "./elementwise.ts";
import { bitwiseAnd, bitwiseNot, bitwiseOr, eq, ge, le, lt, ne, select } from "./logic.ts";
import { type Binary, binary, broadcastScalars, type Unary, unary } from "./nary.ts";
import type { ArrayLike } from "./operands.ts";
import { specialModule } from "./special-module.ts";
import { digamma, exp, lgamma, log1p } from "./transcendental.ts";

/** A derivative that there is no formula for: asking for it is an error. */
function without(fn: string, argument: string): Derivative<null> {
  return () => {
    throw new UnsupportedError(
      `lax.${fn} has no derivative by ${argument}; stopGradient makes ${argument} a constant.`,
    );
  };
}

const define = <Operands extends Places>(
  name: string,
  emit: MapOp,
  derivatives: Each<Operands, Derivative<null, Operands>>,
): Primitive<null, Operands> => makeElementwise<null, Operands>({ name, emit, derivatives, module: specialModule });

/** The density of the gamma distribution of shape `a`, at `x`. */
const gammaDensity = ([a, x]: Each<Two, NDArray>): NDArray => exp(sub(sub(mul(sub(a, 1), log(x)), x), lgamma(a)));

/**
 * The derivative of `igamma` by `a`; it has one by `x` itself. Source: `jax.lax.igamma_grad_a`.
 * @example lax.igammaGradA(np.array([1]), np.array([1])) // shape [1]
 */
export const igammaGradA: Binary = /* @__PURE__ */ binary(
  "igammaGradA",
  /* @__PURE__ */ define<Two>("igammaGradA", "IGAMMA_GRAD_A", [
    /* @__PURE__ */ without("igammaGradA", "a"),
    (t, p) => mul(t, mul(gammaDensity(p), sub(log(p[1]), digamma(p[0])))),
  ]),
  "floats",
);
/**
 * The regularized lower incomplete gamma function of `a` at `x`. Source: `jax.lax.igamma`.
 * @example lax.igamma(np.array([1]), np.array([1])) // [0.6321]
 */
export const igamma: Binary = /* @__PURE__ */ binary(
  "igamma",
  /* @__PURE__ */ define<Two>("igamma", "IGAMMA", [
    (t, [a, x]) => mul(t, igammaGradA(a, x)),
    (t, p) => mul(t, gammaDensity(p)),
  ]),
  "floats",
);
/**
 * `1 - igamma(a, x)`, exact where that is small. Source: `jax.lax.igammac`.
 * @example lax.igammac(np.array([1]), np.array([1])) // [0.3679]
 */
export const igammac: Binary = /* @__PURE__ */ binary(
  "igammac",
  /* @__PURE__ */ define<Two>("igammac", "IGAMMAC", [
    (t, [a, x]) => neg(mul(t, igammaGradA(a, x))),
    (t, p) => neg(mul(t, gammaDensity(p))),
  ]),
  "floats",
);
/**
 * The derivative by `a` of a sample of the gamma distribution of shape `a`. Source: `jax.lax.random_gamma_grad`.
 * @example lax.randomGammaGrad(np.array([1]), np.array([1])) // shape [1]
 */
export const randomGammaGrad: Binary = /* @__PURE__ */ binary(
  "randomGammaGrad",
  /* @__PURE__ */ define<Two>("randomGammaGrad", "RANDOM_GAMMA_GRAD", [
    /* @__PURE__ */ without("randomGammaGrad", "a"),
    /* @__PURE__ */ without("randomGammaGrad", "the sample"),
  ]),
  "floats",
);

/** The density of the beta distribution. */
function betaDensity([p, q, at]: Each<Three, NDArray>): NDArray {
  const logBeta = sub(add(lgamma(p), lgamma(q)), lgamma(add(p, q)));
  return exp(sub(add(mul(sub(q, 1), log1p(neg(at))), mul(sub(p, 1), log(at))), logBeta));
}

const betaincPrimitive = /* @__PURE__ */ define<Three>("betainc", "BETAINC", [
  /* @__PURE__ */ without("betainc", "a"),
  /* @__PURE__ */ without("betainc", "b"),
  (t, p) => mul(t, betaDensity(p)),
]);
/**
 * The regularized incomplete beta function of `a` and `b` at `x`. NaN where both are beyond 10^15 and `x` is near their
 * mean `a / (a + b)`, which takes too many steps. Source: `jax.lax.betainc`.
 * @example lax.betainc(np.array([1]), np.array([1]), np.array([0.3])) // [0.3]
 */
export function betainc(a: ArrayLike, b: ArrayLike, x: ArrayLike, ...rest: never[]): NDArray {
  noMore("lax.betainc", rest);
  const operands = sameFloat("lax.betainc", [a, b, x], ["a", "b", "x"]);
  return bind1(betaincPrimitive, broadcastScalars("lax.betainc", operands), null);
}

/**
 * `e^-|x|` times the modified Bessel function of order 0. Source: `jax.lax.bessel_i0e`.
 * @example lax.besselI0e(np.array([0])) // [1]
 */
export const besselI0e: Unary = /* @__PURE__ */ unary(
  "besselI0e",
  /* @__PURE__ */ define<One>("besselI0e", "BESSEL_I0E", [
    (t, [x], out) => mul(t, sub(besselI1e(x), mul(sign(x), out))),
  ]),
);
/**
 * `e^-|x|` times the modified Bessel function of order 1. Source: `jax.lax.bessel_i1e`.
 * @example lax.besselI1e(np.array([0])) // [0]
 */
export const besselI1e: Unary = /* @__PURE__ */ unary(
  "besselI1e",
  /* @__PURE__ */ define<One>("besselI1e", "BESSEL_I1E", [
    (t, [x], out) => {
      const atZero = eq(x, 0);
      const safe = select(atZero, 1, x);
      const slope = sub(besselI0e(x), mul(out, add(sign(safe), div(1, safe))));
      return mul(t, select(atZero, 0.5, slope));
    },
  ]),
);

/** (2n)! / B(2n): the divisors of the Euler-Maclaurin formula. */
const MACLAURIN = [
  12, -720, 30240, -1209600, 47900160, -1892437580.3183792, 7.47242496e10, -2950130727918.164, 116467828143500.67,
  -4597978722407473, 181521054019435460, -7166165256175667000,
];

/**
 * Hurwitz' zeta function, the sum of `(q + k)^-x` over k = 0, 1, ..., for x > 1. Negative `q` may go down to -5, with whole
 * `x`; NaN beyond. It has derivatives by both arguments. Source: `jax.lax.zeta`.
 * @example lax.zeta(np.array([2]), np.array([1])) // [1.6449]
 */
export const zeta: Binary = /* @__PURE__ */ closed("lax.zeta", (x: ArrayLike, q: ArrayLike) => {
  const fn = "lax.zeta";
  const [s, start] = broadcastScalars(fn, sameFloat(fn, [x, q], ["x", "q"]));
  const negated = neg(s);
  let a = start;
  let sum = pow(a, negated);
  for (let k = 1; k < 10; k++) {
    a = add(a, 1);
    sum = add(sum, pow(a, negated));
  }
  a = add(a, 1);
  const power = pow(a, negated);
  const atOne = eq(s, 1);
  sum = add(sum, add(div(mul(power, a), select(atOne, 1, sub(s, 1))), mul(power, 0.5)));
  let term = div(mul(power, s), a);
  MACLAURIN.forEach((divisor, k) => {
    sum = add(sum, div(term, divisor));
    term = div(div(mul(mul(term, add(s, 2 * k + 1)), add(s, 2 * k + 2)), a), a);
  });
  const outside = bitwiseAnd(lt(start, 0), bitwiseOr(ne(s, floor(s)), lt(start, -5)));
  const pole = bitwiseAnd(le(start, 0), eq(start, floor(start)));
  const infinite = bitwiseOr(atOne, pole);
  return select(
    bitwiseOr(lt(s, 1), bitwiseAnd(outside, bitwiseNot(infinite))),
    Number.NaN,
    select(infinite, Number.POSITIVE_INFINITY, sum),
  );
});

const orderPrimitive = /* @__PURE__ */ define("polygamma_order", "MOVE", [
  /* @__PURE__ */ without("polygamma", "its order"),
]);

/**
 * The `m`-th derivative of `digamma`, for whole `m >= 0` and `x` that `zeta` takes. It has derivatives by `x`.
 * Source: `jax.lax.polygamma`.
 * @example lax.polygamma(np.array([1]), np.array([1])) // [1.6449]
 */
export const polygamma: Binary = /* @__PURE__ */ closed("lax.polygamma", (m: ArrayLike, x: ArrayLike) => {
  const fn = "lax.polygamma";
  const [given, at] = broadcastScalars(fn, sameFloat(fn, [m, x], ["m", "x"]));
  const order = bind1(orderPrimitive, [given], null);
  const none = eq(order, 0);
  // Where the order is 0 the formula, which has a pole there, goes by another.
  const safe = select(none, 1, order);
  const signed = sub(mul(rem(safe, 2), 2), 1);
  const value = mul(mul(signed, exp(lgamma(add(safe, 1)))), zeta(add(safe, 1), at));
  const valid = bitwiseAnd(ge(order, 0), eq(order, floor(order)));
  return select(valid, select(none, digamma(at), value), Number.NaN);
});

interface PrecisionParams {
  readonly exponentBits: number;
  readonly mantissaBits: number;
}

const precisionPrimitive = /* @__PURE__ */ makeElementwise<PrecisionParams, One>({
  name: "reduce_precision",
  module: specialModule,
  emit: (e, [x], [aval], { exponentBits, mantissaBits }) => {
    const { dtype } = aval;
    return e.op("REDUCE_PRECISION", dtype, [x, e.constant(64 * exponentBits + mantissaBits, dtype)]);
  },
  derivatives: [(t, _, __, params) => reducePrecision(t, params)],
  transpose: [(ct, _, params) => reducePrecision(ct, params)],
});

/**
 * Rounded to a float of fewer bits (ties to even; subnormal numbers of that become 0) and back.
 * Source: `jax.lax.reduce_precision`.
 * @example lax.reducePrecision(x, { exponentBits: 5, mantissaBits: 10 }) // what float16 keeps
 */
export function reducePrecision(x: ArrayLike, options: PrecisionParams, ...rest: never[]): NDArray {
  const fn = "lax.reducePrecision";
  noMore(fn, rest);
  const names = ["exponentBits", "mantissaBits"];
  const { exponentBits, mantissaBits } = checkOptions(fn, options, names, names);
  if (
    ![exponentBits, mantissaBits].every((n) => Number.isInteger(n) && n < 64) ||
    exponentBits < 1 ||
    mantissaBits < 0
  ) {
    throw new TypeError(
      `${fn}: needs exponentBits from 1 and mantissaBits from 0 on, got ${show(exponentBits)} and ${show(mantissaBits)}.`,
    );
  }
  return bind1(precisionPrimitive, sameFloat(fn, [x]), { exponentBits, mantissaBits });
}
