/** How a product is computed: by its shape and what the adapter allows, nothing that is measured. */
import type { ContractStep } from "../../src/compile/program.ts";
import type { Settings } from "../kernel.ts";
import { extentOf } from "./axes.ts";
import { FLAT, fits, LARGE, MIDDLE, SMALL, TALL, type Tile, tilesOf } from "./tiles.ts";

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
/** Threads that are worth a workgroup. */
const THREADS = 64;

/** A thread a result, a workgroup a row, or a workgroup a tile; there are no more columns than rows. */
export function chooseWay(step: ContractStep, settings: Settings): "naive" | "dot" | "tile" {
  const { items, rows, columns, terms } = extentOf(step);
  if (step.target.dtype !== "float32" || terms <= FEW_TERMS) return "naive";
  if (settings.tile || columns >= FEW) return "tile";
  // Neighbouring threads have neighbouring terms then, and each element of the larger operand is read once.
  if (terms > SHORT && columns <= MAX_DOTS && step.k.at(-1)?.a === 1) return "dot";
  const isFilled = items * rows * columns >= THREADS * settings.fillGroups;
  return terms <= SHORT || isFilled ? "naive" : "tile";
}

/** So few multiplications are done before the next dispatch begins. */
const LIGHT = 2 ** 21;

export function chooseTile(step: ContractStep, settings: Settings): Tile {
  const { items, rows, columns, terms } = extentOf(step);
  const fills = (tile: Tile): boolean => tilesOf(step, tile) >= settings.fillGroups;
  const isLarge = settings.large && Math.min(rows, columns) >= LARGE.rows && fits(LARGE, settings);
  if (settings.tile) return settings.tile;
  // What takes no longer than a dispatch isn't worth a text of its own.
  if (items * rows * columns * terms < LIGHT) return SMALL;
  if (isLarge && fills(LARGE)) return LARGE;
  if (Math.min(rows, columns) > SMALL.rows && (terms >= 2 * TILE_PART || fills(MIDDLE))) return MIDDLE;
  if (rows <= FLAT.rows && columns > SMALL.columns) return FLAT;
  return columns <= TALL.columns && rows > SMALL.rows ? TALL : SMALL;
}

/** The parts of a tile's terms. */
export const tileSplits = (step: ContractStep, tile: Tile, settings: Settings): number =>
  splitsOf(tilesOf(step, tile), extentOf(step).terms, TILE_PART, settings);

/** The parts of a row's terms. */
export function dotSplits(step: ContractStep, settings: Settings): number {
  const { items, rows, terms } = extentOf(step);
  return splitsOf(items * rows, terms, DOT_PART, settings);
}

/** Terms are split where there are fewer workgroups than the adapter takes at a time. */
function splitsOf(groups: number, terms: number, part: number, { fillGroups }: Settings): number {
  return Math.max(1, Math.min(Math.ceil(fillGroups / groups), Math.floor(terms / part)));
}
