/** Which elements of a parameter two paths share. */
import { entry } from "../../base/lists.ts";
import { type Path, parameterLabels } from "./path.ts";

/** A label of the parameter as a path sees it: the part of it that both paths share. */
export interface SharedPart {
  /** `null` where the path sees one place only. */
  readonly label: number | null;
  /** Where the shared part begins, counted along the label. */
  readonly start: number;
  /** Whether the path counts backwards. */
  readonly reversed: boolean;
}

/** An axis of the elements that two paths share. */
export interface SharedAxis {
  readonly size: number;
  readonly parts: readonly [SharedPart, SharedPart];
}

interface Axis {
  readonly label: number;
  readonly size: number;
  readonly stride: number;
  readonly reversed: boolean;
}

/** The parameter's elements on a path as a box: axes with positive strides, the largest first, from a first element on. */
function boxOf(path: Path): { readonly axes: readonly Axis[]; readonly offset: number } {
  let { offset } = path;
  const axes = parameterLabels(path).map((label): Axis => {
    const [size, stride] = [entry(path.sizes, label), entry(path.strides, label)];
    if (stride < 0) offset += stride * (size - 1);
    return { label, size, stride: Math.abs(stride), reversed: stride < 0 };
  });
  return { axes: axes.sort((a, b) => b.stride - a.stride), offset };
}

type Box = ReturnType<typeof boxOf>;

const sameBox = (a: Box, b: Box): boolean =>
  a.offset === b.offset &&
  a.axes.length === b.axes.length &&
  a.axes.every((axis, i) => axis.stride === entry(b.axes, i).stride && axis.size === entry(b.axes, i).size);

const lastElement = ({ axes, offset }: Box): number =>
  axes.reduce((sum, { stride, size }) => sum + stride * (size - 1), offset);

const whole = ({ label, reversed }: Axis): SharedPart => ({ label, start: 0, reversed });

/**
 * The elements that both paths see, axis by axis; none if they see different ones. `undefined` where they cannot be told
 * apart by axes, as when one path sees rows of a matrix and the other one parts of it that begin within a row.
 */
export function align(path1: Path, path2: Path): readonly SharedAxis[] | null | undefined {
  const boxes = [boxOf(path1), boxOf(path2)] as const;
  const [first, second] = boxes;
  if (sameBox(first, second)) {
    return first.axes.map((axis, i) => ({ size: axis.size, parts: [whole(axis), whole(entry(second.axes, i))] }));
  }
  if (lastElement(first) < second.offset || lastElement(second) < first.offset) return null;
  const strides = [...new Set(boxes.flatMap(({ axes }) => axes.map((axis) => axis.stride)))].sort((a, b) => b - a);
  const rests: [number, number] = [first.offset, second.offset];
  let disjoint = false;
  const shared: SharedAxis[] = [];
  for (const [k, stride] of strides.entries()) {
    const radix = k === 0 ? Number.POSITIVE_INFINITY : entry(strides, k - 1) / stride;
    if (k > 0 && !Number.isInteger(radix)) return undefined;
    const ranges = boxes.map(({ axes }, side) => {
      const own = axes.filter((axis) => axis.stride === stride);
      const rest = entry(rests, side);
      const start = Math.floor(rest / stride);
      rests[side] = rest - start * stride;
      return { axis: own[0], count: own.length, start, size: own[0]?.size ?? 1 };
    });
    if (ranges.some(({ count, start, size }) => count > 1 || start + size > radix)) return undefined;
    const start = Math.max(...ranges.map((r) => r.start));
    const end = Math.min(...ranges.map((r) => r.start + r.size));
    if (end <= start) disjoint = true;
    const parts = ranges.map(({ axis, start: own, size }): SharedPart => {
      // Counted from the label's other end if the path goes backwards.
      const from = axis?.reversed ? own + size - end : start - own;
      return { label: axis?.label ?? null, start: from, reversed: axis?.reversed ?? false };
    });
    shared.push({ size: end - start, parts: parts as [SharedPart, SharedPart] });
  }
  return disjoint || rests[0] !== rests[1] ? null : shared;
}
