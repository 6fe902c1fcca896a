/** Which pairs of output axes a kernel keeps, traces over or takes the diagonal of. */
import { formatShape, ShapeError } from "../../base/errors.ts";
import { canonicalAxes, range, type Shape, sizeOf } from "../../base/shapes.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import { div } from "../../lax/arithmetic.ts";

/** One axis or several. */
export type KernelAxes = number | readonly number[];

/** Which axes of the outputs are traced over or taken on the diagonal. */
export interface AxesOptions {
  /** Output axes to average over: only the trace along each pair is computed, divided by the size. */
  readonly traceAxes?: KernelAxes;
  /** Output axes whose diagonal alone is computed; each stands once in the result. */
  readonly diagonalAxes?: KernelAxes;
}

/** The axes as numbers from 0, for outputs of two given shapes. */
export interface PairedAxes {
  readonly trace: readonly number[];
  readonly diagonal: readonly number[];
}

/**
 * Checks the axes against the shapes of `f(x1)` and `f(x2)`.
 * @throws ShapeError that names the axis and both shapes: out of range, named twice, in both lists, or of unequal sizes.
 */
export function pairAxes(
  fn: string,
  shape1: Shape,
  shape2: Shape,
  { traceAxes, diagonalAxes }: AxesOptions,
): PairedAxes {
  const shapes = `f(x1) has shape ${formatShape(shape1)}, f(x2) ${formatShape(shape2)}`;
  if (shape1.length !== shape2.length) {
    throw new ShapeError(`${fn}: both outputs must have the same number of axes, but ${shapes}.`);
  }
  const canonical = (name: string, axes: KernelAxes): number[] => {
    try {
      return canonicalAxes(fn, axes, shape1.length, name);
    } catch (error) {
      throw error instanceof ShapeError ? new ShapeError(`${error.message} Here ${shapes}.`) : error;
    }
  };
  const trace = canonical("traceAxes", traceAxes ?? []);
  const diagonal = canonical("diagonalAxes", diagonalAxes ?? []);
  for (const axis of diagonal) {
    if (trace.includes(axis)) {
      throw new ShapeError(
        `${fn}: axis ${axis} is in traceAxes and in diagonalAxes; it can be in one. Here ${shapes}.`,
      );
    }
  }
  for (const axis of [...trace, ...diagonal]) {
    if (shape1[axis] === shape2[axis]) continue;
    const role = trace.includes(axis) ? "traced" : "diagonal";
    throw new ShapeError(`${fn}: the ${role} axis ${axis} must have one size in both outputs, but ${shapes}.`);
  }
  return { trace, diagonal };
}

/** Labels for two arrays that begin with the axes of `f(x1)` and `f(x2)`, and for the kernel made of them. */
export interface KernelLabels {
  readonly first: readonly number[];
  readonly second: readonly number[];
  readonly out: readonly number[];
  /** The size of each label. */
  readonly sizes: readonly number[];
}

/** Traced pairs share a label that is summed over, diagonal pairs one that stays; the others interleave. */
export function kernelLabels(shape1: Shape, shape2: Shape, { trace, diagonal }: PairedAxes): KernelLabels {
  const ndim = shape1.length;
  const first = range(ndim);
  const second = range(ndim).map((i) => (trace.includes(i) || diagonal.includes(i) ? i : ndim + i));
  const out = first.flatMap((label, i) => {
    if (trace.includes(i)) return [];
    return diagonal.includes(i) ? [label] : [label, second[i]!];
  });
  return { first, second, out, sizes: [...shape1, ...shape2] };
}

export const kernelShape = ({ out, sizes }: KernelLabels): number[] => out.map((label) => sizes[label]!);

/** A kernel's sums over the traced axes of outputs of the given shape as means. */
export function meanOfTraced(sums: NDArray, shape: Shape, { trace }: PairedAxes): NDArray {
  const count = sizeOf(trace.map((i) => shape[i]!));
  return count === 1 ? sums : div(sums, count);
}

/** How the axes of the kernel of (x2, x1) are permuted in that of (x1, x2): each pair is exchanged. */
export function mirrorOf({ first, second, out }: KernelLabels): number[] {
  const partner = (label: number): number => {
    const i = first.indexOf(label);
    return i >= 0 ? second[i]! : first[second.indexOf(label)]!;
  };
  return out.map((label) => out.indexOf(partner(label)));
}
