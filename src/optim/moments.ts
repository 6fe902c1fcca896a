/** Gradients beside what earlier ones were: momentum and Adam. */
import { checkOptions, noMore } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { convertElementType } from "../lax/convert.ts";
import { full } from "../lax/index.ts";
import { add, divide, multiply, power, sqrt, square, subtract } from "../numpy/ufuncs.ts";
import { checkNumber, each, flat, flatLike, isDecay, rebuilt, stateOf, zerosOf } from "./parts.ts";
import type { GradientTransformation } from "./types.ts";

/** Options of `trace`. */
export interface TraceOptions {
  /** Whether a gradient counts for the step that its trace makes next, too; `false` by default. */
  readonly nesterov?: boolean;
}

/**
 * Momentum: the sum of gradients, the earlier ones times `decay` for each update since. Source: `optax.trace`.
 * @example
 * const { init, update } = optim.trace(0.9);
 * const gradients = { w: np.array([1]) };
 * const [, state] = update(gradients, init(gradients));
 * update(gradients, state)[0] // { w: [1.9] }
 */
export function trace(decay: number, options: TraceOptions = {}, ...rest: never[]): GradientTransformation {
  const fn = "optim.trace";
  noMore(fn, rest);
  return momentum(fn, decay, checkOptions(fn, options, ["nesterov"]).nesterov ?? false);
}

/** The same under the name of the function that the user called. */
export function momentum(fn: string, decay: number, nesterov: boolean): GradientTransformation {
  checkNumber(fn, "the momentum's decay", decay, isDecay, "at least 0 and less than 1");
  return {
    init: (params) => ({ trace: zerosOf(fn, params) }),
    update: (updates, state) => {
      const gradients = flat(fn, updates);
      const before = flatLike(fn, "the state's trace", stateOf(fn, state, ["trace"]).trace, gradients);
      const added = (old: readonly NDArray[]) => each(gradients, (g, i) => add(g, multiply(entry(old, i), decay)));
      const after = added(before);
      return [rebuilt(gradients, nesterov ? added(after) : after), { trace: rebuilt(gradients, after) }];
    },
  };
}

/** Options of Adam. */
export interface AdamOptions {
  /** The decay of the mean of gradients; 0.9 by default. */
  readonly b1?: number;
  /** The decay of the mean of their squares; 0.999 by default. */
  readonly b2?: number;
  /** Added to the root of the mean of squares; 1e-8 by default. */
  readonly eps?: number;
  /** Added inside of the root, for derivatives through the update; 0 by default. */
  readonly epsRoot?: number;
}

export const ADAM_OPTIONS = ["b1", "b2", "eps", "epsRoot"] as const;

/**
 * Gradients' running means, divided by the roots of those of their squares, both corrected for beginning at 0.
 * Source: `optax.scale_by_adam`; Kingma and Ba, https://arxiv.org/abs/1412.6980.
 * @example
 * const { init, update } = optim.scaleByAdam();
 * const gradients = { w: np.array([4]) };
 * update(gradients, init(gradients))[0] // { w: [1] }
 */
export function scaleByAdam(options: AdamOptions = {}, ...rest: never[]): GradientTransformation {
  const fn = "optim.scaleByAdam";
  noMore(fn, rest);
  return adamScaling(fn, checkOptions(fn, options, ADAM_OPTIONS));
}

/** The same under the name of the function that the user called. */
export function adamScaling(
  fn: string,
  { b1 = 0.9, b2 = 0.999, eps = 1e-8, epsRoot = 0 }: AdamOptions,
): GradientTransformation {
  checkNumber(fn, "b1", b1, isDecay, "at least 0 and less than 1");
  checkNumber(fn, "b2", b2, isDecay, "at least 0 and less than 1");
  checkNumber(fn, "eps", eps, (x) => x >= 0, "a number that isn't negative");
  checkNumber(fn, "epsRoot", epsRoot, (x) => x >= 0, "a number that isn't negative");
  return {
    init: (params) => ({
      count: full([], 0, "int32"),
      mu: zerosOf(fn, params),
      nu: zerosOf(fn, params),
    }),
    update: (updates, state) => {
      const gradients = flat(fn, updates);
      const before = stateOf(fn, state, ["count", "mu", "nu"]);
      const count = add(before.count as NDArray, 1);
      const mean = (decay: number, name: "mu" | "nu", of: (g: NDArray) => NDArray): NDArray[] => {
        const old = flatLike(fn, `the state's ${name}`, before[name], gradients);
        return each(gradients, (g, i) => add(multiply(entry(old, i), decay), multiply(of(g), 1 - decay)));
      };
      const [mu, nu] = [mean(b1, "mu", (g) => g), mean(b2, "nu", square)];
      // In the gradients' precision: powers of decays near 1 have few digits to lose.
      const unbiased = (x: NDArray, decay: number): NDArray =>
        divide(x, subtract(1, power(full([], decay, x.dtype), convertElementType(count, x.dtype))));
      const scaled = each(gradients, (_, i) => {
        const root = sqrt(add(unbiased(entry(nu, i), b2), epsRoot));
        return divide(unbiased(entry(mu, i), b1), add(root, eps));
      });
      return [rebuilt(gradients, scaled), { count, mu: rebuilt(gradients, mu), nu: rebuilt(gradients, nu) }];
    },
  };
}
