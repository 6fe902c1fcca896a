/**
 * Products of arrays whose axes carry labels, as in einsum: the one operation behind `matmul`, `tensordot` and `einsum`.
 * Labels spare transpositions: the contraction's kernel reads its operands in any order of axes.
 */
import { range } from "../../base/shapes.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import { mul } from "../arithmetic.ts";
import { broadcastInDim, reduceSum, reshape, transpose } from "../shape.ts";
import { contract } from "./contract.ts";

/** An array with a name for each of its axes; no name twice. */
export interface Labelled {
  readonly array: NDArray;
  readonly labels: readonly string[];
}

/** The size of each label; of those that are 1 in some operand (to be broadcast) the larger one. */
export type LabelSizes = ReadonlyMap<string, number>;

/** The operand with the axis left out, or seen as left out, where it would only be repeated. */
export function dropBroadcastAxes({ array, labels }: Labelled, sizes: LabelSizes): Labelled {
  const kept = range(labels.length).filter((i) => array.shape[i] === sizes.get(labels[i] as string));
  if (kept.length === labels.length) return { array, labels };
  return {
    array: reshape(array, { newSizes: kept.map((i) => array.shape[i] as number) }),
    labels: kept.map((i) => labels[i] as string),
  };
}

/** Sums over the labels that `needed` doesn't hold. */
export function sumUnneeded({ array, labels }: Labelled, needed: readonly string[]): Labelled {
  const axes = range(labels.length).filter((i) => !needed.includes(labels[i] as string));
  return { array: reduceSum(array, { axes }), labels: labels.filter((l) => needed.includes(l)) };
}

/** The array with its axes in the order of `out`, repeated along labels that it lacks. */
export function arrange({ array, labels }: Labelled, out: readonly string[], sizes: LabelSizes): NDArray {
  const present = out.filter((l) => labels.includes(l));
  const ordered = transpose(array, { permutation: present.map((l) => labels.indexOf(l)) });
  return broadcastInDim(ordered, {
    shape: out.map((l) => sizes.get(l) as number),
    broadcastDimensions: present.map((l) => out.indexOf(l)),
  });
}

/**
 * The product of two operands with axes `out`, summed over the labels that `out` lacks; each of those stands in both
 * operands. Without any it is an ordinary product, which fuses with its surroundings.
 */
export function multiplyLabelled(lhs: Labelled, rhs: Labelled, out: readonly string[], sizes: LabelSizes): NDArray {
  const labels = [...new Set([...lhs.labels, ...rhs.labels])];
  if (labels.every((l) => out.includes(l))) return mul(arrange(lhs, out, sizes), arrange(rhs, out, sizes));
  const numbers = (list: readonly string[]): number[] => list.map((l) => labels.indexOf(l));
  return contract(lhs.array, rhs.array, {
    lhs: numbers(lhs.labels),
    rhs: numbers(rhs.labels),
    out: numbers(out),
    sizes: labels.map((l) => sizes.get(l) as number),
    windows: [],
  });
}

/** The sizes of all labels, those of 1 giving way to larger ones; `undefined` names a label whose sizes disagree. */
export function labelSizes(operands: readonly Labelled[], disagree: (label: string) => never): LabelSizes {
  const sizes = new Map<string, number>();
  for (const { array, labels } of operands) {
    labels.forEach((label, i) => {
      const [known, size] = [sizes.get(label) ?? 1, array.shape[i] as number];
      if (known !== 1 && size !== 1 && known !== size) disagree(label);
      sizes.set(label, known === 1 ? size : known);
    });
  }
  return sizes;
}
