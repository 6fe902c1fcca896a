/** What operators have in common: inputs and attributes as they read them, and operators made of functions of arrays. */
import { isFloat } from "../../base/dtypes.ts";
import { canonicalAxes, canonicalAxis } from "../../base/shapes.ts";
import { HostArray, type NDArray, storageOf } from "../../ir/ndarray.ts";
import { promoteOperands } from "../../lax/convert.ts";
import { broadcastOperands } from "../../numpy/operands.ts";
import type { NodeView, Operator } from "../operator.ts";

export type Inputs = readonly (NDArray | undefined)[];

/** The input at a place where there must be one. */
export const required = (node: NodeView, inputs: Inputs, place: number): NDArray =>
  inputs[place] ?? node.fail(`input ${place} is missing`);

/** The inputs that were given, which a variadic operator takes; there must be one. */
export function variadic(node: NodeView, inputs: Inputs): NDArray[] {
  required(node, inputs, 0);
  return inputs.filter((x) => x !== undefined);
}

/** An operator of one array, by a function that needs nothing else. */
export const unary =
  (apply: (x: NDArray) => NDArray): Operator =>
  (node, inputs) =>
    apply(required(node, inputs, 0));

/** Arrays of one dtype, repeated to their common shape. */
export const fitted = (node: NodeView, arrays: readonly NDArray[]): readonly NDArray[] =>
  broadcastOperands(node.op, promoteOperands(node.op, arrays));

/** An operator of two arrays, which broadcast. */
export const binary =
  (apply: (x: NDArray, y: NDArray) => NDArray): Operator =>
  (node, inputs) => {
    const [x, y] = broadcastOperands(
      node.op,
      promoteOperands(node.op, [required(node, inputs, 0), required(node, inputs, 1)]),
    );
    return apply(x, y);
  };

/** The operator as far as its first input holds floats; others are an error. */
export const ofFloats =
  (operator: Operator): Operator =>
  (node, inputs) =>
    isFloat(required(node, inputs, 0).dtype) ? operator(node, inputs) : node.fail("needs floats");

/** A float attribute, whose default is rounded to float32, the type that attributes have in files. */
export const float = (node: NodeView, attribute: string, otherwise: number): number =>
  node.number(attribute, Math.fround(otherwise));

/** The attribute `axis` (or its default) as a number from 0 to `ndim - 1`. */
export const axisOf = (node: NodeView, otherwise: number | undefined, ndim: number): number =>
  canonicalAxis(node.op, node.int("axis", otherwise), ndim);

/** A list that older opsets write as an attribute and newer ones as an input; `undefined` where there is neither. */
export function listOf(
  node: NodeView,
  inputs: Inputs,
  attribute: string,
  place: number,
): readonly number[] | undefined {
  if (node.has(attribute)) return node.ints(attribute);
  return inputs[place] === undefined ? undefined : node.known(place);
}

/** `listOf` for axes, which come as numbers from 0 to `ndim - 1`. */
export function axesOf(node: NodeView, inputs: Inputs, place: number, ndim: number): number[] | undefined {
  const axes = listOf(node, inputs, "axes", place);
  return axes && canonicalAxes(node.op, axes, ndim, "axes");
}

/** The number that an array of one element is, where its contents are at hand. */
export const numberOf = (x: NDArray): number | undefined =>
  x instanceof HostArray && x.size === 1 ? storageOf(x)[0] : undefined;

/** Refuses every value of a whole-number attribute but one, which is its default. */
export function onlyInt(node: NodeView, attribute: string, supported: number): void {
  const value = node.int(attribute, supported);
  if (value !== supported) node.fail(`attribute ${attribute} = ${value} is not supported, only ${supported}`);
}

/** A text attribute that must be one of the texts known. */
export function choice<const Known extends string>(
  node: NodeView,
  attribute: string,
  known: readonly Known[],
  otherwise: Known,
): Known {
  const text = node.text(attribute, otherwise);
  const found = known.find((name) => name === text);
  return found ?? node.fail(`attribute ${attribute} = "${text}" is not supported, only "${known.join('", "')}"`);
}
