/** What predictions have in common: kernels as matrices, and outputs as columns. */

import { formatShape, ShapeError } from "../base/errors.ts";
import { entry, mapEach } from "../base/lists.ts";
import { canonicalAxes, invertPermutation, range, type Shape, sameShape, sizeOf, withoutAxes } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { promoteToFloat } from "../lax/convert.ts";
import { convertElementType, reshape, transpose } from "../lax/index.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";

/** How the system of a kernel's equations is regularized. */
export interface SystemOptions {
  /** What is added to the training kernel's diagonal, relative to the diagonal's mean. 0 by default. */
  readonly diagReg?: number;
  /** Whether `diagReg` is added as it is. `false` by default. */
  readonly diagRegAbsoluteScale?: boolean;
  /**
   * The axes of the outputs that the kernels lack: the kernel is taken to be the same for each of these outputs and 0
   * between two of them. `[-1]` by default; `[]` for full kernels.
   */
  readonly traceAxes?: number | readonly number[];
}

export const SYSTEM_OPTIONS = ["diagReg", "diagRegAbsoluteScale", "traceAxes"] as const;

/** The rows' axes of a kernel, whose axes stand in pairs, and the columns'. */
const pairs = (count: number): [number[], number[]] =>
  mapEach([0, 1], (first) => range(count).map((i) => first + 2 * i));

export interface KernelMatrix {
  readonly matrix: NDArray;
  readonly rows: Shape;
  readonly columns: Shape;
}

/** A kernel as a matrix. */
export function toMatrix(fn: string, name: string, kernel: ArrayLike): KernelMatrix {
  const [k] = promoteToFloat(fn, [kernel], [name]);
  if (k.ndim % 2 !== 0) {
    throw new ShapeError(
      `${fn}: ${name} ${formatShape(k.shape)} must have its axes in pairs; kernels with diagonalAxes do not suffice.`,
    );
  }
  const axes = pairs(k.ndim / 2);
  const [rows, columns] = mapEach(axes, (list) => list.map((a) => entry(k.shape, a)));
  const ordered = transpose(k, { permutation: axes.flat() });
  return { matrix: reshape(ordered, { newSizes: [sizeOf(rows), sizeOf(columns)] }), rows, columns };
}

/** The kernel of a matrix. */
export function toKernel({ matrix, rows, columns }: KernelMatrix): NDArray {
  const separate = reshape(matrix, { newSizes: [...rows, ...columns] });
  return transpose(separate, { permutation: invertPermutation(pairs(rows.length).flat()) });
}

/** How outputs are laid out beside a training kernel. */
export interface Layout {
  readonly targets: NDArray;
  /** The sizes of the outputs' axes that the kernel has. */
  readonly rows: Shape;
  /** Outputs, on other examples as well, as a matrix with a row for each of the kernel's. */
  readonly toColumns: (outputs: NDArray) => NDArray;
  /** Outputs of the matrix (with leading axes), for other examples of shape `rows`. */
  readonly toOutputs: (columns: NDArray, rows: Shape) => NDArray;
}

/** The training kernel as a matrix, and the layout of outputs beside it. */
export function trainingLayout(
  fn: string,
  kTrainTrain: ArrayLike,
  yTrain: ArrayLike,
  traceAxes: number | readonly number[] = [-1],
): Layout & { readonly matrix: NDArray } {
  const { matrix, rows, columns } = toMatrix(fn, "kTrainTrain", kTrainTrain);
  const targets = convertElementType(asArray(fn, yTrain, "yTrain"), matrix.dtype);
  const traced = canonicalAxes(fn, traceAxes, targets.ndim, "traceAxes").sort((a, b) => a - b);
  const rowAxes = withoutAxes(range(targets.ndim), traced);
  const order = [...rowAxes, ...traced];
  const sizes = order.map((axis) => entry(targets.shape, axis));
  const [kept, repeated] = [sizes.slice(0, -traced.length || undefined), sizes.slice(targets.ndim - traced.length)];
  if (!sameShape(rows, kept) || !sameShape(columns, kept)) {
    const show = (...sides: Shape[]) => formatShape(entry(sides, 0).flatMap((_, i) => sides.map((s) => entry(s, i))));
    throw new ShapeError(
      `${fn}: kTrainTrain must have shape ${show(kept, kept)} for yTrain ${formatShape(targets.shape)} with traceAxes ` +
        `[${traced.join(", ")}], got ${show(rows, columns)}.`,
    );
  }
  const width = sizeOf(repeated);
  return {
    matrix,
    targets,
    rows,
    toColumns: (outputs) => {
      const count = sizeOf(rowAxes.map((axis) => entry(outputs.shape, axis)));
      return reshape(transpose(outputs, { permutation: order }), { newSizes: [count, width] });
    },
    toOutputs: (result, outputRows) => {
      const leading = result.shape.slice(0, -2);
      const separate = reshape(result, { newSizes: [...leading, ...outputRows, ...repeated] });
      const back = invertPermutation(order).map((axis) => leading.length + axis);
      return transpose(separate, { permutation: [...range(leading.length), ...back] });
    },
  };
}

/** A kernel between other examples and the training examples, times columns. */
export function acrossKernel(fn: string, name: string, kernel: ArrayLike, system: Layout): KernelMatrix {
  const across = toMatrix(fn, name, kernel);
  if (sameShape(across.columns, system.rows)) return across;
  throw new ShapeError(
    `${fn}: ${name} must have the training examples' sizes ${formatShape(system.rows)} as every second axis, got ` +
      `${formatShape(across.columns)}; is it the kernel of (test, train)?`,
  );
}
