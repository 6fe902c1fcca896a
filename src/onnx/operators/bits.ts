/** Operators on the bits of integers, whose number the file's element type tells. */
import type { NDArray } from "../../ir/ndarray.ts";
import * as lax from "../../lax/index.ts";
import type { NodeView, Operator, Operators } from "../operator.ts";
import { binary, choice, unary } from "./support.ts";

/** How many bits an integer has, and whether it has a sign. */
export interface Width {
  readonly bits: number;
  readonly signed: boolean;
}

/** The low bits of an integer of 32, as a number of the type that has only these. */
export function wrapped(x: NDArray, { bits, signed }: Width): NDArray {
  const above = 32 - bits;
  if (above === 0) return x;
  const raised = lax.shiftLeft(x, above);
  return signed ? lax.shiftRightArithmetic(raised, above) : lax.shiftRightLogical(raised, above);
}

/** The width of integers of an element type, those of 64 bits as they are kept; `undefined` for other types. */
export function widthOf(type: string | undefined): Width | undefined {
  const [, unsigned, bits] = /^(u?)int(\d+)$/.exec(type ?? "") ?? [];
  return bits === undefined ? undefined : { bits: Math.min(Number(bits), 32), signed: unsigned === "" };
}

/** The width of input 0; that integers of 64 bits are kept in 32 shows where bits are moved or turned. */
function ownWidth(node: NodeView, refused: readonly string[]): Width {
  const type = node.elementType(0) ?? node.fail("the element type of input 0 must be known");
  const width = refused.includes(type) ? undefined : widthOf(type);
  return width ?? node.fail(`elements of type ${type} are not supported`);
}

const bitShift: Operator = (node, inputs) => {
  const left = choice(node, "direction", ["LEFT", "RIGHT"], "LEFT") === "LEFT";
  const width = ownWidth(node, left ? ["int64", "uint64"] : []);
  if (left) return binary((x, y) => wrapped(lax.shiftLeft(x, y), width))(node, inputs);
  return binary(width.signed ? lax.shiftRightArithmetic : lax.shiftRightLogical)(node, inputs);
};

const bitwiseNot: Operator = (node, inputs) => {
  const width = ownWidth(node, ["uint64"]);
  return unary((x) => wrapped(lax.bitwiseNot(x), width))(node, inputs);
};

export const bits: Operators = {
  BitShift: bitShift,
  BitwiseAnd: /* @__PURE__ */ binary(lax.bitwiseAnd),
  BitwiseNot: bitwiseNot,
  BitwiseOr: /* @__PURE__ */ binary(lax.bitwiseOr),
  BitwiseXor: /* @__PURE__ */ binary(lax.bitwiseXor),
};
