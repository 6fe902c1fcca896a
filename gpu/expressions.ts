/** The instructions of elementwise programs as expressions of WGSL over their operands. */
import type { MapInstruction } from "../src/compile/program.ts";
import { type DType, storageType, valueType } from "./values.ts";

type MapOp = MapInstruction["op"];

/** An expression over operands that are names or in parentheses. */
type Form = (...operands: string[]) => string;

/** An operation's forms by the dtype of its operands; those that it doesn't have are missing. */
type Forms = { readonly [dtype in DType]?: Form };

const infix =
  (sign: string): Form =>
  (x, y) =>
    `(${x} ${sign} ${y})`;

const call =
  (name: string): Form =>
  (...operands) =>
    `${name}(${operands.join(", ")})`;

const same: Form = (x = "") => x;
const float = (form: Form): Forms => ({ float32: form });
const integers = (form: Form): Forms => ({ int32: form, uint32: form });
const words = (form: Form, bool: Form = form): Forms => ({ ...integers(form), bool });
const all = (form: Form): Forms => ({ ...float(form), ...words(form) });

/** Zero for distances of 32 and more, which WGSL takes modulo 32. */
const shifted = (x: string, sign: string, distance: string, zero: string): string =>
  `select(${zero}, ${x} ${sign} (u32(${distance}) & 31u), u32(${distance}) < 32u)`;

/** As words, since WGSL doesn't order bools. */
const compared = (sign: string, floats: Form): Forms => ({
  ...float(floats),
  ...integers(infix(sign)),
  bool: (x, y) => `(u32(${x}) ${sign} u32(${y}))`,
});

const FORMS: { readonly [op in Exclude<MapOp, "MOVE" | "CONVERT">]: Forms } = {
  NEG: { ...float((x) => `(-${x})`), ...integers((x) => `(~${x} + 1)`) },
  ABS: { float32: call("abs"), int32: call("abs"), uint32: same },
  SIGN: { float32: call("signOf"), int32: call("sign"), uint32: (x) => `min(${x}, 1u)` },
  FLOOR: float(call("floor")),
  CEIL: float(call("ceil")),
  ROUND: float(call("round")),
  SQRT: float(call("squareRoot")),
  RSQRT: float(call("inverseRoot")),
  CBRT: float(call("cubeRoot")),
  EXP: float(call("exponential")),
  EXP2: float(call("powerOf2")),
  EXPM1: float(call("exponentialLess1")),
  LOG: float(call("logarithm")),
  LOG1P: float(call("logarithmOf1Plus")),
  LOGISTIC: float(call("logistic")),
  SIN: float(call("sine")),
  COS: float(call("cosine")),
  TAN: float(call("tangent")),
  ASIN: float(call("arcSine")),
  ACOS: float(call("arcCosine")),
  ATAN: float(call("arcTangent")),
  SINH: float(call("hyperbolicSine")),
  COSH: float(call("hyperbolicCosine")),
  TANH: float(call("hyperbolicTangent")),
  ASINH: float(call("areaSine")),
  ACOSH: float(call("areaCosine")),
  ATANH: float(call("areaTangent")),
  ERF: float(call("errorFunction")),
  ERFC: float(call("errorComplement")),
  ERFINV: float(call("errorInverse")),
  LGAMMA: float(call("logGamma")),
  DIGAMMA: float(call("digamma")),
  BESSEL_I0E: float(call("besselI0e")),
  BESSEL_I1E: float(call("besselI1e")),
  NOT: words(
    (x) => `(~${x})`,
    (x) => `(!${x})`,
  ),
  POPCOUNT: integers(call("countOneBits")),
  CLZ: integers(call("countLeadingZeros")),
  IS_FINITE: float(call("isBounded")),
  SIGN_BIT: float(call("isNegative")),
  ADD: { ...float(infix("+")), ...integers(infix("+")) },
  SUB: { ...float(infix("-")), ...integers(infix("-")) },
  MUL: { ...float(infix("*")), ...integers(infix("*")) },
  // Within 2.5 units in the last place, as WGSL has it.
  DIV: { float32: infix("/"), int32: call("divideSigned"), uint32: call("divideUnsigned") },
  REM: { float32: call("remainder"), int32: call("remainderSigned"), uint32: call("remainderUnsigned") },
  POW: float(call("power")),
  ATAN2: float(call("angleOf")),
  NEXTAFTER: float(call("nextAfter")),
  MAX: { ...float(call("larger")), ...words(call("max"), infix("||")) },
  MIN: { ...float(call("smaller")), ...words(call("min"), infix("&&")) },
  AND: words(infix("&")),
  OR: words(infix("|")),
  XOR: words(infix("^"), infix("!=")),
  SHL: {
    int32: (x = "", y = "") => shifted(x, "<<", y, "0i"),
    uint32: (x = "", y = "") => shifted(x, "<<", y, "0u"),
  },
  SHR_LOGICAL: {
    int32: (x = "", y = "") => `bitcast<i32>(${shifted(`bitcast<u32>(${x})`, ">>", y, "0u")})`,
    uint32: (x = "", y = "") => shifted(x, ">>", y, "0u"),
  },
  SHR_ARITHMETIC: {
    int32: (x, y) => `(${x} >> min(u32(${y}), 31u))`,
    uint32: (x, y) => `bitcast<u32>(bitcast<i32>(${x}) >> min(${y}, 31u))`,
  },
  IGAMMA: float(call("lowerGamma")),
  IGAMMAC: float(call("upperGamma")),
  IGAMMA_GRAD_A: float(call("lowerGammaSlope")),
  RANDOM_GAMMA_GRAD: float(call("gammaSampleSlope")),
  REDUCE_PRECISION: float(call("reducePrecision")),
  EQ: { ...words(infix("==")), ...float(call("equal")) },
  NE: { ...words(infix("!=")), ...float((x, y) => `!equal(${x}, ${y})`) },
  LT: compared("<", call("less")),
  LE: compared("<=", call("lessOrEqual")),
  GT: compared(">", (x, y) => `less(${y}, ${x})`),
  GE: compared(">=", (x, y) => `lessOrEqual(${y}, ${x})`),
  SELECT: all((condition, x, y) => `select(${y}, ${x}, ${condition})`),
  BETAINC: float(call("incompleteBeta")),
  THREEFRY_A: { uint32: (...operands) => `${call("threefry")(...operands)}.x` },
  THREEFRY_B: { uint32: (...operands) => `${call("threefry")(...operands)}.y` },
};

/** The bits, as they are. */
function moved(x: string, from: DType, to: DType): string {
  return from === to ? x : `bitcast<${storageType(to)}>(${x})`;
}

/** The value: whatever isn't zero is true, floats are cut off and saturate, integers keep their bits. */
function converted(x: string, from: DType, to: DType): string {
  if (from === to) return x;
  if (to === "bool") return from === "float32" ? `!isZero(${x})` : `(${x} != ${valueType(from)}(0))`;
  if (from === "float32") return `${to === "int32" ? "toSigned" : "toUnsigned"}(${x})`;
  return `${from === "uint32" && to === "float32" ? "fromUnsigned" : valueType(to)}(${x})`;
}

/** One instruction as an expression over its operands. */
export function expression(
  { op, dtype, result }: Omit<MapInstruction, "operands">,
  operands: readonly string[],
): string {
  const [x = ""] = operands;
  if (op === "MOVE") return moved(x, dtype, result);
  if (op === "CONVERT") return converted(x, dtype, result);
  const form = FORMS[op][dtype];
  if (!form) throw new Error(`internal: ${op} is no operation on ${dtype}`);
  return form(...operands);
}
