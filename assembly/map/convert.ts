/**
 * CONVERT between any two element types, in registers (where a bool is an int32).
 *
 * Float to integer truncates, saturates and takes NaN to 0; anything to bool is `x != 0`; integers
 * reinterpret their bits, as C's casts do.
 */
import { DType } from "../opcodes";

/** Converts `count` elements, a multiple of 4. */
export function convert(dst: usize, src: usize, count: u32, from: u32, to: u32): void {
  if (from == DType.FLOAT32) fromFloat<f32>(dst, src, count, to);
  else if (from == DType.FLOAT64) fromFloat<f64>(dst, src, count, to);
  else fromInteger(dst, src, count, from, to);
}

function fromFloat<T>(dst: usize, src: usize, count: u32, to: u32): void {
  if (to == DType.BOOL) each<T, bool>(dst, src, count);
  else if (to == DType.INT32) each<T, i32>(dst, src, count);
  else if (to == DType.UINT32) each<T, u32>(dst, src, count);
  else if (to == DType.FLOAT64) each<T, f64>(dst, src, count);
  else each<T, f32>(dst, src, count);
}

function fromInteger(dst: usize, src: usize, count: u32, from: u32, to: u32): void {
  if (to == DType.BOOL) each<i32, bool>(dst, src, count);
  else if (to == DType.FLOAT32 && from == DType.UINT32) each<u32, f32>(dst, src, count);
  else if (to == DType.FLOAT32) each<i32, f32>(dst, src, count);
  else if (to == DType.FLOAT64 && from == DType.UINT32) each<u32, f64>(dst, src, count);
  else if (to == DType.FLOAT64) each<i32, f64>(dst, src, count);
  else memory.copy(dst, src, (<usize>count) << 2);
}

/** One conversion's loop. Every pair that both have vectors of four 32-bit lanes takes a vector at a time. */
function each<T, U>(dst: usize, src: usize, count: u32): void {
  for (let i: u32 = 0; i < count; i += 4) {
    const from = src + <usize>i * sizeof<T>();
    const low = v128.load(from);
    // A wide source has its other two elements in the next vector.
    const high = sizeof<T>() == 8 ? v128.load(from, 16) : low;
    if (sizeof<U>() == 8) {
      const to = dst + <usize>i * 8;
      v128.store(to, widen<T>(low));
      v128.store(to, widen<T>(sizeof<T>() == 8 ? high : i64x2.shuffle(low, low, 1, 0)), 16);
    } else {
      v128.store(dst + <usize>i * 4, four<T, U>(low, high));
    }
  }
}

/** The first two lanes as doubles. */
@inline
function widen<T>(v: v128): v128 {
  if (isFloat<T>()) return sizeof<T>() == 8 ? v : f64x2.promote_low_f32x4(v);
  return isSigned<T>() ? f64x2.convert_low_i32x4_s(v) : f64x2.convert_low_i32x4_u(v);
}

/** Four lanes of a 32-bit type from one vector (or, of doubles, two). */
@inline
function four<T, U>(low: v128, high: v128): v128 {
  if (isBoolean<U>()) return nonZero<T>(low, high);
  if (sizeof<T>() == 8) return i64x2.shuffle(narrowed<U>(low), narrowed<U>(high), 0, 2);
  if (isFloat<T>() && isFloat<U>()) return low;
  if (isFloat<T>()) return isSigned<U>() ? i32x4.trunc_sat_f32x4_s(low) : i32x4.trunc_sat_f32x4_u(low);
  return isSigned<T>() ? f32x4.convert_i32x4_s(low) : f32x4.convert_i32x4_u(low);
}

/** Two doubles in the lower half of a vector of U. */
@inline
function narrowed<U>(v: v128): v128 {
  if (isFloat<U>()) return f32x4.demote_f64x2_zero(v);
  return isSigned<U>() ? i32x4.trunc_sat_f64x2_s_zero(v) : i32x4.trunc_sat_f64x2_u_zero(v);
}

/** 1 where an element is not zero, else 0. NaN is not zero. */
@inline
function nonZero<T>(low: v128, high: v128): v128 {
  const zero = i32x4.splat(0);
  let mask: v128;
  if (sizeof<T>() == 8) {
    mask = i32x4.shuffle(v128.ne<f64>(low, zero), v128.ne<f64>(high, zero), 0, 2, 4, 6);
  } else {
    mask = v128.ne<T>(low, zero);
  }
  return v128.and(mask, i32x4.splat(1));
}
