/** Products with selections, whose ones and zeros never exist: rows are taken, or places compared. */
import type { DType } from "../../base/dtypes.ts";
import { sizeOf } from "../../base/shapes.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import { convertElementType } from "../../lax/convert.ts";
import { gatherRows } from "../../lax/gather.ts";
import { bitwiseAnd, eq, ge, lt } from "../../lax/logic.ts";
import { arrange } from "../../lax/products/labels.ts";
import type { Operand } from "../../lax/products/unfold.ts";
import { reshape } from "../../lax/shape.ts";

/** 1 where `row` is the place that the integers in `places` name. */
export interface Selection {
  readonly places: NDArray;
  readonly labels: readonly number[];
  readonly row: number;
}

function arranged(
  array: NDArray,
  labels: readonly number[],
  out: readonly number[],
  sizes: readonly number[],
): NDArray {
  return arrange({ array, labels: labels.map(String) }, out.map(String), new Map(sizes.map((n, i) => [String(i), n])));
}

/** Where two selections of the same rows name the same one, as numbers. Places outside of the rows meet nothing. */
export function comparePlaces(a: Selection, b: Selection, sizes: readonly number[], dtype: DType): Operand {
  const labels = [...new Set([...a.labels, ...b.labels])];
  const [x, y] = [a, b].map((s) => arranged(s.places, s.labels, labels, sizes)) as [NDArray, NDArray];
  const inside = bitwiseAnd(ge(x, 0), lt(x, sizes[a.row]!));
  return { array: convertElementType(bitwiseAnd(eq(x, y), inside), dtype), labels, windows: [] };
}

/** The operand with the selected rows in place of all rows. */
export function takeRows(
  { array, labels }: Operand,
  { places, labels: own, row }: Selection,
  sizes: readonly number[],
): Operand {
  const common = own.filter((label) => labels.includes(label));
  const [taken, rest] = [own, labels].map((list) => list.filter((l) => l !== row && !common.includes(l))) as [
    number[],
    number[],
  ];
  const size = (list: readonly number[]): number => sizeOf(list.map((label) => sizes[label]!));
  const rows = reshape(arranged(array, labels, [...common, row, ...rest], sizes), {
    newSizes: [size(common), sizes[row]!, size(rest)],
  });
  const indices = reshape(arranged(places, own, [...common, ...taken], sizes), {
    newSizes: [size(common), size(taken)],
  });
  const out = [...common, ...taken, ...rest];
  return {
    array: reshape(gatherRows(rows, indices), { newSizes: out.map((l) => sizes[l]!) }),
    labels: out,
    windows: [],
  };
}
