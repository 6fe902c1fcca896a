/**
 * The NTK from structured derivatives: for a parameter w that is used in `y = einsum(a, w)`, the kernel's part is
 * df1/dy a1 a2^T (df2/dy)^T, a product of four small arrays in its cheapest order, in place of two large Jacobians.
 * Novak et al., "Fast Finite Width Neural Tangent Kernel", https://arxiv.org/abs/2206.08720.
 */
import { isFloat } from "../base/dtypes.ts";
import { range } from "../base/shapes.ts";
import { structure } from "../base/tree.ts";
import type { Aval } from "../ir/aval.ts";
import { type Atom, type ClosedJaxpr, Literal } from "../ir/jaxpr.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { type Tangent, UndefinedPrimal, type Window } from "../ir/primitive.ts";
import { bind1 } from "../ir/trace.ts";
import { add, div } from "../lax/arithmetic.ts";
import { convertElementType } from "../lax/convert.ts";
import { full } from "../lax/create.ts";
import { moveAxis, reshape } from "../lax/shape.ts";
import { traceFunction } from "../transform/flat.ts";
import { standardBasis } from "../transform/jacobian.ts";
import { linearizeJaxpr } from "../transform/linearize.ts";
import { transposeWithCuts } from "../transform/transpose.ts";
import { vmap } from "../transform/vmap.ts";
import { type KernelLabels, kernelLabels, kernelShape, pairAxes, tracedSize } from "./axes.ts";
import { contractMany, type Operand } from "./contract-many.ts";
import { type NtkSettings, type OfParameters, type Problem, perOutput, type Side } from "./problem.ts";
import { type Rules, type Structure, structuredUse, type Use } from "./structure.ts";

/** What one side contributes: for each output and parameter the cotangent, and the factor where there is a structure. */
interface Contribution {
  /** Per parameter its structure, or `null` where the cotangent is that of the parameter itself. */
  readonly structures: readonly (Structure | null)[];
  /** Per parameter how its axes have been renamed before its structure begins. */
  readonly renamings: readonly string[];
  /** Per output the arrays: one for a plain parameter, two for a structured one. With a batch axis in front, if any. */
  readonly arrays: readonly (readonly NDArray[])[];
}

/** The Jacobian of a linear equation by one of its inputs: `[...output, ...input]`. */
function denseJacobian({ equation, input }: Use, read: (atom: Atom) => NDArray, fwd: boolean | null): NDArray {
  const { primitive, inputs, params, outputs } = equation;
  const [y, w] = [zerosOf(outputs[0]!.aval), zerosOf(inputs[input]!.aval)];
  if (fwd ?? y.size > w.size) {
    const apply = (x: NDArray): NDArray => {
      const values = inputs.map((atom, i) => (i === input ? x : read(atom)));
      return bind1(primitive, values, params);
    };
    const columns = moveAxis(vmap(apply)(standardBasis(w)), 0, y.ndim);
    return reshape(columns, { newSizes: [...y.shape, ...w.shape] });
  }
  const pull = (ct: NDArray): NDArray => {
    const values = inputs.map((atom, i) => (i === input ? new UndefinedPrimal(atom.aval) : read(atom)));
    return primitive.transpose!([ct], values, params)[input] ?? w;
  };
  return reshape(vmap(pull)(standardBasis(y)), { newSizes: [...y.shape, ...w.shape] });
}

const zerosOf = ({ shape, dtype }: Aval): NDArray => full(shape, 0, dtype);

/** What stands between a parameter and the output of the equation that uses it. */
function factorOf({ jaxpr, consts }: ClosedJaxpr, use: Use, { fwd }: Rules): NDArray {
  const read = (atom: Atom): NDArray => {
    if (atom instanceof Literal) return atom.array;
    const known = jaxpr.constVars.indexOf(atom);
    // Another tangent: the Jacobian by this parameter does not depend on it.
    return known < 0 ? zerosOf(atom.aval) : consts[known]!;
  };
  const { input } = use.structure.factor;
  return input === null ? denseJacobian(use, read, fwd) : read(use.equation.inputs[input]!);
}

/** The cotangents at the cuts and parameters for every element of one output: `[...output, ...y]`. */
function cotangents(
  linear: ClosedJaxpr,
  outputs: readonly NDArray[],
  index: number,
  uses: readonly (Use | null)[],
): NDArray[] {
  const leaf = outputs[index]!;
  const cuts = uses.filter((use) => use !== null);
  const shapes = uses.map((use, i) => (use ? use.equation.outputs[0]! : linear.jaxpr.inputs[i]!).aval);
  if (!isFloat(leaf.dtype)) return shapes.map((y) => full([...leaf.shape, ...y.shape], 0, y.dtype));
  const row = (e: NDArray): NDArray[] => {
    const basis = outputs.map((_, i): Tangent => (i === index ? e : null));
    const result = transposeWithCuts(linear, basis, cuts);
    return uses.map((use, i) => {
      const ct = use ? result.cuts[cuts.indexOf(use)]! : result.inputs[i]!;
      return ct ?? full(shapes[i]!.shape, 0, shapes[i]!.dtype);
    });
  };
  const rows = vmap(row)(standardBasis(leaf)) as NDArray[];
  return rows.map((x) => reshape(x, { newSizes: [...leaf.shape, ...x.shape.slice(1)] }));
}

function contributionOf(fn: string, side: Side, rules: Rules): Contribution {
  const { floats } = side.parameters;
  let uses: readonly (Use | null)[] = [];
  const compute = (single: OfParameters): NDArray[][] => {
    const avals = floats.map((x) => x.aval);
    const { program } = traceFunction(fn, single, structure([floats]), avals);
    const all = floats.map(() => true);
    const { outputs, linear } = linearizeJaxpr(program, floats, all);
    uses = linear.jaxpr.inputs.map((v) => structuredUse(linear.jaxpr, v, rules));
    return outputs.map((_, i) =>
      cotangents(linear, outputs, i, uses).flatMap((ct, k) => {
        const use = uses[k]!;
        return use ? [ct, factorOf(linear, use, rules)] : [ct];
      }),
    );
  };
  const arrays = side.perExample(compute, () => 0);
  return {
    structures: uses.map((use) => use?.structure ?? null),
    renamings: uses.map((use) => use?.renamings ?? ""),
    arrays,
  };
}

/** Labels from one side's point of view: those of its output, and of its batch axis in front of every array. */
interface SideLabels {
  readonly output: readonly number[];
  readonly batch: readonly number[];
}

function sideLabels(output: readonly number[], side: Side, index: number): SideLabels {
  if (side.batch === null) return { output, batch: [] };
  const axis = side.batch.outputs[index]!;
  return { output: output.filter((_, i) => i !== axis), batch: [output[axis]!] };
}

/** Gives out labels and remembers their sizes. */
class Labels {
  constructor(readonly sizes: number[]) {}

  fresh(size: number): number {
    return this.sizes.push(size) - 1;
  }
}

/** The operands of one side: the cotangent, and the factor; the parameter's axes carry `parameter`. */
function operandsOf(
  [ct, factor]: readonly [NDArray, NDArray | undefined],
  s: Structure | null,
  { output, batch }: SideLabels,
  parameter: readonly number[],
  labels: Labels,
): Operand[] {
  if (!s || !factor) return [{ array: ct, labels: [...batch, ...output, ...parameter], windows: [] }];
  const renamed = s.sizes.map((size, label) => {
    const axis = s.parameter.indexOf(label);
    return axis < 0 ? labels.fresh(size) : parameter[axis]!;
  });
  const rename = (label: number): number => renamed[label]!;
  const windows = s.factor.windows.map(
    (w): Window => ({
      ...w,
      input: rename(w.input),
      first: { ...w.first, label: rename(w.first.label) },
      second: { ...w.second, label: rename(w.second.label) },
    }),
  );
  return [
    { array: ct, labels: [...batch, ...output, ...s.output.map(rename)], windows: [] },
    { array: factor, labels: [...batch, ...s.factor.labels.map(rename)], windows },
  ];
}

/** The part of the kernel that one parameter makes. */
function parameterTerm(
  kernel: KernelLabels,
  sides: readonly [SideLabels, SideLabels],
  structures: readonly [Structure | null, Structure | null],
  arrays: readonly [readonly NDArray[], readonly NDArray[]],
  dtype: NDArray["dtype"],
): NDArray {
  const labels = new Labels([...kernel.sizes]);
  const [s] = structures;
  const ct = arrays[0][0]!;
  const shape = s
    ? s.parameter.map((label) => s.sizes[label]!)
    : ct.shape.slice(sides[0].batch.length + sides[0].output.length);
  const parameter = shape.map((n) => labels.fresh(n));
  const operands = range(2).flatMap((k) => {
    const converted = arrays[k]!.map((x) => convertElementType(x, dtype));
    return operandsOf([converted[0]!, converted[1]], structures[k]!, sides[k]!, parameter, labels);
  });
  return contractMany({ operands, out: kernel.out, sizes: labels.sizes });
}

/** Both sides' contributions. Should `f` use a parameter differently on x2 than on x1, its structure is left aside. */
function contributions(fn: string, { first, second }: Problem, rules: Rules): [Contribution, Contribution] {
  const one = contributionOf(fn, first, rules);
  if (second === first) return [one, one];
  const two = contributionOf(fn, second, rules);
  const wayOf = ({ structures, renamings }: Contribution, i: number): string => {
    const s = structures[i]!;
    return s ? `${s.parameter.map((label) => s.sizes[label]!)} after ${renamings[i]}` : "none";
  };
  if (one.structures.every((_, i) => wayOf(one, i) === wayOf(two, i))) return [one, two];
  return contributions(fn, { parameters: first.parameters, first, second }, { ...rules, sRules: false });
}

/** One kernel for each output leaf of `f`. */
export function structuredDerivatives(fn: string, problem: Problem, axes: NtkSettings): unknown {
  const { parameters, first, second } = problem;
  const [one, two] = contributions(fn, problem, axes.rules);
  return perOutput(problem, (i) => {
    const { shape, dtype } = first.outs.leaves[i]!;
    const paired = pairAxes(fn, shape, second.outs.leaves[i]!.shape, axes);
    const kernel = kernelLabels(shape, second.outs.leaves[i]!.shape, paired);
    const sides = [sideLabels(kernel.first, first, i), sideLabels(kernel.second, second, i)] as const;
    const kernelDtype = parameters.kernelDtype(dtype);
    const [queue1, queue2] = [[...one.arrays[i]!], [...two.arrays[i]!]];
    const terms = parameters.floats.map((_, k) => {
      const structures = [one.structures[k]!, two.structures[k]!] as const;
      const count = structures.map((s) => (s ? 2 : 1)) as [number, number];
      const arrays = [queue1.splice(0, count[0]), queue2.splice(0, count[1])] as const;
      return parameterTerm(kernel, sides, structures, arrays, kernelDtype);
    });
    const total = terms.length === 0 ? full(kernelShape(kernel), 0, kernelDtype) : terms.reduce(add);
    const count = tracedSize(shape, paired);
    return count === 1 ? total : div(total, count);
  });
}
