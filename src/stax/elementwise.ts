/** Activation functions. */
import { namedArguments } from "../base/arguments.ts";
import { checkFunction, closed, describe, formatShape, noMore, ShapeError, show } from "../base/errors.ts";
import { frozen } from "../base/plain.ts";
import { sameShape } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import * as lax from "../lax/index.ts";
import { asArray } from "../lax/operands.ts";
import { gelu } from "../nn/activations.ts";
import { checkNumbers, makeLayer } from "./layer.ts";
import type { Layer } from "./types.ts";

/**
 * A layer from a function of arrays that keeps their shape. Source: `neural_tangents.stax.Elementwise`.
 * @example stax.Elementwise((x) => np.square(x))[1]([], np.array([-3])) // [9]
 */
export const Elementwise = /* @__PURE__ */ closed("stax.Elementwise", (fn: (x: NDArray) => NDArray) =>
  ofFunction("stax.Elementwise", fn),
);

/**
 * The same. `deg` and `df` concern the kernels of infinitely wide networks in the original; here they change nothing.
 * Source: `neural_tangents.stax.ElementwiseNumerical`.
 * @example stax.ElementwiseNumerical((x) => np.square(x), 25)[1]([], np.array([-3])) // [9]
 */
export const ElementwiseNumerical = /* @__PURE__ */ closed(
  "stax.ElementwiseNumerical",
  (fn: (x: NDArray) => NDArray, deg?: number, df?: (x: NDArray) => NDArray): Layer => {
    const name = "stax.ElementwiseNumerical";
    if (deg !== undefined) checkDegree(name, deg);
    if (df !== undefined) checkFunction(name, "df", df);
    return ofFunction(name, fn);
  },
);

function ofFunction(name: string, fn: (x: NDArray) => NDArray): Layer {
  checkFunction(name, "fn", fn);
  return elementwise(name, (x) => {
    const result = asArray(name, fn(x), "what fn returns");
    if (sameShape(result.shape, x.shape)) return result;
    throw new ShapeError(`${name}: fn must keep the shape ${formatShape(x.shape)}, got ${formatShape(result.shape)}.`);
  });
}

const elementwise = (name: string, fn: (x: NDArray) => NDArray): Layer =>
  makeLayer({ fn: name, outputShape: (shape) => shape, apply: (_, x) => fn(x) });

/** `a x`, without an operation for a = 1. */
const scale = (x: NDArray, a: number): NDArray => (a === 1 ? x : lax.mul(x, a));
const shift = (x: NDArray, c: number): NDArray => (c === 0 ? x : lax.add(x, c));

/** The coefficients of `stax.Erf`, `stax.Sin` and `stax.Cos`. */
export interface AffineOptions {
  /** The outputs' scale, 1 by default. */
  readonly a?: number;
  /** The inputs' scale, 1 by default. */
  readonly b?: number;
  /** A shift, 0 by default. */
  readonly c?: number;
}

type AffineArguments = [a?: number, b?: number, c?: number] | [options: AffineOptions];

function affine(fn: string, args: AffineArguments): Required<AffineOptions> {
  const numbers = { a: 1, b: 1, c: 0, ...namedArguments<AffineOptions>(fn, ["a", "b", "c"], args) };
  checkNumbers(fn, { ...numbers });
  return numbers;
}

const affineErf = (fn: string, { a, b, c }: Required<AffineOptions>): Layer =>
  elementwise(fn, (x) => shift(scale(lax.erf(scale(x, b)), a), c));

/** `a erf(b x) + c`. Source: `neural_tangents.stax.Erf`. @example stax.Erf()[1]([], np.array([1])) // [0.8427] */
export const Erf = (...args: AffineArguments): Layer => affineErf("stax.Erf", affine("stax.Erf", args));

/**
 * A sigmoid made of the error function: `erf(x / 2.402...) / 2 + 1/2`. Source: `neural_tangents.stax.Sigmoid_like`.
 * @example stax.Sigmoid_like()[1]([], np.array([0])) // [0.5]
 */
export const Sigmoid_like = /* @__PURE__ */ closed("stax.Sigmoid_like", () =>
  affineErf("stax.Sigmoid_like", { a: 0.5, b: 1 / 2.4020563531719796, c: 0.5 }),
);

/** `a sin(b x + c)`. Source: `neural_tangents.stax.Sin`. @example stax.Sin()[1]([], np.array([0])) // [0] */
export function Sin(...args: AffineArguments): Layer {
  const { a, b, c } = affine("stax.Sin", args);
  return elementwise("stax.Sin", (x) => scale(lax.sin(shift(scale(x, b), c)), a));
}

/** `a cos(b x + c)`. Source: `neural_tangents.stax.Cos`. @example stax.Cos()[1]([], np.array([0])) // [1] */
export function Cos(...args: AffineArguments): Layer {
  const { a, b, c } = affine("stax.Cos", args);
  return elementwise("stax.Cos", (x) => scale(lax.cos(shift(scale(x, b), c)), a));
}

/**
 * `sqrt(2) sin(sqrt(2 gamma) x + pi/4)`, whose kernel is the squared exponential. Source: `neural_tangents.stax.Rbf`.
 * @example stax.Rbf()[1]([], np.array([0])) // [1]
 */
export function Rbf(...args: [gamma?: number] | [options: { readonly gamma?: number }]): Layer {
  const { gamma = 1 } = namedArguments<{ gamma: number }>("stax.Rbf", ["gamma"], args);
  checkNumbers("stax.Rbf", { gamma });
  if (gamma < 0) throw new TypeError(`stax.Rbf: gamma must not be negative, got ${gamma}.`);
  return elementwise("stax.Rbf", (x) =>
    lax.mul(lax.sin(lax.add(scale(x, Math.sqrt(2 * gamma)), Math.PI / 4)), Math.SQRT2),
  );
}

/** `exp(-x^2) sin(x)`. Source: `neural_tangents.stax.Gabor`. @example stax.Gabor()[1]([], np.array([0])) // [0] */
export const Gabor = /* @__PURE__ */ closed("stax.Gabor", () =>
  elementwise("stax.Gabor", (x) => lax.mul(lax.exp(lax.neg(lax.square(x))), lax.sin(x))),
);

/**
 * `x Phi(x)` with the normal distribution function Phi; `approximate: true` by a hyperbolic tangent.
 * Source: `neural_tangents.stax.Gelu`.
 * @example stax.Gelu()[1]([], np.array([0])) // [0]
 */
export function Gelu(...args: [approximate?: boolean] | [options: { readonly approximate?: boolean }]): Layer {
  const { approximate = false } = namedArguments<{ approximate: boolean }>("stax.Gelu", ["approximate"], args);
  return elementwise("stax.Gelu", (x) => gelu(x, { approximate }));
}

/** `doStabilize` only concerns infinitely wide networks in the original; here it changes nothing. */
interface StabilizeOptions {
  readonly doStabilize?: boolean;
}
type Stabilize = [doStabilize?: boolean] | [options: StabilizeOptions];

function rectifier(fn: string, a: number, b: number, args: Stabilize): Layer {
  namedArguments<StabilizeOptions>(fn, ["doStabilize"], args);
  checkNumbers(fn, { "the slope for negative inputs": a, "that for positive ones": b });
  return elementwise(fn, (x) => {
    if (a === 0 && b === 0) return lax.mul(x, 0);
    if (a === 0) return scale(lax.max(x, 0), b);
    const below = scale(lax.min(x, 0), a);
    return b === 0 ? below : lax.add(below, scale(lax.max(x, 0), b));
  });
}

/**
 * `a min(x, 0) + b max(x, 0)`. Source: `neural_tangents.stax.ABRelu`.
 * @example stax.ABRelu(-1, 2)[1]([], np.array([-3, 3])) // [3, 6]
 */
export const ABRelu = (a: number, b: number, ...args: Stabilize): Layer => rectifier("stax.ABRelu", a, b, args);
/**
 * `max(x, 0)`. Its derivative at 0 is 1/2, as in JAX. Source: `neural_tangents.stax.Relu`.
 * @example stax.Relu()[1]([], np.array([-1, 2])) // [0, 2]
 */
export const Relu = (...args: Stabilize): Layer => rectifier("stax.Relu", 0, 1, args);
/**
 * `alpha min(x, 0) + max(x, 0)`. Source: `neural_tangents.stax.LeakyRelu`.
 * @example stax.LeakyRelu(0.1)[1]([], np.array([-1, 2])) // [-0.1, 2]
 */
export const LeakyRelu = (alpha: number, ...args: Stabilize): Layer => rectifier("stax.LeakyRelu", alpha, 1, args);
/**
 * `max(x, 0) - min(x, 0)`. Source: `neural_tangents.stax.Abs`.
 * @example stax.Abs()[1]([], np.array([-3, 3])) // [3, 3]
 */
export const Abs = (...args: Stabilize): Layer => rectifier("stax.Abs", -1, 1, args);

/** -1, 0 or 1. Source: `neural_tangents.stax.Sign`. @example stax.Sign()[1]([], np.array([-3, 3])) // [-1, 1] */
export const Sign = /* @__PURE__ */ closed("stax.Sign", () => elementwise("stax.Sign", lax.sign));

type ScaleArguments = [a?: number, b?: number] | [options: Omit<AffineOptions, "c">];

/** `a exp(b x)`. Source: `neural_tangents.stax.Exp`. @example stax.Exp()[1]([], np.array([0])) // [1] */
export function Exp(...args: ScaleArguments): Layer {
  const { a = 1, b = 1 } = namedArguments<AffineOptions>("stax.Exp", ["a", "b"], args);
  checkNumbers("stax.Exp", { a, b });
  return elementwise("stax.Exp", (x) => scale(lax.exp(scale(x, b)), a));
}

/**
 * `a exp(b x^2)`, with a = 1 and b = -1 by default. Source: `neural_tangents.stax.Gaussian`.
 * @example stax.Gaussian()[1]([], np.array([0])) // [1]
 */
export function Gaussian(...args: ScaleArguments): Layer {
  const { a = 1, b = -1 } = namedArguments<AffineOptions>("stax.Gaussian", ["a", "b"], args);
  checkNumbers("stax.Gaussian", { a, b });
  return elementwise("stax.Gaussian", (x) => scale(lax.exp(scale(lax.square(x), b)), a));
}

/** A polynomial by Horner's rule; the constant stands first. */
function evaluatePolynomial(coefficients: readonly number[], x: NDArray): NDArray {
  const [last = 0, ...others] = [...coefficients].reverse();
  return others.reduce((sum, c) => shift(lax.mul(sum, x), c), lax.full(x.shape, last, floatOf(x)));
}

const floatOf = (x: NDArray): "float32" | "float64" => (x.dtype === "float64" ? "float64" : "float32");

/**
 * `coef[0] + coef[1] x + ... + coef[n] x^n`. Source: `neural_tangents.stax.Polynomial`.
 * @example stax.Polynomial([1, 0, 2])[1]([], np.array([3])) // [19]
 */
export function Polynomial(coef: readonly number[], ...rest: never[]): Layer {
  noMore("stax.Polynomial", rest);
  if (!Array.isArray(coef) || !Array.from(coef).every(Number.isFinite)) {
    throw new TypeError(`stax.Polynomial: coef must be a list of finite numbers, got ${show(coef)}.`);
  }
  const coefficients = frozen(coef);
  return elementwise("stax.Polynomial", (x) => evaluatePolynomial(coefficients, x));
}

function checkDegree(fn: string, degree: unknown, most = Number.MAX_SAFE_INTEGER): void {
  if (Number.isInteger(degree) && (degree as number) >= 0 && (degree as number) <= most) return;
  const range = most === Number.MAX_SAFE_INTEGER ? "a non-negative integer" : `an integer from 0 to ${most}`;
  throw new TypeError(`${fn}: degree must be ${range}, got ${describe(degree)}.`);
}

/** The coefficients of the probabilists' Hermite polynomial, the constant first: He(n+1) = x He(n) - n He(n-1). */
function hermite(degree: number): number[] {
  let [previous, current] = [[] as number[], [1]];
  for (let n = 0; n < degree; n++) {
    const next = [0, ...current].map((c, i) => c - n * (previous[i] ?? 0));
    [previous, current] = [current, next];
  }
  return current;
}

/**
 * The Hermite polynomial with unit norm under a standard normal variable. Source: `neural_tangents.stax.Hermite`.
 * @example stax.Hermite(1)[1]([], np.array([3])) // [3]
 */
export function Hermite(degree: number, ...rest: never[]): Layer {
  noMore("stax.Hermite", rest);
  // Beyond, the norm is infinite in float64.
  checkDegree("stax.Hermite", degree, 170);
  let norm = 1;
  for (let n = 2; n <= degree; n++) norm *= n;
  const coefficients = hermite(degree);
  return elementwise("stax.Hermite", (x) => lax.mul(evaluatePolynomial(coefficients, x), 1 / Math.sqrt(norm)));
}

/**
 * `x^degree` for a degree from 0 to 5. Source: `neural_tangents.stax.Monomial`.
 * @example stax.Monomial(3)[1]([], np.array([-2])) // [-8]
 */
export function Monomial(degree: number, ...rest: never[]): Layer {
  noMore("stax.Monomial", rest);
  checkDegree("stax.Monomial", degree, 5);
  return elementwise("stax.Monomial", (x) => lax.integerPow(x, { exponent: degree }));
}

/**
 * `x^degree` where x >= 0, else 0. Source: `neural_tangents.stax.RectifiedMonomial`.
 * @example stax.RectifiedMonomial(2)[1]([], np.array([-2, 3])) // [0, 9]
 */
export function RectifiedMonomial(degree: number, ...rest: never[]): Layer {
  noMore("stax.RectifiedMonomial", rest);
  checkDegree("stax.RectifiedMonomial", degree);
  return elementwise("stax.RectifiedMonomial", (x) =>
    lax.select(lax.ge(x, 0), lax.integerPow(x, { exponent: degree }), 0),
  );
}
