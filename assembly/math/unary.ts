/** Which function an opcode stands for. */
import { Op } from "../opcodes";
import { acos, asin, atan } from "./atan";
import { erf, erfc, erfSingle } from "./erf";
import { erfinv, erfinvSingle } from "./erfinv";
import { cosh, exp, exp2, expm1, logistic, sinh, tanh } from "./exp";
import { digamma, lgamma } from "./gamma";
import { acosh, asinh, atanh, log, log1p } from "./log";
import { logSingle } from "./log-single";
import { cos, sin, sineSingle, tan, tanSingle } from "./trigonometry";

/** The functions with a short form for float32 do their work where they are called: `op` is a literal. */
@inline
export function inlineFunction<T>(op: u32, x: v128): v128 {
  if (op == Op.EXP) return exp<T>(x);
  if (op == Op.EXP2) return exp2<T>(x);
  if (op == Op.EXPM1) return expm1<T>(x);
  if (op == Op.LOGISTIC) return logistic<T>(x);
  if (op == Op.TANH) return tanh<T>(x);
  if (op == Op.LOG1P) return log1p<T>(x);
  if (op == Op.ERFC) return erfc<T>(x);
  if (op == Op.LOG) return sizeof<T>() == 4 ? logSingle(x) : log(x);
  if (op == Op.ERF) return sizeof<T>() == 4 ? erfSingle(x) : erf(x);
  if (op == Op.SIN) return sizeof<T>() == 4 ? sineSingle(x, 0) : sin(x);
  if (op == Op.COS) return sizeof<T>() == 4 ? sineSingle(x, 1) : cos(x);
  if (op == Op.TAN) return sizeof<T>() == 4 ? tanSingle(x) : tan(x);
  return unreachable();
}

/** The functions of pairs with one form for both types. For float64, asin and acos would be off by 3 units in the last place. */
export function pairFunction(op: u32): (x: v128) => v128 {
  switch (op) {
    case Op.ASIN:
      return asin;
    case Op.ACOS:
      return acos;
    case Op.ATAN:
      return atan;
    case Op.SINH:
      return sinh;
    case Op.COSH:
      return cosh;
    case Op.ASINH:
      return asinh;
    case Op.ACOSH:
      return acosh;
    case Op.ATANH:
      return atanh;
    default:
      return unreachable();
  }
}

/** The functions that take many ways through their code, hence one number at a time. */
export function scalarFunction(op: u32, single: bool): (x: f64) => f64 {
  switch (op) {
    case Op.ASIN:
      return NativeMath.asin;
    case Op.ACOS:
      return NativeMath.acos;
    case Op.CBRT:
      return NativeMath.cbrt;
    case Op.ERFINV:
      return single ? erfinvSingle : erfinv;
    case Op.LGAMMA:
      return lgamma;
    case Op.DIGAMMA:
      return digamma;
    default:
      return unreachable();
  }
}
