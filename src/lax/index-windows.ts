/**
 * How `gather` and `scatter` see their arguments. An array of indices names the corners of windows in an operand; both
 * are brought to rows: [before, places along the axes that windows differ in, after] for the operand, and for the windows
 * one row for each of their places along these axes.
 */

import { checkList, checkOptions, describe, formatShape, ShapeError } from "../base/errors.ts";
import { entry, mapEach } from "../base/lists.ts";
import { canonicalAxes, invertPermutation, range, type Shape, sizeOf } from "../base/shapes.ts";
import { hostArray, type NDArray } from "../ir/ndarray.ts";
import { add, clamp, mul } from "./arithmetic.ts";
import { full } from "./create.ts";
import { bitwiseAnd, ge, le, select } from "./logic.ts";
import { broadcastInDim, reshape, transpose } from "./shape.ts";
import { sliceInDim } from "./slice.ts";

/**
 * What becomes of windows that lie outside in part: `"fill"` (also `"drop"`) reads "no value" and writes nothing, `"clip"`
 * (also `"promise_in_bounds"`) moves them inside.
 */
export type GatherScatterMode = "fill" | "drop" | "clip" | "promise_in_bounds";

const MODES: readonly unknown[] = ["fill", "drop", "clip", "promise_in_bounds"];

/** Which axes of operand, indices and windows belong together. */
export interface WindowDimensions {
  /** The axes of the array of windows that run inside a window. */
  readonly inner: readonly number[];
  /** The operand's axes that the array of windows lacks. */
  readonly absent: readonly number[];
  /** The operand's axis that each component of an index counts along. */
  readonly indexed: readonly number[];
  readonly batching: readonly number[];
  /** The axis of the indices that goes with each of `batching`. */
  readonly indicesBatching: readonly number[];
}

/** The lists of `dimensionNumbers`, whose keys are `names` in the order of `WindowDimensions`; the last two may lack. */
export function readDimensions(
  fn: string,
  given: object,
  names: readonly [string, string, string, string, string],
  operand: NDArray,
  indices: NDArray,
): WindowDimensions {
  const lists = checkOptions(`${fn}, dimensionNumbers`, given, names, names.slice(0, 3)) as Record<string, unknown>;
  const [inner, ...others] = mapEach(names, (name) => {
    const list = lists[name] ?? [];
    checkList(fn, name, list);
    return list as readonly number[];
  });
  const counting = Math.max(0, indices.ndim - 1);
  const ranks = [counting + inner.length, operand.ndim, operand.ndim, operand.ndim, counting];
  const [offset, absent, indexed, batching, indicesBatching] = mapEach([inner, ...others], (list, i) =>
    canonicalAxes(fn, list, entry(ranks, i), names[i]),
  );
  return { inner: offset, absent, indexed, batching, indicesBatching };
}

/** The operand's axes that the array of windows has. */
const windowAxes = (operand: NDArray, { absent, batching }: WindowDimensions): number[] =>
  range(operand.ndim).filter((a) => !absent.includes(a) && !batching.includes(a));

/** How large the windows in an array of `shape` are along the operand's axes. */
export function windowSizes(operand: NDArray, shape: Shape, dims: WindowDimensions): number[] {
  const own = windowAxes(operand, dims);
  return operand.shape.map((_, a) => (own.includes(a) ? (shape[dims.inner[own.indexOf(a)] ?? -1] ?? -1) : 1));
}

function check(fn: string, operand: NDArray, indices: NDArray, sizes: Shape, dims: WindowDimensions): void {
  const { absent, indexed, inner, batching, indicesBatching } = dims;
  const own = windowAxes(operand, dims);
  const rules: readonly (readonly [boolean, string])[] = [
    [
      indices.shape.at(-1) === indexed.length,
      `the last axis of the indices must hold ${indexed.length} component(s), one for each axis that they count along`,
    ],
    [
      sizes.length === operand.ndim && operand.shape.every((n, a) => entry(sizes, a) >= 0 && entry(sizes, a) <= n),
      `windows of ${formatShape(sizes)} do not fit into the operand`,
    ],
    [
      [...absent, ...batching].every((a) => sizes[a] === 1 && absent.includes(a) !== batching.includes(a)),
      "windows must have size 1 along each axis that disappears",
    ],
    [inner.length === own.length, `the windows must have ${own.length} axes`],
    [
      batching.length === indicesBatching.length &&
        batching.every((a, i) => operand.shape[a] === indices.shape[entry(indicesBatching, i)]),
      "the batching axes of operand and indices must be pairs of one size",
    ],
  ];
  const broken = rules.find(([kept]) => !kept);
  if (!broken) return;
  throw new ShapeError(
    `${fn}: ${broken[1]}; got an operand of ${formatShape(operand.shape)}, indices of ${formatShape(indices.shape)} and ` +
      `the dimensions ${JSON.stringify(dims)}.`,
  );
}

/** The place of each of a window's elements, counted in rows from its corner. */
function offsets(sizes: Shape, strides: readonly number[]): NDArray {
  const list = sizes.reduce<number[]>(
    (corners, n, i) => corners.flatMap((corner) => range(n).map((k) => corner + k * entry(strides, i))),
    [0],
  );
  return hostArray(Int32Array.from(list), [list.length], "int32");
}

/** An operand and its windows as rows. */
export interface WindowRows {
  /** The row of each place, `[1 or before, count]`; -1 for windows that are left out. */
  readonly index: NDArray;
  /** How many rows the operand has. */
  readonly rows: number;
  /** The shape of the array of windows. */
  readonly shape: Shape;
  operandToRows(x: NDArray): NDArray;
  operandFromRows(rows: NDArray): NDArray;
  windowsToRows(x: NDArray): NDArray;
  windowsFromRows(rows: NDArray): NDArray;
}

/**
 * @param indices `int32`.
 * @param sizes of the windows along the operand's axes.
 */
export function windowRows(
  fn: string,
  operand: NDArray,
  indices: NDArray,
  sizes: Shape,
  dims: WindowDimensions,
  mode: GatherScatterMode = "fill",
): WindowRows {
  check(fn, operand, indices, sizes, dims);
  if (!MODES.includes(mode)) {
    throw new TypeError(`${fn}: mode must be one of ${MODES.map(describe).join(", ")}, got ${describe(mode)}.`);
  }
  const { indexed, inner, batching, indicesBatching } = dims;
  const [axes, size] = [range(operand.ndim), (a: number): number => entry(operand.shape, a)];
  const free = axes.filter((a) => !indexed.includes(a) && !batching.includes(a));
  const varying = [...indexed, ...free.filter((a) => sizes[a] !== size(a))];
  const whole = free.filter((a) => sizes[a] === size(a));
  const front = batching.length > 0 ? batching : whole.filter((a) => a < Math.min(...varying));
  const back = whole.filter((a) => !front.includes(a));
  const order = [...front, ...varying, ...back];
  const [before, rows, after] = mapEach([front, varying, back], (list) => sizeOf(list.map(size)));

  // An axis of the windows bears the number of the operand's axis, or the i-th of the indices the number ndim + i.
  const counted = range(indices.ndim - 1);
  const counting = counted.filter((i) => !indicesBatching.includes(i));
  const named = (i: number): number => operand.ndim + i;
  const own = windowAxes(operand, dims);
  const rowNames = [
    ...(batching.length > 0 ? indicesBatching.map(named) : front),
    ...counting.map(named),
    ...varying,
    ...back,
  ].filter((n) => n >= operand.ndim || own.includes(n));
  const extent = (n: number): number => (n < operand.ndim ? sizes[n] : indices.shape[n - operand.ndim]) as number;
  const windowNames = range(own.length + counted.length).map((i) =>
    inner.includes(i) ? entry(own, inner.indexOf(i)) : named(i - inner.filter((d) => d < i).length),
  );
  const permutation = windowNames.map((n) => rowNames.indexOf(n));

  const groups = batching.length > 0 ? before : 1;
  const windows = sizeOf(counting.map((i) => entry(indices.shape, i)));
  const corners = reshape(transpose(indices, { permutation: [...indicesBatching, ...counting, indices.ndim - 1] }), {
    newSizes: [groups, windows, indexed.length],
  });
  const strides = varying.map((_, i) => sizeOf(varying.slice(i + 1).map(size)));
  const steps = offsets(
    varying.map((a) => entry(sizes, a)),
    strides,
  );
  const shape = [groups, windows, steps.size];
  const spread = (x: NDArray): NDArray => broadcastInDim(x, { shape, broadcastDimensions: [0, 1] });
  let corner = full([groups, windows], 0, "int32");
  let inside = full([groups, windows], true, "bool");
  indexed.forEach((axis, k) => {
    const at = reshape(sliceInDim(corners, k, k + 1, 2), { newSizes: [groups, windows] });
    const room = size(axis) - entry(sizes, axis);
    inside = bitwiseAnd(inside, bitwiseAnd(ge(at, 0), le(at, room)));
    corner = add(corner, mul(clamp(0, at, room), entry(strides, k)));
  });
  const places = add(spread(corner), broadcastInDim(steps, { shape, broadcastDimensions: [2] }));
  const kept = mode === "clip" || mode === "promise_in_bounds" ? places : select(spread(inside), places, -1);
  return {
    index: reshape(kept, { newSizes: [groups, windows * steps.size] }),
    rows,
    shape: windowNames.map(extent),
    operandToRows: (x) => reshape(transpose(x, { permutation: order }), { newSizes: [before, rows, after] }),
    operandFromRows: (x) =>
      transpose(reshape(x, { newSizes: order.map(size) }), { permutation: invertPermutation(order) }),
    windowsToRows: (x) =>
      reshape(transpose(x, { permutation: invertPermutation(permutation) }), {
        newSizes: [before, windows * steps.size, after],
      }),
    windowsFromRows: (x) => transpose(reshape(x, { newSizes: rowNames.map(extent) }), { permutation }),
  };
}
