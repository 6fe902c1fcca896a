/** Which of the functions that do their work where they are called an opcode stands for. */
import { Op } from "../opcodes";
import { erf, erfc, erfSingle } from "./erf";
import { exp, exp2, expm1, logistic, tanh } from "./exp";
import { log, log1p } from "./log";
import { logSingle } from "./log-single";
import { cos, sin, sineSingle } from "./trigonometry";

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
  return unreachable();
}
