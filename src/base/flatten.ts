/** The walk from a tree to its leaves: what is a node, what a leaf, and what is part of the structure. */
import { isPlainObject } from "./plain.ts";

/** Values that arrays can't stand for. Where arrays are wanted they are part of the structure. */
export type Static = boolean | string | undefined;

/** The structure of a tree without its leaves. */
export type TreeDef =
  | { readonly kind: "leaf" }
  | { readonly kind: "none" }
  | { readonly kind: "static"; readonly value: Static }
  | { readonly kind: "list"; readonly children: readonly TreeDef[] }
  | { readonly kind: "object"; readonly keys: readonly string[]; readonly children: readonly TreeDef[] };

export const LEAF: TreeDef = /* @__PURE__ */ Object.freeze({ kind: "leaf" });
const NONE: TreeDef = /* @__PURE__ */ Object.freeze({ kind: "none" });

const isStatic = (x: unknown): x is Static => x === undefined || typeof x === "boolean" || typeof x === "string";

/** Where booleans, strings and undefined are part of the structure: everywhere, or where they are in another structure. */
export type StaticsAt = TreeDef | "everywhere";

const childOf = (at: StaticsAt, key: number | string, place: number): StaticsAt => {
  if (at === "everywhere") return at;
  if (at.kind === "list") return at.children[key as number] ?? LEAF;
  return (at.kind === "object" && at.children[at.keys[place] === key ? place : at.keys.indexOf(key as string)]) || LEAF;
};

/** How deep a tree may be: functions that call themselves at each level stand on it. */
const MAX_DEPTH = 1000;

function refuseDepth(fn: string, path: readonly unknown[]): never {
  const isCyclic = new Set(path).size < path.length;
  throw new TypeError(
    isCyclic
      ? `${fn}: a tree of arrays contains itself; a list or object must not stand in itself, nor in what it holds.`
      : `${fn}: a tree of arrays is nested more than ${MAX_DEPTH} levels deep; use flat lists instead of a list in a list.`,
  );
}

/** Adds the leaves of a tree to a list and returns its structure. `stop` can make a leaf of anything. */
export function flattenInto(
  fn: string,
  leaves: unknown[],
  tree: unknown,
  statics: StaticsAt,
  stop: (x: unknown) => boolean = () => false,
): TreeDef {
  const path: unknown[] = [];
  const walk = (x: unknown, at: StaticsAt): TreeDef => {
    if (x === null) return NONE;
    if (!stop(x)) {
      const isList = Array.isArray(x);
      if (isList || isPlainObject(x)) {
        if (path.length === MAX_DEPTH) refuseDepth(fn, path);
        path.push(x);
        const keys = isList ? [] : Object.keys(x).sort();
        const entries: readonly unknown[] = isList ? x : keys.map((key) => x[key]);
        const children: TreeDef[] = [];
        // A loop and no callbacks, which would take more of the engine's stack at each level.
        for (let i = 0; i < entries.length; i++) children.push(walk(entries[i], childOf(at, isList ? i : keys[i]!, i)));
        path.pop();
        return isList ? { kind: "list", children } : { kind: "object", keys, children };
      }
      if (isStatic(x) && (at === "everywhere" || at.kind === "static")) return { kind: "static", value: x };
    }
    leaves.push(x);
    return LEAF;
  };
  return walk(tree, statics);
}

/**
 * The leaves of a tree of arrays, and its structure, which booleans, strings and undefined are part of: everywhere, or
 * where they are part of `statics`. `fn` is who is told when the tree is too deep; `stop` can make a leaf of anything.
 */
export function flattenArguments<Leaf = unknown>(
  tree: unknown,
  statics: StaticsAt = "everywhere",
  fn = "cotangent",
  stop?: (x: unknown) => boolean,
): [Leaf[], TreeDef] {
  const leaves: unknown[] = [];
  const def = flattenInto(fn, leaves, tree, statics, stop);
  return [leaves as Leaf[], def];
}
