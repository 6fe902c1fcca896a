/** Keyword arguments of `f`: which go to `f(x1)`, which to `f(x2)`, and the random key. */
import { describe } from "../../base/errors.ts";
import { flattenArguments } from "../../base/flatten.ts";
import { sameShape } from "../../base/shapes.ts";
import { allNone, sameStructure } from "../../base/tree.ts";
import { NDArray } from "../../ir/ndarray.ts";
import { abs, sub } from "../../lax/arithmetic.ts";
import { full } from "../../lax/create.ts";
import { bitwiseAnd, eq, lt, select } from "../../lax/logic.ts";
import { asArray } from "../../lax/operands.ts";
import { reduceAnd } from "../../lax/reduce.ts";
import { broadcastTo } from "../../lax/shape.ts";
import { foldIn } from "../../random/keys.ts";

export type Kwargs = Readonly<Record<string, unknown>>;

/** Keyword arguments as a user gives them, or those of `f(x1)` and of `f(x2)`, split already with different keys. */
export type GivenKwargs = { readonly both: Kwargs } | { readonly sides: readonly [Kwargs, Kwargs] };

/** Inputs closer than this in every element count as the same, as in the original. */
const SAME = 1e-12;

function sameArrays(x: NDArray, y: NDArray): NDArray {
  if (!sameShape(x.shape, y.shape)) return full([], false, "bool");
  const equal = x.dtype.startsWith("float") ? lt(abs(sub(x, y)), SAME) : eq(x, y);
  return reduceAnd(equal);
}

/** Whether two trees hold the same values; a 0-dimensional `bool`. */
function sameValues(x1: unknown, x2: unknown): NDArray {
  const [first, tree] = flattenArguments(x1);
  const [second, tree2] = flattenArguments(x2);
  if (!sameStructure(tree, tree2)) return full([], false, "bool");
  const pairs = first.map((x, i) => sameArrays(asArray("nt", x, "x1"), asArray("nt", second[i], "x2")));
  return pairs.reduce<NDArray>((all, pair) => bitwiseAnd(all, pair), full([], true, "bool"));
}

const choose = (condition: NDArray, x: NDArray, y: NDArray): NDArray => select(broadcastTo(condition, x.shape), x, y);

/** One key for each input: equal inputs get equal keys, others different ones. Source: `_read_keys`. */
function splitKeys(rng: unknown, x1: unknown, x2: unknown): [unknown, unknown] {
  if (rng === null || allNone(x2)) return [rng, rng];
  const same = sameValues(x1, x2);
  if (Array.isArray(rng) && rng.length === 2 && rng.every((key) => key instanceof NDArray)) {
    const [key1, key2] = rng as [NDArray, NDArray];
    const other = choose(sameArrays(key1, key2), foldIn(key2, 1), key2);
    return [key1, choose(same, key1, other)];
  }
  if (rng instanceof NDArray) return [rng, choose(same, rng, foldIn(rng, 1))];
  throw new TypeError(`nt: rng must be a random key, a pair of keys or null, got ${describe(rng)}.`);
}

/** The keyword arguments of `f(x1)` and of `f(x2)` before keys are made different. */
export const halvesOf = (given: GivenKwargs): readonly [Kwargs, Kwargs] =>
  "sides" in given ? given.sides : halves(given.both);

/** A list of two is split, anything else goes to both. */
function halves(kwargs: Kwargs): [Record<string, unknown>, Record<string, unknown>] {
  const pairs = Object.entries(kwargs).map(([key, value]) => {
    const [first, second] = Array.isArray(value) && value.length === 2 ? value : [value, value];
    return { key, first, second };
  });
  const side = (which: "first" | "second") => Object.fromEntries(pairs.map((pair) => [pair.key, pair[which]]));
  return [side("first"), side("second")];
}

/**
 * The keyword arguments of `f(x1)` and of `f(x2)`: `rng` by the rule of keys, a list of two is split, anything else goes
 * to both. Source: `utils.split_kwargs`.
 */
export function splitKwargs(kwargs: Kwargs, x1: unknown, x2: unknown): [Kwargs, Kwargs] {
  const [first, second] = halves(kwargs);
  const { rng } = kwargs;
  if (rng !== undefined && x2 !== null) [first.rng, second.rng] = splitKeys(rng, x1, x2);
  return [first, second];
}

/** The keyword arguments of `f(x1)` and of `f(x2)`, which may be split already. */
export const sidesOf = (given: GivenKwargs, x1: unknown, x2: unknown): readonly [Kwargs, Kwargs] =>
  "sides" in given ? given.sides : splitKwargs(given.both, x1, x2);
