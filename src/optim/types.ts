/** What an optimizer is: two pure functions of trees, as in Optax. */
import type { PyTree } from "../base/tree.ts";
import type { NDArray } from "../ir/ndarray.ts";

/** A tree of arrays that goes from one update to the next. */
export type OptState = PyTree<NDArray>;

/** Source: `optax.GradientTransformation`. */
export interface GradientTransformation {
  /** The state before the first update of such parameters. */
  readonly init: (params: unknown) => OptState;
  /**
   * What to add to the parameters by `applyUpdates`, a tree like the gradients, and the next state.
   * @throws TypeError when the gradients' tree isn't that of the state's parameters, or `params` are needed and not given;
   * ShapeError when arrays in these trees differ.
   */
  readonly update: <Updates>(
    updates: Updates,
    state: OptState,
    params?: unknown,
  ) => [updates: Updates, state: OptState];
}
