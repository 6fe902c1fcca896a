/** An operand of a tile kernel on its way into the workgroup's memory. */
import type { ArrayOperand, ContractAxis, ContractStep } from "../../src/compile/program.ts";
import type { Shader } from "../shader.ts";
import { sizesOf, stridesOf, totalOf } from "./axes.ts";
import { type Tile, threadsOf } from "./tiles.ts";
import { type Along, inFours, type Vectors } from "./vectors.ts";

export interface Side {
  readonly letter: "a" | "b";
  readonly operand: ArrayOperand;
  /** The axes of the operand's rows (the columns, for B), and of its terms. */
  readonly rows: readonly ContractAxis[];
  readonly terms: readonly ContractAxis[];
  readonly vector: Along | null;
  /** The rows that a tile has, and how many of them are a thread's. */
  readonly height: number;
  readonly own: number;
}

export function sidesOf(step: ContractStep, tile: Tile, vectors: Vectors): readonly [a: Side, b: Side] {
  const { a, b, m, n, k } = step;
  return [
    { letter: "a", operand: a, rows: m, terms: k, vector: vectors.a, height: tile.rows, own: tile.height },
    { letter: "b", operand: b, rows: n, terms: k, vector: vectors.b, height: tile.columns, own: tile.width },
  ];
}

/**
 * Along what four elements lie in a vector of the workgroup's memory. It is along the rows where single elements are
 * loaded: any four can stand together then, and vectors along the rows need no sum over their parts.
 */
export const layoutOf = ({ vector }: Side): Along => vector ?? "rows";

/** The rows and terms of a vector. */
const shapeOf = (side: Side): readonly [rows: number, terms: number] => (layoutOf(side) === "rows" ? [4, 1] : [1, 4]);

/** Whether neighbouring threads load neighbouring terms: where those lie closer to each other than rows. */
function isAlongTerms({ letter, rows, terms, vector }: Side): boolean {
  if (vector) return vector === "terms";
  const step = (axes: readonly ContractAxis[]): number => Math.abs(axes.at(-1)?.[letter] ?? Number.POSITIVE_INFINITY);
  return step(terms) <= step(rows);
}

/**
 * The vectors from one term to the next in the workgroup's memory. Where neighbouring threads store neighbouring terms it is
 * odd, so that they don't all wait for the same bank.
 */
const pitchOf = (side: Side): number => side.height / shapeOf(side)[0] + (isAlongTerms(side) ? 1 : 0);

/** The names in the text. */
const named = ({ letter }: Side) => ({ tile: `${letter}Tile`, places: `${letter}Places`, base: `${letter}Base` });

/** Declares the workgroup's memory, and functions from rows and terms to places in the operand. */
export function declareSide(side: Side, { depth }: Tile, shader: Shader): void {
  const { letter, rows, terms, vector } = side;
  shader.declare(
    `var<workgroup> ${named(side).tile}: array<vec4<f32>, ${(depth / shapeOf(side)[1]) * pitchOf(side)}>;`,
  );
  declarePlaces(`${letter}Row`, rows, letter, vector, vector === "rows", shader);
  declarePlaces(`${letter}Term`, terms, letter, vector, vector === "terms", shader);
}

function declarePlaces(
  name: string,
  axes: readonly ContractAxis[],
  letter: "a" | "b",
  vector: Along | null,
  isAlong: boolean,
  shader: Shader,
): void {
  const plain = { sizes: sizesOf(axes), strides: stridesOf(axes, letter) };
  const { sizes, strides } = vector ? inFours(axes, letter, isAlong) : plain;
  declareOffset(name, sizes, strides, shader);
}

/** A function from a flat index to an offset. */
export function declareOffset(
  name: string,
  sizes: readonly number[],
  strides: readonly number[],
  shader: Shader,
): void {
  let offset: string | undefined;
  const lines = shader.collect(() => {
    [offset] = shader.offsets("i", sizes, [strides]);
  });
  shader.declare(`fn ${name}(i: u32) -> i32 {`, ...lines, `return ${offset};`, "}");
}

/** The vectors that a thread loads for each slice. */
const loadsOf = ({ height }: Side, tile: Tile): number => Math.ceil((tile.depth * height) / 4 / threadsOf(tile));

/** For each vector `e` of the tile that a thread loads, with rows `q` and terms `t`; `j` counts the thread's own. */
function emitLoads(side: Side, tile: Tile, shader: Shader, body: () => void): void {
  const threads = threadsOf(tile);
  const vectors = (tile.depth * side.height) / 4;
  const [rows, terms] = shapeOf(side);
  const [across, down] = [side.height / rows, tile.depth / terms];
  shader.repeat("j", loadsOf(side, tile), () => {
    shader.emit(`let e = thread + j * ${threads}u;`);
    if (vectors % threads > 0) shader.emit(`if (e < ${vectors}u) {`);
    if (isAlongTerms(side)) shader.emit(`let t = e % ${down}u;`, `let q = e / ${down}u;`);
    else shader.emit(`let q = e % ${across}u;`, `let t = e / ${across}u;`);
    body();
    if (vectors % threads > 0) shader.emit("}");
  });
}

/** Works out where the rows of a thread's loads begin, once for all slices; -1 beyond the edge. */
export function emitRows(side: Side, tile: Tile, start: string, shader: Shader): void {
  const { letter, rows, vector } = side;
  const { places, base } = named(side);
  const [unit] = shapeOf(side);
  const limit = shader.count(totalOf(rows));
  const each = vector ? 1 : 4;
  shader.emit(`var ${places}: array<i32, ${each * loadsOf(side, tile)}>;`);
  const place = (row: string, index: string): string =>
    `select(-1i, ${base} + ${letter}Row(${index}), ${row} < ${limit})`;
  emitLoads(side, tile, shader, () => {
    if (vector) {
      shader.emit(`let row = ${start} + q * ${unit}u;`, `${places}[j] = ${place("row", `row / ${unit}u`)};`);
      return;
    }
    shader.repeat("r", 4, () => {
      shader.emit(`let row = ${start} + q * 4u + r;`, `${places}[j * 4u + r] = ${place("row", "row")};`);
    });
  });
}

/** Loads the slice from term `k` on; zeros beyond the edges. */
export function emitSlice(side: Side, tile: Tile, shader: Shader): void {
  const { letter, operand, vector } = side;
  const { places } = named(side);
  const [, terms] = shapeOf(side);
  const source = shader.read(operand.buffer, vector ? "vec4<f32>" : "f32");
  const value = (place: string): string =>
    `select(${vector ? "vec4<f32>()" : "0f"}, ${source}[${place} + offset], isInside & (${place} >= 0i))`;
  emitLoads(side, tile, shader, () => {
    shader.emit(`let term = k + t * ${terms}u;`, "let isInside = term < end;");
    shader.emit(`let offset = ${letter}Term(term / ${terms}u);`);
    const fours = [0, 1, 2, 3].map((r) => value(`${places}[j * 4u + ${r}u]`)).join(", ");
    const loaded = vector ? value(`${places}[j]`) : `vec4<f32>(${fours})`;
    shader.emit(`${named(side).tile}[t * ${pitchOf(side)}u + q] = ${loaded};`);
  });
}

/** The threads that share out a side's rows. */
const acrossOf = ({ height, own }: Side): number => height / own;

/** The vector of the workgroup's memory with a thread's `i`-th row (or four of them), and the `t`-th term (or four). */
export const vectorAt = (side: Side, thread: string, i: number, t: string): string =>
  `${named(side).tile}[${t} * ${pitchOf(side)}u + ${thread} + ${i * acrossOf(side)}u]`;

/** The row in the tile of a thread's `i`-th row: neighbouring threads have neighbouring vectors. */
export const rowAt = (side: Side, thread: string, i: string): string =>
  layoutOf(side) === "rows"
    ? `4u * (${thread} + ${acrossOf(side)}u * (${i} / 4u)) + ${i} % 4u`
    : `${thread} + ${acrossOf(side)}u * ${i}`;
