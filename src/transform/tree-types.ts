/** The types of trees of arrays, as transformations take them in and give them back. */
import type { TypedArray } from "../base/dtypes.ts";
import type { PyTree } from "../base/tree.ts";
import type { NDArray } from "../ir/ndarray.ts";
import type { ArrayLike } from "../lax/operands.ts";
import type { TreeFunction } from "./flat.ts";

/** A tree that its user knows: what the parameters are of a function without annotations. */
export type AnyTree = Parameters<TreeFunction>[number];

/** The tree with `Leaf` in place of its arrays and numbers; flags, names and `null` stay. */
export type WithLeaves<Tree, Leaf> = unknown extends Tree
  ? Tree
  : [PyTree<NDArray>] extends [Tree]
    ? PyTree<Leaf>
    : [ArrayLike] extends [Tree]
      ? Leaf | NodeWithLeaves<Exclude<Tree, ArrayLike>, Leaf>
      : NodeWithLeaves<Tree, Leaf>;

type NodeWithLeaves<Node, Leaf> = Node extends NDArray | number | TypedArray
  ? Leaf
  : Node extends readonly unknown[]
    ? ListWithLeaves<Node, Leaf>
    : Node extends object
      ? { [key in keyof Node]: WithLeaves<Node[key], Leaf> }
      : Node;

/** Lists of any length are written out: TypeScript would follow a mapped type without end where a tree is recursive. */
type ListWithLeaves<List extends readonly unknown[], Leaf> = number extends List["length"]
  ? List extends unknown[]
    ? WithLeaves<List[number], Leaf>[]
    : readonly WithLeaves<List[number], Leaf>[]
  : { [key in keyof List]: WithLeaves<List[key], Leaf> };

/** The type, decided without the argument that it stands for: TypeScript's own `NoInfer` is younger than our readers. */
export type Settled<T> = [T] extends [infer Same] ? Same : never;

/** What may be given for a parameter of a function of trees: numbers and typed arrays stand in place of arrays, too. */
export type Given<Tree> = WithLeaves<Tree, ArrayLike>;

/** What a function is called with where this is given: arrays in place of numbers, and lists that it may change. */
export type Seen<Tree> = Listed<ArraysOf<Tree>, unknown>;

/** What a function may return in place of what it is called with. */
export type Returned<Tree> = Listed<Given<Tree>, never>;

/** The tree with lists that can be changed, or with `never` such that need not. */
type Listed<Tree, Change> = unknown extends Tree
  ? Tree
  : [PyTree<NDArray>] extends [Tree]
    ? Tree
    : Tree extends NDArray | TypedArray
      ? Tree
      : Tree extends boolean
        ? boolean
        : Tree extends readonly unknown[]
          ? ListListed<Tree, Change>
          : Tree extends object
            ? { [key in keyof Tree]: Listed<Tree[key], Change> }
            : Tree;

type ListListed<List extends readonly unknown[], Change> = number extends List["length"]
  ? unknown extends Change
    ? Listed<List[number], Change>[]
    : readonly Listed<List[number], Change>[]
  : unknown extends Change
    ? { -readonly [key in keyof List]: Listed<List[key], Change> }
    : { readonly [key in keyof List]: Listed<List[key], Change> };

/** The arguments of a function that is called with these. */
export type SeenArguments<Args extends readonly unknown[]> = { -readonly [i in keyof Args]: Seen<Args[i]> };

/** What may be given for a function's arguments. */
export type GivenArguments<Args extends readonly unknown[]> = { [i in keyof Args]: Given<Args[i]> };

/** What comes back for a tree of outputs: each of its leaves is an array. */
export type ArraysOf<Tree> = WithLeaves<Tree, NDArray>;
