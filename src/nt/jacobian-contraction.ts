/**
 * The NTK as the product of two Jacobians, each computed by reverse mode. The products are formed parameter by parameter,
 * and the compiler orders the program by demand, so that one parameter's Jacobians are gone before the next ones exist.
 */
import { flatten, structure, unflatten } from "../base/tree.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { add, div } from "../lax/arithmetic.ts";
import { contract } from "../lax/contract.ts";
import { convertElementType } from "../lax/convert.ts";
import { full } from "../lax/create.ts";
import { jacrev } from "../transform/jacobian.ts";
import { vmap } from "../transform/vmap.ts";
import {
  type ApplyFn,
  type BatchAxes,
  callWith,
  canonicalBatchAxes,
  type OutputShapes,
  outputShapes,
  Parameters,
  type VmapAxes,
  withoutUnitBatch,
  withUnitBatch,
} from "./apply.ts";
import { type AxesOptions, kernelLabels, kernelShape, pairAxes, tracedSize } from "./axes.ts";
import { type Kwargs, splitKwargs } from "./kwargs.ts";

export interface NtkAxes extends Required<AxesOptions> {
  readonly vmapAxes: VmapAxes;
}

/** The Jacobians of every output leaf by every float parameter: arrays of shape `[...output, ...parameter]`. */
function jacobians(
  f: ApplyFn,
  params: Parameters,
  x: unknown,
  kwargs: Kwargs,
  outs: OutputShapes,
  axes: BatchAxes | null,
): NDArray[][] {
  if (axes === null) {
    const whole = (floats: NDArray[]): unknown => callWith(f, params.with(floats), x, kwargs);
    return jacobianRows(jacrev(whole)(params.floats), outs);
  }
  const mapped = Object.keys(axes.kwargs);
  const fixed = Object.fromEntries(Object.entries(kwargs).filter(([key]) => !mapped.includes(key)));
  const one = (example: unknown, own: Kwargs): unknown => {
    const batched = mapped.map((key) => [key, withUnitBatch(own[key], axes.kwargs[key]!)]);
    const all = { ...fixed, ...Object.fromEntries(batched) };
    const single = (floats: NDArray[]): unknown =>
      withoutUnitBatch(callWith(f, params.with(floats), withUnitBatch(example, axes.inputs), all), axes.outputs);
    return jacobianRows(jacrev(single)(params.floats), outs);
  };
  const kwargsAxes = mapped.map((key) => [key, unflatten(structure(kwargs[key]), axes.kwargs[key]!)]);
  const rows = vmap(one, {
    inAxes: [unflatten(structure(x), axes.inputs), Object.fromEntries(kwargsAxes)],
    outAxes: axes.outputs.map((axis) => params.floats.map(() => axis)),
  })(x, Object.fromEntries(mapped.map((key) => [key, kwargs[key]])));
  return rows as NDArray[][];
}

/** The tree of outputs of lists of Jacobians as a list of lists. */
function jacobianRows(tree: unknown, outs: OutputShapes): NDArray[][] {
  const leaves = flatten<NDArray>(tree)[0];
  const perOutput = leaves.length / Math.max(1, outs.leaves.length);
  return outs.leaves.map((_, i) => leaves.slice(i * perOutput, (i + 1) * perOutput));
}

/** The sum over parameters of the products of the Jacobians `[...f(x1), ...p]` and `[...f(x2), ...p]`. */
function contractJacobians(
  fn: string,
  shapes: readonly [readonly number[], readonly number[]],
  rows: readonly [readonly NDArray[], readonly NDArray[]],
  dtype: ReturnType<Parameters["kernelDtype"]>,
  axes: NtkAxes,
): NDArray {
  const [shape1, shape2] = shapes;
  const paired = pairAxes(fn, shape1, shape2, axes);
  const labels = kernelLabels(shape1, shape2, paired);
  const terms = rows[0].map((j1, i) => {
    const parameter = j1.shape.slice(shape1.length);
    const own = parameter.map((_, k) => labels.sizes.length + k);
    const [x, y] = [j1, rows[1][i]!].map((j) => convertElementType(j, dtype)) as [NDArray, NDArray];
    return contract(x, y, {
      lhs: [...labels.first, ...own],
      rhs: [...labels.second, ...own],
      out: labels.out,
      sizes: [...labels.sizes, ...parameter],
      windows: [],
    });
  });
  if (terms.length === 0) return full(kernelShape(labels), 0, dtype);
  const total = terms.reduce(add);
  const count = tracedSize(shape1, paired);
  return count === 1 ? total : div(total, count);
}

/** One kernel for each output leaf of `f`. */
export function jacobianContraction(
  fn: string,
  f: ApplyFn,
  axes: NtkAxes,
): (x1: unknown, x2: unknown, params: unknown, kwargs?: Kwargs) => unknown {
  return (x1, x2, params, kwargs = {}) => {
    const parameters = new Parameters(params);
    const [kwargs1, kwargs2] = splitKwargs(kwargs, x1, x2);
    const outs1 = outputShapes(f, params, x1, kwargs1);
    const batch1 = canonicalBatchAxes(fn, axes.vmapAxes, x1, outs1, kwargs1);
    const outs2 = x2 === null ? outs1 : outputShapes(f, params, x2, kwargs2);
    outs1.leaves.forEach((out, i) => {
      pairAxes(fn, out.shape, outs2.leaves[i]!.shape, axes);
    });
    const rows1 = jacobians(f, parameters, x1, kwargs1, outs1, batch1);
    const batch2 = x2 === null ? batch1 : canonicalBatchAxes(fn, axes.vmapAxes, x2, outs2, kwargs2);
    const rows2 = x2 === null ? rows1 : jacobians(f, parameters, x2, kwargs2, outs2, batch2);
    return unflatten(
      outs1.tree,
      outs1.leaves.map((out, i) =>
        contractJacobians(
          fn,
          [out.shape, outs2.leaves[i]!.shape],
          [rows1[i]!, rows2[i]!],
          parameters.kernelDtype(out.dtype),
          axes,
        ),
      ),
    );
  };
}
