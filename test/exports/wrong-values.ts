/** Values that are wrong almost everywhere, and which of them an option may take. */
import { array, type NDArray, numpy as np } from "cotangent";
import { isPlainObject } from "./example.ts";

export type Kind = "boolean" | "number" | "string" | "list" | "object" | "function" | "array" | "null" | "other";

/** What sort of thing a value is. */
export function kindOf(value: unknown): Kind {
  if (value === null) return "null";
  if (Array.isArray(value)) return "list";
  if (isPlainObject(value)) return "object";
  if (typeof value === "object") return "array";
  return /boolean|number|string|function/.test(typeof value) ? (typeof value as Kind) : "other";
}

/** Each made afresh, under a name for messages. */
export const WRONG_VALUES: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  null: () => null,
  '"no such"': () => "no such",
  "[]": () => [],
  '["a"]': () => ["a"],
  "[0.5]": () => [0.5],
  "new Array(2)": () => new Array(2),
  "[null]": () => [null],
  "{}": () => ({}),
  "{ a: 1 }": () => ({ a: 1 }),
  "() => 1": () => () => 1,
  NaN: () => Number.NaN,
  "-1": () => -1,
  "0.5": () => 0.5,
  Infinity: () => Number.POSITIVE_INFINITY,
  "2 ** 31": () => 2 ** 31,
  true: () => true,
  Symbol: () => Symbol("s"),
  BigInt: () => 3n,
  "new Map()": () => new Map(),
  "an int32 array": () => array([[[[5]]]], { dtype: "int32" }),
  "a bool array": () => array([true, false], { dtype: "bool" }),
  "an empty array": () => np.zeros([0]),
  "a float64 array": (): NDArray => np.ones([2, 5], { dtype: "float64" }),
};

/** Options that take more kinds of value than that of the catalogue, because JAX does. `null` is as if not given. */
const KINDS: Readonly<Record<string, readonly Kind[]>> = {
  axis: ["number", "list"],
  axes: ["number", "list"],
  argnums: ["number", "list"],
  staticArgnums: ["number", "list"],
  nondiffArgnums: ["number", "list"],
  traceAxes: ["number", "list"],
  diagonalAxes: ["number", "list"],
  aggregateAxis: ["number", "list"],
  inAxis: ["number", "list"],
  outAxis: ["number", "list"],
  shape: ["number", "list"],
  padding: ["string", "list"],
  inAxes: ["number", "list", "object"],
  outAxes: ["number", "list", "object"],
  vmapAxes: ["number", "list", "object"],
  where: ["array", "boolean"],
  mask: ["array", "boolean"],
  unroll: ["number", "boolean"],
  constantValues: ["number", "list"],
  endValues: ["number", "list"],
  statLength: ["number", "list"],
  padWidth: ["number", "list"],
  indicesOrSections: ["number", "list", "array"],
  ord: ["number", "string"],
  p: ["number", "string", "array"],
  dimensionNumbers: ["list", "object"],
  bins: ["number", "array"],
  dimensions: ["number", "list"],
  fillValue: ["number", "boolean", "array"],
  // Places to cut at, of which there may be none.
  sections: ["number", "list"],
};

/** Options that are arrays or numbers (`ArrayLike`) whatever the catalogue gives. */
const ARRAYS =
  /^(constantValues|endValues|left|right|weights|toBegin|toEnd|x|dx|default|rtol|atol|min|max|prepend|append|bias|b|alpha|negativeSlope|mean|variance|epsilon|minval|maxval|initial|lhs|rhs|rcond|nan|posinf|neginf|base|scale|p)$/;

/** Options whose numbers must be whole. */
const WHOLE =
  /^(axis|axes|argnums|staticArgnums|nondiffArgnums|traceAxes|diagonalAxes|aggregateAxis|inAxes|outAxes|vmapAxes|shape|M|k|n|offset|axis1|axis2|batchAxis|channelAxis|columnAxis|inAxis|outAxis|batchAxisOut|size|minlength|length|sections|indices|indicesOrSections|stride|strides|numKeys|dimension|dimensions|featureGroupCount|batchGroupCount|unroll|batchSize|exponentBits|mantissaBits|axisSize|implementation|roundingMethod|windowStrides|windowDimensions|baseDilation|windowDilation|lhsDilation|rhsDilation|filterShape|sliceSizes|newSizes|permutation|startIndices|limitIndices|decimals|nChanPosEmb|reductionDimension|updateShape|broadcastDimensions|paddingConfig|statLength|padWidth)$/;

/** Whether an option must refuse a value, given a right one. */
export function mustRefuse(name: string, right: unknown, wrong: unknown): boolean {
  const kind = kindOf(wrong);
  if (wrong === undefined || kind === "null") return false;
  const kinds = ARRAYS.test(name) ? ["array", "number", "boolean"] : (KINDS[name] ?? [kindOf(right)]);
  if (!kinds.includes(kind) && !(KINDS[name] && ARRAYS.test(name) && KINDS[name].includes(kind))) return true;
  if (!WHOLE.test(name)) return typeof wrong === "string";
  if (kind === "list") return (wrong as unknown[]).length > 0;
  return kind === "number" && !Number.isInteger(wrong);
}
