/** Instructions on floats that are rare and slow. */
import { besselIe } from "../math/bessel";
import { betainc, incompleteGamma } from "../math/incomplete";
import { Op } from "../opcodes";

/** Runs one of the instructions that `float.ts` leaves to this file. */
export function specialInstruction<T>(op: u32, dst: usize, a: usize, b: usize, c: usize, bytes: usize): void {
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
    else if (op <= <u32>Op.RANDOM_GAMMA_GRAD) y = incompleteGamma(x, <f64>load<T>(b + i), op - Op.IGAMMA);
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
