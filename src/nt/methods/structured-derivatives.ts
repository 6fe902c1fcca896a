/**
 * The NTK from structured derivatives: for a parameter w that is used in `y = einsum(a, w)`, the kernel's part is
 * df1/dy a1 a2^T (df2/dy)^T, a product of four small arrays in its cheapest order, in place of two large Jacobians.
 * Novak et al., "Fast Finite Width Neural Tangent Kernel", https://arxiv.org/abs/2206.08720.
 *
 * A parameter that is used in several ways gives such a part for each pair of uses.
 */
import type { DType } from "../../base/dtypes.ts";
import { sizeOf } from "../../base/shapes.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import { convertElementType } from "../../lax/convert.ts";
import { full } from "../../lax/create.ts";
import { addArrays } from "../../lax/elementwise.ts";
import { contractMany } from "../../lax/products/contract-many.ts";
import { transpose } from "../../lax/shape.ts";
import { type Contribution, contributionsOf } from "../structure/contributions.ts";
import { alignContributions, pairProduct, type SideLabels } from "../structure/pair-product.ts";
import type { Rules } from "../structure/uses.ts";
import {
  type AxesOptions,
  type KernelLabels,
  kernelLabels,
  kernelShape,
  meanOfTraced,
  mirrorOf,
  pairAxes,
} from "../task/axes.ts";
import { type NtkSettings, type Problem, perOutput, type Side } from "../task/problem.ts";

export type Sides = readonly [Contribution[][], Contribution[][]];

/** The pairs of one output's contributions by the same parameter; of two that are exchanged only one where `same`. */
function pairsOf(one: readonly Contribution[], two: readonly Contribution[], same: boolean) {
  return one.flatMap((a, i) =>
    two.flatMap((b, j) => (a.parameter === b.parameter && !(same && j < i) ? [{ a, b, mirrored: same && j > i }] : [])),
  );
}

/** Both sides' contributions. A parameter that is used in ways that no labels express is treated without structure. */
export function contributions(
  fn: string,
  { first, second }: Problem,
  axes: AxesOptions,
  [rules1, rules2]: readonly [Rules, Rules],
): Sides {
  const pairs = first.outs.leaves.map(({ shape }, i) => {
    const { trace, diagonal } = pairAxes(fn, shape, second.outs.leaves[i]!.shape, axes);
    const alone = first.batch === null ? trace : [...trace, first.batch.outputs[i]!];
    return sizeOf(shape.map((n, axis) => (alone.includes(axis) ? 1 : diagonal.includes(axis) ? n : n * n)));
  });
  const plain = new Set<number>();
  for (;;) {
    const one = contributionsOf(fn, first, rules1, plain, pairs);
    const two = second === first && rules1 === rules2 ? one : contributionsOf(fn, second, rules2, plain, pairs);
    const before = plain.size;
    one.forEach((list, i) => {
      for (const { a, b } of pairsOf(list, two[i]!, one === two)) {
        if (alignContributions(a, b) === undefined) plain.add(a.parameter);
      }
    });
    if (plain.size === before) return [one, two];
  }
}

function sideLabels(output: readonly number[], side: Side, index: number): SideLabels {
  if (side.batch === null) return { output, batch: [] };
  const axis = side.batch.outputs[index]!;
  return { output: output.filter((_, i) => i !== axis), batch: [output[axis]!] };
}

/** One kernel for each output leaf of `f`. */
export const structuredDerivatives = (fn: string, problem: Problem, axes: NtkSettings): unknown =>
  productOf(fn, problem, axes, contributions(fn, problem, axes, [axes.rules, axes.rules]));

type Pair = ReturnType<typeof pairsOf>[number];

/** The sum of the products of pairs; `null` without any. */
function sumOf(pairs: readonly Pair[], kernel: KernelLabels, sides: readonly [SideLabels, SideLabels], dtype: DType) {
  const terms = pairs.flatMap(({ a, b, mirrored }): NDArray[] => {
    const shared = alignContributions(a, b);
    if (!shared) return [];
    const term = contractMany(pairProduct(kernel, [a, b], sides, shared, dtype));
    return mirrored ? [term, transpose(term, { permutation: mirrorOf(kernel) })] : [term];
  });
  return terms.length === 0 ? null : terms.reduce(addArrays);
}

/** The part of pairs that both go through narrower values: their kernel, between the output's derivatives by them. */
function sumThrough(
  pairs: readonly Pair[],
  kernel: KernelLabels,
  sides: readonly [SideLabels, SideLabels],
  dtype: DType,
) {
  const [pair] = pairs;
  if (!pair) return null;
  const sizes = [...kernel.sizes];
  const outer = [pair.a, pair.b].map(({ through }, i) => {
    const { batch, output } = sides[i]!;
    const rows = through!.shape.slice(batch.length + output.length).map((n) => sizes.push(n) - 1);
    const array = convertElementType(through!, dtype);
    return { rows, batch, operand: { array, labels: [...batch, ...output, ...rows], windows: [] } };
  });
  const [one, two] = outer as [(typeof outer)[0], (typeof outer)[0]];
  const out = [...new Set([...one.batch, ...two.batch]), ...one.rows, ...two.rows];
  const inner = { first: [...one.batch, ...one.rows], second: [...two.batch, ...two.rows], out, sizes };
  const own = pairs.map(({ a, b, mirrored }) => ({ a: { ...a, through: null }, b: { ...b, through: null }, mirrored }));
  const array = sumOf(
    own,
    inner,
    [
      { output: one.rows, batch: one.batch },
      { output: two.rows, batch: two.batch },
    ],
    dtype,
  );
  if (!array) return null;
  const operands = [{ array, labels: out, windows: [] }, one.operand, two.operand];
  return contractMany({ operands, out: kernel.out, sizes });
}

/** The kernels that both sides' contributions make. */
export function productOf(fn: string, problem: Problem, axes: NtkSettings, [one, two]: Sides): unknown {
  const { parameters, first, second } = problem;
  return perOutput(problem, (i) => {
    const { shape, dtype } = first.outs.leaves[i]!;
    const paired = pairAxes(fn, shape, second.outs.leaves[i]!.shape, axes);
    const kernel = kernelLabels(shape, second.outs.leaves[i]!.shape, paired);
    const sides = [sideLabels(kernel.first, first, i), sideLabels(kernel.second, second, i)] as const;
    const kernelDtype = parameters.kernelDtype(dtype);
    const pairs = pairsOf(one[i]!, two[i]!, one === two);
    const goesThrough = ({ a, b }: Pair): boolean => a.through !== null && b.through !== null;
    const terms = [
      sumThrough(pairs.filter(goesThrough), kernel, sides, kernelDtype),
      sumOf(
        pairs.filter((pair) => !goesThrough(pair)),
        kernel,
        sides,
        kernelDtype,
      ),
    ].filter((term) => term !== null);
    if (terms.length === 0) return full(kernelShape(kernel), 0, kernelDtype);
    return meanOfTraced(terms.reduce(addArrays), shape, paired);
  });
}
