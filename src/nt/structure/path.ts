/**
 * How a value of a linear program depends on a parameter, in labels. The value is
 *
 *     value[axes] = sum over `summed` of parameter[offset + sum of strides[l] * l] * product of the factors,
 *
 * so its Jacobian is the product of the factors times an identity matrix for every label that value and parameter share;
 * the labels say so, and the identities never exist. Labels without a stride belong to the value and the factors alone.
 */
import { range, type Shape } from "../../base/shapes.ts";
import { rowMajorStrides } from "../../base/view.ts";
import { keyOf } from "../../ir/key.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import type { Window } from "../../ir/primitive.ts";

/** What a parameter is multiplied by. */
export interface Factor {
  readonly array: NDArray;
  readonly labels: readonly number[];
  readonly windows: readonly Window[];
  /**
   * For a selection the label whose places the integers in `array` name: the factor is 1 where that label has the named
   * value and 0 elsewhere. `null` for ordinary numbers.
   */
  readonly row: number | null;
}

export interface Path {
  /** The label of each axis of the value. */
  readonly axes: readonly number[];
  /** The other labels of the parameter. */
  readonly summed: readonly number[];
  /** The size of each label. */
  readonly sizes: readonly number[];
  /** How far apart elements of the parameter are along each label; 0 for labels that it doesn't have. */
  readonly strides: readonly number[];
  /** The place of the parameter's first element that is used. */
  readonly offset: number;
  readonly factors: readonly Factor[];
}

/** The path from a parameter to itself. */
export const identityPath = (shape: Shape): Path => ({
  axes: range(shape.length),
  summed: [],
  sizes: shape,
  strides: rowMajorStrides(shape),
  offset: 0,
  factors: [],
});

/** The labels by which the parameter is indexed. */
export const parameterLabels = ({ axes, summed, sizes, strides }: Path): number[] =>
  [...axes, ...summed].filter((label) => strides[label] !== 0 && sizes[label] !== 1);

/** The path with more labels, which the parameter doesn't have; gives the new path and the new labels. */
export function withLabels(path: Path, sizes: readonly number[]): [Path, number[]] {
  const labels = range(sizes.length, path.sizes.length);
  const strides = [...path.strides, ...sizes.map(() => 0)];
  return [{ ...path, sizes: [...path.sizes, ...sizes], strides }, labels];
}

/** What two paths share if their arrays can be stacked: everything but the contents. */
export const shapeOfPath = ({ factors, ...path }: Path): string =>
  keyOf([path, factors.map(({ array, ...factor }) => [factor, array.shape, array.dtype])]);
