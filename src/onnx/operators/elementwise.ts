/** Arithmetic and functions of analysis, element by element. */
import { isFloat } from "../../base/dtypes.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import { RoundingMethod } from "../../lax/arithmetic.ts";
import * as lax from "../../lax/index.ts";
import { fmod, power, remainder } from "../../numpy/ufuncs.ts";
import type { Operator, Operators } from "../operator.ts";
import { absolute } from "./norms.ts";
import { binary, fitted, numberOf, ofFloats, required, unary, variadic } from "./support.ts";

const floats = (apply: (x: NDArray) => NDArray): Operator => ofFloats(unary(apply));

/** Several arrays, which broadcast, combined from the first to the last. */
const combined =
  (combine: (x: NDArray, y: NDArray) => NDArray): Operator =>
  (node, inputs) =>
    fitted(node, variadic(node, inputs)).reduce((x, y) => combine(x, y));

const mean: Operator = (node, inputs) => {
  const arrays = fitted(node, variadic(node, inputs));
  return lax.div(
    arrays.reduce((x, y) => lax.add(x, y)),
    arrays.length,
  );
};

/** A float to a power: by multiplications where it is a known whole number, which is right for negative bases, too. */
function floatPower(base: NDArray, exponent: NDArray): NDArray {
  const known = numberOf(exponent);
  return power(base, known !== undefined && exponent.ndim <= base.ndim ? known : exponent);
}

/** The result has the base's dtype. */
const pow: Operator = (node, inputs) => {
  const [base, exponent] = [required(node, inputs, 0), required(node, inputs, 1)];
  if (isFloat(base.dtype)) return lax.convertElementType(floatPower(base, exponent), base.dtype);
  if (!isFloat(exponent.dtype)) return power(base, exponent);
  return lax.convertElementType(floatPower(lax.convertElementType(base, exponent.dtype), exponent), base.dtype);
};

/** The remainder has the divisor's sign, with `fmod` the dividend's. */
const mod: Operator = (node, inputs) => {
  const [x, y] = [required(node, inputs, 0), required(node, inputs, 1)];
  return node.int("fmod", 0) === 1 ? fmod(x, y) : remainder(x, y);
};

const rounded = (x: NDArray): NDArray => lax.round(x, { roundingMethod: RoundingMethod.TO_NEAREST_EVEN });

export const elementwise: Operators = {
  Abs: /* @__PURE__ */ unary(absolute),
  Acos: /* @__PURE__ */ floats(lax.acos),
  Acosh: /* @__PURE__ */ floats(lax.acosh),
  Add: /* @__PURE__ */ binary(lax.add),
  Asin: /* @__PURE__ */ floats(lax.asin),
  Asinh: /* @__PURE__ */ floats(lax.asinh),
  Atan: /* @__PURE__ */ floats(lax.atan),
  Atanh: /* @__PURE__ */ floats(lax.atanh),
  Ceil: /* @__PURE__ */ floats(lax.ceil),
  Cos: /* @__PURE__ */ floats(lax.cos),
  Cosh: /* @__PURE__ */ floats(lax.cosh),
  Div: /* @__PURE__ */ binary(lax.div),
  Erf: /* @__PURE__ */ floats(lax.erf),
  Exp: /* @__PURE__ */ floats(lax.exp),
  Floor: /* @__PURE__ */ floats(lax.floor),
  Log: /* @__PURE__ */ floats(lax.log),
  Max: /* @__PURE__ */ combined(lax.max),
  Mean: /* @__PURE__ */ ofFloats(mean),
  Min: /* @__PURE__ */ combined(lax.min),
  Mod: mod,
  Mul: /* @__PURE__ */ binary(lax.mul),
  Neg: /* @__PURE__ */ unary(lax.neg),
  Pow: pow,
  Reciprocal: /* @__PURE__ */ floats(lax.reciprocal),
  Round: /* @__PURE__ */ floats(rounded),
  Sign: /* @__PURE__ */ unary(lax.sign),
  Sin: /* @__PURE__ */ floats(lax.sin),
  Sinh: /* @__PURE__ */ floats(lax.sinh),
  Sqrt: /* @__PURE__ */ floats(lax.sqrt),
  Sub: /* @__PURE__ */ binary(lax.sub),
  Sum: /* @__PURE__ */ combined(lax.add),
  Tan: /* @__PURE__ */ floats(lax.tan),
  Tanh: /* @__PURE__ */ floats(lax.tanh),
};
