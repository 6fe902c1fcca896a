/**
 * What the decompositions are made of: reading and writing single elements, and operations on rows.
 *
 * The element type is a state of this module and not a type parameter, so that each decomposition exists once for both:
 * only the loops over a row are made for each type. Scalars are float64, sums are collected in float64.
 */
import { DType } from "../opcodes";

/** Bytes from one element to the next. */
export let ITEM: usize = 8;

/** The element type of all that follows. */
export function useType(dtype: u32): void {
  ITEM = dtype == DType.FLOAT32 ? 4 : 8;
}

export function get(address: usize): f64 {
  return ITEM == 4 ? <f64>load<f32>(address) : load<f64>(address);
}

export function put(address: usize, value: f64): void {
  if (ITEM == 4) store<f32>(address, <f32>value);
  else store<f64>(address, value);
}

/** The sum of the products of two rows. */
export function dot(x: usize, y: usize, count: usize): f64 {
  return ITEM == 4 ? dotOf<f32>(x, y, count) : dotOf<f64>(x, y, count);
}

/** Two elements as float64. */
@inline
function pair<T>(address: usize): v128 {
  return sizeof<T>() == 4 ? f64x2.promote_low_f32x4(v128.load64_zero(address)) : v128.load(address);
}

@inline
function dotOf<T>(x: usize, y: usize, count: usize): f64 {
  const end = x + count * sizeof<T>();
  let sum = f64x2.splat(0);
  let more = f64x2.splat(0);
  for (; x + 4 * sizeof<T>() <= end; x += 4 * sizeof<T>(), y += 4 * sizeof<T>()) {
    sum = f64x2.add(sum, f64x2.mul(pair<T>(x), pair<T>(y)));
    more = f64x2.add(more, f64x2.mul(pair<T>(x + 2 * sizeof<T>()), pair<T>(y + 2 * sizeof<T>())));
  }
  sum = f64x2.add(sum, more);
  let total = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
  for (; x < end; x += sizeof<T>(), y += sizeof<T>()) total += <f64>load<T>(x) * <f64>load<T>(y);
  return total;
}

/** `x = c x + s y` and `y = c y - s x`. */
export function rotate(x: usize, y: usize, c: f64, s: f64, count: usize): void {
  if (ITEM == 4) rotateOf<f32>(x, y, <f32>c, <f32>s, count);
  else rotateOf<f64>(x, y, c, s, count);
}

@inline
function rotateOf<T>(x: usize, y: usize, c: T, s: T, count: usize): void {
  const end = x + count * sizeof<T>();
  const cs = v128.splat<T>(c);
  const ss = v128.splat<T>(s);
  for (; x + 16 <= end; x += 16, y += 16) {
    const a = v128.load(x);
    const b = v128.load(y);
    v128.store(x, v128.add<T>(v128.mul<T>(cs, a), v128.mul<T>(ss, b)));
    v128.store(y, v128.sub<T>(v128.mul<T>(cs, b), v128.mul<T>(ss, a)));
  }
  for (; x < end; x += sizeof<T>(), y += sizeof<T>()) {
    const a = load<T>(x);
    const b = load<T>(y);
    store<T>(x, c * a + s * b);
    store<T>(y, c * b - s * a);
  }
}

/** `y -= factor * x` */
export function subtract(y: usize, x: usize, factor: f64, count: usize): void {
  if (ITEM == 4) subtractOf<f32>(y, x, <f32>factor, count);
  else subtractOf<f64>(y, x, factor, count);
}

@inline
function subtractOf<T>(y: usize, x: usize, factor: T, count: usize): void {
  const end = x + count * sizeof<T>();
  const factors = v128.splat<T>(factor);
  for (; x + 16 <= end; x += 16, y += 16) {
    v128.store(y, v128.sub<T>(v128.load(y), v128.mul<T>(factors, v128.load(x))));
  }
  for (; x < end; x += sizeof<T>(), y += sizeof<T>()) store<T>(y, load<T>(y) - factor * load<T>(x));
}

/** `x /= divisor` */
export function divide(x: usize, divisor: f64, count: usize): void {
  for (const end = x + count * ITEM; x < end; x += ITEM) put(x, get(x) / divisor);
}

/** Exchanges two rows. */
export function exchange(x: usize, y: usize, count: usize): void {
  for (const end = x + count * ITEM; x < end; x += 4, y += 4) {
    const word = load<u32>(x);
    store<u32>(x, load<u32>(y));
    store<u32>(y, word);
  }
}
