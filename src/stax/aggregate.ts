/** Graph aggregation. */
import { namedArguments } from "../base/arguments.ts";
import { describe, formatShape, ShapeError, UnsupportedError } from "../base/errors.ts";
import { type Axes, canonicalAxes, canonicalAxis, range } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { convertElementType, dotGeneral, transpose } from "../lax/index.ts";
import { asArray } from "../lax/operands.ts";
import { makeLayer } from "./layer.ts";
import type { Layer } from "./types.ts";

export interface AggregateOptions {
  /** The axes of the graph's vertices; `null` (the default) for all but the batch's and the channels'. */
  readonly aggregateAxis?: Axes;
  readonly batchAxis?: number;
  readonly channelAxis?: number;
  /** Makes the dense pattern of what is passed as `pattern`. By default it is dense. */
  readonly toDense?: (pattern: NDArray) => NDArray;
  /** Only `"DENSE"`. */
  readonly implementation?: "DENSE";
}

const FN = "stax.Aggregate";
const NAMES = ["aggregateAxis", "batchAxis", "channelAxis", "toDense", "implementation"] as const;

function checkPattern(pattern: NDArray, x: NDArray, batch: number, axes: readonly number[]): void {
  const sizes = axes.map((axis) => x.shape[axis] as number);
  const expected = [x.shape[batch] as number, ...sizes, ...sizes];
  if (pattern.ndim === expected.length && pattern.shape.every((n, i) => n === expected[i])) return;
  throw new ShapeError(
    `${FN}: pattern ${formatShape(pattern.shape)} must have shape ${formatShape(expected)}, batch and twice the vertices, ` +
      `for inputs ${formatShape(x.shape)} with vertices along axes [${axes.join(", ")}].`,
  );
}

/**
 * Gives every vertex the weighted sum of its predecessors: `applyFn(params, x, { pattern })` with a pattern of shape
 * (batch, ...vertices, ...vertices) whose entry [n, i, j] is the weight of the edge from i to j. Without a pattern the
 * identity. Source: `neural_tangents.stax.Aggregate`, its dense implementation.
 */
export function Aggregate(
  ...args:
    | [
        aggregateAxis?: Axes,
        batchAxis?: number,
        channelAxis?: number,
        toDense?: (pattern: NDArray) => NDArray,
        implementation?: "DENSE",
      ]
    | [options: AggregateOptions]
): Layer {
  const options = namedArguments<AggregateOptions>(FN, [...NAMES], args);
  const { aggregateAxis = null, batchAxis = 0, channelAxis = -1, implementation = "DENSE" } = options;
  if (implementation !== "DENSE") {
    throw new UnsupportedError(`${FN}: implementation must be "DENSE", got ${describe(implementation)}.`);
  }
  return makeLayer({
    fn: FN,
    outputShape: (shape) => shape,
    apply: (_, x, { pattern }) => {
      if (pattern === null || pattern === undefined) return x;
      const given = asArray(FN, pattern, "pattern");
      const dense = options.toDense ? options.toDense(given) : given;
      const [batch, channel] = [batchAxis, channelAxis].map((axis) => canonicalAxis(FN, axis, x.ndim)) as [
        number,
        number,
      ];
      const axes =
        aggregateAxis === null
          ? range(x.ndim).filter((i) => i !== batch && i !== channel)
          : canonicalAxes(FN, aggregateAxis, x.ndim, "aggregateAxis");
      checkPattern(dense, x, batch, axes);
      const out = dotGeneral(x, convertElementType(dense, x.dtype), {
        contractingDims: [axes, range(axes.length, 1)],
        batchDims: [[batch], [0]],
      });
      const free = range(x.ndim).filter((i) => i !== batch && !axes.includes(i));
      const order = [batch, ...free, ...axes];
      return transpose(out, { permutation: range(x.ndim).map((axis) => order.indexOf(axis)) });
    },
  });
}
