/** The attributes that convolutions and pools share: strides, dilations and padding along the spatial axes. */
import { entry } from "../../base/lists.ts";
import type { Shape } from "../../base/shapes.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import { resolvePadding } from "../../lax/products/conv.ts";
import type { NodeView } from "../operator.ts";
import { choice } from "./support.ts";

export type Pair = readonly [low: number, high: number];

/** How windows lie along the spatial axes; a list holds one entry for each of them. */
export interface Windows {
  readonly sizes: Shape;
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** How far a window reaches, its dilation included. */
  readonly reach: readonly number[];
}

const AUTO_PADS = ["NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"] as const;

export const autoPad = (node: NodeView): (typeof AUTO_PADS)[number] => choice(node, "auto_pad", AUTO_PADS, "NOTSET");

/** The sizes of the axes behind batch and features. */
export function spatialSizes(node: NodeView, x: NDArray): Shape {
  if (x.ndim < 3) node.fail("needs a batch axis, a feature axis and at least one more");
  return x.shape.slice(2);
}

/** A list of integers from `least` on, one for each spatial axis. */
export function perSpatial(node: NodeView, attribute: string, otherwise: Shape, least = 1): readonly number[] {
  const list = node.ints(attribute, otherwise);
  if (list.length === otherwise.length && list.every((n) => n >= least)) return list;
  return node.fail(
    `attribute ${attribute} = [${list.join(", ")}] must hold ${otherwise.length} integers from ${least} on`,
  );
}

export function windowsOf(node: NodeView, sizes: Shape): Windows {
  const ones = sizes.map(() => 1);
  const dilations = perSpatial(node, "dilations", ones);
  const reach = sizes.map((n, i) => (n - 1) * entry(dilations, i) + 1);
  return { sizes, strides: perSpatial(node, "strides", ones), dilations, reach };
}

/** The attribute `pads`, all fronts and then all backs, as pairs. */
export function givenPadding(node: NodeView, count: number): Pair[] {
  const pads = perSpatial(node, "pads", new Array<number>(2 * count).fill(0), Number.NEGATIVE_INFINITY);
  return pads.slice(0, count).map((low, i) => [low, entry(pads, i + count)] as const);
}

/** The padding in front of each spatial axis and behind it. */
export function paddingOf(node: NodeView, sizes: Shape, { strides, reach }: Windows): readonly Pair[] {
  const how = autoPad(node);
  if (how === "NOTSET") return givenPadding(node, sizes.length);
  return resolvePadding(node.op, how === "SAME_UPPER" ? "SAME" : how, sizes, reach, strides);
}

/** How many windows there are along an axis, and how much padding behind it makes room for the last of them. */
export function placesAlong(
  size: number,
  [low, high]: Pair,
  reach: number,
  stride: number,
  ceil: boolean,
): [number, Pair] {
  const room = size + low + high - reach;
  if (!ceil || room < 0) return [room < 0 ? 0 : Math.floor(room / stride) + 1, [low, high]];
  const wanted = Math.ceil(room / stride) + 1;
  // A window that would begin in the padding behind the axis is left out.
  const count = (wanted - 1) * stride >= size + low ? wanted - 1 : wanted;
  return [count, [low, Math.max(high, (count - 1) * stride + reach - size - low)]];
}

/** Ones for batch and features in front of a list for the spatial axes. */
export const behindFeatures = <T>(list: readonly T[], one: T): T[] => [one, one, ...list];
