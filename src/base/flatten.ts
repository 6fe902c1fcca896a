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

const childOf = (at: StaticsAt, key: number | string): StaticsAt => {
  if (at === "everywhere") return at;
  if (at.kind === "list") return at.children[key as number] ?? LEAF;
  return (at.kind === "object" && at.children[at.keys.indexOf(key as string)]) || LEAF;
};

/** Adds the leaves of a tree to a list and returns its structure. `stop` can make a leaf of anything. */
export function flattenInto(
  leaves: unknown[],
  tree: unknown,
  statics: StaticsAt,
  stop: (x: unknown) => boolean = () => false,
): TreeDef {
  const walk = (x: unknown, at: StaticsAt): TreeDef => {
    if (x === null) return NONE;
    if (!stop(x)) {
      if (Array.isArray(x)) return { kind: "list", children: x.map((child, i) => walk(child, childOf(at, i))) };
      if (isPlainObject(x)) {
        const keys = Object.keys(x).sort();
        return { kind: "object", keys, children: keys.map((key) => walk(x[key], childOf(at, key))) };
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
 * where they are part of `statics`.
 */
export function flattenArguments<Leaf = unknown>(tree: unknown, statics: StaticsAt = "everywhere"): [Leaf[], TreeDef] {
  const leaves: unknown[] = [];
  const def = flattenInto(leaves, tree, statics);
  return [leaves as Leaf[], def];
}
