/** Arithmetic: the ring operations, division, extrema, roundings, powers. Each with its derivative. */

import { isFloat } from "../base/dtypes.ts";
import { checkOptions, closed, describe, noMore } from "../base/errors.ts";
import type { MapOp } from "../ir/map-ops.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { known, type MapEmitter, type One, type Primitive, type Three, type Two, type Value } from "../ir/primitive.ts";
import { bind1 } from "../ir/trace.ts";
import { convertElementType, sameDType, sameFloat } from "./convert.ts";
import { full, zerosLike } from "./create.ts";
import { addPrimitive, type Derivative, makeElementwise } from "./elementwise.ts";
import { bitwiseAnd, eq, ge, gt, ne, select } from "./logic.ts";
import { type Binary, binary, broadcastScalars, requireNumbers, type Unary, unary } from "./nary.ts";
import { type ArrayLike, asArray } from "./operands.ts";
import { specialModule } from "./special-module.ts";

/** `x + y`. @example lax.add(np.array([1, 2]), 1) // [2, 3] */
export const add: Binary = /* @__PURE__ */ binary("add", addPrimitive);

/** @internal */
export const negPrimitive = /* @__PURE__ */ makeElementwise<null, One>({
  name: "neg",
  emit: "NEG",
  derivatives: [(t) => neg(t)],
  transpose: [(ct) => neg(ct)],
});
/** `-x`. @example lax.neg(np.array([1, -2])) // [-1, 2] */
export const neg: Unary = /* @__PURE__ */ unary("neg", negPrimitive, "numbers");

/** @internal */
export const subPrimitive = /* @__PURE__ */ makeElementwise<null, Two>({
  name: "sub",
  emit: "SUB",
  derivatives: [(t) => t, (t) => neg(t)],
  transpose: [(ct) => ct, (ct) => neg(ct)],
});
/** `x - y`. @example lax.sub(np.array([1, 2]), 1) // [0, 1] */
export const sub: Binary = /* @__PURE__ */ binary("sub", subPrimitive);

/** @internal */
export const mulPrimitive = /* @__PURE__ */ makeElementwise<null, Two>({
  name: "mul",
  emit: "MUL",
  derivatives: [(t, x) => mul(t, x[1]), (t, x) => mul(x[0], t)],
  transpose: [(ct, [, y]) => mul(ct, known("mul", y)), (ct, [x]) => mul(known("mul", x), ct)],
});
/** `x * y`. @example lax.mul(np.array([1, 2]), 3) // [3, 6] */
export const mul: Binary = /* @__PURE__ */ binary("mul", mulPrimitive);

/** @internal */
export const divPrimitive = /* @__PURE__ */ makeElementwise<null, Two>({
  name: "div",
  emit: "DIV",
  derivatives: [(t, x) => div(t, x[1]), (t, x, out) => neg(mul(t, div(out, x[1])))],
  transpose: [(ct, [, y]) => div(ct, known("div", y)), null],
});
/** `x / y`; integers truncate towards zero. @example lax.div(7, 2) // 3 */
export const div: Binary = /* @__PURE__ */ binary("div", divPrimitive);

const remPrimitive = /* @__PURE__ */ makeElementwise<null, Two>({
  name: "rem",
  emit: "REM",
  derivatives: [(t) => t, (t, x) => neg(mul(t, truncate(div(x[0], x[1]))))],
});
/** The remainder of `x / y` with the sign of `x`. @example lax.rem(-7, 3) // -1 */
export const rem: Binary = /* @__PURE__ */ binary("rem", remPrimitive);

/** `t` where `inside`, zero elsewhere. */
const where = (inside: NDArray, t: NDArray): NDArray => select(inside, t, zerosLike(t));

const truncate = (x: NDArray): NDArray => mul(sign(x), floor(abs(x)));

/** Half of the tangent goes to each operand where they are equal, and nothing of it where either is NaN; as in JAX. */
const shareOf =
  (own: 0 | 1): Derivative<null, Two> =>
  (t, operands, out) => {
    const share = select(eq(...operands), full(t.shape, 0.5, t.dtype), full(t.shape, 1, t.dtype));
    return where(eq(operands[own], out), mul(t, share));
  };
const shares = [/* @__PURE__ */ shareOf(0), /* @__PURE__ */ shareOf(1)] as const;

const maxPrimitive = /* @__PURE__ */ makeElementwise<null, Two>({
  name: "max",
  emit: "MAX",
  derivatives: shares,
});
/** The larger of `x` and `y`; NaN if either is. @example lax.max(np.array([-1, 2]), 0) // [0, 2] */
export const max: Binary = /* @__PURE__ */ binary("max", maxPrimitive, "all");

const minPrimitive = /* @__PURE__ */ makeElementwise<null, Two>({
  name: "min",
  emit: "MIN",
  derivatives: shares,
});
/** The smaller of `x` and `y`; NaN if either is. @example lax.min(np.array([-1, 2]), 0) // [-1, 0] */
export const min: Binary = /* @__PURE__ */ binary("min", minPrimitive, "all");

/** 1 at 0, as in JAX. */
const slopeOfAbs = (x: NDArray): NDArray => select(ge(x, 0), full([], 1, x.dtype), full([], -1, x.dtype));

const absPrimitive = /* @__PURE__ */ makeElementwise<null, One>({
  name: "abs",
  emit: "ABS",
  derivatives: [(t, x) => mul(t, slopeOfAbs(x[0]))],
});
/** The absolute value. @example lax.abs(np.array([1, -2])) // [1, 2] */
export const abs: Unary = /* @__PURE__ */ unary("abs", absPrimitive, "numbers");

const constantSteps = (name: "sign" | "floor" | "ceil" | "round", emit: "SIGN" | "FLOOR" | "CEIL" | "ROUND") =>
  makeElementwise<null, One>({ name, emit, derivatives: [null] });
/** -1, 0 or 1; NaN stays. @example lax.sign(np.array([-3, 0])) // [-1, 0] */
export const sign: Unary = /* @__PURE__ */ unary("sign", /* @__PURE__ */ constantSteps("sign", "SIGN"), "numbers");
/** The largest whole number at most `x`. @example lax.floor(np.array([-1.5])) // [-2] */
export const floor: Unary = /* @__PURE__ */ unary("floor", /* @__PURE__ */ constantSteps("floor", "FLOOR"));
/** The smallest whole number at least `x`. @example lax.ceil(np.array([1.2])) // [2] */
export const ceil: Unary = /* @__PURE__ */ unary("ceil", /* @__PURE__ */ constantSteps("ceil", "CEIL"));
const roundToEven: Unary = /* @__PURE__ */ unary("round", /* @__PURE__ */ constantSteps("round", "ROUND"));
const roundPrimitive = /* @__PURE__ */ makeElementwise<null, One>({
  name: "round_away_from_zero",
  emit: (e, [x], [aval]) => {
    const { dtype } = aval;
    const op = (name: MapOp, ...operands: Value[]): Value => e.op(name, dtype, operands);
    const even = op("ROUND", x);
    const rest = op("SUB", x, even);
    const sign = op("SIGN", x);
    // A half that was rounded towards zero: what is left has the sign of x.
    const half = op("EQ", op("ADD", rest, rest), sign);
    return op("ADD", even, op("MUL", sign, e.op("CONVERT", "bool", [half], dtype)));
  },
  derivatives: [null],
});

/** What becomes of halves. Source: `jax.lax.RoundingMethod`. */
export const RoundingMethod = { AWAY_FROM_ZERO: 0, TO_NEAREST_EVEN: 1 } as const;

/**
 * To the nearest integer; halves away from zero by default, as in JAX. Source: `jax.lax.round`.
 * @example lax.round(np.array([2.5, -2.5])) // [3, -3]
 */
export function round(x: ArrayLike, options: { readonly roundingMethod?: 0 | 1 } = {}, ...rest: never[]): NDArray {
  noMore("lax.round", rest);
  const { roundingMethod = RoundingMethod.AWAY_FROM_ZERO } = checkOptions("lax.round", options, ["roundingMethod"]);
  if (roundingMethod !== 0 && roundingMethod !== 1) {
    throw new TypeError(
      `lax.round: roundingMethod must be one of lax.RoundingMethod, got ${describe(roundingMethod)}.`,
    );
  }
  return roundingMethod === 1 ? roundToEven(x) : bind1(roundPrimitive, sameFloat("lax.round", [x]), null);
}

const sqrtPrimitive = /* @__PURE__ */ makeElementwise<null, One>({
  name: "sqrt",
  emit: "SQRT",
  derivatives: [(t, _, out) => div(mul(t, 0.5), out)],
});
/** The square root; NaN of negative numbers. @example lax.sqrt(np.array([4])) // [2] */
export const sqrt: Unary = /* @__PURE__ */ unary("sqrt", sqrtPrimitive);

const rsqrtPrimitive = /* @__PURE__ */ makeElementwise<null, One>({
  name: "rsqrt",
  emit: "RSQRT",
  derivatives: [(t, x, out) => mul(mul(t, -0.5), div(out, x[0]))],
});
/** `1 / sqrt(x)`. @example lax.rsqrt(np.array([4])) // [0.5] */
export const rsqrt: Unary = /* @__PURE__ */ unary("rsqrt", rsqrtPrimitive);

const cbrtPrimitive = /* @__PURE__ */ makeElementwise<null, One>({
  name: "cbrt",
  module: specialModule,
  emit: "CBRT",
  derivatives: [(t, _, out) => mul(mul(t, 1 / 3), integerPow(out, { exponent: -2 }))],
});
/** The cube root. @example lax.cbrt(np.array([27])) // [3] */
export const cbrt: Unary = /* @__PURE__ */ unary("cbrt", cbrtPrimitive);

interface IntegerPowParams {
  readonly exponent: number;
}

/** By repeated squaring, so that whole powers are exact where the products are. */
function emitIntegerPow(e: MapEmitter, x: Value, dtype: Parameters<MapEmitter["op"]>[1], exponent: number): Value {
  let result: Value | undefined;
  let square = x;
  for (let n = Math.abs(exponent); n > 0; n = Math.floor(n / 2)) {
    if (n % 2 === 1) result = result === undefined ? square : e.op("MUL", dtype, [result, square]);
    if (n > 1) square = e.op("MUL", dtype, [square, square]);
  }
  if (result === undefined) return e.constant(1, dtype);
  return exponent < 0 ? e.op("DIV", dtype, [e.constant(1, dtype), result]) : result;
}

const integerPowPrimitive = /* @__PURE__ */ makeElementwise<IntegerPowParams, One>({
  name: "integer_pow",
  emit: (e, [x], [input], { exponent }) => emitIntegerPow(e, x, input.dtype, exponent),
  derivatives: [
    (t, x, _, { exponent }) =>
      exponent === 0 ? null : mul(t, mul(integerPow(x[0], { exponent: exponent - 1 }), exponent)),
  ],
});

/**
 * `x` to a whole power that is known beforehand. Source: `jax.lax.integer_pow`.
 * @example lax.integerPow(np.array([2, 3]), { exponent: 2 }) // [4, 9]
 */
export function integerPow(x: ArrayLike, options: IntegerPowParams, ...rest: never[]): NDArray {
  noMore("lax.integerPow", rest);
  const { exponent } = checkOptions("lax.integerPow", options, ["exponent"], ["exponent"]);
  if (!Number.isInteger(exponent)) {
    throw new TypeError(`lax.integerPow: exponent must be a whole number, got ${describe(exponent)}; use lax.pow.`);
  }
  const base = requireNumbers("lax.integerPow", asArray("lax.integerPow", x));
  if (exponent === 0) return full(base.shape, 1, base.dtype);
  if (exponent === 1) return base;
  if (exponent < 0 && !base.dtype.startsWith("float")) {
    throw new TypeError(`lax.integerPow: a negative exponent (${exponent}) needs a float array, got ${base.dtype}.`);
  }
  return bind1(integerPowPrimitive, [base], { exponent });
}

/** `x * x`. @example lax.square(np.array([3])) // [9] */
export const square: Unary = /* @__PURE__ */ closed("lax.square", (x: ArrayLike) =>
  bind1(integerPowPrimitive, [requireNumbers("lax.square", asArray("lax.square", x))], { exponent: 2 }),
);
/** `1 / x`. @example lax.reciprocal(np.array([4])) // [0.25] */
export const reciprocal: Unary = /* @__PURE__ */ closed("lax.reciprocal", (x: ArrayLike) =>
  bind1(integerPowPrimitive, sameFloat("lax.reciprocal", [x]), { exponent: -1 }),
);

/** Registered here for `pow`, whose derivative in the exponent needs it. */
const logPrimitive: Primitive<null, One> = /* @__PURE__ */ makeElementwise<null, One>({
  name: "log",
  emit: "LOG",
  derivatives: [(t, x) => div(t, x[0])],
});
/** The natural logarithm. @example lax.log(np.array([10])) // [2.3026] */
export const log: Unary = /* @__PURE__ */ unary("log", logPrimitive);

/** `x^y log x`, with log 1 for x = 0 so that 0^y with y > 0 has derivative 0. */
function powByExponent(t: NDArray, x: NDArray, out: NDArray): NDArray {
  const safe = select(ne(x, 0), x, full(x.shape, 1, x.dtype));
  return mul(t, mul(out, log(safe)));
}

/**
 * `y x^(y - 1)`. The integer 0 is lowered to 0: `x^-1`, infinite at `x = 0`, would make derivatives of every order NaN. A
 * float 0 isn't, as in JAX: the derivative in y is to be right, too.
 */
function powByBase(t: NDArray, x: NDArray, y: NDArray): NDArray {
  if (isFloat(y.dtype)) return mul(t, mul(y, pow(x, sub(y, 1))));
  return mul(t, mul(convertElementType(y, x.dtype), pow(x, select(eq(y, 0), 0, sub(y, 1)))));
}

const powPrimitive = /* @__PURE__ */ makeElementwise<null, Two>({
  name: "pow",
  emit: (e, [x, y], [base, exponent]) => {
    const [dtype, given] = [base.dtype, exponent.dtype];
    const power = given === dtype ? y : e.op("CONVERT", given, [y], dtype);
    return e.op("POW", dtype, [x, power]);
  },
  derivatives: [(t, x) => powByBase(t, x[0], x[1]), (t, x, out) => powByExponent(t, x[0], out)],
});
const floatPow: Binary = /* @__PURE__ */ binary("pow", powPrimitive, "floats");
/**
 * `x` to the power `y`, floats or integers. Powers with integers have derivatives of every order everywhere; a whole
 * JavaScript number as `y` multiplies (`integerPow`). Source: `jax.lax.pow`.
 * @example lax.pow(np.array([2]), 0.5) // [1.4142]
 */
export const pow: Binary = /* @__PURE__ */ closed("lax.pow", (x: ArrayLike, y: ArrayLike) => {
  const whole = typeof y === "number" && (y | 0) === y;
  const exponent = asArray("lax.pow", y, "y");
  if (exponent.dtype === "bool" || isFloat(exponent.dtype)) return floatPow(x, y);
  const [base] = sameFloat("lax.pow", [x]);
  if (whole) return integerPow(base, { exponent: y });
  return bind1(powPrimitive, broadcastScalars("lax.pow", [base, exponent]), null);
});

const clampPrimitive = /* @__PURE__ */ makeElementwise<null, Three>({
  name: "clamp",
  emit: (e, [lower, x, upper], inputs) => {
    const { dtype } = inputs[1];
    return e.op("MIN", dtype, [e.op("MAX", dtype, [x, lower]), upper]);
  },
  // As in JAX: nothing flows where x lies on a bound.
  derivatives: [
    (t, [lower, x, upper]) => where(bitwiseAnd(gt(lower, x), gt(upper, lower)), t),
    (t, [lower, x, upper]) => where(bitwiseAnd(gt(x, lower), gt(upper, x)), t),
    (t, [, x, upper]) => where(gt(x, upper), t),
  ],
});

/**
 * `min(max(x, lower), upper)`. Source: `jax.lax.clamp`, whose argument order it has.
 * @example lax.clamp(0, np.array([-1, 0.5, 2]), 1) // [0, 0.5, 1]
 */
export function clamp(lower: ArrayLike, x: ArrayLike, upper: ArrayLike, ...rest: never[]): NDArray {
  noMore("lax.clamp", rest);
  const operands = sameDType("lax.clamp", [lower, x, upper], ["lower", "x", "upper"]);
  return bind1(clampPrimitive, broadcastScalars("lax.clamp", operands), null);
}
