/**
 * Products by tiles: a workgroup loads a slice of terms of its rows and columns into its memory, and each of its threads
 * sums up a smaller tile of results in registers.
 */
import type { ContractStep } from "../../src/compile/program.ts";
import type { Kernel, Settings, Work } from "../kernel.ts";
import { Shader } from "../shader.ts";
import { extentOf, sizesOf, stridesOf } from "./axes.ts";
import { storeOf } from "./finish.ts";
import { emitProducts } from "./multiply.ts";
import { declareOffset, declareSide, emitRows, emitSlice, rowAt, type Side, sidesOf } from "./side.ts";
import { type Split, splitOf, sumKernel } from "./split.ts";
import { isHalved, type Tile, threadsOf, tilesOf } from "./tiles.ts";
import { vectorsOf } from "./vectors.ts";

export function tileKernels(step: ContractStep, tile: Tile, splits: number, settings: Settings): Kernel[] {
  const split = splitOf(step, splits, tile.depth);
  const halved = isHalved(step, tile);
  const groups = tilesOf(step, tile) * (split?.splits ?? 1);
  const shader = new Shader(labelOf(step, tile, split), settings);
  emitTile(step, tile, split, shader);
  const kernels = shader.groupsInParts(groups, threadsOf(tile), workOf(step, tile, split));
  return split ? [...kernels, sumKernel(step, split, halved, settings)] : kernels;
}

function labelOf(step: ContractStep, tile: Tile, split: Split | null): string {
  const { rows, columns, depth, height, width } = tile;
  const { a, b } = vectorsOf(step);
  const size = `${rows}x${columns}x${depth} by ${height}x${width}`;
  const notes = [a && `A along ${a}`, b && `B along ${b}`, split && "split", isHalved(step, tile) && "halved"];
  return ["contract", size, ...notes.filter(Boolean)].join(", ");
}

/** Whole tiles are computed, but what lies beyond the edges isn't loaded. */
function workOf(step: ContractStep, tile: Tile, split: Split | null): Work {
  const { items, rows, columns, terms } = extentOf(step);
  const [down, across] = [Math.ceil(rows / tile.rows), Math.ceil(columns / tile.columns)];
  const share = tilesOf(step, tile) / (items * down * across);
  const loaded = share * items * terms * (across * rows + down * columns);
  const results = items * rows * columns;
  const written = split ? share * results * split.splits : results;
  return { flops: 2 * share * results * terms, traffic: 4 * (loaded + written) };
}

function emitTile(step: ContractStep, tile: Tile, split: Split | null, shader: Shader): void {
  const [a, b] = sidesOf(step, tile, vectorsOf(step));
  declareSide(a, tile, shader);
  declareSide(b, tile, shader);
  emitPlace(step, tile, split, shader);
  emitBases(step, a, b, shader);
  emitRows(a, tile, "firstRow", shader);
  emitRows(b, tile, "firstColumn", shader);
  const threadsAcross = tile.columns / tile.width;
  shader.emit(`let down = thread / ${threadsAcross}u;`, `let across = thread % ${threadsAcross}u;`);
  shader.emit(`var sums: array<vec4<f32>, ${(tile.height * tile.width) / 4}>;`);
  shader.emit(`for (var k = begin; k < end; k += ${tile.depth}u) {`);
  emitSlice(a, tile, shader);
  emitSlice(b, tile, shader);
  shader.emit("workgroupBarrier();");
  emitProducts(a, b, tile, shader);
  shader.emit("workgroupBarrier();", "}");
  emitStores(step, tile, split, [a, b], shader);
}

/** What the workgroup computes: an item of the batch, a tile of it, and the range of terms. */
function emitPlace(step: ContractStep, tile: Tile, split: Split | null, shader: Shader): void {
  const { items, columns, terms } = extentOf(step);
  const each = shader.count(tilesOf(step, tile) / items);
  shader.emit(`let chosen = g / ${each};`, `let t = g - chosen * ${each};`);
  if (isHalved(step, tile)) shader.emit(...TRIANGLE);
  else {
    const across = shader.count(Math.ceil(columns / tile.columns));
    shader.emit(`let tileRow = t / ${across};`, `let tileColumn = t - tileRow * ${across};`);
  }
  shader.emit(`let firstRow = tileRow * ${tile.rows}u;`, `let firstColumn = tileColumn * ${tile.columns}u;`);
  if (!split) {
    shader.emit("let item = chosen;", "let begin = 0u;", `let end = ${shader.count(terms)};`);
    return;
  }
  shader.emit(`let part = chosen / ${shader.count(items)};`, `let item = chosen - part * ${shader.count(items)};`);
  shader.emit(`let begin = part * ${shader.count(split.terms)};`);
  shader.emit(`let end = min(begin + ${shader.count(split.terms)}, ${shader.count(terms)});`);
}

/** Row r of the triangle has tiles 0 to r; the root's rounding is corrected. */
const TRIANGLE = [
  "var tileRow = u32((sqrt(f32(8u * t + 1u)) - 1f) * 0.5f);",
  "while ((tileRow + 1u) * (tileRow + 2u) / 2u <= t) { tileRow++; }",
  "while (tileRow * (tileRow + 1u) / 2u > t) { tileRow--; }",
  "let tileColumn = t - tileRow * (tileRow + 1u) / 2u;",
];

/** Where the item begins in each array. */
function emitBases({ batch, targetOffset }: ContractStep, a: Side, b: Side, shader: Shader): void {
  const units = [a, b].map(({ vector }) => (vector ? 4 : 1));
  const strides = [a, b].map(({ letter }, i) => stridesOf(batch, letter).map((stride) => stride / (units[i] ?? 1)));
  const bases = [a, b].map(({ operand }, i) => operand.view.offset / (units[i] ?? 1));
  const places = shader.offsets("item", sizesOf(batch), [...strides, stridesOf(batch, "c")], [...bases, targetOffset]);
  ["aBase", "bBase", "cBase"].forEach((name, i) => {
    shader.emit(`let ${name} = ${places[i]};`);
  });
}

/** Stores a thread's sums; those of a tile below the diagonal also in the tile that mirrors it. */
function emitStores(
  step: ContractStep,
  tile: Tile,
  split: Split | null,
  [a, b]: readonly [Side, Side],
  shader: Shader,
): void {
  const { items, rows, columns } = extentOf(step);
  const partials = split && shader.write(split.partials);
  const store = partials ? (at: string, value: string) => `${partials}[${at}] = ${value};` : storeOf(step, shader);
  const [height, width] = [shader.count(rows), shader.count(columns)];
  if (!split) {
    declareOffset("cRow", sizesOf(step.m), stridesOf(step.m, "c"), shader);
    declareOffset("cColumn", sizesOf(step.n), stridesOf(step.n, "c"), shader);
  } else shader.emit(`let part0 = (part * ${shader.count(items)} + item) * ${height};`);
  const place = (row: string, column: string): string =>
    split ? `(part0 + ${row}) * ${width} + ${column}` : `cBase + cRow(${row}) + cColumn(${column})`;
  shader.repeat("i", tile.height, () => {
    shader.emit(`let row = firstRow + ${rowAt(a, "down", "i")};`, `if (row < ${height}) {`);
    shader.repeat("j", tile.width, () => {
      shader.emit(`let column = firstColumn + ${rowAt(b, "across", "j")};`, `if (column < ${width}) {`);
      shader.emit(`let sum = sums[i * ${tile.width / 4}u + j / 4u][j % 4u];`);
      shader.emit(store(place("row", "column"), "sum"));
      if (isHalved(step, tile) && !split) {
        shader.emit(`if (tileRow != tileColumn) { ${store(place("column", "row"), "sum")} }`);
      }
      shader.emit("}");
    });
    shader.emit("}");
  });
}
