/** Instructions on float32 and float64. */
import { fmod, nextAfter } from "../math/arithmetic";
import { erfinv, erfinvSingle } from "../math/erfinv";
import { inlineFunction } from "../math/inline";
import { pow, powSingle } from "../math/pow";
import { Op } from "../opcodes";
import { runSpecial } from "../replaceable";
import { each1, each2, loadPair, pairs2, storePair } from "./each";
import { compareLoop, loop1, loop2 } from "./lanes";

/** Runs one instruction on `bytes` bytes of operands of type T. */
export function floatInstruction<T>(op: u32, dst: usize, a: usize, b: usize, c: usize, bytes: usize): void {
  switch (op) {
    case Op.NEG:
      return loop1<T>(Op.NEG, dst, a, bytes);
    case Op.ABS:
      return loop1<T>(Op.ABS, dst, a, bytes);
    case Op.SIGN:
      return loop1<T>(Op.SIGN, dst, a, bytes);
    case Op.FLOOR:
      return loop1<T>(Op.FLOOR, dst, a, bytes);
    case Op.CEIL:
      return loop1<T>(Op.CEIL, dst, a, bytes);
    case Op.ROUND:
      return loop1<T>(Op.ROUND, dst, a, bytes);
    case Op.SQRT:
      return loop1<T>(Op.SQRT, dst, a, bytes);
    case Op.RSQRT:
      return loop1<T>(Op.RSQRT, dst, a, bytes);
    case Op.ADD:
      return loop2<T>(Op.ADD, dst, a, b, bytes);
    case Op.SUB:
      return loop2<T>(Op.SUB, dst, a, b, bytes);
    case Op.MUL:
      return loop2<T>(Op.MUL, dst, a, b, bytes);
    case Op.DIV:
      return loop2<T>(Op.DIV, dst, a, b, bytes);
    case Op.MAX:
      return loop2<T>(Op.MAX, dst, a, b, bytes);
    case Op.MIN:
      return loop2<T>(Op.MIN, dst, a, b, bytes);
    case Op.EQ:
      return compareLoop<T>(Op.EQ, dst, a, b, bytes);
    case Op.NE:
      return compareLoop<T>(Op.NE, dst, a, b, bytes);
    case Op.LT:
      return compareLoop<T>(Op.LT, dst, a, b, bytes);
    case Op.LE:
      return compareLoop<T>(Op.LE, dst, a, b, bytes);
    case Op.GT:
      return compareLoop<T>(Op.GT, dst, a, b, bytes);
    case Op.GE:
      return compareLoop<T>(Op.GE, dst, a, b, bytes);
    case Op.IS_FINITE:
      return finiteLoop<T>(dst, a, bytes);
    case Op.SIGN_BIT:
      return signBitLoop<T>(dst, a, bytes);
    case Op.POW:
      return sizeof<T>() == 4 ? pairs2<T>(powSingle, dst, a, b, bytes) : each2<T>(pow, dst, a, b, bytes);
    case Op.REM:
      return each2<T>(fmod, dst, a, b, bytes);
    case Op.NEXTAFTER:
      return nextAfterLoop<T>(dst, a, b, bytes);
    case Op.EXP:
      return inlineLoop<T>(Op.EXP, dst, a, bytes);
    case Op.EXP2:
      return inlineLoop<T>(Op.EXP2, dst, a, bytes);
    case Op.EXPM1:
      return inlineLoop<T>(Op.EXPM1, dst, a, bytes);
    case Op.LOG:
      return inlineLoop<T>(Op.LOG, dst, a, bytes);
    case Op.LOG1P:
      return inlineLoop<T>(Op.LOG1P, dst, a, bytes);
    case Op.SIN:
      return inlineLoop<T>(Op.SIN, dst, a, bytes);
    case Op.COS:
      return inlineLoop<T>(Op.COS, dst, a, bytes);
    case Op.TANH:
      return inlineLoop<T>(Op.TANH, dst, a, bytes);
    case Op.ERF:
      return inlineLoop<T>(Op.ERF, dst, a, bytes);
    case Op.ERFC:
      return inlineLoop<T>(Op.ERFC, dst, a, bytes);
    case Op.LOGISTIC:
      return inlineLoop<T>(Op.LOGISTIC, dst, a, bytes);
    case Op.ERFINV:
      return each1<T>(sizeof<T>() == 4 ? erfinvSingle : erfinv, dst, a, bytes);
    default:
      return runSpecial<T>(op, dst, a, b, c, bytes);
  }
}

function finiteLoop<T>(dst: usize, a: usize, bytes: usize): void {
  const one = i32x4.splat(1);
  const infinity = v128.splat<T>(<T>Infinity);
  if (sizeof<T>() == 8) {
    for (let i: usize = 0; i < bytes; i += 32) {
      const low = v128.lt<T>(v128.abs<T>(v128.load(a + i)), infinity);
      const high = v128.lt<T>(v128.abs<T>(v128.load(a + i, 16)), infinity);
      v128.store(dst + (i >> 1), v128.and(i32x4.shuffle(low, high, 0, 2, 4, 6), one));
    }
  } else {
    for (let i: usize = 0; i < bytes; i += 16) {
      v128.store(dst + i, v128.and(v128.lt<T>(v128.abs<T>(v128.load(a + i)), infinity), one));
    }
  }
}

function signBitLoop<T>(dst: usize, a: usize, bytes: usize): void {
  if (sizeof<T>() == 8) {
    for (let i: usize = 0; i < bytes; i += 32) {
      const high = i32x4.shuffle(v128.load(a + i), v128.load(a + i, 16), 1, 3, 5, 7);
      v128.store(dst + (i >> 1), i32x4.shr_u(high, 31));
    }
  } else {
    for (let i: usize = 0; i < bytes; i += 16) v128.store(dst + i, i32x4.shr_u(v128.load(a + i), 31));
  }
}

@inline
function inlineLoop<T>(op: u32, dst: usize, a: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 2 * sizeof<T>())
    storePair<T>(dst + i, inlineFunction<T>(op, loadPair<T>(a + i)));
}

/** Neighbours depend on the type, so this one operation is not shared. */
function nextAfterLoop<T>(dst: usize, a: usize, b: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += sizeof<T>()) {
    store<T>(dst + i, nextAfter<T>(load<T>(a + i), load<T>(b + i)));
  }
}
