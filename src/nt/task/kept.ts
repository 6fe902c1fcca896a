/** Arguments that a returned function goes on using. */
import { map } from "../../base/tree.ts";
import { asArray } from "../../lax/operands.ts";

/** A tree for later: lists, objects and typed arrays are copies, which don't change with those of the caller. */
export const kept = (fn: string, tree: unknown): unknown =>
  map((leaf) => (ArrayBuffer.isView(leaf) ? asArray(fn, leaf) : leaf), tree);
