/** Indexing by values: rows read from the places that an array of indices names, and rows added to them. */

import type { DType } from "../base/dtypes.ts";
import { describe, formatShape } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { isIntegerList, type Shape, sizeOf } from "../base/shapes.ts";
import { type Aval, makeAval } from "../ir/aval.ts";
import { hostArray, type NDArray } from "../ir/ndarray.ts";
import { type BatchAxis, known, type Primitive, type Three, type Two } from "../ir/primitive.ts";
import { bind1 } from "../ir/trace.ts";
import { add, min } from "./arithmetic.ts";
import { convertElementType } from "./convert.ts";
import { lt, select } from "./logic.ts";
import { type ArrayLike, asArray } from "./operands.ts";
import { batchSize, batchToFront, broadcastTo, moveAxis, reshape } from "./shape.ts";

interface GatherParams {
  /** Whether places outside hold the dtype's "no value" (NaN, the extreme integer, true) and not 0. */
  readonly fill: boolean;
}

interface ScatterParams {
  readonly rows: number;
  /** Whether the last row for a place stands there, and not the sum of all. */
  readonly replace: boolean;
}

/** The bits of "no value". */
const NOTHING: Readonly<Record<DType, readonly [number, number]>> = {
  float32: [0x7fc00000, 0],
  float64: [0, 0x7ff80000],
  int32: [-(2 ** 31), 0],
  uint32: [-1, 0],
  bool: [1, 0],
};

/** The kernels' sizes; `indices` has one row for every batch, or one for all of them. */
function kernelSizes(shape: Shape, indices: Aval, rows: number): number[] {
  const [batch, , width] = shape as [number, number, number];
  const [indexRows, count] = indices.shape as [number, number];
  return [batch, rows, count, width, indexRows === 1 ? 0 : count];
}

const withRows = (x: Aval, rows: number): Aval =>
  makeAval([entry(x.shape, 0), rows, entry(x.shape, 2)], x.dtype, x.weak);

/** Both operands with the mapped axis joined to their batches, and the two sizes. */
function mergeBatch([x, indices]: readonly NDArray[], axes: readonly BatchAxis[]): [NDArray[], [number, number]] {
  const size = batchSize([x as NDArray, indices as NDArray], axes);
  const front = batchToFront(x as NDArray, entry(axes, 0), size);
  const batch = entry(front.shape, 1);
  const merged = (y: NDArray): NDArray => reshape(y, { newSizes: [size * batch, ...y.shape.slice(2)] });
  if (axes[1] === null && (indices as NDArray).shape[0] === 1)
    return [
      [merged(front), indices as NDArray],
      [size, batch],
    ];
  const all = batchToFront(indices as NDArray, entry(axes, 1), size);
  return [
    [merged(front), merged(broadcastTo(all, [size, batch, entry(all.shape, 2)]))],
    [size, batch],
  ];
}

const unmerged = (y: NDArray, sizes: Shape): NDArray => reshape(y, { newSizes: [...sizes, ...y.shape.slice(1)] });

export const gatherPrimitive: Primitive<GatherParams, Two> = {
  name: "gather",
  aval: ([x, indices]) => [withRows(x as Aval, entry((indices as Aval).shape, 1))],
  jvp: ([x, indices], [dx], params) => [
    [bind1(gatherPrimitive, [x as NDArray, indices as NDArray], params)],
    [dx ? gatherRows(dx, indices as NDArray) : null],
  ],
  transpose: ([ct], [x, indices]) => {
    const rows = entry((x as NDArray).aval.shape, 1);
    return [ct ? scatterRows(ct, known("gather", indices), { rows, replace: false }) : null, null];
  },
  batch: (inputs, axes, params) => {
    const [x, indices] = inputs as [NDArray, NDArray];
    if (axes[0] !== null || axes[1] === null) {
      const [merged, sizes] = mergeBatch(inputs, axes);
      return [[unmerged(bind1(gatherPrimitive, merged, params), sizes)], [0]];
    }
    // One array for all: more indices into it.
    const middle = moveAxis(indices, axes[1], 1);
    const [batch, size, count] = middle.shape as [number, number, number];
    const flat = reshape(middle, { newSizes: [batch, size * count] });
    const out = bind1(gatherPrimitive, [x, flat], params);
    return [[reshape(out, { newSizes: [entry(x.shape, 0), size, count, entry(x.shape, 2)] })], [1]];
  },
  lowering: {
    kind: "kernel",
    command: "GATHER",
    arguments: ([x, indices], { fill }) => {
      const { shape, dtype } = x;
      return [...kernelSizes(shape, indices, entry(shape, 1)), ...(fill ? NOTHING[dtype] : [0, 0])];
    },
  },
};

const scatterPrimitive: Primitive<ScatterParams, Three> = {
  name: "scatter",
  aval: ([x], { rows }) => [withRows(x, rows)],
  jvp: ([x, indices], [dx], params) => [
    [scatterRows(x, indices, params)],
    [dx ? scatterRows(dx, indices, params) : null],
  ],
  transpose: ([ct], [, indices]) => [ct ? gatherRows(ct, known("scatter", indices)) : null, null],
  batch: (inputs, axes, params) => {
    const [merged, sizes] = mergeBatch(inputs, axes);
    return [[unmerged(bind1(scatterPrimitive, merged, params), sizes)], [0]];
  },
  lowering: {
    kind: "kernel",
    command: "SCATTER_ADD",
    arguments: ([x, indices], { rows, replace }) => [...kernelSizes(x.shape, indices, rows), Number(replace)],
  },
};

/** `out[b, i] = x[b, indices[b, i]]` for `x` of shape [batch, rows, width]; 0 (or "no value") for indices outside. */
export const gatherRows = (x: NDArray, indices: NDArray, fill = false): NDArray =>
  bind1(gatherPrimitive, [x, indices], { fill });

/** Its transpose: the rows of [batch, count, width] summed up in their places; those for indices outside are left out. */
export const scatterRows = (x: NDArray, indices: NDArray, params: ScatterParams): NDArray =>
  bind1(scatterPrimitive, [x, indices], params);

/** An array as [before, axis, after], the axes before and after (from `end` on) joined. */
const aroundAxis = (x: NDArray, axis: number): NDArray =>
  reshape(x, { newSizes: [sizeOf(x.shape.slice(0, axis)), entry(x.shape, axis), sizeOf(x.shape.slice(axis + 1))] });

/** Integers: an array, a number, or a list of whole numbers. */
export type GatherIndices = ArrayLike | readonly number[];

/** Integer indices as `int32`; of those too large for it, which are out of every range, the largest. */
export function checkIndices(fn: string, indices: GatherIndices, name = "indices"): NDArray {
  if (isIntegerList(indices, -(2 ** 31)) && indices.every((i) => i < 2 ** 31)) {
    return hostArray(Int32Array.from(indices), [indices.length], "int32");
  }
  const list = Array.isArray(indices);
  const array = list ? null : asArray(fn, indices, name);
  if (array?.dtype === "uint32") return convertElementType(min(array, 2 ** 31 - 1), "int32");
  if (array?.dtype === "int32") return convertElementType(array, "int32");
  throw new TypeError(
    `${fn}: ${name} must be integers, such as array([0, 2], { dtype: "int32" }), got ` +
      `${array ? `${array.dtype}${formatShape(array.shape)}` : describe(indices)}.`,
  );
}

/** Negative indices counted from the end. */
export const fromEnd = (indices: NDArray, size: number): NDArray => select(lt(indices, 0), add(indices, size), indices);

/**
 * `x` with the elements that `indices` (`int32`, any shape) names in place of an axis. Indices outside give zeros, or NaN
 * and its like with `fill`.
 */
export function takeAlong(x: NDArray, indices: NDArray, axis: number, fill = false): NDArray {
  const rows = gatherRows(aroundAxis(x, axis), reshape(indices, { newSizes: [1, indices.size] }), fill);
  return reshape(rows, { newSizes: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)] });
}

/** For each row of the last axis elements of its own: `out[..., i] = x[..., indices[..., i]]`. */
export function takeFromRows(x: NDArray, indices: NDArray, fill = false): NDArray {
  const rows = sizeOf(indices.shape.slice(0, -1));
  const [from, count] = [entry(x.shape, -1), entry(indices.shape, -1)];
  const taken = gatherRows(
    reshape(x, { newSizes: [rows, from, 1] }),
    reshape(indices, { newSizes: [rows, count] }),
    fill,
  );
  return reshape(taken, { newSizes: indices.shape });
}
