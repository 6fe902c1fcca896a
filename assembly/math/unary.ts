/** Which function an opcode stands for. */
import { Op } from "../opcodes";

/** The float64 function of a one-operand opcode that has no vector instruction. */
export function unaryFunction(op: u32): (x: f64) => f64 {
  switch (op) {
    case Op.CBRT: return NativeMath.cbrt;
    case Op.EXP: return NativeMath.exp;
    case Op.EXPM1: return NativeMath.expm1;
    case Op.LOG: return NativeMath.log;
    case Op.LOG1P: return NativeMath.log1p;
    case Op.SIN: return NativeMath.sin;
    case Op.COS: return NativeMath.cos;
    case Op.TAN: return NativeMath.tan;
    case Op.ASIN: return NativeMath.asin;
    case Op.ACOS: return NativeMath.acos;
    case Op.ATAN: return NativeMath.atan;
    case Op.SINH: return NativeMath.sinh;
    case Op.COSH: return NativeMath.cosh;
    case Op.TANH: return NativeMath.tanh;
    case Op.ASINH: return NativeMath.asinh;
    case Op.ACOSH: return NativeMath.acosh;
    case Op.ATANH: return NativeMath.atanh;
    default: return unreachable();
  }
}
