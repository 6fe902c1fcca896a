/** The inner loops of a tile kernel: a thread's part of a slice's products, by how both operands lie in vectors. */
import { range } from "../../src/base/shapes.ts";
import type { Shader } from "../shader.ts";
import { layoutOf, type Side, vectorAt } from "./side.ts";
import type { Tile } from "./tiles.ts";

/** The sum of a row and four columns. */
const sumAt = (side: Side, row: number, four: number): string => `sums[${(row * side.own) / 4 + four}]`;

/** Adds a slice's products to `sums`, vectors of four columns. A lies along the terms wherever B does. */
export function emitProducts(a: Side, b: Side, tile: Tile, shader: Shader): void {
  const isDot = layoutOf(b) === "terms";
  const isMixed = layoutOf(a) === "terms";
  shader.emit(`for (var t = 0u; t < ${isMixed ? tile.depth / 4 : tile.depth}u; t++) {`);
  if (isDot) emitDots(a, b, shader);
  else if (isMixed) emitMixed(a, b, shader);
  else emitOuter(a, b, shader);
  shader.emit("}");
}

/** Both along the rows: an outer product for each term. */
function emitOuter(a: Side, b: Side, shader: Shader): void {
  const fours = range(b.own / 4);
  for (const j of fours) shader.emit(`let y${j} = ${vectorAt(b, "across", j, "t")};`);
  for (const i of range(a.own / 4)) {
    shader.emit(`let x${i} = ${vectorAt(a, "down", i, "t")};`);
    for (const r of range(4)) {
      for (const j of fours) {
        const sum = sumAt(b, 4 * i + r, j);
        shader.emit(`${sum} = fma(vec4<f32>(x${i}.${"xyzw"[r]}), y${j}, ${sum});`);
      }
    }
  }
}

/** A along the terms, B along the columns: four terms at a time. */
function emitMixed(a: Side, b: Side, shader: Shader): void {
  const fours = range(b.own / 4);
  for (const r of range(4)) {
    for (const j of fours) shader.emit(`let y${r}${j} = ${vectorAt(b, "across", j, `(4u * t + ${r}u)`)};`);
  }
  for (const i of range(a.own)) {
    shader.emit(`let x${i} = ${vectorAt(a, "down", i, "t")};`);
    for (const j of fours) {
      const sum = sumAt(b, i, j);
      const added = range(4).reduce((rest, r) => `fma(vec4<f32>(x${i}.${"xyzw"[r]}), y${r}${j}, ${rest})`, sum);
      shader.emit(`${sum} = ${added};`);
    }
  }
}

/** Both along the terms. */
function emitDots(a: Side, b: Side, shader: Shader): void {
  for (const j of range(b.own)) shader.emit(`let y${j} = ${vectorAt(b, "across", j, "t")};`);
  for (const i of range(a.own)) {
    shader.emit(`let x${i} = ${vectorAt(a, "down", i, "t")};`);
    for (const j of range(b.own / 4)) {
      const dots = range(4).map((r) => `dot(x${i}, y${4 * j + r})`);
      shader.emit(`${sumAt(b, i, j)} += vec4<f32>(${dots.join(", ")});`);
    }
  }
}
