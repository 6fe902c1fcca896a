/**
 * What the operations with a SIMD instruction do to one vector, and the loops around them.
 *
 * `op` is a literal at every call and everything here is inlined, so the chains of comparisons vanish
 * and each instantiation is a loop of a load or two, the operation and a store.
 */
import { Op } from "../opcodes";

/** One operand: operations of any type. */
@inline
export function lanes1<T>(op: u32, x: v128): v128 {
  if (isFloat<T>()) {
    if (op == Op.NEG) return v128.neg<T>(x);
    if (op == Op.ABS) return v128.abs<T>(x);
    if (op == Op.FLOOR) return v128.floor<T>(x);
    if (op == Op.CEIL) return v128.ceil<T>(x);
    if (op == Op.ROUND) return v128.nearest<T>(x);
    if (op == Op.SQRT) return v128.sqrt<T>(x);
    if (op == Op.RSQRT) return v128.div<T>(v128.splat<T>(<T>1), v128.sqrt<T>(x));
    return signOfFloat<T>(x);
  }
  if (op == Op.NEG) return i32x4.neg(x);
  if (op == Op.ABS) return i32x4.abs(x);
  if (op == Op.NOT) return v128.not(x);
  if (op == Op.POPCOUNT) return i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(i8x16.popcnt(x)));
  // The sign: the bits below shift down to 0 or -1, and a positive number also gets a 1.
  if (isSigned<T>()) return v128.or(v128.shr<i32>(x, 31), v128.shr<u32>(i32x4.neg(x), 31));
  return i32x4.min_u(x, i32x4.splat(1));
}

/** The sign as a float; zeros keep theirs, NaN stays. */
@inline
function signOfFloat<T>(x: v128): v128 {
  const zero = v128.splat<T>(<T>0);
  const signed = v128.or(v128.and(x, v128.splat<T>(<T>-0.0)), v128.splat<T>(<T>1));
  return v128.bitselect(signed, x, v128.or(v128.lt<T>(x, zero), v128.gt<T>(x, zero)));
}

/** Two operands, the result of the same type. */
@inline
export function lanes2<T>(op: u32, x: v128, y: v128): v128 {
  if (op == Op.ADD) return v128.add<T>(x, y);
  if (op == Op.SUB) return v128.sub<T>(x, y);
  if (op == Op.MUL) return v128.mul<T>(x, y);
  if (op == Op.MAX) return v128.max<T>(x, y);
  if (op == Op.MIN) return v128.min<T>(x, y);
  if (isFloat<T>()) return v128.div<T>(x, y);
  if (op == Op.AND) return v128.and(x, y);
  if (op == Op.OR) return v128.or(x, y);
  return v128.xor(x, y);
}

/** A comparison's mask. */
@inline
function compareLanes<T>(op: u32, x: v128, y: v128): v128 {
  if (op == Op.EQ) return v128.eq<T>(x, y);
  if (op == Op.NE) return v128.ne<T>(x, y);
  if (op == Op.LT) return v128.lt<T>(x, y);
  if (op == Op.LE) return v128.le<T>(x, y);
  if (op == Op.GT) return v128.gt<T>(x, y);
  return v128.ge<T>(x, y);
}

@inline
export function loop1<T>(op: u32, dst: usize, a: usize, bytes: usize): void {
  const end = dst + bytes;
  // Four vectors a round: these loops are so short that their own instructions count.
  while (dst + 64 <= end) {
    v128.store(dst, lanes1<T>(op, v128.load(a)));
    v128.store(dst, lanes1<T>(op, v128.load(a, 16)), 16);
    v128.store(dst, lanes1<T>(op, v128.load(a, 32)), 32);
    v128.store(dst, lanes1<T>(op, v128.load(a, 48)), 48);
    dst += 64;
    a += 64;
  }
  for (; dst < end; dst += 16, a += 16) v128.store(dst, lanes1<T>(op, v128.load(a)));
}

@inline
export function loop2<T>(op: u32, dst: usize, a: usize, b: usize, bytes: usize): void {
  const end = dst + bytes;
  while (dst + 64 <= end) {
    v128.store(dst, lanes2<T>(op, v128.load(a), v128.load(b)));
    v128.store(dst, lanes2<T>(op, v128.load(a, 16), v128.load(b, 16)), 16);
    v128.store(dst, lanes2<T>(op, v128.load(a, 32), v128.load(b, 32)), 32);
    v128.store(dst, lanes2<T>(op, v128.load(a, 48), v128.load(b, 48)), 48);
    dst += 64;
    a += 64;
    b += 64;
  }
  for (; dst < end; dst += 16, a += 16, b += 16) v128.store(dst, lanes2<T>(op, v128.load(a), v128.load(b)));
}

/** Compares two registers; the result is a register of bools, 32 bits each. */
@inline
export function compareLoop<T>(op: u32, dst: usize, a: usize, b: usize, bytes: usize): void {
  const one = i32x4.splat(1);
  if (sizeof<T>() == 8) {
    for (let i: usize = 0; i < bytes; i += 32) {
      const low = compareLanes<T>(op, v128.load(a + i), v128.load(b + i));
      const high = compareLanes<T>(op, v128.load(a + i, 16), v128.load(b + i, 16));
      v128.store(dst + (i >> 1), v128.and(i32x4.shuffle(low, high, 0, 2, 4, 6), one));
    }
  } else {
    for (let i: usize = 0; i < bytes; i += 16) {
      v128.store(dst + i, v128.and(compareLanes<T>(op, v128.load(a + i), v128.load(b + i)), one));
    }
  }
}
