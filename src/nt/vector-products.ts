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
import { type KernelLabels, kernelLabels, kernelShape, pairAxes, tracedSize } from "./axes.ts";
import { type NtkSettings, type OfParameters, type Problem, perExample, perOutput, type Side } from "./problem.ts";

/** `cts` like the outputs with `leaf` in place `index` and zeros elsewhere. */
const onlyAt = (outs: readonly NDArray[], index: number, leaf: NDArray): NDArray[] =>
  outs.map((out, i) => (i === index ? leaf : full(out.shape, 0, out.dtype)));

const flat = (f: OfParameters) => (p: readonly NDArray[]) => flatten<NDArray>(f(p))[0];

/** The pushforward of directions in the parameters. */
type Push = (tangents: readonly NDArray[]) => NDArray[];

/**
 * The products with a basis of `basisSide`'s outputs: for each output leaf `[...basis side's output, ...other's]`. Where
 * the batch is `paired`, only those of examples with the one at the same place, and the other's batch axis is missing.
 */
function columns(basisSide: Side, other: Side, paired: boolean): NDArray[] {
  const { floats } = basisSide.parameters;
  const pushOf = (f: OfParameters): Push => linearize(flat(f), floats)[1];
  const products = (single: OfParameters, push: Push): NDArray[][] => {
    const [out, pullback] = vjp(flat(single), floats);
    const outs = out as NDArray[];
    return outs.map((leaf, i) => {
      const column = (e: NDArray): NDArray => push(...pullback(onlyAt(outs, i, e)))[i]!;
      const all = vmap(column)(standardBasis(leaf)) as NDArray;
      return [reshape(all, { newSizes: [...leaf.shape, ...all.shape.slice(1)] })];
    });
  };
  const axisOf = (i: number): number => basisSide.batch!.outputs[i]!;
  const whole = paired ? null : pushOf(other.whole);
  const results = whole
    ? perExample([basisSide], (single) => products(single!, whole), axisOf)
    : perExample([basisSide, other], (single, partner) => products(single!, pushOf(partner!)), axisOf);
  return results.map(([column]) => column!);
}

const outputSize = ({ outs }: Side): number => outs.leaves.reduce((n, out) => n + sizeOf(out.shape), 0);

/** Labels as einsum writes them: a to z, then A to Z. */
const letters = (labels: readonly number[]): string =>
  labels.map((l) => String.fromCharCode(l < 26 ? 97 + l : 39 + l)).join("");

/** Whether every output's batch axis is traced over or diagonal, so that examples only meet the ones at their places. */
const isPaired = (labels: readonly KernelLabels[], { batch }: Side): boolean =>
  batch !== null && labels.every(({ first, second }, i) => first[batch.outputs[i]!] === second[batch.outputs[i]!]);

/** One kernel for each output leaf of `f`; the side with fewer outputs gives the basis. */
export function ntkVectorProducts(fn: string, problem: Problem, axes: NtkSettings): unknown {
  const { parameters, first, second } = problem;
  const shapes = first.outs.leaves.map(({ shape }, i) => [shape, second.outs.leaves[i]!.shape] as const);
  const pairs = shapes.map(([shape1, shape2]) => pairAxes(fn, shape1, shape2, axes));
  const labels = shapes.map(([shape1, shape2], i) => kernelLabels(shape1, shape2, pairs[i]!));
  const paired = isPaired(labels, first);
  const exchanged = outputSize(first) < outputSize(second);
  const products = exchanged ? columns(first, second, paired) : columns(second, first, paired);
  return perOutput(problem, (i) => {
    const { shape, dtype } = first.outs.leaves[i]!;
    const { first: own, second: other, out } = labels[i]!;
    const kernelDtype = parameters.kernelDtype(dtype);
    if (parameters.floats.length === 0) return full(kernelShape(labels[i]!), 0, kernelDtype);
    const [basis, pushed] = exchanged ? [own, other] : [other, own];
    const left = paired ? pushed.filter((_, axis) => axis !== first.batch!.outputs[i]) : pushed;
    const kernel = einsum(`${letters([...basis, ...left])}->${letters(out)}`, products[i]!) as NDArray;
    return div(convertElementType(kernel, kernelDtype), tracedSize(shape, pairs[i]!));
  });
}
