/** What transformations of gradients are written with: trees leaf by leaf, and checks. */
import { describe, formatShape, ShapeError } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { sameShape } from "../base/shapes.ts";
import { formatTree, sameStructure, type TreeDef, unflatten } from "../base/tree.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { convertElementType } from "../lax/convert.ts";
import { zerosLike } from "../numpy/creation.ts";
import { flattenArrays } from "../transform/flat.ts";
import type { GradientTransformation, OptState } from "./types.ts";

/** Leaves of a tree, and how they lie in it. */
export interface Flat {
  readonly leaves: readonly NDArray[];
  readonly tree: TreeDef;
}

export function flat(fn: string, tree: unknown): Flat {
  const [leaves, def] = flattenArrays(fn, tree);
  return { leaves, tree: def };
}

/** The leaves of a tree that must be like another one, shapes included: a sum that broadcasts would change parameters' shapes. */
export function flatLike(fn: string, name: string, tree: unknown, like: Flat): readonly NDArray[] {
  const { leaves, tree: def } = flat(fn, tree);
  if (!sameStructure(def, like.tree)) {
    throw new TypeError(`${fn}: ${name} must have the structure ${formatTree(like.tree)}, got ${formatTree(def)}.`);
  }
  leaves.forEach(({ shape }, i) => {
    const wanted = entry(like.leaves, i).shape;
    if (sameShape(shape, wanted)) return;
    throw new ShapeError(
      `${fn}: ${name} must have shape ${formatShape(wanted)} in leaf ${i} of ${formatTree(def)}, got ${formatShape(shape)}.`,
    );
  });
  return leaves;
}

/** A tree with new leaves. */
export const rebuilt = <Tree>({ tree }: Flat, leaves: readonly NDArray[]): Tree => unflatten<Tree>(tree, leaves);

/** The entries of a state that a transformation's own `init` has made. */
export function stateOf<Name extends string>(
  fn: string,
  state: unknown,
  names: readonly Name[],
): Record<Name, OptState> {
  const isOwn = typeof state === "object" && state !== null && names.every((name) => Object.hasOwn(state, name));
  if (isOwn) return state as Record<Name, OptState>;
  throw new TypeError(
    `${fn}: the state must be what init(params) or the update before gave, {${names.join(", ")}}, got ${describe(state)}.`,
  );
}

export function checkNumber(
  fn: string,
  name: string,
  value: unknown,
  holds: (x: number) => boolean,
  what: string,
): void {
  if (typeof value === "number" && holds(value)) return;
  throw new RangeError(`${fn}: ${name} must be ${what}, got ${describe(value)}.`);
}

export const isPositive = (x: number): boolean => x > 0 && x < Number.POSITIVE_INFINITY;
/** A decay of averages: below 1, or they would never forget their beginning. */
export const isDecay = (x: number): boolean => x >= 0 && x < 1;

/** A transformation that remembers nothing. */
export const stateless = (
  fn: string,
  change: (gradients: Flat, params: unknown) => readonly NDArray[],
): GradientTransformation => ({
  init: () => null,
  update: (updates, state, params) => {
    const gradients = flat(fn, updates);
    return [rebuilt(gradients, change(gradients, params)), state];
  },
});

export const each = ({ leaves }: Flat, fn: (leaf: NDArray, place: number) => NDArray): NDArray[] =>
  leaves.map((leaf, place) => convertElementType(fn(leaf, place), leaf.dtype));

export const zerosOf = (fn: string, params: unknown): OptState => {
  const own = flat(fn, params);
  return rebuilt(
    own,
    own.leaves.map((p) => zerosLike(p)),
  );
};
