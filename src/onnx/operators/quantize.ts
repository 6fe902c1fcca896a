/** Numbers as bytes: rounded to multiples of a scale, and back. */
import { entry } from "../../base/lists.ts";
import { range } from "../../base/shapes.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import { RoundingMethod } from "../../lax/arithmetic.ts";
import * as lax from "../../lax/index.ts";
import { max, min } from "../../numpy/reductions.ts";
import { repeat } from "../../numpy/repeat.ts";
import { add, divide, multiply, subtract } from "../../numpy/ufuncs.ts";
import type { NodeView, Operator, Operators } from "../operator.ts";
import { axisOf, type Inputs, required } from "./support.ts";

/** A scale or a zero point in the shape of the array: one for all, one for each place of an axis, or one for a block there. */
function alongside(node: NodeView, inputs: Inputs, place: number, x: NDArray): NDArray | undefined {
  const given = inputs[place];
  if (!given || given.size === 1) return given && lax.reshape(given, { newSizes: [] });
  const axis = axisOf(node, 1, x.ndim);
  const block = node.int("block_size", 0);
  if (block > 0) {
    if (given.ndim !== x.ndim) node.fail(`attribute block_size = ${block} needs an input ${place} of ${x.ndim} axes`);
    return lax.sliceInDim(repeat(given, block, { axis }), 0, entry(x.shape, axis), axis);
  }
  if (given.ndim !== 1 || given.size !== x.shape[axis])
    node.fail(`input ${place} must have a number for each place of axis ${axis}`);
  return lax.reshape(given, { newSizes: range(x.ndim).map((i) => (i === axis ? given.size : 1)) });
}

const BOUNDS: Readonly<Record<string, readonly [number, number]>> = {
  uint8: [0, 255],
  int8: [-128, 127],
  uint16: [0, 65535],
  int16: [-32768, 32767],
};

/** The types of `output_dtype` by their numbers. */
const OUTPUT: Readonly<Record<number, string>> = { 2: "uint8", 3: "int8", 4: "uint16", 5: "int16" };

/** The least and the largest integer: the zero point's type says it, then the attribute, else it is uint8. */
function boundsOf(node: NodeView, inputs: Inputs): readonly [number, number] {
  const asked = node.int("output_dtype", 0);
  const ofZero =
    inputs[2] && (node.elementType(2) ?? node.fail("the element type of the zero point, input 2, must be known"));
  const type = ofZero ?? (asked === 0 ? "uint8" : OUTPUT[asked]);
  const bounds = type === undefined ? undefined : BOUNDS[type];
  return bounds ?? node.fail(`quantized elements of type ${type ?? `number ${asked}`} are not supported`);
}

const toEven = (x: NDArray): NDArray => lax.round(x, { roundingMethod: RoundingMethod.TO_NEAREST_EVEN });

/** Whole numbers of a float array, moved by the zero point and kept between the bounds, as integers. */
function saturated(x: NDArray, zero: NDArray | undefined, [least, most]: readonly [number, number]): NDArray {
  const moved = zero ? add(toEven(x), lax.convertElementType(zero, x.dtype)) : toEven(x);
  return lax.convertElementType(lax.clamp(least, moved, most), "int32");
}

const quantize: Operator = (node, inputs) => {
  const x = required(node, inputs, 0);
  const scale = alongside(node, inputs, 1, x) ?? node.fail("the scale, input 1, is missing");
  return saturated(divide(x, scale), alongside(node, inputs, 2, x), boundsOf(node, inputs));
};

const dequantize: Operator = (node, inputs) => {
  const x = required(node, inputs, 0);
  const scale = alongside(node, inputs, 1, x) ?? node.fail("the scale, input 1, is missing");
  const zero = alongside(node, inputs, 2, x);
  return multiply(lax.convertElementType(zero ? subtract(x, zero) : x, scale.dtype), scale);
};

/** The scale and zero point are those of the array's own range, widened to hold 0. */
const dynamicQuantize: Operator = (node, inputs) => {
  const x = required(node, inputs, 0);
  const [least, most] = [lax.min(min(x), 0), lax.max(max(x), 0)];
  const scale = lax.div(lax.sub(most, least), 255);
  const zero = saturated(lax.div(lax.neg(least), scale), undefined, [0, 255]);
  return [saturated(divide(x, scale), zero, [0, 255]), scale, zero];
};

export const quantizations: Operators = {
  DequantizeLinear: dequantize,
  DynamicQuantizeLinear: dynamicQuantize,
  QuantizeLinear: quantize,
};
