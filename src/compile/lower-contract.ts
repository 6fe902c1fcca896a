import { sliceView, type View } from "../base/view.ts";
import type { ContractParams } from "../ir/primitive.ts";
import { type ArrayOperand, type ContractAxis, type ContractStep, exchanged } from "./program.ts";
import { mergeWalk } from "./walk.ts";

/**
 * Implicit im2col: `lhs` with each windowed axis replaced by the window's two labels, the same memory seen through more
 * strides, since the kernel reads overlapping patches where they lie and a copy of them would be many times as large.
 */
function unfold(view: View, { lhs, sizes, windows }: ContractParams): { view: View; labels: number[] } {
  const labels: number[] = [];
  const shape: number[] = [];
  const strides: number[] = [];
  lhs.forEach((label, axis) => {
    const stride = view.strides[axis]!;
    const window = windows.find((w) => w.input === label);
    const parts = window ? [window.first, window.second] : [{ label, step: 1 }];
    for (const part of parts) {
      labels.push(part.label);
      shape.push(sizes[part.label]!);
      strides.push(stride * part.step);
    }
  });
  return { view: { offset: view.offset, shape, strides }, labels };
}

/** The view from the window's first position on, where `low` elements stand in front of each axis already. */
export function fromFirstPosition(view: View, params: ContractParams, low: readonly number[]): View {
  const starts = params.lhs.map((label, axis) => {
    const window = params.windows.find((w) => w.input === label);
    return window ? low[axis]! - window.low : 0;
  });
  const ones = view.shape.map(() => 1);
  return sliceView(view, starts, view.shape, ones);
}

/** Joins neighbouring axes that lie as one axis in every operand; axes of size 1 vanish. */
function mergeAxes(axes: readonly ContractAxis[]): ContractAxis[] {
  const along = (key: "a" | "b" | "c"): number[] => axes.map((axis) => axis[key]);
  const { sizes, strides } = mergeWalk({
    sizes: axes.map((axis) => axis.size),
    strides: [along("a"), along("b"), along("c")],
  });
  const [a, b, c] = strides as [number[], number[], number[]];
  return sizes.map((size, i) => ({ size, a: a[i]!, b: b[i]!, c: c[i]! }));
}

const byStride =
  (key: "a" | "b" | "c") =>
  (x: ContractAxis, y: ContractAxis): number =>
    Math.abs(y[key]) - Math.abs(x[key]);

/**
 * The product as `C[batch, m, n] = sum over k of A[batch, m, k] B[batch, n, k]`. A and B change places when that makes
 * the columns of C its innermost axis, which the microkernel stores as vectors.
 */
export function lowerContract(
  a: ArrayOperand,
  b: ArrayOperand,
  target: ArrayOperand,
  params: ContractParams,
): ContractStep {
  const { view: lhs, labels: lhsLabels } = unfold(a.view, params);
  const axisOf = (label: number): ContractAxis => {
    const stride = (labels: readonly number[], strides: readonly number[]): number => {
      const i = labels.indexOf(label);
      return i < 0 ? 0 : strides[i]!;
    };
    return {
      size: params.sizes[label]!,
      a: stride(lhsLabels, lhs.strides),
      b: stride(params.rhs, b.view.strides),
      c: stride(params.out, target.view.strides),
    };
  };
  const inBoth = (label: number): boolean => lhsLabels.includes(label) && params.rhs.includes(label);
  const free = params.out.filter((label) => !inBoth(label));
  const step: Omit<ContractStep, "symmetric"> = {
    kind: "contract",
    a: { ...a, view: lhs },
    b,
    target: target.buffer,
    targetOffset: target.view.offset,
    batch: mergeAxes(params.out.filter(inBoth).map(axisOf)),
    m: mergeAxes(free.filter((label) => lhsLabels.includes(label)).map(axisOf)),
    n: mergeAxes(free.filter((label) => params.rhs.includes(label)).map(axisOf)),
    k: mergeAxes(
      lhsLabels
        .filter((label) => inBoth(label) && !params.out.includes(label))
        .map(axisOf)
        .sort(byStride("a")),
    ),
  };
  const ordered = step.m.at(-1)?.c === 1 && step.n.length > 0 ? turned(step) : step;
  return { ...ordered, symmetric: isSymmetric(ordered) };
}

/** Whether C[m, n] = C[n, m], because both operands are one array read in one way. */
function isSymmetric({ a, b, m, n, k, batch }: Omit<ContractStep, "symmetric">): boolean {
  const alike = (axes: readonly ContractAxis[]): boolean => axes.every((axis) => axis.a === axis.b);
  return (
    a.buffer === b.buffer &&
    a.view.offset === b.view.offset &&
    m.length === n.length &&
    m.every((axis, i) => axis.size === n[i]!.size && axis.a === n[i]!.b) &&
    alike(k) &&
    alike(batch)
  );
}

/** The product with its operands exchanged, its terms in the order of the new first one. */
function turned(step: Omit<ContractStep, "symmetric">): Omit<ContractStep, "symmetric"> {
  const own = exchanged(step);
  return { ...own, k: [...own.k].sort(byStride("a")) };
}
