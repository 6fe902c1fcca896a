/**
 * Instructions on int32, uint32 and bool (in a register a bool is 0 or 1 in 32 bits).
 *
 * Most of them do not care about the sign; those that do look at `dtype`. Nothing traps: XLA's results
 * for division by zero and overflow are written out.
 */
import { DType, Op } from "../opcodes";
import { compareLoop, loop1, loop2 } from "./lanes";
import { threefry } from "./threefry";

/** Runs one instruction on `bytes` bytes of operands. */
export function integerInstruction(
  op: u32,
  dtype: u32,
  dst: usize,
  a: usize,
  b: usize,
  c: usize,
  d: usize,
  bytes: usize,
): void {
  switch (op) {
    case Op.NEG:
      return loop1<i32>(Op.NEG, dst, a, bytes);
    case Op.POPCOUNT:
      return loop1<i32>(Op.POPCOUNT, dst, a, bytes);
    case Op.ADD:
      return loop2<i32>(Op.ADD, dst, a, b, bytes);
    case Op.SUB:
      return loop2<i32>(Op.SUB, dst, a, b, bytes);
    case Op.MUL:
      return loop2<i32>(Op.MUL, dst, a, b, bytes);
    case Op.AND:
      return loop2<i32>(Op.AND, dst, a, b, bytes);
    case Op.OR:
      return loop2<i32>(Op.OR, dst, a, b, bytes);
    case Op.XOR:
      return loop2<i32>(Op.XOR, dst, a, b, bytes);
    case Op.EQ:
      return compareLoop<i32>(Op.EQ, dst, a, b, bytes);
    case Op.NE:
      return compareLoop<i32>(Op.NE, dst, a, b, bytes);
    case Op.NOT:
      return not(dtype, dst, a, bytes);
    case Op.CLZ:
    case Op.SHL:
    case Op.SHR_LOGICAL:
    case Op.SHR_ARITHMETIC:
      return each(op, dst, a, b, bytes);
    case Op.THREEFRY_A:
      return threefry(dst, a, b, c, d, bytes, false);
    case Op.THREEFRY_B:
      return threefry(dst, a, b, c, d, bytes, true);
    default:
      if (dtype == DType.INT32) signInstruction<i32>(op, dst, a, b, bytes);
      else signInstruction<u32>(op, dst, a, b, bytes);
  }
}

/** The operations whose result depends on signedness. */
function signInstruction<T>(op: u32, dst: usize, a: usize, b: usize, bytes: usize): void {
  switch (op) {
    case Op.ABS:
      return isSigned<T>() ? loop1<T>(Op.ABS, dst, a, bytes) : memory.copy(dst, a, bytes);
    case Op.SIGN:
      return loop1<T>(Op.SIGN, dst, a, bytes);
    case Op.MAX:
      return loop2<T>(Op.MAX, dst, a, b, bytes);
    case Op.MIN:
      return loop2<T>(Op.MIN, dst, a, b, bytes);
    case Op.LT:
      return compareLoop<T>(Op.LT, dst, a, b, bytes);
    case Op.LE:
      return compareLoop<T>(Op.LE, dst, a, b, bytes);
    case Op.GT:
      return compareLoop<T>(Op.GT, dst, a, b, bytes);
    case Op.GE:
      return compareLoop<T>(Op.GE, dst, a, b, bytes);
    case Op.DIV:
    case Op.REM:
      return divide<T>(op, dst, a, b, bytes);
    default:
      unreachable();
  }
}

/** Bitwise for integers, logical for bools. */
function not(dtype: u32, dst: usize, a: usize, bytes: usize): void {
  const mask = i32x4.splat(dtype == DType.BOOL ? 1 : -1);
  for (let i: usize = 0; i < bytes; i += 16) v128.store(dst + i, v128.xor(v128.load(a + i), mask));
}

/** What has no vector instruction: shifts by a different amount per lane, and counting zeros. */
function each(op: u32, dst: usize, a: usize, b: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 4) {
    const x = load<u32>(a + i);
    if (op == Op.CLZ) {
      store<u32>(dst + i, clz(x));
      continue;
    }
    const shift = load<u32>(b + i);
    let y: u32 = 0;
    // WebAssembly takes shifts modulo 32; what is shifted out entirely must be written out.
    if (op == Op.SHR_ARITHMETIC) y = <u32>(<i32>x >> min(shift, 31));
    else if (shift < 32) y = op == Op.SHL ? x << shift : x >> shift;
    store<u32>(dst + i, y);
  }
}

/** Quotient truncated toward zero (x / 0 has all bits set), or remainder (x rem 0 = x). */
function divide<T>(op: u32, dst: usize, a: usize, b: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 4) {
    const x = load<T>(a + i);
    const y = load<T>(b + i);
    let quotient: T;
    if (y == 0) quotient = <T>-1;
    // The one quotient that overflows traps in hardware; negation wraps instead.
    else if (isSigned<T>() && y == <T>-1) quotient = <T>0 - x;
    else quotient = x / y;
    if (op == Op.DIV) store<T>(dst + i, quotient);
    else store<T>(dst + i, y == 0 ? x : x - quotient * y);
  }
}
