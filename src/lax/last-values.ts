/** Of several values for one row the last one, by which values are set. */
import type { Shape } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { add, sub } from "./arithmetic.ts";
import { iota } from "./create.ts";
import { gatherRows, scatterRows } from "./gather.ts";
import { gt } from "./logic.ts";
import { broadcastInDim, broadcastTo, reshape } from "./shape.ts";

/** For each row the last of the values that its places name, and whether there is any. */
export function lastValues(values: NDArray, index: NDArray, rows: number): [values: NDArray, hit: NDArray] {
  const [groups, count] = index.shape as [number, number];
  // Which value stands in a row, counted from 1; 0 for none.
  const order = reshape(add(iota("int32", count), 1), { newSizes: [1, count, 1] });
  const last = reshape(scatterRows(broadcastTo(order, [groups, count, 1]), index, { rows, replace: true }), {
    newSizes: [groups, rows],
  });
  const chosen = gatherRows(values, sub(last, 1));
  return [chosen, overWidth(gt(last, 0), chosen.shape)];
}

/** `[1 or before, count]` repeated to `[before, count, width]`. */
export const overWidth = (x: NDArray, shape: Shape): NDArray =>
  broadcastInDim(x, { shape, broadcastDimensions: [0, 1] });
