/** `vmap`: a function of single examples made a function of batches. */
import { checkOptions, formatShape, noMore, ShapeError } from "../base/errors.ts";
import { canonicalAxis, checkShape, removed } from "../base/shapes.ts";
import { broadcastPrefix, type PyTree, unflatten } from "../base/tree.ts";
import { makeAval } from "../ir/aval.ts";
import type { NDArray } from "../ir/ndarray.ts";
import type { BatchAxis } from "../ir/primitive.ts";
import { batchToFront, moveAxis } from "../lax/shape.ts";
import { batchJaxpr } from "./batch.ts";
import { checkFunction, type FunctionWithAux, flattenArrays, type TreeFunction, traceFunctionWithAux } from "./flat.ts";

/** Options of `vmap`. */
export interface VmapOptions {
  /** The axis to map over: one for all arguments, or a list with one (a number, `null`, or a tree of them) for each. */
  readonly inAxes?: PyTree<number>;
  /** Where the mapped axis goes in the results; a number or a tree of them. */
  readonly outAxes?: PyTree<number>;
  /** The size of the mapped axis; needed only when no argument is mapped. */
  readonly axisSize?: number;
}

function commonSize(
  fn: string,
  inputs: readonly NDArray[],
  axes: readonly BatchAxis[],
  axisSize: number | undefined,
): number {
  const sizes = inputs.flatMap((x, i) => (axes[i] === null ? [] : [x.shape[axes[i]!]!]));
  if (axisSize !== undefined) checkShape(`${fn}: axisSize`, [axisSize]);
  const size = axisSize ?? sizes[0];
  if (size === undefined) throw new ShapeError(`${fn}: no argument is mapped (all inAxes are null); give axisSize.`);
  if (sizes.some((n) => n !== size)) {
    const mapped = inputs.flatMap((x, i) => (axes[i] === null ? [] : [`${formatShape(x.shape)} along ${axes[i]}`]));
    const given = axisSize === undefined ? "" : ` and axisSize ${axisSize}`;
    throw new ShapeError(`${fn}: the mapped axes must have one size, got ${mapped.join(", ")}${given}.`);
  }
  return size;
}

/**
 * Maps `f` over an axis of its arguments, all at once: the operations of `f` run on whole batches.
 * Source: `jax.vmap`.
 * @example const perExample = vmap(grad(loss), { inAxes: [null, 0, 0] });
 * @throws ShapeError when the mapped axes differ in size.
 */
export function vmap<F extends TreeFunction>(f: F, options: VmapOptions = {}, ...rest: never[]): F {
  noMore("vmap", rest);
  return vmapAs("vmap", f, options);
}

/** The same under the name of the function that the user called. */
export function vmapAs<F extends TreeFunction>(fn: string, f: F, options: VmapOptions = {}): F {
  checkFunction(fn, f);
  const mapped = vmapWithAux(fn, (...args) => [f(...args), null], options);
  return ((...args) => mapped(...args)[0]) as F;
}

/** `vmap` of a function that returns `[result, aux]`: what else it has found comes back as it is. */
export function vmapWithAux<Out, Aux>(fn: string, f: FunctionWithAux<Aux, Out>, options: VmapOptions = {}) {
  const { inAxes = 0, outAxes = 0, axisSize } = checkOptions(fn, options, ["inAxes", "outAxes", "axisSize"]);
  return (...args: unknown[]): [result: Out, aux: Aux] => {
    const [inputs, inTree] = flattenArrays(fn, args);
    const axes = broadcastPrefix<number>(fn, "inAxes", inAxes, inTree).map((axis, i) =>
      axis === null ? null : canonicalAxis(fn, axis, inputs[i]!.ndim, "inAxes"),
    );
    const size = commonSize(fn, inputs, axes, axisSize);
    const avals = inputs.map(({ aval }, i) => {
      const axis = axes[i]!;
      return makeAval(axis === null ? aval.shape : removed(aval.shape, axis), aval.dtype, aval.weak);
    });
    const { program, outTree, aux } = traceFunctionWithAux(fn, f, inTree, avals, { concrete: true });
    const [outs, at] = batchJaxpr(program, inputs, axes);
    const wanted = broadcastPrefix<number>(fn, "outAxes", outAxes, outTree);
    const placed = outs.map((out, i) => placeBatchAxis(fn, out, at[i]!, wanted[i]!, size));
    return [unflatten<Out>(outTree, placed), aux];
  };
}

function placeBatchAxis(fn: string, out: NDArray, at: BatchAxis, wanted: number | null, size: number): NDArray {
  if (wanted === null) {
    if (at === null) return out;
    throw new ShapeError(`${fn}: an output whose outAxes is null depends on a mapped argument; give it an axis.`);
  }
  const ndim = out.ndim + (at === null ? 1 : 0);
  return moveAxis(batchToFront(out, at, size), 0, canonicalAxis(fn, wanted, ndim, "outAxes"));
}
