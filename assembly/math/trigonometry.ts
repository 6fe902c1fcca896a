/**
 * Sine, cosine and tangent.
 *
 * x = n pi/2 + r with |r| <= pi/4, by subtracting multiples of pi/2 in parts (Cody and Waite) while n is below 2^20; larger
 * ones, which are rare, are reduced one by one with as many bits of 2/pi as they need (Payne and Hanek). The
 * polynomials are Chebyshev interpolants in r^2, computed with 60 digits.
 */
import { productError } from "./pow";
import { choose, copySign, multiplyAdd, polynomial, splat } from "./vector";

/** (sin(r) / r - 1) / r^2, with a relative error of the sine below 2^-35. */
const SINE_SINGLE = memory.data<f64>([
  -0.16666666663855267, 0.008333331874701885, -0.000198400867308877, 2.724992521993603e-6,
]);

/** The same below 2^-55. */
const SINE = memory.data<f64>([
  -0.16666666666666666, 0.008333333333330948, -0.0001984126983675854, 2.7557316102534617e-6, -2.505113184128889e-8,
  1.5918129027234826e-10,
]);

/** (cos(r) - 1 + r^2 / 2) / r^4, with a relative error of the cosine below 2^-29. */
const COSINE_SINGLE = memory.data<f64>([0.041666664659490746, -0.0013888303033667549, 2.4547941603820702e-5]);

/** The same below 2^-59. */
const COSINE = memory.data<f64>([
  0.041666666666666664, -0.0013888888888887398, 2.4801587298765665e-5, -2.7557317271718644e-7, 2.087614626607931e-9,
  -1.1382632258093615e-11,
]);

/** The binary digits of 2 / pi, after a word of zeros. */
const TWO_OVER_PI = memory.data<u64>([
  0, 0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561, 0xb7246e3a424dd2e0,
  0x06492eea09d1921c, 0xfe1deb1cb129a73e, 0xe88235f52ebb4484, 0xe99c7026b45f7e41, 0x3991d639835339f4,
  0x9c845f8bbdf9283b, 0x1ff897ffde05980f, 0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7, 0x4f463f669e5fea2d,
  0x7527bac7ebe5f17b, 0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab, 0xf0cfbc209af4361d,
]);

@inline const INVERSE: f64 = 0.6366197723675814;
@inline const HALF_PI: f64 = 1.5707963267948966;
@inline const HALF_PI_LOW: f64 = 6.123233995736766e-17;
// pi / 2 in parts of 33 bits, whose products with n are exact, and the rest.
@inline const PART1: f64 = 1.5707963267341256;
@inline const PART2: f64 = 6.077100506303966e-11;
@inline const PART3: f64 = 2.0222662487111665e-21;
@inline const PART4: f64 = 8.4784276603689e-32;
/** Below this n has at most 20 bits. */
@inline const LIMIT: f64 = 1647099;
// 1.5 * 2^52: a small integer added to it appears in its low bits.
@inline const SHIFT: f64 = 6755399441055744.0;

@inline
function areSmall(x: v128): v128 {
  return f64x2.lt(f64x2.abs(x), splat(LIMIT));
}

@inline
function isSmall(x: v128): bool {
  return i64x2.all_true(areSmall(x));
}

/** n + SHIFT */
@inline
function multiple(x: v128): v128 {
  return multiplyAdd(x, splat(INVERSE), splat(SHIFT));
}

/** Sine and cosine of r as those of x, `turns` quarter turns after the sine. */
@inline
function turned(sine: v128, cosine: v128, n: v128, turns: i64): v128 {
  const quadrant = i64x2.add(n, i64x2.splat(turns));
  return v128.xor(choose(isOdd(quadrant), cosine, sine), i64x2.shl(i64x2.shr_u(quadrant, 1), 63));
}

@inline
function isOdd(n: v128): v128 {
  return i64x2.ne(v128.and(n, i64x2.splat(1)), i64x2.splat(0));
}

/** The tangent from sine and cosine of r. */
@inline
function quotient(sine: v128, cosine: v128, n: v128): v128 {
  const odd = isOdd(n);
  return f64x2.div(choose(odd, f64x2.neg(cosine), sine), choose(odd, sine, cosine));
}

@inline
function reduceSingle(x: v128, n: v128): v128 {
  const k = f64x2.sub(n, splat(SHIFT));
  return f64x2.sub(f64x2.sub(x, f64x2.mul(k, splat(PART1))), f64x2.mul(k, splat(PART2 + PART3)));
}

@inline
function shortSine(r: v128): v128 {
  const z = f64x2.mul(r, r);
  return f64x2.mul(r, multiplyAdd(z, polynomial(SINE_SINGLE, 4, z), splat(1)));
}

@inline
function shortCosine(r: v128): v128 {
  const z = f64x2.mul(r, r);
  const head = f64x2.sub(splat(1), f64x2.mul(z, splat(0.5)));
  return multiplyAdd(f64x2.mul(z, z), polynomial(COSINE_SINGLE, 3, z), head);
}

/** The sine of float32, or a quarter turn later the cosine; to be rounded to float32. */
@inline
export function sineSingle(x: v128, turns: i64): v128 {
  const n = multiple(x);
  const r = reduceSingle(x, n);
  const short = turned(shortSine(r), shortCosine(r), n, turns);
  return isSmall(x) ? short : choose(areSmall(x), short, sine(x, turns));
}

/** The tangent of float32; to be rounded to float32. */
@inline
export function tanSingle(x: v128): v128 {
  const n = multiple(x);
  const r = reduceSingle(x, n);
  const short = quotient(shortSine(r), shortCosine(r), n);
  return isSmall(x) ? short : choose(areSmall(x), short, tan(x));
}

// What `reduce` leaves: n + SHIFT, r, and what rounding took from r.
let quadrants: v128 = i64x2.splat(0);
let remainders: v128 = i64x2.splat(0);
let errors: v128 = i64x2.splat(0);

/** Subtracts from r. Knuth's sum doesn't ask which number is larger. */
function subtract(y: v128): void {
  const x = remainders;
  const difference = f64x2.sub(x, y);
  const back = f64x2.sub(difference, x);
  remainders = difference;
  errors = f64x2.add(errors, f64x2.sub(f64x2.sub(x, f64x2.sub(difference, back)), f64x2.add(y, back)));
}

function reduce(x: v128): void {
  const n = multiple(x);
  const k = f64x2.sub(n, splat(SHIFT));
  quadrants = n;
  remainders = f64x2.sub(x, f64x2.mul(k, splat(PART1)));
  errors = splat(0);
  subtract(f64x2.mul(k, splat(PART2)));
  subtract(f64x2.mul(k, splat(PART3)));
  errors = f64x2.sub(errors, f64x2.mul(k, splat(PART4)));
  if (!isSmall(x)) {
    reduceLane(f64x2.extract_lane(x, 0), i64x2(-1, 0));
    reduceLane(f64x2.extract_lane(x, 1), i64x2(0, -1));
  }
  const r = copySign(f64x2.add(remainders, errors), remainders);
  errors = f64x2.add(f64x2.sub(remainders, r), errors);
  remainders = r;
}

/** Exchanges the lane that the mask says. */
function reduceLane(x: f64, mask: v128): void {
  if (abs(x) < LIMIT) return;
  remainders = choose(mask, splat(reduceLarge(x)), remainders);
  errors = choose(mask, splat(largeError), errors);
  quadrants = choose(mask, i64x2.splat(largeQuadrant), quadrants);
}

// What `reduceLarge` leaves beside its result.
let largeError: f64 = 0;
let largeQuadrant: u64 = 0;

/** 64 digits of 2 / pi from a place on. */
@inline
function digits(place: i32): u64 {
  const at = TWO_OVER_PI + ((<usize>(place >> 6)) << 3);
  return (load<u64>(at) << place) | ((load<u64>(at, 8) >> 1) >> (63 - (place & 63)));
}

/** The upper half of a product. */
function upperProduct(x: u64, y: u64): u64 {
  const low = (x & 0xffffffff) * (y & 0xffffffff);
  const first = (x >> 32) * (y & 0xffffffff) + (low >> 32);
  const second = (x & 0xffffffff) * (y >> 32) + (first & 0xffffffff);
  return (x >> 32) * (y >> 32) + (first >> 32) + (second >> 32);
}

function reduceLarge(x: f64): f64 {
  if (!(abs(x) < Infinity)) {
    // The NaN's sign follows from these.
    largeError = 0;
    largeQuadrant = 0;
    return NaN;
  }
  const bits = reinterpret<u64>(x);
  const mantissa = (bits & 0xfffffffffffff) | 0x10000000000000;
  // The digits of 2 / pi that give multiples of 4 are passed over, so that the product's fraction is that of n / 4.
  const place = <i32>((bits >> 52) & 0x7ff) - 1075 - 2 + 64;
  const carried = upperProduct(mantissa, digits(place + 128));
  const middle = digits(place + 64);
  const low = mantissa * middle + carried;
  const high = mantissa * digits(place) + upperProduct(mantissa, middle) + <u64>(low < carried);
  // Two bits of n, and what is left as a signed number, of which the leading 53 bits are exact.
  const rest = <i64>((high << 2) | (low >> 62));
  const n = (high >> 62) + <u64>(rest < 0);
  const head = <f64>(rest & ~0x7ff);
  const more = <f64>(rest & 0x7ff) + <f64>(low << 2) * 5.421010862427522e-20;
  const fraction = head + more;
  const r = fraction * HALF_PI;
  const error = productError(fraction, HALF_PI, r) + (head - fraction + more) * HALF_PI + fraction * HALF_PI_LOW;
  // Times 2^-64.
  const scale = copysign<f64>(5.421010862427522e-20, x);
  largeError = error * scale;
  largeQuadrant = x < 0 ? 0 - n : n;
  return r * scale;
}

/** sin(r) + error cos(r) */
function longSine(): v128 {
  const r = remainders;
  const z = f64x2.mul(r, r);
  const correction = f64x2.mul(errors, f64x2.sub(splat(1), f64x2.mul(z, splat(0.5))));
  const low = multiplyAdd(f64x2.mul(r, z), polynomial(SINE, 6, z), correction);
  return copySign(f64x2.add(r, low), r);
}

/** cos(r) - error sin(r) */
function longCosine(): v128 {
  const one = splat(1);
  const r = remainders;
  const z = f64x2.mul(r, r);
  const half = f64x2.mul(z, splat(0.5));
  const head = f64x2.sub(one, half);
  const low = f64x2.sub(f64x2.mul(f64x2.mul(z, z), polynomial(COSINE, 6, z)), f64x2.mul(r, errors));
  return f64x2.add(head, f64x2.add(f64x2.sub(f64x2.sub(one, head), half), low));
}

function sine(x: v128, turns: i64): v128 {
  reduce(x);
  return turned(longSine(), longCosine(), quadrants, turns);
}

export function sin(x: v128): v128 {
  return sine(x, 0);
}

export function cos(x: v128): v128 {
  return sine(x, 1);
}

export function tan(x: v128): v128 {
  reduce(x);
  return quotient(longSine(), longCosine(), quadrants);
}
