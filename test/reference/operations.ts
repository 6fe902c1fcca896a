/**
 * The instructions of a MAP program, one element at a time. Floats are computed in double precision, and the caller
 * rounds them to the result's dtype; integers and bools are exact.
 */
import { type DType, isFloat } from "../../src/base/dtypes.ts";
import type { MapOp } from "../../src/ir/map-ops.ts";
import { bitCast, nextAfter, reducePrecision, signBit } from "./bits.ts";
import * as gamma from "./gamma.ts";
import * as special from "./special.ts";
import { threefry } from "./threefry.ts";

type Table = Partial<Record<MapOp, (x: number, y: number, z: number, w: number) => number>>;

const COMPARISONS: Table = {
  EQ: (x, y) => Number(x === y),
  NE: (x, y) => Number(x !== y),
  LT: (x, y) => Number(x < y),
  LE: (x, y) => Number(x <= y),
  GT: (x, y) => Number(x > y),
  GE: (x, y) => Number(x >= y),
};

const FLOATS: Table = {
  NEG: (x) => -x,
  ABS: Math.abs,
  SIGN: Math.sign,
  FLOOR: Math.floor,
  CEIL: Math.ceil,
  ROUND: roundEven,
  SQRT: Math.sqrt,
  RSQRT: (x) => 1 / Math.sqrt(x),
  CBRT: Math.cbrt,
  EXP: Math.exp,
  EXP2: (x) => 2 ** x,
  EXPM1: Math.expm1,
  LOG: Math.log,
  LOG1P: Math.log1p,
  SIN: Math.sin,
  COS: Math.cos,
  TAN: Math.tan,
  ASIN: Math.asin,
  ACOS: Math.acos,
  ATAN: Math.atan,
  SINH: Math.sinh,
  COSH: Math.cosh,
  TANH: Math.tanh,
  ASINH: Math.asinh,
  ACOSH: Math.acosh,
  ATANH: Math.atanh,
  LOGISTIC: special.logistic,
  ERF: special.erf,
  ERFC: special.erfc,
  LGAMMA: gamma.lgamma,
  DIGAMMA: gamma.digamma,
  IGAMMA: gamma.igamma,
  IGAMMAC: gamma.igammac,
  IGAMMA_GRAD_A: gamma.igammaGradA,
  RANDOM_GAMMA_GRAD: gamma.randomGammaGrad,
  BETAINC: gamma.betainc,
  BESSEL_I0E: (x) => special.besselIe(x, 0),
  BESSEL_I1E: (x) => special.besselIe(x, 1),
  IS_FINITE: (x) => Number(Number.isFinite(x)),
  SIGN_BIT: signBit,
  ADD: (x, y) => x + y,
  SUB: (x, y) => x - y,
  MUL: (x, y) => x * y,
  DIV: (x, y) => x / y,
  REM: (x, y) => x % y,
  MAX: (x, y) => Math.max(x, y),
  MIN: (x, y) => Math.min(x, y),
  // C99's, which takes what has no limit to be 1.
  POW: (x, y) => (x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y),
  ATAN2: Math.atan2,
};

/** The results wrap around. */
const INTEGERS: Table = {
  NEG: (x) => -x,
  ABS: Math.abs,
  SIGN: Math.sign,
  NOT: (x) => ~x,
  POPCOUNT: popcount,
  CLZ: Math.clz32,
  ADD: (x, y) => x + y,
  SUB: (x, y) => x - y,
  MUL: Math.imul,
  // All bits set, as XLA has it.
  DIV: (x, y) => (y === 0 ? -1 : Math.trunc(x / y)),
  REM: (x, y) => (y === 0 ? x : x % y),
  MAX: (x, y) => Math.max(x, y),
  MIN: (x, y) => Math.min(x, y),
  AND: (x, y) => x & y,
  OR: (x, y) => x | y,
  XOR: (x, y) => x ^ y,
  // JavaScript takes distances modulo 32.
  SHL: (x, y) => (y >>> 0 < 32 ? x << y : 0),
  SHR_LOGICAL: (x, y) => (y >>> 0 < 32 ? x >>> y : 0),
  SHR_ARITHMETIC: (x, y) => (x | 0) >> Math.min(y >>> 0, 31),
  THREEFRY_A: (...words) => threefry(...words)[0],
  THREEFRY_B: (...words) => threefry(...words)[1],
};

const BOOLS: Table = {
  NOT: (x) => 1 - x,
  AND: (x, y) => x & y,
  OR: (x, y) => x | y,
  XOR: (x, y) => x ^ y,
  MAX: (x, y) => x | y,
  MIN: (x, y) => x & y,
};

/** One instruction on one element. `dtype` is the operands': for SELECT the branches', for CONVERT the source's. */
export function operation(op: MapOp, dtype: DType, result: DType, operands: readonly number[]): number {
  const [x = NaN, y = NaN, z = NaN, w = NaN] = operands;
  if (op === "MOVE") return bitCast(x, dtype, result);
  if (op === "SELECT") return x ? y : z;
  if (op === "CONVERT") return convert(x, dtype, result);
  if (op === "NEXTAFTER") return nextAfter(x, y, dtype);
  if (op === "REDUCE_PRECISION") return reducePrecision(x, y >> 6, y & 63, dtype);
  if (op === "ERFINV") return dtype === "float32" ? special.erfinvSingle(x) : special.erfinv(x);
  const compute = COMPARISONS[op] ?? tableOf(dtype)[op];
  if (!compute) throw new Error(`${op} is no operation on ${dtype}`);
  const value = compute(x, y, z, w);
  return isFloat(dtype) || result === "bool" ? value : wrap(value, dtype);
}

function tableOf(dtype: DType): Table {
  if (isFloat(dtype)) return FLOATS;
  return dtype === "bool" ? BOOLS : INTEGERS;
}

const wrap = (x: number, dtype: DType): number => (dtype === "uint32" ? x >>> 0 : x | 0);

function convert(x: number, from: DType, to: DType): number {
  if (to === "bool") return Number(x !== 0);
  if (isFloat(to)) return x;
  return isFloat(from) ? saturate(x, to) : wrap(x, to);
}

/** Truncated, or the integer nearest to it; 0 for NaN. */
function saturate(x: number, dtype: DType): number {
  const lowest = dtype === "uint32" ? 0 : -(2 ** 31);
  return wrap(Math.min(Math.max(Math.trunc(x), lowest), lowest + 2 ** 32 - 1), dtype);
}

/** To the nearest integer, halves to an even one; zeros keep x's sign. */
function roundEven(x: number): number {
  const down = Math.floor(x);
  const rest = x - down;
  const up = rest > 0.5 || (rest === 0.5 && down % 2 !== 0);
  // Infinity less itself is NaN, and doesn't go up.
  const size = Math.abs(up ? down + 1 : down);
  return signBit(x) ? -size : size;
}

function popcount(x: number): number {
  let count = 0;
  for (let rest = x >>> 0; rest !== 0; rest >>>= 1) count += rest & 1;
  return count;
}
