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

/** What may be given for a parameter of a function of trees: numbers and typed arrays stand in place of arrays, too. */
export type Given<Tree> = WithLeaves<Tree, ArrayLike>;

/** What comes back for a tree of outputs: each of its leaves is an array. */
export type ArraysOf<Tree> = WithLeaves<Tree, NDArray>;
