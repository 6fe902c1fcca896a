/** Names of arrays in files, and trees of arrays: `layers.0.weight` is the array at `tree.layers[0].weight`. */
import { describe, formatShape, ShapeError } from "../base/errors.ts";
import { isArrayShaped } from "../base/options.ts";
import { isPlainObject } from "../base/plain.ts";
import { sameShape } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";

/** A tree as a file's names tell it: objects of arrays and objects. */
export interface ArrayTree {
  readonly [name: string]: NDArray & ArrayTree;
}

type Node = Map<string, Node | NDArray>;

/** What separates the parts of a file's names: "/" where any name has it, as Flax and TensorFlow write them, otherwise ".". */
const separatorOf = (names: readonly string[]): string => (names.some((name) => name.includes("/")) ? "/" : ".");

/**
 * The arrays as a tree; with `null` as the separator as one flat object. A name that stands for an array and for what
 * others lie in is an error.
 */
export function treeOf(
  fn: string,
  arrays: ReadonlyMap<string, NDArray>,
  separator: string | null | undefined,
): ArrayTree {
  const chosen = separator === undefined ? separatorOf([...arrays.keys()]) : separator;
  if (chosen === null) return Object.fromEntries(arrays) as unknown as ArrayTree;
  const root: Node = new Map();
  for (const [name, x] of arrays) place(fn, root, name, name.split(chosen), x);
  return objectOf(root);
}

function place(fn: string, root: Node, name: string, parts: readonly string[], x: NDArray): void {
  let node = root;
  for (const part of parts.slice(0, -1)) {
    const next = node.get(part) ?? new Map();
    if (!(next instanceof Map)) refuse(fn, name);
    node.set(part, next);
    node = next;
  }
  const last = parts.at(-1) as string;
  if (node.has(last)) refuse(fn, name);
  node.set(last, x);
}

function refuse(fn: string, name: string): never {
  throw new Error(
    `${fn}: "${name}" and another name, of which one is an array and the beginning of the other, fit into no tree; read ` +
      "the arrays by their names with {separator: null}.",
  );
}

/** The arrays in the structure of `like`, at whose places are arrays of the same names and shapes. */
export function likeTree(
  fn: string,
  arrays: ReadonlyMap<string, NDArray>,
  like: unknown,
  separator: string | null | undefined,
): unknown {
  const chosen = separator ?? separatorOf([...arrays.keys()]);
  const wanted = namesOf(fn, like, chosen);
  const missing = [...wanted.keys()].filter((name) => !arrays.has(name));
  const extra = [...arrays.keys()].filter((name) => !wanted.has(name));
  if (missing.length + extra.length > 0) {
    throw new Error(
      `${fn}: the file isn't like the tree: it lacks ${quoted(missing)}, and has besides ${quoted(extra)}.`,
    );
  }
  const build = (x: unknown, path: readonly string[]): unknown => {
    if (x === null) return null;
    if (Array.isArray(x)) return x.map((child, i) => build(child, [...path, String(i)]));
    if (isPlainObject(x)) {
      return Object.fromEntries(Object.entries(x).map(([key, child]) => [key, build(child, [...path, key])]));
    }
    return checkedShape(fn, path.join(chosen), arrays.get(path.join(chosen)) as NDArray, x);
  };
  return build(like, []);
}

/** The first few of some names. */
function quoted(names: readonly string[]): string {
  if (names.length === 0) return "nothing";
  return (
    names
      .slice(0, 5)
      .map((name) => `"${name}"`)
      .join(", ") + (names.length > 5 ? `, ... (${names.length})` : "")
  );
}

function checkedShape(fn: string, name: string, x: NDArray, like: unknown): NDArray {
  const shape = isArrayShaped(like) ? like.shape : x.shape;
  if (sameShape(shape, x.shape)) return x;
  throw new ShapeError(
    `${fn}: "${name}" has shape ${formatShape(x.shape)} in the file and ${formatShape(shape)} in the tree that it is to be like.`,
  );
}

/** Names such as `__proto__` are names like any other here. */
const objectOf = (node: Node): ArrayTree =>
  Object.fromEntries([...node].map(([key, x]) => [key, x instanceof Map ? objectOf(x) : x])) as ArrayTree;

/** How deep a tree may be, as for any other function of trees. */
const MAX_DEPTH = 1000;

/** The leaves of a tree by their names; `null`s have none. Two leaves of one name are an error. */
export function namesOf(fn: string, tree: unknown, separator: string): Map<string, unknown> {
  const found = new Map<string, unknown>();
  const walk = (x: unknown, path: readonly string[]): void => {
    if (x === null) return;
    if (path.length > MAX_DEPTH) throw new TypeError(`${fn}: the tree contains itself, or is nested too deep.`);
    if (Array.isArray(x) || isPlainObject(x)) {
      for (const [key, child] of Object.entries(x)) walk(child, [...path, key]);
      return;
    }
    const name = path.join(separator);
    if (path.length === 0)
      throw new TypeError(`${fn}: tree must be a list or an object of arrays, got ${describe(x)}.`);
    if (found.has(name)) throw new Error(`${fn}: two arrays of the tree have the name "${name}".`);
    found.set(name, x);
  };
  walk(tree, []);
  return found;
}
