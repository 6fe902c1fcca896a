/** Operators that read or write elements at places that an array names. Places outside read NaN and write nothing. */
import { entry } from "../../base/lists.ts";
import { range, type Shape, sameShape, sizeOf } from "../../base/shapes.ts";
import { hostArray, type NDArray } from "../../ir/ndarray.ts";
import { promoteOperands } from "../../lax/convert.ts";
import { fromEnd } from "../../lax/gather.ts";
import * as lax from "../../lax/index.ts";
import { oneHot as oneHotVectors } from "../../nn/normalization.ts";
import { take, takeAlongAxis } from "../../numpy/indexing.ts";
import { where } from "../../numpy/logic.ts";
import type { NodeView, Operator, Operators } from "../operator.ts";
import { axisOf, choice, numberOf, required } from "./support.ts";

/** One known place is a slice, which has no indices. */
const gather: Operator = (node, inputs) => {
  const [x, indices] = [required(node, inputs, 0), required(node, inputs, 1)];
  const axis = axisOf(node, 0, x.ndim);
  const known = indices.ndim === 0 ? numberOf(indices) : undefined;
  return known === undefined ? take(x, indices, { axis }) : lax.indexInDim(x, known, { axis, keepdims: false });
};

/** Throws unless the indices have an array's axes, none of which is longer but that which they count along. */
function checkRows(node: NodeView, x: NDArray, indices: NDArray, axis: number): void {
  const fit = indices.ndim === x.ndim && indices.shape.every((n, i) => i === axis || n <= entry(x.shape, i));
  if (!fit) node.fail(`the indices must have ${x.ndim} axes, none longer than that of input 0 but axis ${axis}`);
}

/** The indices may be fewer along the other axes, too. */
const gatherElements: Operator = (node, inputs) => {
  const [x, indices] = [required(node, inputs, 0), required(node, inputs, 1)];
  const axis = axisOf(node, 0, x.ndim);
  checkRows(node, x, indices, axis);
  const limitIndices = x.shape.map((n, i) => (i === axis ? n : entry(indices.shape, i)));
  return takeAlongAxis(lax.slice(x, { startIndices: x.shape.map(() => 0), limitIndices }), indices, { axis });
};

const stridesOf = (shape: Shape): number[] => shape.map((_, i) => sizeOf(shape.slice(i + 1)));

const inside = (place: NDArray, size: number): NDArray => lax.bitwiseAnd(lax.ge(place, 0), lax.lt(place, size));

/**
 * The places that the vectors of the last axis name in an array of `sizes`, as numbers that count its elements in row-major
 * order; their number where a vector leads outside.
 */
function placesIn(sizes: Shape, vectors: NDArray): NDArray {
  const shape = vectors.shape.slice(0, -1);
  const strides = stridesOf(sizes);
  let place = lax.full(shape, 0, "int32");
  let valid = lax.full(shape, true, "bool");
  sizes.forEach((size, i) => {
    const component = fromEnd(lax.indexInDim(vectors, i, { axis: -1, keepdims: false }), size);
    place = lax.add(place, lax.mul(component, entry(strides, i)));
    valid = lax.bitwiseAnd(valid, inside(component, size));
  });
  return lax.select(valid, place, sizeOf(sizes));
}

const gatherND: Operator = (node, inputs) => {
  const [x, indices] = [required(node, inputs, 0), required(node, inputs, 1)];
  const batchDims = node.int("batch_dims", 0);
  const depth = entry(indices.shape, -1);
  const batch = x.shape.slice(0, batchDims);
  const sizes = x.shape.slice(batchDims, batchDims + depth);
  if (sizes.length < depth) node.fail(`vectors of ${depth} components are too long for input 0`);
  const places = placesIn(sizes, indices);
  // As one axis all batches stand behind each other.
  const count = sizeOf(sizes);
  const groups = lax.reshape(places, { newSizes: [sizeOf(batch), sizeOf(places.shape.slice(batchDims))] });
  const starts = lax.mul(lax.broadcastedIota("int32", groups.shape, 0), count);
  const rows = lax.select(lax.lt(groups, count), lax.add(groups, starts), sizeOf(batch) * count);
  const rest = x.shape.slice(batchDims + depth);
  const table = lax.reshape(x, { newSizes: [sizeOf(batch) * count, ...rest] });
  return lax.reshape(take(table, rows, { axis: 0 }), { newSizes: [...places.shape, ...rest] });
};

const SCATTERS = {
  none: lax.scatter,
  add: lax.scatterAdd,
  mul: lax.scatterMul,
  min: lax.scatterMin,
  max: lax.scatterMax,
} as const;

/** The slices along the first axis of `table` at `places` replaced by or combined with the updates. */
function scattered(node: NodeView, table: NDArray, places: NDArray, updates: NDArray): NDArray {
  const how = choice(node, "reduction", ["none", "add", "mul", "min", "max"], "none");
  const [x, values] = promoteOperands(node.op, [table, updates]);
  const list = lax.reshape(places, { newSizes: [places.size] });
  return SCATTERS[how](x, list, values, { axis: 0 });
}

/** How far each place of an array of `shape` lies from the beginning of its row along `axis`, in an array of `whole`. */
function offsetsBeside(shape: Shape, whole: Shape, axis: number): NDArray {
  const strides = stridesOf(whole);
  const along = (i: number): NDArray => lax.mul(lax.broadcastedIota("int32", shape, i), entry(strides, i));
  return range(shape.length).reduce(
    (sum, i) => (i === axis ? sum : lax.add(sum, along(i))),
    lax.full(shape, 0, "int32"),
  );
}

const scatterElements: Operator = (node, inputs) => {
  const [x, indices, updates] = [required(node, inputs, 0), required(node, inputs, 1), required(node, inputs, 2)];
  const axis = axisOf(node, 0, x.ndim);
  checkRows(node, x, indices, axis);
  if (!sameShape(indices.shape, updates.shape)) node.fail("the indices and the updates must have one shape");
  const size = entry(x.shape, axis);
  const along = fromEnd(indices, size);
  const place = lax.add(lax.mul(along, sizeOf(x.shape.slice(axis + 1))), offsetsBeside(indices.shape, x.shape, axis));
  const flat = (y: NDArray): NDArray => lax.reshape(y, { newSizes: [y.size] });
  const places = lax.select(inside(along, size), place, x.size);
  return lax.reshape(scattered(node, flat(x), places, flat(updates)), { newSizes: x.shape });
};

const scatterND: Operator = (node, inputs) => {
  const [x, indices, updates] = [required(node, inputs, 0), required(node, inputs, 1), required(node, inputs, 2)];
  const depth = entry(indices.shape, -1);
  const places = placesIn(x.shape.slice(0, depth), indices);
  const rest = x.shape.slice(depth);
  const table = lax.reshape(x, { newSizes: [sizeOf(x.shape.slice(0, depth)), ...rest] });
  const values = lax.reshape(updates, { newSizes: [places.size, ...rest] });
  return lax.reshape(scattered(node, table, places, values), { newSizes: x.shape });
};

/** Vectors of off values with an on value at the place named; all off for places outside. */
const oneHot: Operator = (node, inputs) => {
  const [indices, values] = [required(node, inputs, 0), required(node, inputs, 2)];
  const depth = Math.trunc(entry(node.known(1), 0));
  const places = fromEnd(lax.convertElementType(indices, "int32"), depth);
  const chosen = oneHotVectors(places, depth, { axis: node.int("axis", -1), dtype: "bool" });
  const [off, on] = [0, 1].map((i) => lax.indexInDim(values, i, { keepdims: false })) as [NDArray, NDArray];
  return where(chosen, on, off);
};

/** The slices along an axis, or the elements, for which a known condition is true. */
const compress: Operator = (node, inputs) => {
  const x = required(node, inputs, 0);
  const places = node.known(1).flatMap((n, i) => (n ? [i] : []));
  const whole = node.has("axis") ? x : lax.reshape(x, { newSizes: [x.size] });
  return take(whole, places, { axis: node.has("axis") ? axisOf(node, undefined, x.ndim) : 0 });
};

/** The coordinates of the elements of a known array that aren't 0, an axis in each row. */
const nonZero: Operator = (node, inputs) => {
  const { shape } = required(node, inputs, 0);
  const places = node.known(0).flatMap((n, i) => (n ? [i] : []));
  const strides = stridesOf(shape);
  const rows = shape.map((size, axis) => places.map((p) => Math.floor(p / entry(strides, axis)) % size));
  return hostArray(Int32Array.from(rows.flat()), [shape.length, places.length], "int32");
};

export const gathers: Operators = {
  Compress: compress,
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherND,
  NonZero: nonZero,
  OneHot: oneHot,
  Scatter: scatterElements,
  ScatterElements: scatterElements,
  ScatterND: scatterND,
};
