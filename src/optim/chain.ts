/** Transformations one after another, and the step that they lead to. */
import { describe, noMore } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { add } from "../numpy/ufuncs.ts";
import { each, flat, flatLike, rebuilt } from "./parts.ts";
import type { GradientTransformation, OptState } from "./types.ts";

/**
 * Applies transformations one after another; the state is a list of theirs. Source: `optax.chain`.
 * @example optim.chain(optim.clipByGlobalNorm(1), optim.adam(1e-3))
 */
export function chain(...transformations: readonly GradientTransformation[]): GradientTransformation {
  const fn = "optim.chain";
  for (const each of transformations) {
    if (typeof each?.init === "function" && typeof each?.update === "function") continue;
    throw new TypeError(`${fn}: every argument must be an optimizer or a transformation, got ${describe(each)}.`);
  }
  return {
    init: (params) => transformations.map(({ init }) => init(params)),
    update: (updates, state, params) => {
      if (!Array.isArray(state) || state.length !== transformations.length) {
        throw new TypeError(`${fn}: the state must be a list of ${transformations.length}, got ${describe(state)}.`);
      }
      const states: OptState[] = [];
      let current = updates;
      transformations.forEach(({ update }, i) => {
        const [next, own] = update(current, entry(state, i), params);
        current = next;
        states.push(own);
      });
      return [current, states];
    },
  };
}

/**
 * The parameters with updates added, each in its own dtype. Source: `optax.apply_updates`.
 * @throws TypeError when the trees differ, ShapeError when arrays in them do.
 * @example optim.applyUpdates({ w: np.array([1]) }, { w: np.array([0.5]) }) // { w: [1.5] }
 */
export function applyUpdates<Params>(params: Params, updates: unknown, ...rest: never[]): Params {
  const fn = "optim.applyUpdates";
  noMore(fn, rest);
  const own = flat(fn, params);
  const changes = flatLike(fn, "updates", updates, own);
  return rebuilt(
    own,
    each(own, (p, i) => add(p, entry(changes, i))),
  );
}
