/** Functions of two arrays, or trees of them, that users give to combine elements by. */

import { checkFunction, formatShape } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { flatten, formatTree, sameStructure, type TreeDef, unflatten } from "../base/tree.ts";
import { sameAval } from "../ir/aval.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { asArray } from "./operands.ts";

/** Makes one array of two. */
export type Combine = (a: NDArray, b: NDArray) => NDArray;
/** The same for several arrays at once. */
export type CombineAll = (a: readonly NDArray[], b: readonly NDArray[]) => NDArray[];

export const ofOne =
  (combine: Combine): CombineAll =>
  ([a], [b]) => [combine(a as NDArray, b as NDArray)];

/**
 * `given`, the argument `name` of `fn`, which takes trees of the structure `def`, as a function of lists.
 * @throws TypeError when it returns anything but such a tree of arrays like those that it got.
 */
export function combining(fn: string, name: string, given: (a: never, b: never) => unknown, def: TreeDef): CombineAll {
  checkFunction(fn, name, given);
  return (a, b) => {
    const [leaves, found] = flatten(given(unflatten(def, a), unflatten(def, b)));
    const arrays = leaves.map((x) => asArray(fn, x, `what ${name} returns`));
    const same = sameStructure(found, def) && arrays.every((x, i) => sameAval(x.aval, entry(a, i).aval));
    if (same) return arrays;
    const show = (d: TreeDef, xs: readonly NDArray[]): string =>
      `${formatTree(d)} of ${xs.map((x) => `${x.dtype}${formatShape(x.shape)}`).join(", ")}`;
    throw new TypeError(`${fn}: ${name} must return what it takes, ${show(def, a)}; got ${show(found, arrays)}.`);
  };
}
