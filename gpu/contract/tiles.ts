/** The tiles that products are cut into: a workgroup has one of the result, and goes over the terms in slices. */
import type { ContractStep } from "../../src/compile/program.ts";
import type { Settings } from "../kernel.ts";
import { extentOf } from "./axes.ts";

export interface Tile {
  readonly rows: number;
  readonly columns: number;
  /** The terms of a slice, which a workgroup holds in its memory for all rows and columns. */
  readonly depth: number;
  /** The rows and columns of a thread, multiples of 4. */
  readonly height: number;
  readonly width: number;
}

/** For large products, where each element that is loaded serves many. */
export const LARGE: Tile = { rows: 128, columns: 128, depth: 8, height: 8, width: 8 };
/** For most. */
export const MIDDLE: Tile = { rows: 64, columns: 64, depth: 16, height: 8, width: 8 };
/** For small ones, and where others would leave the adapter idle. */
export const SMALL: Tile = { rows: 32, columns: 32, depth: 16, height: 4, width: 4 };
/** For few rows, */
export const FLAT: Tile = { rows: 16, columns: 64, depth: 16, height: 4, width: 4 };
/** and for few columns. */
export const TALL: Tile = { rows: 64, columns: 16, depth: 16, height: 4, width: 4 };

export const threadsOf = ({ rows, columns, height, width }: Tile): number => (rows / height) * (columns / width);

/** At most: a slice, with a vector more for each term of both operands. */
export const bytesOf = ({ rows, columns, depth }: Tile): number => 4 * depth * (rows + columns + 8);

export const fits = (tile: Tile, { maxThreads, workgroupBytes }: Settings): boolean =>
  threadsOf(tile) <= maxThreads && bytesOf(tile) <= workgroupBytes;

/** Whether only the tiles on the diagonal and below it are computed: of a result that equals its transpose. */
export const isHalved = ({ symmetric }: ContractStep, { rows, columns }: Tile): boolean =>
  symmetric && rows === columns;

/** The tiles that are computed. */
export function tilesOf(step: ContractStep, tile: Tile): number {
  const { items, rows, columns } = extentOf(step);
  const [down, across] = [Math.ceil(rows / tile.rows), Math.ceil(columns / tile.columns)];
  return items * (isHalved(step, tile) ? (down * (down + 1)) / 2 : down * across);
}
