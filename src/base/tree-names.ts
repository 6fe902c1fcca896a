/** The functions of `tree` as users call them, who may get their arguments wrong. */
import { checkFunction, checkList, closed, describe, noMore } from "./errors.ts";
import { isPlainObject } from "./plain.ts";
import type { TreeDef } from "./tree.ts";
import * as trees from "./tree.ts";

export { map, type PyTree, type TreeDef } from "./tree.ts";

const areKeys = (keys: unknown, count: number): boolean =>
  Array.isArray(keys) && keys.length === count && Array.from(keys).every((key) => typeof key === "string");

/** Whether `x` has the form of a structure. */
function isDef(x: unknown): x is TreeDef {
  if (!isPlainObject(x)) return false;
  const { kind, children, keys } = x;
  if (kind === "leaf" || kind === "none" || kind === "static") return true;
  if (!Array.isArray(children) || !Array.from(children).every(isDef)) return false;
  return kind === "list" || (kind === "object" && areKeys(keys, children.length));
}

function checkDef(fn: string, name: string, def: unknown): void {
  if (isDef(def)) return;
  throw new TypeError(`${fn}: ${name} must be a structure as tree.structure gives it, got ${describe(def)}.`);
}

/** Whether `x` would be a leaf. @example tree.isLeaf([1]) // false */
export const isLeaf = /* @__PURE__ */ closed("tree.isLeaf", trees.isLeaf);

/**
 * The leaves of a tree in order, and its structure. `isLeaf` can stop the descent earlier.
 * @example tree.flatten({ b: 2, a: [1] })[0] // [1, 2]
 */
export function flatten<Leaf = unknown>(
  tree: unknown,
  isLeaf?: (x: unknown) => boolean,
  ...rest: never[]
): [Leaf[], TreeDef] {
  const fn = "tree.flatten";
  noMore(fn, rest);
  if (isLeaf !== undefined) checkFunction(fn, "isLeaf", isLeaf);
  return trees.flatten<Leaf>(tree, isLeaf);
}

/** The leaves of a tree in order. @example tree.leaves({ b: 2, a: [1] }) // [1, 2] */
export function leaves<Leaf = unknown>(tree: unknown, ...rest: never[]): Leaf[] {
  noMore("tree.leaves", rest);
  return trees.leaves<Leaf>(tree);
}

/** The structure of a tree. @example tree.formatTree(tree.structure([1, null])) // "[*, null]" */
export const structure = /* @__PURE__ */ closed("tree.structure", (tree: unknown): TreeDef => trees.structure(tree));

/** How many leaves a structure has. @example tree.leafCount(tree.structure([1, null, 2])) // 2 */
export const leafCount = /* @__PURE__ */ closed("tree.leafCount", (def: TreeDef): number => {
  checkDef("tree.leafCount", "def", def);
  return trees.leafCount(def);
});

/**
 * Rebuilds a tree from its structure and leaves. Throws when their number does not fit.
 * @example tree.unflatten(tree.structure({ a: 0, b: [0] }), [1, 2]) // { a: 1, b: [2] }
 */
export function unflatten<Tree = unknown>(def: TreeDef, leaves: readonly unknown[], ...rest: never[]): Tree {
  const fn = "tree.unflatten";
  noMore(fn, rest);
  checkDef(fn, "def", def);
  checkList(fn, "leaves", leaves);
  return trees.unflatten<Tree>(def, leaves);
}

/**
 * A structure as text: `[*, {"a": *, "b": null}]`. Equal structures have equal texts.
 * @example tree.formatTree(tree.structure({ a: 1 })) // "{\"a\": *}"
 */
export const formatTree = /* @__PURE__ */ closed("tree.formatTree", (def: TreeDef): string => {
  checkDef("tree.formatTree", "def", def);
  return trees.formatTree(def);
});

/**
 * Whether two structures are the same.
 * @example tree.sameStructure(tree.structure([1]), tree.structure([2])) // true
 */
export const sameStructure = /* @__PURE__ */ closed("tree.sameStructure", (a: TreeDef, b: TreeDef): boolean => {
  checkDef("tree.sameStructure", "a", a);
  checkDef("tree.sameStructure", "b", b);
  return trees.sameStructure(a, b);
});

/** Folds the leaves from the left. @example tree.reduce((sum, leaf) => sum + leaf, { a: 1, b: [2] }, 0) // 3 */
export function reduce<Leaf, Result>(
  fn: (acc: Result, leaf: Leaf) => Result,
  tree: unknown,
  initial: Result,
  ...rest: never[]
): Result {
  noMore("tree.reduce", rest);
  return trees.reduce(fn, tree, initial);
}

/**
 * True when every leaf position of the tree is `null`: "the same as the other input" in the kernels' arguments.
 * @example tree.allNone([null, null]) // true
 */
export const allNone = /* @__PURE__ */ closed("tree.allNone", (tree: unknown): boolean => trees.allNone(tree));

/**
 * Spreads a prefix of a tree over the whole tree, as JAX does for `in_axes`: a leaf of `prefix` stands for the subtree at
 * its place. Returns one value per leaf of `def`; `null` in the prefix gives `null`s. `fn` and `name` are what messages
 * call the function and its argument.
 * @example tree.broadcastPrefix("f", "axes", [0, null], tree.structure([[1, 2], 3])) // [0, 0, null]
 */
export function broadcastPrefix<T>(
  fn: string,
  name: string,
  prefix: unknown,
  def: TreeDef,
  ...rest: never[]
): (T | null)[] {
  const own = "tree.broadcastPrefix";
  noMore(own, rest);
  for (const text of [fn, name]) {
    if (typeof text !== "string") throw new TypeError(`${own}: fn and name must be strings, got ${describe(text)}.`);
  }
  checkDef(own, "def", def);
  return trees.broadcastPrefix<T>(fn, name, prefix, def);
}
