/** The lists of axes of a product. */
import type { ContractAxis, ContractStep } from "../../src/compile/program.ts";

export type Letter = "a" | "b" | "c";

export const totalOf = (axes: readonly ContractAxis[]): number => axes.reduce((n, { size }) => n * size, 1);

export const sizesOf = (axes: readonly ContractAxis[]): number[] => axes.map(({ size }) => size);

/** The strides in one array; zeros for an array that has none of these axes. */
export const stridesOf = (axes: readonly ContractAxis[], letter: Letter | null): number[] =>
  axes.map((axis) => (letter === null ? 0 : axis[letter]));

/** All axes of the result, and what they are in each array: the rows are A's, the columns B's. */
export function resultAxes({ batch, m, n }: ContractStep): {
  readonly sizes: readonly number[];
  readonly strides: readonly [a: number[], b: number[], c: number[]];
} {
  const along = (letter: Letter): number[] => [
    ...stridesOf(batch, letter),
    ...stridesOf(m, letter === "b" ? null : letter),
    ...stridesOf(n, letter === "a" ? null : letter),
  ];
  return { sizes: sizesOf([...batch, ...m, ...n]), strides: [along("a"), along("b"), along("c")] };
}

/** The numbers of items, rows, columns, and terms of each sum. */
export interface Extent {
  readonly items: number;
  readonly rows: number;
  readonly columns: number;
  readonly terms: number;
}

export const extentOf = ({ batch, m, n, k }: ContractStep): Extent => ({
  items: totalOf(batch),
  rows: totalOf(m),
  columns: totalOf(n),
  terms: totalOf(k),
});
