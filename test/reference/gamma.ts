/**
 * The gamma function and its relatives in double precision: the logarithm by its Taylor series at 2 and Stirling's, the
 * incomplete functions by integration.
 */
import { integral } from "./integral.ts";

const EULER = 0.5772156649015329;

/** zeta(k) - 1 for k > 1: a few terms, and what Euler and Maclaurin say of the rest. */
function zetaTail(k: number): number {
  const n = 60;
  let sum = n ** (1 - k) / (k - 1) + n ** -k / 2;
  sum += (k * n ** (-k - 1)) / 12 - (k * (k + 1) * (k + 2) * n ** (-k - 3)) / 720;
  sum += (k * (k + 1) * (k + 2) * (k + 3) * (k + 4) * n ** (-k - 5)) / 30240;
  for (let i = n - 1; i > 1; --i) sum += i ** -k;
  return sum;
}

const ZETA = Array.from({ length: 60 }, (_, k) => (k < 2 ? 0 : zetaTail(k)));

/** B(2n) / (2n (2n - 1)) and B(2n) / 2n for n > 0: the coefficients of Stirling's series and of its derivative. */
const STIRLING = Array.from({ length: 10 }, (_, n) => bernoulli(n) / (2 * n * (2 * n - 1)));
const STIRLING_SLOPE = Array.from({ length: 10 }, (_, n) => bernoulli(n) / (2 * n));

function bernoulli(n: number): number {
  let size = (2 * (1 + ZETA[2 * n])) / (2 * Math.PI) ** (2 * n);
  for (let i = 2; i <= 2 * n; ++i) size *= i;
  return n % 2 === 1 ? size : -size;
}

/** lgamma(2 + s) for |s| <= 1/2. */
function lgammaNearTwo(s: number): number {
  let sum = 0;
  for (let k = ZETA.length - 1; k >= 2; --k) sum = (sum + ((-1) ** k * ZETA[k]) / k) * s;
  return s * (1 - EULER + sum);
}

function digammaNearTwo(s: number): number {
  let sum = 0;
  for (let k = ZETA.length - 1; k >= 2; --k) sum = (sum + (-1) ** k * ZETA[k]) * s;
  return 1 - EULER + sum;
}

/** What Stirling's formula for lgamma lacks. */
function stirlingRest(x: number): number {
  return STIRLING.reduce((sum, c, n) => (n === 0 ? 0 : sum + c * x ** (1 - 2 * n)), 0);
}

function lgammaOfPositive(x: number): number {
  if (x === Infinity) return x;
  if (x > 15) return (x - 0.5) * (Math.log(x) - 1) + (Math.log(2 * Math.PI) - 1) / 2 + stirlingRest(x);
  if (x < 0.5) return lgammaOfPositive(x + 1) - Math.log(x);
  // Adding 0 makes lgamma(1) a positive zero.
  if (x < 1.5) return lgammaNearTwo(x - 1) - Math.log1p(x - 1) + 0;
  let factor = 1;
  for (; x > 2.5; factor *= x) x -= 1;
  return lgammaNearTwo(x - 2) + Math.log(factor);
}

function digammaOfPositive(x: number): number {
  if (x > 15)
    return STIRLING_SLOPE.reduce((sum, c, n) => (n === 0 ? sum : sum - c * x ** (-2 * n)), Math.log(x) - 0.5 / x);
  let sum = 0;
  for (; x < 1.5; x += 1) sum -= 1 / x;
  for (; x > 2.5; sum += 1 / x) x -= 1;
  return digammaNearTwo(x - 2) + sum;
}

/** The distance from the nearest integer: all that sin and tan of pi x need. */
const fraction = (x: number): number => x - Math.round(x);

export function lgamma(x: number): number {
  if (Number.isNaN(x) || x > 0) return Number.isNaN(x) ? x : lgammaOfPositive(x);
  if (Number.isInteger(x) || x === -Infinity) return Infinity;
  // gamma(x) gamma(1 - x) = pi / sin(pi x); 1 - x would lose a tiny x.
  return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * fraction(x)))) - Math.log(-x) - lgammaOfPositive(-x);
}

export function digamma(x: number): number {
  if (Number.isNaN(x) || x > 0) return Number.isNaN(x) ? x : digammaOfPositive(x);
  if (x === 0) return -1 / x;
  // At the negative integers the limits from the two sides differ.
  if (Number.isInteger(x) || x === -Infinity) return NaN;
  return digammaOfPositive(1 - x) - Math.PI / Math.tan(Math.PI * fraction(x));
}

/** x - log(1 + x), which is of second order. */
function logGap(x: number): number {
  if (Math.abs(x) > 0.1) return x - Math.log1p(x);
  let sum = 0;
  for (let k = 20; k >= 2; --k) sum = ((-1) ** k / k + sum) * x;
  return sum * x;
}

/** x^a e^-x / gamma(a). For large a the three are huge, so it is written as the distance from the peak. */
function density(a: number, x: number): number {
  if (a < 15) return Math.exp(a * Math.log(x) - x - lgamma(a));
  return Math.sqrt(a / (2 * Math.PI)) * Math.exp(-a * logGap((x - a) / a) - stirlingRest(a));
}

/** The integral of (t / x)^a e^(x - t) weight(log t) dt / t over t < x or t > x, by u = |log(t / x)|. */
function integrate(a: number, x: number, side: "below" | "above", weight: (log: number) => number): number {
  const sign = side === "below" ? -1 : 1;
  return integral((u) => Math.exp(a * sign * u - x * Math.expm1(sign * u)) * weight(Math.log(x) + sign * u));
}

/** Values where there is nothing to integrate; `undefined` elsewhere. */
function trivial(a: number, x: number, atZero: number, atInfinity: number): number | undefined {
  if (!(a >= 0 && x >= 0) || (a === 0 && x === 0)) return NaN;
  if (x === 0 || (a === Infinity && x < a)) return atZero;
  return x === Infinity || a === 0 ? atInfinity : undefined;
}

/** The regularized functions: the smaller of the two by integration, unless the wanted one has no peak inside. */
export function igamma(a: number, x: number): number {
  const value = trivial(a, x, 0, 1);
  if (value !== undefined) return value;
  return x < a ? density(a, x) * integrate(a, x, "below", () => 1) : 1 - igammac(a, x);
}

export function igammac(a: number, x: number): number {
  const value = trivial(a, x, 1, 0);
  if (value !== undefined) return value;
  return x < a && a > 1 ? 1 - igamma(a, x) : density(a, x) * integrate(a, x, "above", () => 1);
}

/** The derivative by a of the sample x: that of the distribution function over its density, with a sign. */
export function randomGammaGrad(a: number, x: number): number {
  const value = a === 0 || a === Infinity ? NaN : trivial(a, x, 0, NaN);
  if (value !== undefined) return value;
  const mean = digamma(a);
  // Below the mean of log t no element of the sum is positive, above it none is negative.
  return Math.log(x) < mean
    ? -x * integrate(a, x, "below", (log) => log - mean)
    : x * integrate(a, x, "above", (log) => log - mean);
}

export function igammaGradA(a: number, x: number): number {
  const value = a === 0 ? NaN : trivial(a, x, 0, 0);
  // Subtracted, so that what vanishes is a positive zero.
  return value ?? 0 - (density(a, x) / x) * randomGammaGrad(a, x);
}

/** The regularized incomplete beta function. */
export function betainc(a: number, b: number, x: number): number {
  if (!(a >= 0 && b >= 0 && x >= 0 && x <= 1)) return NaN;
  const atZero = a === 0 || b === Infinity;
  const atOne = b === 0 || a === Infinity;
  if (atZero && atOne) return NaN;
  // All of it is at one end.
  if (atZero) return Number(x > 0);
  if (atOne) return Number(x === 1);
  if (x === 0 || x === 1) return Math.abs(x);
  return b <= 1 || x < (a + 1) / (a + b + 2) ? betaBelow(a, b, x, 1 - x) : 1 - betaBelow(b, a, 1 - x, x);
}

/** The function at x = 1 - rest, by t = x e^-u. */
function betaBelow(a: number, b: number, x: number, rest: number): number {
  const logBeta = lgamma(a) + lgamma(b) - lgamma(a + b);
  const logX = x < 0.5 ? Math.log(x) : Math.log1p(-rest);
  const logRest = rest < 0.5 ? Math.log(rest) : Math.log1p(-x);
  const front = Math.exp(a * logX + (b - 1) * logRest - logBeta);
  return front * integral((u) => Math.exp(-a * u + (b - 1) * Math.log1p((-x / rest) * Math.expm1(-u))));
}
