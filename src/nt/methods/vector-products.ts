/**
 * The NTK column by column: the pullback of one side takes a basis vector of its outputs to a direction in the parameters,
 * the pushforward of the other side takes that direction to its outputs.
 *
 * Where examples are mapped, the pushforward's sum over the uses of the parameters is taken by the cotangents at these uses,
 * which are the same for all directions: carrying each through the layers behind would repeat those for every pair.
 */
import { removed, sizeOf } from "../../base/shapes.ts";
import { type ClosedJaxpr, outputAvals } from "../../ir/jaxpr.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import { evalJaxpr } from "../../ir/trace.ts";
import { convertElementType } from "../../lax/convert.ts";
import { zerosLike } from "../../lax/create.ts";
import { moveAxis, reshape } from "../../lax/shape.ts";
import { einsum } from "../../numpy/einsum.ts";
import { standardBasis } from "../../transform/jacobian.ts";
import { transposeJaxpr } from "../../transform/transpose.ts";
import { vmap } from "../../transform/vmap.ts";
import type { Contribution } from "../structure/contributions.ts";
import { type KernelLabels, kernelLabels, meanOfTraced, pairAxes } from "../task/axes.ts";
import { linearizeBy, linearizeExamples, perLinearExample } from "../task/linear-examples.ts";
import { type NtkSettings, type Problem, perOutput, type Side } from "../task/problem.ts";
import { type Ring, ringOf } from "./ring.ts";
import { contributions, productOf } from "./structured-derivatives.ts";

/** Takes a direction in the parameters to the outputs. */
type Push = (direction: readonly NDArray[]) => NDArray[];

/** What `push` makes of the directions of a linear program's outputs: for each leaf `[...output, ...pushed output]`. */
function products(linear: ClosedJaxpr, push: Push): NDArray[] {
  const outs = outputAvals(linear.jaxpr);
  return outs.map((leaf, i) => {
    const column = (e: NDArray): NDArray => {
      const cotangents = outs.map((_, k) => (k === i ? e : null));
      const direction = transposeJaxpr(linear, cotangents);
      return push(direction.map((ct, k) => ct ?? zerosLike(linear.jaxpr.inputs[k]!.aval)))[i]!;
    };
    const all = vmap(column)(standardBasis(leaf));
    return reshape(all, { newSizes: [...leaf.shape, ...all.shape.slice(1)] });
  });
}

const pushOf =
  (linear: ClosedJaxpr): Push =>
  (direction) =>
    evalJaxpr(linear, direction);

/**
 * The products with a basis of `basisSide`'s outputs: for each output leaf `[...basis side's output, ...other's]`. Where
 * the batch is `paired`, only those of examples with the one at the same place, and the other's batch axis is missing.
 */
function columns(fn: string, basisSide: Side, other: Side, paired: boolean): NDArray[] {
  const whole = paired ? null : linearizeBy(fn, other.whole, other.parameters.floats);
  const [results] = perLinearExample(fn, paired ? [basisSide, other] : [basisSide], (single, partner) => [
    products(single!, pushOf((whole ?? partner)!)).map((x) => [x]),
    null,
  ]);
  const place = basisSide.batch?.outputs;
  return results.map(([column], i) => (place ? moveAxis(column!, 0, place[i]!) : column!));
}

/** The products of a batch with itself, of the examples that meet: `[block, example, ...output, met example, ...output]`. */
function columnsInRing(fn: string, side: Side, ring: Ring): NDArray[] {
  const { rows, at } = linearizeExamples(fn, side);
  const ofExample = (row: NDArray[], met: NDArray[]): NDArray[] =>
    products(at(row), (direction) =>
      vmap((partner: NDArray[]) => pushOf(at(partner))(direction), { axisSize: ring.sizes[1] })(met),
    );
  const ofBlock = (own: NDArray[], met: NDArray[]): NDArray[] =>
    vmap((row: NDArray[]) => ofExample(row, met), { axisSize: ring.sizes[0] })(own);
  const [own, met] = ([0, 1] as const).map((which) => rows.map((x) => ring.take(x, which))) as [NDArray[], NDArray[]];
  return vmap(ofBlock, { axisSize: ring.blocks })(own, met);
}

const outputSize = ({ outs }: Side): number => outs.leaves.reduce((n, out) => n + sizeOf(out.shape), 0);

/** Whether every output's batch axis is traced over or diagonal, so that examples only meet the ones at their places. */
const isPaired = (labels: readonly KernelLabels[], { batch }: Side): boolean =>
  batch !== null && labels.every(({ first, second }, i) => first[batch.outputs[i]!] === second[batch.outputs[i]!]);

/**
 * Whether what a parameter's direction does to one side is cheaper found by the cotangents where it is used than by
 * carrying it on to the outputs. Not where it is multiplied by its whole Jacobian, as weights inside of loops are, and the
 * outputs are many.
 */
function isPulled(
  { parameters: { floats } }: Problem,
  { batch, outs }: Side,
  found: readonly Contribution[][],
): boolean {
  const sizesOf = (list: readonly NDArray[]): number => list.reduce((n, { size }) => n + size, 0);
  return outs.leaves.every(({ shape }, i) => {
    const whole = found[i]!.filter(({ path }) => path.factors.length === 0).map(({ parameter }) => floats[parameter]!);
    return sizeOf(shape) * sizesOf(whole) <= 2 * shape[batch!.outputs[i]!]! * sizesOf(floats);
  });
}

/**
 * One kernel for each output leaf of `f`. Where examples are mapped, a direction isn't carried through the layers behind a
 * parameter's use, once for each direction, but meets the cotangents of the other side's outputs there.
 */
export function ntkVectorProducts(fn: string, problem: Problem, axes: NtkSettings): unknown {
  const { first, second } = problem;
  const rules = { ...axes.rules, sRules: false };
  const isFirst = outputSize(first) < outputSize(second);
  const found = first.batch && contributions(fn, problem, axes, isFirst ? [rules, axes.rules] : [axes.rules, rules]);
  const pulls = found && (isFirst ? isPulled(problem, second, found[1]) : isPulled(problem, first, found[0]));
  return pulls ? productOf(fn, problem, axes, found) : pushedProducts(fn, problem, axes);
}

/** One kernel for each output leaf of `f`; the side with fewer outputs gives the basis. */
function pushedProducts(fn: string, problem: Problem, axes: NtkSettings): unknown {
  const { parameters, first, second } = problem;
  const shapes = first.outs.leaves.map(({ shape }, i) => [shape, second.outs.leaves[i]!.shape] as const);
  const pairs = shapes.map(([shape1, shape2]) => pairAxes(fn, shape1, shape2, axes));
  const labels = shapes.map(([shape1, shape2], i) => kernelLabels(shape1, shape2, pairs[i]!));
  const paired = isPaired(labels, first);
  // A function without batch axes is one example, however many it couples, and each push takes all of its outputs.
  const count = first.batch && !paired && first === second ? first.outs.leaves[0]!.shape[first.batch.outputs[0]!]! : 0;
  const ring = count > 2 ? ringOf(count) : null;
  const exchanged = outputSize(first) < outputSize(second);
  const sides = exchanged ? ([first, second] as const) : ([second, first] as const);
  const found = ring ? columnsInRing(fn, first, ring) : columns(fn, ...sides, paired);
  return perOutput(problem, (i) => {
    const { shape, dtype } = first.outs.leaves[i]!;
    const { first: own, second: other, out } = labels[i]!;
    const [basis, pushed] = exchanged ? [own, other] : [other, own];
    const left = paired ? removed(pushed, first.batch!.outputs[i]!) : pushed;
    const kernel = ring
      ? ring.kernel(found[i]!, labels[i]!, first.batch!.outputs[i]!)
      : (einsum(found[i]!, [...basis, ...left], out) as NDArray);
    return meanOfTraced(convertElementType(kernel, parameters.kernelDtype(dtype)), shape, pairs[i]!);
  });
}
