/** Full Jacobians: forward and reverse mode over a basis of the inputs or outputs. */
import { checkOptions, noMore } from "../base/errors.ts";
import { flattenArguments } from "../base/flatten.ts";
import { type Shape, sizeOf } from "../base/shapes.ts";
import { type TreeDef, unflatten } from "../base/tree.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { basisMatrix } from "../lax/basis.ts";
import { zerosLike } from "../lax/create.ts";
import { moveAxis, reshape } from "../lax/shape.ts";
import { linearizeAs, vjpAs, type WithAux } from "./derivatives.ts";
import { checkFunction, flattenArrays, floatNumbers, type TreeFunction } from "./flat.ts";
import { type Argnums, type Chosen, chosenArguments, ofChosen, requireFloats } from "./grad.ts";
import type { ArraysOf, WithLeaves } from "./tree-types.ts";
import { vmap } from "./vmap.ts";

/** Options of `jacrev`, `jacfwd` and `hessian`. */
export interface JacobianOptions {
  /** The argument, or arguments, to differentiate by; the first one by default. */
  readonly argnums?: number | readonly number[];
  /** Whether `f` returns `[out, aux]`, of which only `out` is differentiated; the result is `[jacobian, aux]`. */
  readonly hasAux?: boolean;
}

/** The standard basis of arrays of a shape: `[size, ...shape]`. */
export function standardBasis({ shape, dtype }: Pick<NDArray, "shape" | "dtype">): NDArray {
  const n = sizeOf(shape);
  return reshape(basisMatrix(n, dtype), { newSizes: [n, ...shape] });
}

/** `[n, ...rest]` as `[...shape, ...rest]`, where n elements have `shape`. */
const splitFront = (x: NDArray, shape: Shape): NDArray => reshape(x, { newSizes: [...shape, ...x.shape.slice(1)] });

/** The outputs' tree, each leaf of which is the tree of the chosen arguments. */
export type JacobianOf<Out, Args extends readonly unknown[], N> = WithLeaves<Out, ArraysOf<Chosen<Args, N>>>;

/** The Jacobian of the Jacobian. */
export type HessianOf<Out, Args extends readonly unknown[], N> = JacobianOf<JacobianOf<Out, Args, N>, Args, N>;

/** The Jacobian of `f` at `args`, with `alone` by the only argument, otherwise a list with one for each; and aux. */
type Jacobian = (
  fn: string,
  f: TreeFunction,
  args: readonly unknown[],
  alone: boolean,
  hasAux: boolean,
) => [jacobian: unknown, aux: unknown];

function jacobianOf(fn: string, compute: Jacobian, f: TreeFunction, options: JacobianOptions): TreeFunction {
  checkFunction(fn, f);
  const { argnums = 0, hasAux = false } = checkOptions(fn, options, ["argnums", "hasAux"]);
  return (...args: unknown[]) => {
    const chosen = chosenArguments(fn, argnums, args.length);
    requireFloats(fn, args, chosen);
    const values = chosen.map((n) => args[n]);
    const [jacobian, aux] = compute(fn, ofChosen(f, args, chosen), values, typeof argnums === "number", hasAux);
    return hasAux ? [jacobian, aux] : jacobian;
  };
}

/** Zeros like every leaf, with `leaf` in place `index`. */
const onlyAt = (leaves: readonly NDArray[], index: number, leaf: NDArray): NDArray[] =>
  leaves.map((x, i) => (i === index ? leaf : zerosLike(x)));

const reverse: Jacobian = (fn, f, args, alone, hasAux) => {
  const [out, pullback, aux] = vjpAs(fn, f, args, hasAux);
  const [outs, outTree] = flattenArrays(fn, out);
  const inTree = flattenArguments(args)[1];
  const rows = outs.map((leaf, i) => {
    const one = (ct: NDArray): NDArray[] =>
      flattenArguments<NDArray>(pullback(unflatten(outTree, onlyAt(outs, i, ct))))[0];
    const jacobians = unflatten<unknown[]>(
      inTree,
      vmap(one)(standardBasis(leaf)).map((x) => splitFront(x, leaf.shape)),
    );
    return alone ? jacobians[0] : jacobians;
  });
  return [nestedUnder(outTree, rows), aux];
};

const forward: Jacobian = (fn, f, args, alone, hasAux) => {
  const [out, pushforward, aux] = linearizeAs(fn, f, args, hasAux);
  const [outs, outTree] = flattenArrays(fn, out);
  const [inputs, inTree] = flattenArrays(fn, floatNumbers(args));
  // One column block per input leaf, each with the outputs' leaves.
  const columns = inputs.map((leaf, i) => {
    const one = (t: NDArray): NDArray[] =>
      flattenArguments<NDArray>(pushforward(...unflatten<unknown[]>(inTree, onlyAt(inputs, i, t))))[0];
    return vmap(one)(standardBasis(leaf)).map((x, k) => {
      const last = moveAxis(x, 0, x.ndim - 1);
      return reshape(last, { newSizes: [...outs[k]!.shape, ...leaf.shape] });
    });
  });
  const rows = outs.map((_, k) => {
    const jacobians = unflatten<unknown[]>(
      inTree,
      columns.map((c) => c[k]),
    );
    return alone ? jacobians[0] : jacobians;
  });
  return [nestedUnder(outTree, rows), aux];
};

/** A tree with the structure `def` whose leaves are trees. */
const nestedUnder = (def: TreeDef, subtrees: readonly unknown[]): unknown => unflatten(def, subtrees);

/**
 * The Jacobian of `f` by reverse mode: for an output of shape `m` and an argument of shape `n` an array of shape
 * `[...m, ...n]`, for trees the outputs' tree of the arguments' trees. Cheapest when outputs are few.
 * Source: `jax.jacrev`.
 * @example jacrev((x) => np.square(x))(np.array([1, 2])) // [[2, 0], [0, 4]]
 */
export function jacrev<Args extends unknown[] = NDArray[], Out = NDArray, Aux = unknown, const N extends Argnums = 0>(
  f: (...args: Args) => readonly [Out, Aux],
  options: WithAux & { readonly argnums?: N },
): (...args: Args) => [jacobian: JacobianOf<Out, Args, N>, aux: ArraysOf<Aux>];
export function jacrev<Args extends unknown[] = NDArray[], Out = NDArray, const N extends Argnums = 0>(
  f: (...args: Args) => Out,
  options?: { readonly argnums?: N; readonly hasAux?: false },
): (...args: Args) => JacobianOf<Out, Args, N>;
export function jacrev(f: TreeFunction, options: JacobianOptions = {}, ...rest: never[]): TreeFunction {
  noMore("jacrev", rest);
  return jacobianOf("jacrev", reverse, f, options);
}

/**
 * The Jacobian of `f` by forward mode; cheapest when inputs are few. Source: `jax.jacfwd`.
 * @example jacfwd((x) => np.square(x))(np.array([1, 2])) // [[2, 0], [0, 4]]
 */
export function jacfwd<Args extends unknown[] = NDArray[], Out = NDArray, Aux = unknown, const N extends Argnums = 0>(
  f: (...args: Args) => readonly [Out, Aux],
  options: WithAux & { readonly argnums?: N },
): (...args: Args) => [jacobian: JacobianOf<Out, Args, N>, aux: ArraysOf<Aux>];
export function jacfwd<Args extends unknown[] = NDArray[], Out = NDArray, const N extends Argnums = 0>(
  f: (...args: Args) => Out,
  options?: { readonly argnums?: N; readonly hasAux?: false },
): (...args: Args) => JacobianOf<Out, Args, N>;
export function jacfwd(f: TreeFunction, options: JacobianOptions = {}, ...rest: never[]): TreeFunction {
  noMore("jacfwd", rest);
  return jacobianOf("jacfwd", forward, f, options);
}

/**
 * The Jacobian by reverse mode, as in JAX.
 * @example jacobian((x) => np.square(x))(np.array([1, 2])) // [[2, 0], [0, 4]]
 */
export const jacobian: typeof jacrev = jacrev;

/**
 * The second derivatives: forward over reverse mode. Source: `jax.hessian`.
 * @example hessian((x) => np.sum(np.square(x)))(np.ones([2])) // [[2, 0], [0, 2]]
 */
export function hessian<Args extends unknown[] = NDArray[], Out = NDArray, Aux = unknown, const N extends Argnums = 0>(
  f: (...args: Args) => readonly [Out, Aux],
  options: WithAux & { readonly argnums?: N },
): (...args: Args) => [hessian: HessianOf<Out, Args, N>, aux: ArraysOf<Aux>];
export function hessian<Args extends unknown[] = NDArray[], Out = NDArray, const N extends Argnums = 0>(
  f: (...args: Args) => Out,
  options?: { readonly argnums?: N; readonly hasAux?: false },
): (...args: Args) => HessianOf<Out, Args, N>;
export function hessian(f: TreeFunction, options: JacobianOptions = {}, ...rest: never[]): TreeFunction {
  noMore("hessian", rest);
  return jacobianOf("hessian", forward, jacobianOf("hessian", reverse, f, options), options);
}
