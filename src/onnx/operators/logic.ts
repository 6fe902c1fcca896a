/** Comparisons, truth values and choices. */
import * as lax from "../../lax/index.ts";
import { isnan, where } from "../../numpy/logic.ts";
import type { Operator, Operators } from "../operator.ts";
import { binary, fitted, ofFloats, required, unary } from "./support.ts";

/** Which infinities count is said by two attributes. */
const isInf: Operator = (node, inputs) => {
  const x = required(node, inputs, 0);
  const signs = [
    ...(node.int("detect_positive", 1) ? [Number.POSITIVE_INFINITY] : []),
    ...(node.int("detect_negative", 1) ? [Number.NEGATIVE_INFINITY] : []),
  ].map((infinity) => lax.eq(x, infinity));
  return signs.length > 0 ? signs.reduce((a, b) => lax.bitwiseOr(a, b)) : lax.full(x.shape, false, "bool");
};

const choose: Operator = (node, inputs) => {
  const [x, y] = fitted(node, [required(node, inputs, 1), required(node, inputs, 2)]);
  return x && y ? where(required(node, inputs, 0), x, y) : node.fail("needs two arrays to choose from");
};

export const logic: Operators = {
  And: /* @__PURE__ */ binary(lax.bitwiseAnd),
  Equal: /* @__PURE__ */ binary(lax.eq),
  Greater: /* @__PURE__ */ binary(lax.gt),
  GreaterOrEqual: /* @__PURE__ */ binary(lax.ge),
  IsInf: /* @__PURE__ */ ofFloats(isInf),
  IsNaN: /* @__PURE__ */ ofFloats(/* @__PURE__ */ unary(isnan)),
  Less: /* @__PURE__ */ binary(lax.lt),
  LessOrEqual: /* @__PURE__ */ binary(lax.le),
  Not: /* @__PURE__ */ unary(lax.bitwiseNot),
  Or: /* @__PURE__ */ binary(lax.bitwiseOr),
  Where: choose,
  Xor: /* @__PURE__ */ binary(lax.bitwiseXor),
};
