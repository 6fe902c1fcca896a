/** Parameters that are one in the network and that the exporter has written twice, such as an embedding and a head's weights. */
import { describe } from "../base/errors.ts";
import { sameShape } from "../base/shapes.ts";
import { type HostArray, type NDArray, storageOf } from "../ir/ndarray.ts";
import * as lax from "../lax/index.ts";
import { listed } from "./names.ts";
import { isUniform } from "./tables.ts";

/** Two parameters whose elements are the same, bit by bit. */
export interface Tie {
  readonly names: readonly [first: string, second: string];
  /** Whether the second is the transpose of the first. */
  readonly transposed: boolean;
}

/** Every parameter that repeats an earlier one. */
export function findTies(params: ReadonlyMap<string, HostArray>): Tie[] {
  const ties: Tie[] = [];
  const alike = new Map<string, (readonly [string, HostArray])[]>();
  const sizes = [...params.values()].map(({ size }) => size);
  for (const [name, array] of params) {
    const isAlone = sizes.indexOf(array.size) === sizes.lastIndexOf(array.size);
    if (isAlone || isUniform(storageOf(array))) continue;
    const key = `${array.size}, ${sumOfBits(array)}`;
    const group = alike.get(key) ?? [];
    const found = group.flatMap(([first, other]) => tieOf(first, other, name, array))[0];
    if (found) ties.push(found);
    else alike.set(key, [...group, [name, array]]);
  }
  return ties;
}

const wordsOf = (array: HostArray): Uint32Array => {
  const { buffer, byteOffset, byteLength } = storageOf(array);
  return new Uint32Array(buffer, byteOffset, byteLength / 4);
};

/** What a permutation of the elements doesn't change. */
function sumOfBits(array: HostArray): number {
  const words = wordsOf(array);
  let sum = 0;
  for (let i = 0; i < words.length; i++) sum = (sum + (words[i] ?? 0)) >>> 0;
  return sum;
}

function tieOf(first: string, a: HostArray, second: string, b: HostArray): Tie[] {
  const names = [first, second] as const;
  if (isSame(a, b)) return [{ names, transposed: false }];
  return isTranspose(a, b) ? [{ names, transposed: true }] : [];
}

function isSame(a: HostArray, b: HostArray): boolean {
  const [from, to] = [wordsOf(a), wordsOf(b)];
  return sameShape(a.shape, b.shape) && from.every((word, i) => word === to[i]);
}

function isTranspose(a: HostArray, b: HostArray): boolean {
  const [rows = 0, columns = 0] = a.shape;
  if (a.ndim !== 2 || !sameShape(b.shape, [columns, rows])) return false;
  const [from, to] = [wordsOf(a), wordsOf(b)];
  const each = from.length / a.size;
  return from.every((word, i) => {
    const element = Math.floor(i / each);
    const [row, column] = [Math.floor(element / columns), element % columns];
    return to[(column * rows + row) * each + (i % each)] === word;
  });
}

/** Which of the ties found are to be tied: all, or those with a name of a list. */
export function chosenTies(ties: readonly Tie[], tie: boolean | readonly string[] | undefined): readonly Tie[] {
  if (tie === undefined || tie === false) return [];
  if (tie === true) return ties;
  if (!Array.isArray(tie) || !tie.every((name) => typeof name === "string")) {
    throw new TypeError(`onnx.load: tie must be true, false or a list of parameters' names, got ${describe(tie)}.`);
  }
  for (const name of tie) {
    if (ties.some(({ names }) => names.includes(name))) continue;
    const pairs = ties.map(({ names }) => names.join(" and "));
    throw new Error(
      `onnx.load: tie names ${JSON.stringify(name)}, which isn't found twice; ${pairs.length > 0 ? `found are ${listed(pairs)}` : "nothing is"}.`,
    );
  }
  return ties.filter(({ names }) => names.some((name) => tie.includes(name)));
}

/** The parameters with the tied ones, which are left out of `params`, made of those that they repeat. */
export function withTied(params: ReadonlyMap<string, NDArray>, ties: readonly Tie[]): ReadonlyMap<string, NDArray> {
  const all = new Map(params);
  for (const { names, transposed } of ties) {
    const [first, second] = names;
    const array = all.get(first);
    if (array) all.set(second, transposed ? lax.transpose(array) : array);
  }
  return all;
}
