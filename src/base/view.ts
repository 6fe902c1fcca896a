/**
 * A strided view: how a shape's elements lie in a buffer. Broadcasting, transposing, slicing and reversing change only
 * the view, so that the kernels read through them and no data moves.
 */
import { range, type Shape, sizeOf } from "./shapes.ts";

/** Offsets and strides count elements, not bytes. A stride may be zero (broadcast) or negative (reversed). */
export interface View {
  readonly offset: number;
  readonly shape: Shape;
  readonly strides: readonly number[];
}

/** The row-major strides of a shape. */
export function rowMajorStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i]!;
  }
  return strides;
}

export const contiguous = (shape: Shape): View => ({ offset: 0, shape, strides: rowMajorStrides(shape) });

/** Whether the view's elements lie in row-major order without gaps (axes of size 1 don't matter). */
export function isRowMajor(view: View): boolean {
  const expected = rowMajorStrides(view.shape);
  return sizeOf(view.shape) === 0 || view.shape.every((n, i) => n === 1 || view.strides[i] === expected[i]);
}

export function permuteView(view: View, permutation: readonly number[]): View {
  return {
    offset: view.offset,
    shape: permutation.map((p) => view.shape[p]!),
    strides: permutation.map((p) => view.strides[p]!),
  };
}

/** The view seen as `shape`, its axis `i` becoming axis `dims[i]`; new axes and axes of size 1 get stride 0. */
export function broadcastView(view: View, shape: Shape, dims: readonly number[]): View {
  const strides = new Array<number>(shape.length).fill(0);
  dims.forEach((d, i) => {
    if (view.shape[i] === shape[d]) strides[d] = view.strides[i]!;
  });
  return { offset: view.offset, shape, strides };
}

export function sliceView(
  view: View,
  start: readonly number[],
  limit: readonly number[],
  step: readonly number[],
): View {
  const shape = view.shape.map((_, i) => Math.max(0, Math.ceil((limit[i]! - start[i]!) / step[i]!)));
  const offset = start.reduce((sum, s, i) => sum + s * view.strides[i]!, view.offset);
  return { offset, shape, strides: view.strides.map((s, i) => s * step[i]!) };
}

export function reverseView(view: View, axes: readonly number[]): View {
  const offset = axes.reduce((sum, a) => sum + Math.max(0, view.shape[a]! - 1) * view.strides[a]!, view.offset);
  return { ...view, offset, strides: view.strides.map((s, i) => (axes.includes(i) ? -s : s)) };
}

/**
 * The view with another shape of the same size, or `undefined` when no strides can express it (then the data must be
 * copied first). Walks groups of axes of equal size in both shapes; a group works when the old axes lie as one run.
 */
export function reshapeView(view: View, shape: Shape): View | undefined {
  if (sizeOf(shape) === 0) return { ...contiguous(shape), offset: view.offset };
  const axes = range(view.shape.length).filter((i) => view.shape[i] !== 1);
  const strides = new Array<number>(shape.length).fill(0);
  let a = 0;
  let b = 0;
  while (b < shape.length) {
    let oldSize = 1;
    let newSize = shape[b]!;
    const firstOld = a;
    const firstNew = b++;
    while (oldSize !== newSize) {
      if (oldSize < newSize) oldSize *= view.shape[axes[a++]!]!;
      else newSize *= shape[b++]!;
    }
    for (let i = firstOld; i + 1 < a; i++) {
      const inner = axes[i + 1]!;
      const run = view.strides[inner]! * view.shape[inner]!;
      if (view.strides[axes[i]!] !== run) return undefined;
    }
    let stride = a > firstOld ? view.strides[axes[a - 1]!]! : 0;
    for (let i = b - 1; i >= firstNew; i--) {
      strides[i] = stride;
      stride *= shape[i]!;
    }
  }
  return { offset: view.offset, shape, strides };
}
