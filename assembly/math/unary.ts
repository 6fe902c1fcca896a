/** Which function an opcode stands for. */
import { Op } from "../opcodes";
import { erf, erfc } from "./erf";
import { erfinv, erfinvSingle } from "./erfinv";
import { cosh, exp, logistic, sinh } from "./exp";
import { digamma, lgamma } from "./gamma";
import { acosh, asinh, log } from "./log";
import { logSingle } from "./log-single";

/**
 * The float64 function of a one-operand opcode that has no vector instruction. AssemblyScript's
 * standard library has fdlibm's functions; those of them that need tables are written anew.
 */
export function unaryFunction(op: u32, single: bool): (x: f64) => f64 {
  switch (op) {
    case Op.CBRT: return NativeMath.cbrt;
    case Op.EXP: return exp;
    case Op.EXPM1: return NativeMath.expm1;
    case Op.LOG: return single ? logSingle : log;
    case Op.LOG1P: return NativeMath.log1p;
    case Op.SIN: return NativeMath.sin;
    case Op.COS: return NativeMath.cos;
    case Op.TAN: return NativeMath.tan;
    case Op.ASIN: return NativeMath.asin;
    case Op.ACOS: return NativeMath.acos;
    case Op.ATAN: return NativeMath.atan;
    case Op.SINH: return sinh;
    case Op.COSH: return cosh;
    case Op.TANH: return NativeMath.tanh;
    case Op.ASINH: return asinh;
    case Op.ACOSH: return acosh;
    case Op.ATANH: return NativeMath.atanh;
    case Op.ERF: return erf;
    case Op.ERFC: return erfc;
    case Op.ERFINV: return single ? erfinvSingle : erfinv;
    case Op.LOGISTIC: return logistic;
    case Op.LGAMMA: return lgamma;
    case Op.DIGAMMA: return digamma;
    default: return unreachable();
  }
}
