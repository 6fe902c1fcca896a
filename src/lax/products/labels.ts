/**
 * Products of arrays whose axes carry labels, as in einsum: the one operation behind `matmul`, `tensordot` and `einsum`.
 * Labels spare transpositions: the contraction's kernel reads its operands in any order of axes.
 */
import { range } from "../../base/shapes.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import { mul } from "../arithmetic.ts";
import { broadcastInDim, reduceSum, reshape, transpose } from "../shape.ts";
import { canonical, contract } from "./contract.ts";

/** An array with a label, a number, for each of its axes; none twice. Tables such as `sizes` are indexed by label. */
export interface Labelled {
  readonly array: NDArray;
  readonly labels: readonly number[];
}

/** How many elements an array with these labels has. */
export const volume = (labels: readonly number[], sizes: readonly number[]): number =>
  labels.reduce((n, label) => n * (sizes[label] as number), 1);

/** The operand with the axis left out, or seen as left out, where it would only be repeated. */
export function dropBroadcastAxes({ array, labels }: Labelled, sizes: readonly number[]): Labelled {
  const kept = range(labels.length).filter((i) => array.shape[i] === sizes[labels[i] as number]);
  if (kept.length === labels.length) return { array, labels };
  return {
    array: reshape(array, { newSizes: kept.map((i) => array.shape[i] as number) }),
    labels: kept.map((i) => labels[i] as number),
  };
}

/** Sums over the labels that `needed` doesn't hold. */
export function sumUnneeded({ array, labels }: Labelled, needed: readonly number[]): Labelled {
  const axes = range(labels.length).filter((i) => !needed.includes(labels[i] as number));
  return { array: reduceSum(array, { axes }), labels: labels.filter((l) => needed.includes(l)) };
}

/** The array with its axes in the order of `out`, repeated along labels that it lacks. */
export function arrange({ array, labels }: Labelled, out: readonly number[], sizes: readonly number[]): NDArray {
  const present = out.filter((l) => labels.includes(l));
  const ordered = transpose(array, { permutation: present.map((l) => labels.indexOf(l)) });
  return broadcastInDim(ordered, {
    shape: out.map((l) => sizes[l] as number),
    broadcastDimensions: present.map((l) => out.indexOf(l)),
  });
}

/**
 * The product of two operands with axes `out`, summed over the labels that `out` lacks; each of those stands in both
 * operands. Without any it is an ordinary product, which fuses with its surroundings.
 */
export function multiplyLabelled(
  lhs: Labelled,
  rhs: Labelled,
  out: readonly number[],
  sizes: readonly number[],
): NDArray {
  const summed = [...lhs.labels, ...rhs.labels].some((l) => !out.includes(l));
  if (!summed) return mul(arrange(lhs, out, sizes), arrange(rhs, out, sizes));
  const params = { lhs: lhs.labels, rhs: rhs.labels, out, sizes, windows: [] };
  return contract(lhs.array, rhs.array, canonical(params));
}

/** The size of each label, those of 1 giving way to larger ones; `disagree` is told a label whose sizes don't fit. */
export function labelSizes(operands: readonly Labelled[], disagree: (label: number) => never): number[] {
  const sizes: number[] = [];
  for (const { array, labels } of operands) {
    labels.forEach((label, i) => {
      const [known, size] = [sizes[label] ?? 1, array.shape[i] as number];
      if (known !== 1 && size !== 1 && known !== size) disagree(label);
      sizes[label] = known === 1 ? size : known;
    });
  }
  return sizes;
}
