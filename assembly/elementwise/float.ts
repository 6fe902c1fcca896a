/** Instructions on float32 and float64. */
import { atan2, fmod, nextAfter } from "../math/arithmetic";
import { pow } from "../math/log";
import { unaryFunction } from "../math/unary";
import { Op } from "../opcodes";
import { compareLoop, loop1, loop2 } from "./lanes";

/** Runs one instruction on `bytes` bytes of operands of type T. */
export function floatInstruction<T>(op: u32, dst: usize, a: usize, b: usize, bytes: usize): void {
  switch (op) {
    case Op.NEG: return loop1<T>(Op.NEG, dst, a, bytes);
    case Op.ABS: return loop1<T>(Op.ABS, dst, a, bytes);
    case Op.SIGN: return loop1<T>(Op.SIGN, dst, a, bytes);
    case Op.FLOOR: return loop1<T>(Op.FLOOR, dst, a, bytes);
    case Op.CEIL: return loop1<T>(Op.CEIL, dst, a, bytes);
    case Op.ROUND: return loop1<T>(Op.ROUND, dst, a, bytes);
    case Op.SQRT: return loop1<T>(Op.SQRT, dst, a, bytes);
    case Op.RSQRT: return loop1<T>(Op.RSQRT, dst, a, bytes);
    case Op.ADD: return loop2<T>(Op.ADD, dst, a, b, bytes);
    case Op.SUB: return loop2<T>(Op.SUB, dst, a, b, bytes);
    case Op.MUL: return loop2<T>(Op.MUL, dst, a, b, bytes);
    case Op.DIV: return loop2<T>(Op.DIV, dst, a, b, bytes);
    case Op.MAX: return loop2<T>(Op.MAX, dst, a, b, bytes);
    case Op.MIN: return loop2<T>(Op.MIN, dst, a, b, bytes);
    case Op.EQ: return compareLoop<T>(Op.EQ, dst, a, b, bytes);
    case Op.NE: return compareLoop<T>(Op.NE, dst, a, b, bytes);
    case Op.LT: return compareLoop<T>(Op.LT, dst, a, b, bytes);
    case Op.LE: return compareLoop<T>(Op.LE, dst, a, b, bytes);
    case Op.GT: return compareLoop<T>(Op.GT, dst, a, b, bytes);
    case Op.GE: return compareLoop<T>(Op.GE, dst, a, b, bytes);
    case Op.IS_FINITE: return finiteLoop<T>(dst, a, bytes);
    case Op.POW: return each2<T>(pow, dst, a, b, bytes);
    case Op.ATAN2: return each2<T>(atan2, dst, a, b, bytes);
    case Op.REM: return each2<T>(fmod, dst, a, b, bytes);
    case Op.NEXTAFTER: return nextAfterLoop<T>(dst, a, b, bytes);
    default: return each1<T>(unaryFunction(op, sizeof<T>() == 4), dst, a, bytes);
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

/**
 * Applies a float64 function element by element. Float32 goes through it too: rounded once from a
 * float64 result it is as exact as float32 gets, and the module carries one set of functions.
 */
function each1<T>(f: (x: f64) => f64, dst: usize, a: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += sizeof<T>()) store<T>(dst + i, <T>f(<f64>load<T>(a + i)));
}

function each2<T>(f: (x: f64, y: f64) => f64, dst: usize, a: usize, b: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += sizeof<T>()) {
    store<T>(dst + i, <T>f(<f64>load<T>(a + i), <f64>load<T>(b + i)));
  }
}

/** Neighbours depend on the type, so this one operation is not shared. */
function nextAfterLoop<T>(dst: usize, a: usize, b: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += sizeof<T>()) {
    store<T>(dst + i, nextAfter<T>(load<T>(a + i), load<T>(b + i)));
  }
}
