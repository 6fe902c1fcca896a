/**
 * The NTK column by column: the pullback of one side takes a basis vector of its outputs to a direction in the parameters,
 * the pushforward of the other side takes that direction to its outputs. No Jacobian exists.
 */
import { sizeOf } from "../base/shapes.ts";
import { flatten } from "../base/tree.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { div } from "../lax/arithmetic.ts";
import { convertElementType } from "../lax/convert.ts";
import { full } from "../lax/create.ts";
import { reshape } from "../lax/shape.ts";
import { einsum } from "../numpy/einsum.ts";
import { linearize, vjp } from "../transform/derivatives.ts";
import { standardBasis } from "../transform/jacobian.ts";
import { vmap } from "../transform/vmap.ts";
import { kernelLabels, kernelShape, pairAxes, tracedSize } from "./axes.ts";
import { type NtkSettings, type OfParameters, type Problem, perOutput, type Side } from "./problem.ts";

/** `cts` like the outputs with `leaf` in place `index` and zeros elsewhere. */
const onlyAt = (outs: readonly NDArray[], index: number, leaf: NDArray): NDArray[] =>
  outs.map((out, i) => (i === index ? leaf : full(out.shape, 0, out.dtype)));

/** The products with a basis of `basisSide`'s outputs: for each output leaf `[...basis side's output, ...other's]`. */
function columns(basisSide: Side, other: Side): NDArray[] {
  const { floats } = basisSide.parameters;
  const flat = (f: OfParameters) => (p: readonly NDArray[]) => flatten<NDArray>(f(p))[0];
  const [, push] = linearize(flat(other.whole), floats);
  const compute = (single: OfParameters): NDArray[][] => {
    const [out, pullback] = vjp(flat(single), floats);
    const outs = out as NDArray[];
    return outs.map((leaf, i) => {
      const column = (e: NDArray): NDArray => (push(...pullback(onlyAt(outs, i, e))) as NDArray[])[i]!;
      const all = vmap(column)(standardBasis(leaf)) as NDArray;
      return [reshape(all, { newSizes: [...leaf.shape, ...all.shape.slice(1)] })];
    });
  };
  return basisSide.perExample(compute, (i) => basisSide.batch!.outputs[i]!).map(([column]) => column!);
}

const outputSize = ({ outs }: Side): number => outs.leaves.reduce((n, out) => n + sizeOf(out.shape), 0);

/** Labels as einsum writes them: a to z, then A to Z. */
const letters = (labels: readonly number[]): string =>
  labels.map((l) => String.fromCharCode(l < 26 ? 97 + l : 39 + l)).join("");

/** One kernel for each output leaf of `f`; the side with fewer outputs gives the basis. */
export function ntkVectorProducts(fn: string, problem: Problem, axes: NtkSettings): unknown {
  const { parameters, first, second } = problem;
  const exchanged = outputSize(first) < outputSize(second);
  const products = exchanged ? columns(first, second) : columns(second, first);
  return perOutput(problem, (i) => {
    const { shape, dtype } = first.outs.leaves[i]!;
    const paired = pairAxes(fn, shape, second.outs.leaves[i]!.shape, axes);
    const labels = kernelLabels(shape, second.outs.leaves[i]!.shape, paired);
    const kernelDtype = parameters.kernelDtype(dtype);
    if (parameters.floats.length === 0) return full(kernelShape(labels), 0, kernelDtype);
    const order = exchanged ? [labels.first, labels.second] : [labels.second, labels.first];
    const kernel = einsum(`${order.map(letters).join("")}->${letters(labels.out)}`, products[i]!) as NDArray;
    return div(convertElementType(kernel, kernelDtype), tracedSize(shape, paired));
  });
}
