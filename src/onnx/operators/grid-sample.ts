/** Images read at places between their elements, and the grids of such places. */
import { entry } from "../../base/lists.ts";
import { range, type Shape, sizeOf } from "../../base/shapes.ts";
import { hostArray, type NDArray } from "../../ir/ndarray.ts";
import { RoundingMethod } from "../../lax/arithmetic.ts";
import { promoteOperands } from "../../lax/convert.ts";
import { gatherRows } from "../../lax/gather.ts";
import * as lax from "../../lax/index.ts";
import type { NodeView, Operator, Operators } from "../operator.ts";
import { choice, ofFloats, required } from "./support.ts";

/** What coordinates and elements beyond the ends of an axis stand for. */
interface Axis {
  readonly size: number;
  /** Where the axis ends: at the outermost elements' middles, or half an element beyond. */
  readonly ends: readonly [number, number];
  readonly padding: "zeros" | "border" | "reflection";
}

/** An element that counts for a place: where it lies, and how much. */
interface Tap {
  readonly at: NDArray;
  readonly weight: NDArray;
}

/** A coordinate mirrored at both ends as often as it takes to come between them. */
function reflected(x: NDArray, [low, high]: readonly [number, number]): NDArray {
  const span = high - low;
  if (span === 0) return lax.full(x.shape, low, x.dtype);
  const along = lax.rem(lax.abs(lax.sub(x, low)), lax.full(x.shape, 2 * span, x.dtype));
  return lax.add(lax.select(lax.gt(along, span), lax.sub(2 * span, along), along), low);
}

const MODES = ["linear", "bilinear", "nearest", "cubic", "bicubic"] as const;

type Mode = (typeof MODES)[number];

/** A coordinate from -1 to 1 as one that counts elements, brought to where the axis is; for cubes only its elements are. */
function placed(x: NDArray, { size, ends, padding }: Axis, aligned: boolean, mode: Mode): NDArray {
  const scaled = aligned
    ? lax.mul(lax.add(x, 1), (size - 1) / 2)
    : lax.div(lax.sub(lax.mul(lax.add(x, 1), size), 1), 2);
  const at = mode === "nearest" ? lax.round(scaled, { roundingMethod: RoundingMethod.TO_NEAREST_EVEN }) : scaled;
  if (padding === "zeros" || mode === "cubic" || mode === "bicubic") return at;
  const outside = lax.bitwiseOr(lax.lt(at, ends[0]), lax.gt(at, ends[1]));
  return lax.select(outside, padding === "border" ? lax.clamp(0, at, size - 1) : reflected(at, ends), at);
}

/** Keys' filter for a = -0.75, at the distances `1 + x` and `x` for `x` between 0 and 1. */
const farWeight = (x: NDArray): NDArray => polynomial(x, [-0.75, 1.5, -0.75, 0]);
const nearWeight = (x: NDArray): NDArray => polynomial(x, [1.25, -2.25, 0, 1]);

const polynomial = (x: NDArray, coefficients: readonly number[]): NDArray =>
  coefficients
    .slice(1)
    .reduce<NDArray>((sum, c) => lax.add(lax.mul(sum, x), c), lax.full(x.shape, entry(coefficients, 0), x.dtype));

/** The elements around a coordinate. */
function tapsAround(x: NDArray, mode: Mode): Tap[] {
  if (mode === "nearest") return [{ at: x, weight: lax.full(x.shape, 1, x.dtype) }];
  const base = lax.floor(x);
  const part = lax.sub(x, base);
  const rest = lax.sub(1, part);
  const weights =
    mode === "linear" || mode === "bilinear"
      ? [rest, part]
      : [farWeight(part), nearWeight(part), nearWeight(rest), farWeight(rest)];
  const first = weights.length === 2 ? 0 : -1;
  return weights.map((weight, i) => ({ at: lax.add(base, first + i), weight }));
}

/** The tap with its place inside of the axis; beyond it weighs nothing where there are zeros. */
function within({ at, weight }: Tap, { size, ends, padding }: Axis): Tap {
  const place = padding === "reflection" ? reflected(at, ends) : at;
  const inside = lax.bitwiseAnd(lax.ge(at, 0), lax.lt(at, size));
  return {
    at: lax.convertElementType(lax.clamp(0, place, size - 1), "int32"),
    weight: padding === "zeros" ? lax.select(inside, weight, 0) : weight,
  };
}

/** The sum over every choice of one tap for each axis of the elements (batch, place, features) that they name. */
function sampled(rows: NDArray, sizes: Shape, taps: readonly (readonly Tap[])[]): NDArray {
  const all = taps.reduce<Tap[] | null>((sums, list, i) => {
    if (!sums) return [...list];
    const size = entry(sizes, i);
    return sums.flatMap((a) =>
      list.map((b) => ({ at: lax.add(lax.mul(a.at, size), b.at), weight: lax.mul(a.weight, b.weight) })),
    );
  }, null);
  const terms = (all ?? []).map(({ at, weight }) => {
    const elements = gatherRows(rows, at);
    return lax.mul(elements, lax.broadcastInDim(weight, { shape: elements.shape, broadcastDimensions: [0, 1] }));
  });
  return terms.reduce((a, b) => lax.add(a, b));
}

const gridSample: Operator = (node, inputs) => {
  const [x, grid] = promoteOperands(node.op, [required(node, inputs, 0), required(node, inputs, 1)]);
  const [batch, features] = [entry(x.shape, 0), entry(x.shape, 1)];
  const sizes = x.shape.slice(2);
  if (sizes.length < 1 || sizes.length > 3) node.fail("needs images of 1 to 3 axes");
  if (grid.shape.at(-1) !== sizes.length) node.fail(`needs a grid of vectors of ${sizes.length} coordinates`);
  const mode = choice(node, "mode", MODES, node.opset < 20 ? "bilinear" : "linear");
  const padding = choice(node, "padding_mode", ["zeros", "border", "reflection"], "zeros");
  const aligned = node.int("align_corners", 0) === 1;
  const places = lax.reshape(grid, { newSizes: [batch, sizeOf(grid.shape.slice(1, -1)), sizes.length] });
  const taps = sizes.map((size, i) => {
    const axis: Axis = { size, padding, ends: aligned ? [0, size - 1] : [-0.5, size - 0.5] };
    // The last axis has the first coordinate.
    const own = lax.indexInDim(places, sizes.length - 1 - i, { axis: 2, keepdims: false });
    return tapsAround(placed(own, axis, aligned, mode), mode).map((tap) => within(tap, axis));
  });
  const rows = lax.reshape(x, { newSizes: [batch, features, sizeOf(sizes)] });
  const found = sampled(lax.transpose(rows, { permutation: [0, 2, 1] }), sizes, taps);
  const newSizes = [batch, features, ...grid.shape.slice(1, -1)];
  return lax.reshape(lax.transpose(found, { permutation: [0, 2, 1] }), { newSizes });
};

/** The coordinates from -1 to 1 of an axis's elements. */
const coordinatesOf = (size: number, aligned: boolean): number[] =>
  range(size).map((i) => (aligned ? (size > 1 ? (2 * i) / (size - 1) - 1 : 0) : (2 * i + 1) / size - 1));

/** The places of all elements, the last axis's coordinate first, and a 1, as rows of a matrix. */
function homogeneous(node: NodeView, sizes: Shape, like: NDArray): NDArray {
  const aligned = node.int("align_corners", 0) === 1;
  const rows = sizes.reduce<number[][]>(
    (list, size) => list.flatMap((row) => coordinatesOf(size, aligned).map((at) => [at, ...row])),
    [[1]],
  );
  const data = like.dtype === "float64" ? Float64Array.from(rows.flat()) : Float32Array.from(rows.flat());
  return hostArray(data, [rows.length, sizes.length + 1], like.dtype);
}

/** The places of a grid are listed. */
const MOST_PLACES = 2 ** 20;

const affineGrid: Operator = (node, inputs) => {
  const theta = required(node, inputs, 0);
  const sizes = node.known(1).slice(2);
  if (sizeOf(sizes) > MOST_PLACES) node.fail(`a grid of ${sizes.join(" x ")} places is too large`);
  const places = homogeneous(node, sizes, theta);
  const grid = lax.dotGeneral(theta, places, { contractingDims: [[2], [1]] });
  const newSizes = [entry(theta.shape, 0), ...sizes, sizes.length];
  return lax.reshape(lax.transpose(grid, { permutation: [0, 2, 1] }), { newSizes });
};

export const grids: Operators = {
  AffineGrid: /* @__PURE__ */ ofFloats(affineGrid),
  GridSample: /* @__PURE__ */ ofFloats(gridSample),
};
