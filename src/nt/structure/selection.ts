/** Products with selections, whose ones and zeros never exist: rows are taken, or places compared. */

import type { DType } from "../../base/dtypes.ts";
import { entry, mapEach } from "../../base/lists.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import { convertElementType } from "../../lax/convert.ts";
import { gatherRows } from "../../lax/gather.ts";
import { bitwiseAnd, eq, ge, lt } from "../../lax/logic.ts";
import { arrange, volume } from "../../lax/products/labels.ts";
import type { WindowedOperand } from "../../lax/products/unfold.ts";
import { reshape } from "../../lax/shape.ts";

/** 1 where `row` is the place that the integers in `places` name. */
export interface Selection {
  readonly places: NDArray;
  readonly labels: readonly number[];
  readonly row: number;
}

/** Where two selections of the same rows name the same one, as numbers. Places outside of the rows meet nothing. */
export function comparePlaces(a: Selection, b: Selection, sizes: readonly number[], dtype: DType): WindowedOperand {
  const labels = [...new Set([...a.labels, ...b.labels])];
  const [x, y] = mapEach([a, b], (s) => arrange({ array: s.places, labels: s.labels }, labels, sizes));
  const inside = bitwiseAnd(ge(x, 0), lt(x, entry(sizes, a.row)));
  return { array: convertElementType(bitwiseAnd(eq(x, y), inside), dtype), labels, windows: [] };
}

/** The operand with the selected rows in place of all rows. */
export function takeRows(
  operand: WindowedOperand,
  { places, labels: own, row }: Selection,
  sizes: readonly number[],
): WindowedOperand {
  const common = own.filter((label) => operand.labels.includes(label));
  const [taken, rest] = mapEach([own, operand.labels], (list) => list.filter((l) => l !== row && !common.includes(l)));
  const rows = reshape(arrange(operand, [...common, row, ...rest], sizes), {
    newSizes: [volume(common, sizes), entry(sizes, row), volume(rest, sizes)],
  });
  const indices = reshape(arrange({ array: places, labels: own }, [...common, ...taken], sizes), {
    newSizes: [volume(common, sizes), volume(taken, sizes)],
  });
  const out = [...common, ...taken, ...rest];
  return {
    array: reshape(gatherRows(rows, indices), { newSizes: out.map((l) => entry(sizes, l)) }),
    labels: out,
    windows: [],
  };
}
