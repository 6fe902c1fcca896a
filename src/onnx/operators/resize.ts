/** Resize and Upsample: interpolation of images along any axes. */
import { isFloat } from "../../base/dtypes.ts";
import { entry } from "../../base/lists.ts";
import { canonicalAxes, range } from "../../base/shapes.ts";
import { hostArray, type NDArray } from "../../ir/ndarray.ts";
import { takeAlong } from "../../lax/gather.ts";
import * as lax from "../../lax/index.ts";
import { moveAxis } from "../../lax/shape.ts";
import { repeat } from "../../numpy/repeat.ts";
import type { NodeView, Operator, Operators } from "../operator.ts";
import {
  type AxisResize,
  COORDINATES,
  clamped,
  cubic,
  LINEAR,
  NEAREST,
  PLACES,
  type Sampling,
  weightsAt,
} from "./resize-places.ts";
import { choice, float, type Inputs, required } from "./support.ts";

type Coordinates = (typeof COORDINATES)[number];

/** The numbers of an input that may be left out or empty. */
function optional(node: NodeView, inputs: Inputs, place: number): readonly number[] | undefined {
  return inputs[place] && inputs[place].size > 0 ? node.known(place) : undefined;
}

/** Numbers for some axes as numbers for all. */
const spread = (x: NDArray, axes: readonly number[], list: readonly number[], otherwise: (axis: number) => number) =>
  range(x.ndim).map((axis) => list[axes.indexOf(axis)] ?? otherwise(axis));

const POLICIES = ["stretch", "not_larger", "not_smaller"] as const;

/** Each axis with the size that it shall have, by a policy that may ask for one scale. */
function bySizes(node: NodeView, x: NDArray, axes: readonly number[], sizes: readonly number[]): [number, number][] {
  const policy = choice(node, "keep_aspect_ratio_policy", POLICIES, "stretch");
  const wanted = spread(x, axes, sizes, (axis) => entry(x.shape, axis));
  if (policy === "stretch") return wanted.map((to, axis) => [to, to / entry(x.shape, axis)]);
  const scales = axes.map((axis) => entry(wanted, axis) / entry(x.shape, axis));
  const scale = policy === "not_larger" ? Math.min(...scales) : Math.max(...scales);
  return x.shape.map((n, axis) => (axes.includes(axis) ? [Math.floor(scale * n + 0.5), scale] : [n, 1]));
}

/** Every axis before and after, from the scales or the sizes. */
function axesOf(node: NodeView, inputs: Inputs, x: NDArray, coordinates: Coordinates): AxisResize[] {
  const axes = canonicalAxes(node.op, node.ints("axes", range(x.ndim)), x.ndim, "axes");
  const roi = coordinates === "tf_crop_and_resize" ? optional(node, inputs, 1) : undefined;
  const starts = spread(x, axes, roi?.slice(0, axes.length) ?? [], () => 0);
  const ends = spread(x, axes, roi?.slice(axes.length) ?? [], () => 1);
  const [scales, sizes] = [optional(node, inputs, 2), optional(node, inputs, 3)];
  const given = sizes ?? scales ?? node.fail("needs scales or sizes");
  if (given.length !== axes.length) node.fail(`needs ${axes.length} scales or sizes, got ${given.length}`);
  const parts = x.shape.map((n, axis) => n * (entry(ends, axis) - entry(starts, axis)));
  const targets = sizes
    ? bySizes(node, x, axes, sizes)
    : spread(x, axes, given, () => 1).map((scale, axis) => [Math.floor(entry(parts, axis) * scale), scale] as const);
  return targets.map(([to, scale], axis) => ({
    from: entry(x.shape, axis),
    to,
    scale,
    start: entry(starts, axis),
    end: entry(ends, axis),
  }));
}

/** In float32, in which coordinates are rounded to elements elsewhere, too. */
const placesOf = (axis: AxisResize, coordinates: Coordinates): number[] =>
  range(axis.to).map((i) => PLACES[coordinates](i, axis));

/** Elements of an axis; where each is repeated equally often that is no gather. */
function elementsAt(x: NDArray, places: readonly number[], axis: number): NDArray {
  const [from, to] = [entry(x.shape, axis), places.length];
  const times = to / from;
  if (Number.isInteger(times) && places.every((p, i) => p === Math.floor(i / times))) return repeat(x, times, { axis });
  return takeAlong(x, hostArray(Int32Array.from(places), [to], "int32"), axis);
}

function weighted(x: NDArray, weights: Float64Array, axis: number, to: number): NDArray {
  const list = x.dtype === "float64" ? weights : Float32Array.from(weights);
  const matrix = hostArray(list, [entry(x.shape, axis), to], x.dtype);
  return moveAxis(lax.dotGeneral(x, matrix, { contractingDims: [[axis], [0]] }), x.ndim - 1, axis);
}

/** What is taken for elements whose coordinate lies beyond the ends, which only a crop has. */
function extrapolated(node: NodeView, y: NDArray, axes: readonly AxisResize[], coordinates: Coordinates): NDArray {
  if (coordinates !== "tf_crop_and_resize") return y;
  const value = lax.convertElementType(float(node, "extrapolation_value", 0), y.dtype);
  return axes.reduce((result, axis, i) => {
    const beyond = placesOf(axis, coordinates).map((at) => Number(at < 0 || at > axis.from - 1));
    if (!beyond.includes(1)) return result;
    const mask = hostArray(Uint8Array.from(beyond), [axis.to], "bool");
    return lax.select(lax.broadcastInDim(mask, { shape: y.shape, broadcastDimensions: [i] }), value, result);
  }, y);
}

const isSame = ({ from, to, scale, start, end }: AxisResize): boolean =>
  from === to && scale === 1 && start === 0 && end === 1;

interface Modes {
  readonly mode: string;
  readonly coordinates: Coordinates;
  readonly nearest: keyof typeof NEAREST;
  readonly sampling: Sampling;
}

function resizeAxis(x: NDArray, axis: AxisResize, i: number, { mode, coordinates, nearest, sampling }: Modes): NDArray {
  if (isSame(axis)) return x;
  const at = placesOf(axis, coordinates);
  if (mode !== "nearest") return weighted(x, weightsAt(at, axis, sampling), i, axis.to);
  const places = at.map((place) => clamped(NEAREST[nearest](Math.fround(place), axis.scale < 1), axis.from));
  return elementsAt(x, places, i);
}

/** The weights of an axis are a matrix, its places a list: what damaged files ask for may not be made. */
const MOST_WEIGHTS = 2 ** 24;
const MOST_PLACES = 2 ** 20;

function checkAxis(node: NodeView, axis: AxisResize, i: number, weighs: boolean): void {
  const { from, to, scale } = axis;
  if (from === 0 && to !== 0) node.fail(`axis ${i} is empty and can't be resized`);
  if (!Number.isInteger(to) || to < 0 || !(scale >= 0)) node.fail(`the scale ${scale} can't be that of axis ${i}`);
  if (to > MOST_PLACES || (weighs && !isSame(axis) && from * to > MOST_WEIGHTS)) {
    node.fail(`axis ${i} of size ${from} is too large to get the size ${to}`);
  }
}

function resized(node: NodeView, x: NDArray, axes: readonly AxisResize[], modes: Modes): NDArray {
  if (modes.mode !== "nearest" && !isFloat(x.dtype)) node.fail(`mode "${modes.mode}" needs floats`);
  for (const [i, axis] of axes.entries()) checkAxis(node, axis, i, modes.mode !== "nearest");
  const y = axes.reduce((result, axis, i) => resizeAxis(result, axis, i, modes), x);
  return extrapolated(node, y, axes, modes.coordinates);
}

const resize: Operator = (node, inputs) => {
  const x = required(node, inputs, 0);
  if (node.opset < 11) return upsample(node, inputs);
  const mode = choice(node, "mode", ["nearest", "linear", "cubic"], "nearest");
  const coordinates = choice(node, "coordinate_transformation_mode", COORDINATES, "half_pixel");
  const rounding = ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"] as const;
  const antialias = node.int("antialias", 0) === 1;
  const sampling = {
    filter: mode === "cubic" ? cubic(float(node, "cubic_coeff_a", -0.75)) : LINEAR,
    excludeOutside: node.int("exclude_outside", 0) === 1,
    antialias,
  };
  const nearest = choice(node, "nearest_mode", rounding, "round_prefer_floor");
  return resized(node, x, axesOf(node, inputs, x, coordinates), { mode, coordinates, nearest, sampling });
};

/** The older form, which Resize has in opset 10, too: scales alone, and element 0 at coordinate 0. */
const upsample: Operator = (node, inputs) => {
  const x = required(node, inputs, 0);
  const scales = node.has("scales") ? node.numbers("scales") : node.known(1);
  if (scales.length !== x.ndim) node.fail(`needs ${x.ndim} scales, got ${scales.length}`);
  const mode = choice(node, "mode", ["nearest", "linear"], "nearest");
  const axes = x.shape.map((from, i) => {
    const scale = entry(scales, i);
    return { from, to: Math.floor(from * scale), scale, start: 0, end: 1 };
  });
  const sampling = { filter: LINEAR, excludeOutside: false, antialias: false };
  return resized(node, x, axes, { mode, coordinates: "asymmetric", nearest: "simple", sampling });
};

export const resizes: Operators = { Resize: resize, Upsample: upsample };
