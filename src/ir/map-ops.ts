/**
 * The operations of elementwise programs, once: how many operands each has, and what its result is. The types come from here,
 * the compiler, and every device's words for them.
 */
import type { DType } from "../base/dtypes.ts";

/** The operands' dtype, a bool, or the dtype that the instruction names. */
type ResultKind = "same" | "bool" | "named";

interface MapOpFacts {
  readonly arity: 1 | 2 | 3 | 4;
  readonly result: ResultKind;
}

function facts<Name extends string>(
  arity: MapOpFacts["arity"],
  result: ResultKind,
  names: readonly Name[],
): { readonly [name in Name]: MapOpFacts } {
  return Object.fromEntries(names.map((name) => [name, { arity, result }])) as { [name in Name]: MapOpFacts };
}

const rounding = ["FLOOR", "CEIL", "ROUND"] as const;
const roots = ["SQRT", "RSQRT", "CBRT"] as const;
const exponentials = ["EXP", "EXP2", "EXPM1", "LOG", "LOG1P", "LOGISTIC"] as const;
const circular = ["SIN", "COS", "TAN", "ASIN", "ACOS", "ATAN"] as const;
const hyperbolic = ["SINH", "COSH", "TANH", "ASINH", "ACOSH", "ATANH"] as const;
const special = ["ERF", "ERFC", "ERFINV", "LGAMMA", "DIGAMMA", "BESSEL_I0E", "BESSEL_I1E"] as const;
const bitwise = ["AND", "OR", "XOR", "SHL", "SHR_LOGICAL", "SHR_ARITHMETIC"] as const;
const incomplete = ["IGAMMA", "IGAMMAC", "IGAMMA_GRAD_A", "RANDOM_GAMMA_GRAD"] as const;

/** By name. `SELECT` has a bool in front of two operands; `MOVE` between dtypes keeps the bits, `CONVERT` the value. */
export const MAP_OPS = {
  .../* @__PURE__ */ facts(1, "named", ["MOVE", "CONVERT"]),
  .../* @__PURE__ */ facts(1, "same", ["NEG", "ABS", "SIGN", ...rounding, ...roots, ...exponentials]),
  .../* @__PURE__ */ facts(1, "same", [...circular, ...hyperbolic, ...special, "NOT", "POPCOUNT", "CLZ"]),
  .../* @__PURE__ */ facts(1, "bool", ["IS_FINITE", "SIGN_BIT"]),
  .../* @__PURE__ */ facts(2, "same", ["ADD", "SUB", "MUL", "DIV", "REM", "POW", "ATAN2", "NEXTAFTER", "MAX", "MIN"]),
  .../* @__PURE__ */ facts(2, "same", [...bitwise, ...incomplete, "REDUCE_PRECISION"]),
  .../* @__PURE__ */ facts(2, "bool", ["EQ", "NE", "LT", "LE", "GT", "GE"]),
  .../* @__PURE__ */ facts(3, "same", ["SELECT", "BETAINC"]),
  .../* @__PURE__ */ facts(4, "same", ["THREEFRY_A", "THREEFRY_B"]),
};

export type MapOp = keyof typeof MAP_OPS;

/** The dtype of an operation's result; `named` is what the instruction says, where it says anything. */
export const resultDType = (op: MapOp, dtype: DType, named: DType | undefined): DType =>
  named ?? (MAP_OPS[op].result === "bool" ? "bool" : dtype);
