/**
 * Pytrees, as in `jax.tree`: lists, plain objects (their keys sorted) and `null` (no leaves) are nodes, anything else is
 * a leaf. Transformations flatten their arguments to leaves and give the results back in the shape they came in.
 */
import { checkFunction, describe } from "./errors.ts";
import { flattenInto, LEAF, type TreeDef } from "./flatten.ts";
import { isPlainObject } from "./plain.ts";

/** A tree of `Leaf`s: nested lists and plain objects; `null` stands for "nothing here". */
export type PyTree<Leaf> = Leaf | null | readonly PyTree<Leaf>[] | { readonly [key: string]: PyTree<Leaf> };

export type { TreeDef };

// biome-ignore lint/suspicious/noExplicitAny: nothing is known of a tree of type unknown, and a callback annotated `(x: NDArray) => ...` isn't assignable to one that takes `unknown`
type AnyLeaf = any;

/** What the types tell to be a leaf: no list, no object but for arrays. Objects of other classes look like nodes to them. */
type Leaf = string | number | bigint | boolean | symbol | undefined | AnyFunction | ArrayBufferView | ArrayShaped;
type AnyFunction = (...args: never[]) => unknown;
type ArrayShaped = { readonly shape: readonly number[]; readonly dtype: string };

/** The leaves of a tree, which is not inferred from them. */
export type LeafOf<Tree> = [TreeLeaf<Tree>] extends [infer Found] ? Found : never;

type TreeLeaf<Tree> = unknown extends Tree ? AnyLeaf : Tree extends PyTree<infer L extends Leaf> ? L : NodeLeaf<Tree>;

type NodeLeaf<Node> = Node extends null
  ? never
  : Node extends Leaf
    ? Node
    : Node extends readonly (infer Child)[]
      ? NodeLeaf<Child>
      : Node extends object
        ? NodeLeaf<Node[keyof Node]>
        : Node;

/** A leaf of each of several trees. */
export type LeavesOf<Trees extends readonly unknown[]> = { [i in keyof Trees]: LeafOf<Trees[i]> };

/** The tree with `Out` in place of its leaves. */
export type MappedTree<Tree, Out> = unknown extends Tree
  ? unknown
  : Tree extends null
    ? null
    : Tree extends Leaf
      ? Out
      : Tree extends readonly unknown[]
        ? MappedList<Tree, Out>
        : { [key in keyof Tree]: MappedTree<Tree[key], Out> };

type MappedList<List extends readonly unknown[], Out> = number extends List["length"]
  ? MappedTree<List[number], Out>[]
  : { -readonly [i in keyof List]: MappedTree<List[i], Out> };

/** Whether `x` would be a leaf. */
export function isLeaf(x: unknown): boolean {
  return x !== null && !Array.isArray(x) && !isPlainObject(x);
}

/** The leaves of a tree in order, and its structure. `isLeaf` can stop the descent earlier. */
export function flatten<Leaf = unknown>(
  tree: unknown,
  isLeaf: (x: unknown) => boolean = () => false,
): [Leaf[], TreeDef] {
  return flattenFor("tree.flatten", tree, isLeaf);
}

/** `flatten` on behalf of a function. */
function flattenFor<Leaf = unknown>(fn: string, tree: unknown, isLeaf?: (x: unknown) => boolean): [Leaf[], TreeDef] {
  const leaves: unknown[] = [];
  const def = flattenInto(fn, leaves, tree, LEAF, isLeaf);
  return [leaves as Leaf[], def];
}

/** The leaves of a tree in order. */
export const leaves = <Leaf = unknown>(tree: unknown): Leaf[] => flattenFor<Leaf>("tree.leaves", tree)[0];

/** The structure of a tree. */
export const structure = (tree: unknown): TreeDef => flattenFor("tree.structure", tree)[1];

/** How many leaves a structure has. */
export function leafCount(def: TreeDef): number {
  if (def.kind === "leaf") return 1;
  if (def.kind === "none" || def.kind === "static") return 0;
  return def.children.reduce((n, child) => n + leafCount(child), 0);
}

/** Rebuilds a tree from its structure and leaves. Throws when their number does not fit. */
export function unflatten<Tree = unknown>(def: TreeDef, leaves: readonly unknown[]): Tree {
  const count = leafCount(def);
  if (count !== leaves.length) {
    throw new TypeError(`tree.unflatten: the structure has ${count} leaves, got ${leaves.length}.`);
  }
  let next = 0;
  const build = (d: TreeDef): unknown => {
    if (d.kind === "leaf") return leaves[next++];
    if (d.kind === "none") return null;
    if (d.kind === "static") return d.value;
    if (d.kind === "list") return d.children.map(build);
    return Object.fromEntries(d.keys.map((key, i) => [key, build(d.children[i]!)]));
  };
  return build(def) as Tree;
}

/** A structure as text: `[*, {"a": *, "b": null}]`. Equal structures have equal texts, so it serves as a cache key. */
export function formatTree(def: TreeDef): string {
  if (def.kind === "leaf") return "*";
  if (def.kind === "none") return "null";
  if (def.kind === "static") return JSON.stringify(def.value) ?? "undefined";
  if (def.kind === "list") return `[${def.children.map(formatTree).join(", ")}]`;
  return `{${def.keys.map((key, i) => `${JSON.stringify(key)}: ${formatTree(def.children[i]!)}`).join(", ")}}`;
}

export const sameStructure = (a: TreeDef, b: TreeDef): boolean => formatTree(a) === formatTree(b);

/**
 * Applies `fn` to the leaves of one or several trees of the same structure; `null`s stay.
 * @example tree.map((x, y) => x + y, { a: 1 }, { a: 2 }) // { a: 3 }
 */
export function map<Tree, Out, Others extends readonly unknown[]>(
  fn: (leaf: LeafOf<Tree>, ...leaves: LeavesOf<Others>) => Out,
  tree: Tree,
  ...others: Others
): MappedTree<Tree, Out>;
export function map<Tree = unknown>(fn: (...leaves: AnyLeaf[]) => unknown, tree: unknown, ...others: unknown[]): Tree;
export function map<Tree>(fn: (...leaves: AnyLeaf[]) => unknown, tree: unknown, ...rest: unknown[]): Tree {
  checkFunction("tree.map", "fn", fn);
  const [first, def] = flattenFor("tree.map", tree);
  const others = rest.map((other, i) => {
    const [otherLeaves, otherDef] = flattenFor("tree.map", other);
    if (!sameStructure(def, otherDef)) {
      throw new TypeError(
        `tree.map: tree ${i + 1} has the structure ${formatTree(otherDef)}, the first has ${formatTree(def)}.`,
      );
    }
    return otherLeaves;
  });
  return unflatten<Tree>(
    def,
    first.map((leaf, i) => fn(leaf, ...others.map((o) => o[i]))),
  );
}

/** Folds the leaves from the left. */
export function reduce<Leaf, Result>(fn: (acc: Result, leaf: Leaf) => Result, tree: unknown, initial: Result): Result {
  checkFunction("tree.reduce", "fn", fn);
  return leaves<Leaf>(tree).reduce((acc, leaf) => fn(acc, leaf), initial);
}

/** True when every leaf position of the tree is `null`: "the same as the other input" in the kernels' arguments. */
export const allNone = (tree: unknown): boolean => leaves(tree).length === 0;

const sameKeys = (keys: readonly string[], sorted: readonly string[]): boolean =>
  keys.length === sorted.length && sorted.every((key) => keys.includes(key));

/**
 * Spreads a prefix of a tree over the whole tree, as JAX does for `in_axes`: a leaf of `prefix` stands for the subtree at
 * its place. Returns one value per leaf of `def`; `null` in the prefix gives `null`s.
 */
export function broadcastPrefix<T>(fn: string, name: string, prefix: unknown, def: TreeDef): (T | null)[] {
  const fail = (): never => {
    throw new TypeError(
      `${fn}: ${name} (${describe(prefix)}) is no prefix of the argument's structure ${formatTree(def)}.`,
    );
  };
  const spread = (p: unknown, d: TreeDef): (T | null)[] => {
    if (p === null || p === undefined) return new Array<T | null>(leafCount(d)).fill(null);
    if (isLeaf(p)) return new Array<T | null>(leafCount(d)).fill(p as T);
    if (d.kind === "list" && Array.isArray(p) && p.length === d.children.length) {
      return p.flatMap((x, i) => spread(x, d.children[i]!));
    }
    if (d.kind === "object" && isPlainObject(p) && sameKeys(Object.keys(p), d.keys)) {
      return d.keys.flatMap((key, i) => spread(p[key], d.children[i]!));
    }
    return fail();
  };
  return spread(prefix, def);
}
