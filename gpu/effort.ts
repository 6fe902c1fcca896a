/** How much work an instruction is, so that the time of a dispatch can be foreseen. */
import type { MapInstruction } from "../src/compile/program.ts";

type MapOp = MapInstruction["op"];

/** About so many operations; the others are one. */
const EFFORTS: readonly (readonly [effort: number, ops: readonly MapOp[]])[] = [
  [5, ["DIV", "SQRT", "RSQRT", "MAX", "MIN", "EQ", "NE", "LT", "LE", "GT", "GE"]],
  [25, ["EXP", "EXP2", "EXPM1", "LOG", "LOG1P", "LOGISTIC", "SIN", "COS", "TAN", "ASIN", "ACOS", "ATAN", "ATAN2"]],
  [25, ["SINH", "COSH", "TANH", "ASINH", "ACOSH", "ATANH", "CBRT", "ERF", "ERFINV", "BESSEL_I0E", "BESSEL_I1E"]],
  [40, ["THREEFRY_A", "THREEFRY_B"]],
  [100, ["POW", "ERFC", "LGAMMA", "DIGAMMA", "REM"]],
  [2000, ["IGAMMA", "IGAMMAC", "IGAMMA_GRAD_A", "RANDOM_GAMMA_GRAD", "BETAINC"]],
];

const BY_OP: ReadonlyMap<MapOp, number> = new Map(
  EFFORTS.flatMap(([effort, ops]) => ops.map((op) => [op, effort] as const)),
);

/** The floating-point operations of an element's instructions. */
export const flopsOf = (instructions: readonly MapInstruction[]): number =>
  instructions.reduce((sum, { op }) => sum + (BY_OP.get(op) ?? 1), 0);
