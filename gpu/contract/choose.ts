/** How a product is computed: by its shape and what the adapter allows, nothing that is measured. */
import type { ContractStep } from "../../src/compile/program.ts";
import type { Settings } from "../kernel.ts";
import { type Extent, extentOf } from "./axes.ts";
import { FLAT, fits, LARGE, MIDDLE, SMALL, TALL, type Tile } from "./tiles.ts";

export type Way =
  /** A thread a result. */
  | { readonly way: "naive" }
  /** A workgroup a row, or `splits` of them, each with a part of the terms; the same with tiles. */
  | { readonly way: "dot"; readonly splits: number }
  | { readonly way: "tile"; readonly tile: Tile; readonly splits: number };

/** So many rows or columns are too few for a tile. */
const FEW = 8;
/** And so few are sums of their own. */
const MAX_DOTS = 4;
/** Sums of so few terms aren't worth memory that a workgroup shares, */
const FEW_TERMS = 4;
/** nor those of so few where there are few rows, too. */
const SHORT = 64;
/** The least terms in a part of a tile's, */
const TILE_PART = 256;
/** and in one of a row's, where all threads of a workgroup share them. */
const DOT_PART = 2048;
/** Threads of "naive" that a workgroup is worth. */
const THREADS = 64;

export function chooseWay(step: ContractStep, settings: Settings): Way {
  const extent = extentOf(step);
  const { items, rows, columns, terms } = extent;
  if (step.target.dtype !== "float32" || terms <= FEW_TERMS) return { way: "naive" };
  if (settings.tile) return tiled(settings.tile, step, settings);
  if (Math.min(rows, columns) < FEW) {
    const isFilled = items * rows * columns >= THREADS * settings.fillGroups;
    const isDot = terms > SHORT && columns <= MAX_DOTS && step.k.at(-1)?.a === 1;
    if (isDot) return { way: "dot", splits: splitsOf(items * rows, terms, DOT_PART, settings) };
    if (terms <= SHORT || isFilled) return { way: "naive" };
  }
  return tiled(tileOf(step, extent, settings), step, settings);
}

/** The tiles of a result: of one that equals its transpose those on the diagonal and below it, where tiles are squares. */
export function tilesOf(step: ContractStep, tile: Tile): number {
  const { items, rows, columns } = extentOf(step);
  const [down, across] = [Math.ceil(rows / tile.rows), Math.ceil(columns / tile.columns)];
  return items * (isHalved(step, tile) ? (down * (down + 1)) / 2 : down * across);
}

export const isHalved = ({ symmetric }: ContractStep, { rows, columns }: Tile): boolean =>
  symmetric && rows === columns;

function tileOf(step: ContractStep, { rows, columns, terms }: Extent, settings: Settings): Tile {
  const fills = (tile: Tile): boolean => tilesOf(step, tile) >= settings.fillGroups;
  const isLarge = Math.min(rows, columns) >= LARGE.rows && fits(LARGE, settings);
  if (isLarge && fills(LARGE)) return LARGE;
  if (Math.min(rows, columns) > SMALL.rows && (terms >= 2 * TILE_PART || fills(MIDDLE))) return MIDDLE;
  if (rows <= FLAT.rows && columns > SMALL.columns) return FLAT;
  return columns <= TALL.columns && rows > SMALL.rows ? TALL : SMALL;
}

const tiled = (tile: Tile, step: ContractStep, settings: Settings): Way => ({
  way: "tile",
  tile,
  splits: splitsOf(tilesOf(step, tile), extentOf(step).terms, TILE_PART, settings),
});

/** The terms are split where there are fewer workgroups than the adapter takes at a time. */
function splitsOf(groups: number, terms: number, part: number, { fillGroups }: Settings): number {
  return Math.max(1, Math.min(Math.ceil(fillGroups / groups), Math.floor(terms / part)));
}
