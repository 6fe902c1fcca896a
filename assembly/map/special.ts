/** Instructions on floats that are rare or slow: a module of their own, `special.ts` one folder up. */
import { acos, asin, atan, atan2 } from "../math/atan";
import { besselIe } from "../math/bessel";
import { cosh, sinh } from "../math/exp";
import { digamma, lgamma } from "../math/gamma";
import { betainc } from "../math/incomplete-beta";
import { incompleteGamma } from "../math/incomplete-gamma";
import { acosh, asinh, atanh } from "../math/log";
import { tan, tanSingle } from "../math/trigonometry";
import { Op } from "../opcodes";
import { each1, pairs1, pairs2 } from "./each";

/** Runs one instruction on `bytes` bytes of operands whose elements have `size` bytes. */
export function special(op: u32, size: usize, dst: usize, a: usize, b: usize, c: usize, bytes: usize): void {
  if (size == 4) specialInstruction<f32>(op, dst, a, b, c, bytes);
  else specialInstruction<f64>(op, dst, a, b, c, bytes);
}

function specialInstruction<T>(op: u32, dst: usize, a: usize, b: usize, c: usize, bytes: usize): void {
  switch (op) {
    // For float64, the functions of pairs would be off by 3 units in the last place.
    case Op.ASIN:
      return sizeof<T>() == 8 ? each1<T>(NativeMath.asin, dst, a, bytes) : pairs1<T>(asin, dst, a, bytes);
    case Op.ACOS:
      return sizeof<T>() == 8 ? each1<T>(NativeMath.acos, dst, a, bytes) : pairs1<T>(acos, dst, a, bytes);
    case Op.ATAN:
      return pairs1<T>(atan, dst, a, bytes);
    case Op.TAN:
      return pairs1<T>(sizeof<T>() == 4 ? tanSingle : tan, dst, a, bytes);
    case Op.SINH:
      return pairs1<T>(sinh, dst, a, bytes);
    case Op.COSH:
      return pairs1<T>(cosh, dst, a, bytes);
    case Op.ASINH:
      return pairs1<T>(asinh, dst, a, bytes);
    case Op.ACOSH:
      return pairs1<T>(acosh, dst, a, bytes);
    case Op.ATANH:
      return pairs1<T>(atanh, dst, a, bytes);
    case Op.CBRT:
      return each1<T>(NativeMath.cbrt, dst, a, bytes);
    case Op.LGAMMA:
      return each1<T>(lgamma, dst, a, bytes);
    case Op.DIGAMMA:
      return each1<T>(digamma, dst, a, bytes);
    case Op.ATAN2:
      return pairs2<T>(atan2, dst, a, b, bytes);
    default:
      return scalars<T>(op, dst, a, b, c, bytes);
  }
}

/** The functions that take many ways through their code, of up to three operands. */
function scalars<T>(op: u32, dst: usize, a: usize, b: usize, c: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += sizeof<T>()) {
    if (op == Op.REDUCE_PRECISION) {
      const bits = <u32>load<T>(b + i);
      if (sizeof<T>() == 8) store<u64>(dst + i, rounded<u64>(load<u64>(a + i), bits >> 6, bits & 63));
      else store<u32>(dst + i, rounded<u32>(load<u32>(a + i), bits >> 6, bits & 63));
      continue;
    }
    const x = <f64>load<T>(a + i);
    let y: f64;
    if (op == Op.BESSEL_I0E || op == Op.BESSEL_I1E) y = besselIe(x, op - Op.BESSEL_I0E);
    else if (op == Op.BETAINC) y = betainc(x, <f64>load<T>(b + i), <f64>load<T>(c + i));
    else if (op >= <u32>Op.IGAMMA && op <= <u32>Op.RANDOM_GAMMA_GRAD)
      y = incompleteGamma(x, <f64>load<T>(b + i), op - Op.IGAMMA);
    else y = unreachable();
    store<T>(dst + i, <T>y);
  }
}

/** The bits of the nearest float of fewer bits (ties to even), without its subnormal numbers. */
function rounded<U>(x: U, exponentBits: u32, mantissaBits: u32): U {
  const mantissa: u32 = sizeof<U>() == 8 ? 52 : 23;
  const exponent: u32 = sizeof<U>() == 8 ? 11 : 8;
  const sign = x & ((<U>1) << (exponent + mantissa));
  const infinity = (((<U>1) << exponent) - 1) << mantissa;
  let size = x ^ sign;
  if (size > infinity) return x;
  if (mantissaBits < mantissa) {
    const cut = mantissa - mantissaBits;
    size += ((<U>1) << (cut - 1)) - 1 + ((size >> cut) & 1);
    size = (size >> cut) << cut;
  }
  if (exponentBits < exponent) {
    const bias = ((<U>1) << (exponent - 1)) - 1;
    const reach = ((<U>1) << (exponentBits - 1)) - 1;
    if ((size & infinity) > (bias + reach) << mantissa) size = infinity;
    else if ((size & infinity) <= (bias - reach) << mantissa) size = 0;
  }
  return sign | size;
}
