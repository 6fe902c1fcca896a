/**
 * Pairs of float64, in which all functions are computed: a float64 pair as it is, and of four float32 each half, which is
 * exact in float64 and whose result is rounded once. Nothing here is a relaxed operation, so that the results have the
 * same bits everywhere.
 *
 * Functions that are generic in `T` have their short forms for float32 and their long ones for float64.
 */

/** x * y + z, in two roundings. */
@inline
export function multiplyAdd(x: v128, y: v128, z: v128): v128 {
  return f64x2.add(f64x2.mul(x, y), z);
}

@inline
export function splat(x: f64): v128 {
  return f64x2.splat(x);
}

/** a where the mask is set, else b. */
@inline
export function choose(mask: v128, a: v128, b: v128): v128 {
  return v128.bitselect(a, b, mask);
}

/** The sizes of x with the signs of y. */
@inline
export function copySign(x: v128, y: v128): v128 {
  return choose(i64x2.splat(i64.MAX_VALUE), x, y);
}

/** Applies a function of pairs to one number. */
@inline
export function scalar(f: (x: v128) => v128, x: f64): f64 {
  return f64x2.extract_lane(f(splat(x)), 0);
}

@inline
function coefficient(at: usize, index: i32): v128 {
  return v128.load64_splat(at + ((<usize>index) << 3));
}

/** `count` (1 to 4) terms from `first` on. */
@inline
function terms(at: usize, first: i32, count: i32, x: v128, square: v128): v128 {
  const low = count == 1 ? coefficient(at, first) : multiplyAdd(coefficient(at, first + 1), x, coefficient(at, first));
  if (count <= 2) return low;
  const high =
    count == 3 ? coefficient(at, first + 2) : multiplyAdd(coefficient(at, first + 3), x, coefficient(at, first + 2));
  return multiplyAdd(high, square, low);
}

/**
 * A polynomial whose `count` (a literal, at most 24) coefficients lie in static memory, the constant one first. It is
 * Horner's rule on groups of four terms, whose operations don't wait for each other.
 */
@inline
export function polynomial(at: usize, count: i32, x: v128): v128 {
  const square = f64x2.mul(x, x);
  const fourth = f64x2.mul(square, square);
  const last = (count - 1) & ~3;
  let sum = terms(at, last, count - last, x, square);
  if (last >= 20) sum = multiplyAdd(sum, fourth, terms(at, 16, 4, x, square));
  if (last >= 16) sum = multiplyAdd(sum, fourth, terms(at, 12, 4, x, square));
  if (last >= 12) sum = multiplyAdd(sum, fourth, terms(at, 8, 4, x, square));
  if (last >= 8) sum = multiplyAdd(sum, fourth, terms(at, 4, 4, x, square));
  if (last >= 4) sum = multiplyAdd(sum, fourth, terms(at, 0, 4, x, square));
  return sum;
}
