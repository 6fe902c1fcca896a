/** Graph aggregation. */

import { namedArguments } from "../base/arguments.ts";
import { describe, formatShape, ShapeError } from "../base/errors.ts";
import { entry, mapEach } from "../base/lists.ts";
import { type Axes, canonicalAxes, canonicalAxis, invertPermutation, range, sizeOf } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { checkIndices, takeAlong } from "../lax/gather.ts";
import {
  add,
  convertElementType,
  div,
  dotGeneral,
  full,
  iota,
  lt,
  min,
  mul,
  rem,
  reshape,
  scatterAdd,
  select,
  transpose,
} from "../lax/index.ts";
import { asArray } from "../lax/operands.ts";
import { at } from "../numpy/indexing.ts";
import { makeLayer } from "./layer.ts";
import type { Layer } from "./types.ts";

/** Options of `stax.Aggregate`. */
export interface AggregateOptions {
  /** The axes of the graph's vertices; `null` (the default) for all but the batch's and the channels'. */
  readonly aggregateAxis?: Axes;
  readonly batchAxis?: number;
  readonly channelAxis?: number;
  /** Makes the dense pattern of what is passed as `pattern`. Only for `"DENSE"`. */
  readonly toDense?: (pattern: NDArray) => NDArray;
  /** `"DENSE"` (the default) or `"SPARSE"`: the format of the pattern, and the way to compute. */
  readonly implementation?: "DENSE" | "SPARSE";
}

const FN = "stax.Aggregate";
const NAMES = ["aggregateAxis", "batchAxis", "channelAxis", "toDense", "implementation"] as const;

interface Graph {
  readonly x: NDArray;
  readonly pattern: NDArray;
  readonly batch: number;
  /** The axes of the vertices. */
  readonly axes: readonly number[];
  /** The axes that are neither. */
  readonly free: readonly number[];
}

function checkPattern({ pattern, x, axes }: Graph, expected: readonly number[], text: string): void {
  if (pattern.ndim === expected.length && pattern.shape.every((n, i) => n === expected[i])) return;
  throw new ShapeError(
    `${FN}: pattern ${formatShape(pattern.shape)} must have shape ${formatShape(expected)}, ${text}, ` +
      `for inputs ${formatShape(x.shape)} with vertices along axes [${axes.join(", ")}].`,
  );
}

/** Both give the axes batch, free, vertices. */
function aggregateDense(graph: Graph): NDArray {
  const { x, pattern, batch, axes } = graph;
  const sizes = axes.map((axis) => entry(x.shape, axis));
  checkPattern(graph, [entry(x.shape, batch), ...sizes, ...sizes], "batch and twice the vertices");
  return dotGeneral(x, convertElementType(pattern, x.dtype), {
    contractingDims: [axes, range(axes.length, 1)],
    batchDims: [[batch], [0]],
  });
}

function aggregateSparse(graph: Graph): NDArray {
  const { x, batch, axes, free } = graph;
  const vertices = transpose(x, { permutation: [batch, ...axes, ...free] });
  const [n, ...sizes] = vertices.shape.slice(0, 1 + axes.length) as [number, ...number[]];
  const edges = graph.pattern.shape[1] ?? 0;
  const flat = graph.pattern.ndim === 3 && axes.length === 1;
  const pattern = flat ? reshape(graph.pattern, { newSizes: [n, edges, 1, 2] }) : graph.pattern;
  checkPattern({ ...graph, pattern }, [n, edges, axes.length, 2], "batch, edges, coordinates of a vertex, and 2");
  const places = checkIndices(FN, pattern, "pattern");
  const all = n * sizeOf(sizes);
  // The numbers of the edges' ends among the vertices of all examples; a negative coordinate removes the edge.
  const [tails, heads] = mapEach([0, 1], (end) => {
    const coordinates = axes.map((_, k) => reshape(at(places, ":", ":", k, end), { newSizes: [n * edges] }));
    const example = div(iota("int32", n * edges), edges);
    const number = coordinates.reduce((sum, c, k) => add(mul(sum, entry(sizes, k)), rem(c, entry(sizes, k))), example);
    return select(
      lt(
        coordinates.reduce((least, c) => min(least, c)),
        0,
      ),
      all,
      number,
    );
  });
  const rows = reshape(vertices, { newSizes: [all, -1] });
  const sums = scatterAdd(full(rows.shape, 0, x.dtype), heads, takeAlong(rows, tails, 0));
  const order = [0, ...range(free.length, 1 + axes.length), ...range(axes.length, 1)];
  return transpose(reshape(sums, { newSizes: vertices.shape }), { permutation: order });
}

const IMPLEMENTATIONS = { DENSE: aggregateDense, SPARSE: aggregateSparse };

/**
 * Gives every vertex the weighted sum of its predecessors: `applyFn(params, x, { pattern })`. Without a pattern the
 * identity. Source: `neural_tangents.stax.Aggregate`.
 *
 * `"DENSE"`: a pattern of shape (batch, ...vertices, ...vertices) whose entry [n, i, j] is the weight of the edge from i
 * to j. `"SPARSE"`: integers of shape (batch, edges, axes of the vertices, 2), the coordinates of both ends of each edge,
 * which has weight 1; with one axis also (batch, edges, 2). An edge with a negative coordinate doesn't count.
 * @example stax.Aggregate()[1]([], np.ones([1, 3, 2])) // shape [1, 3, 2]
 */
export function Aggregate(
  ...args:
    | [
        aggregateAxis?: Axes,
        batchAxis?: number,
        channelAxis?: number,
        toDense?: (pattern: NDArray) => NDArray,
        implementation?: "DENSE" | "SPARSE",
      ]
    | [options: AggregateOptions]
): Layer {
  const options = namedArguments<AggregateOptions>(FN, [...NAMES], args);
  const { aggregateAxis = null, batchAxis = 0, channelAxis = -1, implementation = "DENSE" } = options;
  const aggregate = Object.hasOwn(IMPLEMENTATIONS, implementation) ? IMPLEMENTATIONS[implementation] : null;
  if (!aggregate) {
    throw new TypeError(`${FN}: implementation must be "DENSE" or "SPARSE", got ${describe(implementation)}.`);
  }
  return makeLayer({
    fn: FN,
    outputShape: (shape) => shape,
    apply: (_, x, kwargs) => {
      if (kwargs.pattern === null || kwargs.pattern === undefined) return x;
      const given = asArray(FN, kwargs.pattern, "pattern");
      const pattern =
        options.toDense && implementation === "DENSE"
          ? asArray(FN, options.toDense(given), "what toDense returns")
          : given;
      const [batch, channel] = mapEach([batchAxis, channelAxis], (axis) => canonicalAxis(FN, axis, x.ndim));
      const axes =
        aggregateAxis === null
          ? range(x.ndim).filter((i) => i !== batch && i !== channel)
          : canonicalAxes(FN, aggregateAxis, x.ndim, "aggregateAxis");
      const free = range(x.ndim).filter((i) => i !== batch && !axes.includes(i));
      const out = aggregate({ x, pattern, batch, axes, free });
      return transpose(out, { permutation: invertPermutation([batch, ...free, ...axes]) });
    },
  });
}
