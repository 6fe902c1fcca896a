/** Branches: one of several functions, chosen when the program is traced or when it runs. */
import { promote } from "../base/dtypes.ts";
import { formatShape } from "../base/errors.ts";
import { formatTree, unflatten } from "../base/tree.ts";
import { type LowerControl, lowerBranches } from "../compile/lower-control.ts";
import { type Aval, formatAval } from "../ir/aval.ts";
import { type ClosedJaxpr, type Equation, type Jaxpr, outputAvals, Var } from "../ir/jaxpr.ts";
import { HostArray, NDArray } from "../ir/ndarray.ts";
import { type BranchParams, isUndefined, type Primitive } from "../ir/primitive.ts";
import { prunedBranches } from "../ir/prune.ts";
import { bind, evalJaxpr, traceToJaxpr } from "../ir/trace.ts";
import { clamp } from "../lax/arithmetic.ts";
import { castWeak, convertElementType, isNumber, narrowed, withDigits } from "../lax/convert.ts";
import { zerosLike } from "../lax/create.ts";
import { takeAlong } from "../lax/gather.ts";
import { eq, select } from "../lax/logic.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import { argmax, reduceOr } from "../lax/reduce.ts";
import { batchSize, batchToFront, broadcastInDim, broadcastTo } from "../lax/shape.ts";
import { stopGradient } from "../lax/stop-gradient.ts";
import {
  batchedProgram,
  chosen,
  type Flags,
  inputAvalsOf,
  jvpProgram,
  parts,
  present,
  pullBackProgram,
  spread,
  withBatchAxes,
  withTangents,
} from "./bodies.ts";
import {
  ARRAYS,
  checkFunction,
  flattenArrays,
  type Traced,
  type TraceOptions,
  type TreeFunction,
  traceFunction,
} from "./flat.ts";
import { type Split, splitJaxpr, withUnknown } from "./partial.ts";
import type { ArraysOf, Returned, SeenArguments } from "./tree-types.ts";

/** Binds branches; arrays that one of them closes over become inputs of all. */
export function bindBranches(
  index: NDArray,
  branches: readonly ClosedJaxpr[],
  operands: readonly NDArray[],
): NDArray[] {
  const consts = branches.flatMap((branch) => branch.consts);
  const programs = branches.map(({ jaxpr }, i): Jaxpr => {
    const own = branches.flatMap((other, k) => (k === i ? jaxpr.constVars : other.consts.map((x) => new Var(x.aval))));
    return { ...jaxpr, constVars: [], inputs: [...own, ...jaxpr.inputs] };
  });
  return bind(condPrimitive, [index, ...consts, ...operands], { branches: programs });
}

const union = (lists: readonly Flags[]): boolean[] => lists[0]!.map((_, i) => lists.some((flags) => flags[i]));

/** The places of each branch's residuals among values that all branches give: those of one type may share a place. */
function sharedPlaces(splits: readonly Split[]): { avals: Var["aval"][]; places: number[][] } {
  const avals: Var["aval"][] = [];
  const places = splits.map(({ unknown }) => {
    const taken = new Set<number>();
    return unknown.constVars.map(({ aval }) => {
      const found = avals.findIndex((a, i) => !taken.has(i) && formatAval(a) === formatAval(aval));
      const place = found < 0 ? avals.push(aval) - 1 : found;
      taken.add(place);
      return place;
    });
  });
  return { avals, places };
}

/**
 * A branch mapped over a batch of which some examples take it. The others are computed with the operands of the first that
 * does, and where none does nothing is computed, so that no value and no derivative (0 times infinity) comes of operands
 * that the branch isn't meant for.
 */
function takenBy(takes: NDArray, branch: Jaxpr, batched: Flags, operands: readonly NDArray[]): NDArray[] {
  const [size] = takes.shape as [number];
  const every = branch.outputs.map(() => true);
  const mapped = withBatchAxes(batchedProgram(branch, batched, size), every, size).program;
  if (branch.equations.length === 0 || size === 0) return evalJaxpr(mapped, operands);
  const avals = [takes, ...operands].map((x) => x.aval);
  const own = traceToJaxpr(([takes, ...values]) => {
    const first = argmax(convertElementType(takes!, "int32"), { axis: 0 });
    const replaced = (x: NDArray): NDArray => {
      const example = stopGradient(broadcastTo(takeAlong(x, first, 0), x.shape));
      return select(broadcastInDim(takes!, { shape: x.shape, broadcastDimensions: [0] }), x, example);
    };
    return evalJaxpr(
      mapped,
      values.map((x, i) => (batched[i] ? replaced(x) : x)),
    );
  }, avals);
  const nothing = traceToJaxpr(() => outputAvals(mapped.jaxpr).map(zerosLike), avals);
  return bindBranches(convertElementType(reduceOr(takes), "int32"), [nothing, own], [takes, ...operands]);
}

export const condPrimitive: Primitive<BranchParams> = {
  name: "cond",
  aval: (_, { branches }) => outputAvals(branches[0]!),
  jvp: ([index, ...primals], [, ...tangents], { branches }) => {
    const active = tangents.map((t) => t !== null);
    const derived = branches.map((branch) => jvpProgram(branch, active));
    const some = union(derived.map((d) => d.active));
    const programs = derived.map((d) => withTangents(d, some).program);
    const outs = bindBranches(index!, programs, [...primals, ...present(tangents, active)]);
    const [values, dValues] = parts(outs, some.length);
    return [values, spread(dValues, some)];
  },
  partialEval: (equation, [index, ...operands], save) => {
    const { branches } = equation.params;
    const isUnknown = operands.map((x) => x === null);
    const own = branches.map((branch) => splitJaxpr(branch, isUnknown));
    const unknownOutputs = union(own.map((split) => split.unknownOutputs));
    const splits = own.map((split) => withUnknown(split, unknownOutputs));
    const trivial = unknownOutputs.every(Boolean) && splits.every(({ known }) => known.jaxpr.equations.length === 0);
    if (!index || trivial) return { outputs: unknownOutputs.map(() => null), rest: equation };
    const isKnown = unknownOutputs.map((is) => !is);
    const { avals, places } = sharedPlaces(splits);
    const known = present(
      operands,
      isUnknown.map((is) => !is),
    );
    const knownBranches = splits.map((split, k) =>
      traceToJaxpr(
        (values) => {
          const [outs, residuals] = parts(evalJaxpr(split.known, values), isKnown.filter(Boolean).length);
          return [...outs, ...avals.map((aval, i) => residuals[places[k]!.indexOf(i)] ?? zerosLike(aval))];
        },
        known.map((x) => x.aval),
      ),
    );
    const [outs, residuals] = parts(bindBranches(index, knownBranches, known), isKnown.filter(Boolean).length);
    const outputs = spread(outs, isKnown);
    if (!unknownOutputs.includes(true)) return { outputs, rest: null };
    const rest: Equation<BranchParams> = {
      primitive: condPrimitive,
      inputs: [equation.inputs[0]!, ...residuals.map(save), ...chosen(equation.inputs.slice(1), isUnknown)],
      params: {
        branches: splits.map(({ unknown }, k) => {
          const own = avals.map((aval, i) => unknown.constVars[places[k]!.indexOf(i)] ?? new Var(aval));
          return { ...unknown, constVars: [], inputs: [...own, ...unknown.inputs] };
        }),
      },
      outputs: chosen(equation.outputs, unknownOutputs),
    };
    return { outputs, rest };
  },
  transpose: (cts, [index, ...operands], { branches }) => {
    const linear = operands.map(isUndefined);
    const has = cts.map((ct) => ct !== null);
    const known = operands.filter((x) => x instanceof NDArray);
    const avals = [...known.map((x) => x.aval), ...chosen(outputAvals(branches[0]!), has)];
    const back = branches.map((branch) =>
      traceToJaxpr((values) => {
        const [fixed, given] = parts(values, known.length);
        return pullBackProgram(branch, linear, fixed, spread(given, has));
      }, avals),
    );
    const outs = bindBranches(index as NDArray, back, [...known, ...present(cts, has)]);
    return [null, ...spread(outs, linear)];
  },
  batch: ([index, ...operands], [indexAxis, ...axes], { branches }) => {
    const size = batchSize([index!, ...operands], [indexAxis!, ...axes]);
    const batched = axes.map((axis) => axis !== null);
    const front = operands.map((x, i) => (batched[i] ? batchToFront(x, axes[i]!, size) : x));
    if (indexAxis === null) {
      const mapped = branches.map((branch) => batchedProgram(branch, batched, size));
      const some = union(mapped.map((m) => m.batched));
      const programs = mapped.map((m) => withBatchAxes(m, some, size).program);
      return [bindBranches(index!, programs, front), some.map((is) => (is ? 0 : null))];
    }
    // Examples that differ in their branch: each branch is computed for its own, and one result selected.
    const which = batchToFront(index!, indexAxis!, size);
    const all = branches.map((branch, k) => takenBy(eq(which, k), branch, batched, front));
    const outs = all.reduce((chosenSoFar, outputs, k) =>
      outputs.map((x, i) => {
        const takes = broadcastInDim(eq(which, k), { shape: x.shape, broadcastDimensions: [0] });
        return select(takes, x, chosenSoFar[i]!);
      }),
    );
    return [outs, outs.map(() => 0)];
  },
  prune: prunedBranches,
  lowering: { kind: "control", lower: lowerBranches satisfies LowerControl<BranchParams> },
};

const describeOutputs = ({ program, outTree }: Traced): string =>
  `${formatTree(outTree)} of ${outputAvals(program.jaxpr)
    .map((a) => formatAval({ ...a, weak: false }))
    .join(", ")}`;

/** The dtype that a result shows: a number's digits come along for its conversion. */
const shown = (aval: Aval): Aval => (isNumber(aval) ? { ...aval, dtype: "float32" } : aval);

/** The branches, of whose results those that are numbers take the dtypes that the other branches give. */
function alike(traced: readonly Traced[]): readonly Traced[] {
  const all = traced.map(({ program }) => outputAvals(program.jaxpr).map(shown));
  if (all.every((avals) => avals.every((aval) => !aval.weak))) return traced;
  const wanted = all[0]!.map((_, i) => promote(all.flatMap((avals) => avals[i] ?? [])));
  const convert = (given: NDArray, i: number): NDArray => {
    const [x, to] = [narrowed(given), wanted[i]];
    if (!to || !x.aval.weak || x.dtype === to.dtype) return x;
    return to.weak ? castWeak(x, to.dtype) : convertElementType(x, to.dtype);
  };
  // The programs are converted and not traced anew, which would trace branches inside of branches twice at each depth.
  return traced.map(({ program, outTree }) => ({
    outTree,
    program: traceToJaxpr((values) => evalJaxpr(program, values).map(convert), inputAvalsOf(program.jaxpr)),
  }));
}

/** Traces the branches and runs the chosen one: at once where the number is known, else when the program runs. */
function choose(fn: string, index: NDArray, branches: readonly TreeFunction[], operands: readonly unknown[]): unknown {
  for (const branch of branches) checkFunction(fn, branch);
  const [inputs, tree] = flattenArrays(fn, operands);
  const avals = inputs.map((x) => x.aval);
  const withAllDigits: TraceOptions = { ...ARRAYS, finish: (outs) => outs.map(withDigits) };
  const traced = alike(branches.map((branch) => traceFunction(fn, branch, tree, avals, withAllDigits)));
  const [first, ...others] = traced.map(describeOutputs);
  const other = others.find((text) => text !== first);
  if (other) {
    throw new TypeError(
      `${fn}: ${others.length > 1 ? "all" : "both"} branches must return the same, got ${first} and ${other}.`,
    );
  }
  if (index instanceof HostArray) {
    const { program, outTree } = traced[index.item()]!;
    return unflatten(outTree, evalJaxpr(program, inputs));
  }
  return unflatten(
    traced[0]!.outTree,
    bindBranches(
      index,
      traced.map(({ program }) => program),
      inputs,
    ),
  );
}

/**
 * `trueFn(...operands)` if `pred` is true, else `falseFn(...operands)`; both return the same structure, shapes and dtypes.
 * Only the chosen one is computed. Under `vmap` of the predicate each is computed for the examples that take it, so that a
 * branch that isn't taken has no part in values and derivatives, whatever it would divide by. Source: `jax.lax.cond`.
 * @example lax.cond(true, (x) => np.sin(x), (x) => np.cos(x), 0) // 0
 */
export function cond<Operands extends unknown[], Out>(
  pred: ArrayLike | boolean,
  trueFn: (...operands: SeenArguments<Operands>) => Out,
  falseFn: (...operands: SeenArguments<Operands>) => Returned<Out>,
  ...operands: Operands
): ArraysOf<Out>;
export function cond(pred: unknown, trueFn: TreeFunction, falseFn: TreeFunction, ...operands: unknown[]): unknown {
  const fn = "lax.cond";
  const predicate = asArray(fn, pred, "pred");
  if (predicate.ndim !== 0 || predicate.dtype !== "bool") {
    throw new TypeError(`${fn}: pred must be one bool, got ${predicate.dtype}${formatShape(predicate.shape)}.`);
  }
  const index = predicate instanceof HostArray ? asArray(fn, predicate.item()) : convertElementType(predicate, "int32");
  return choose(fn, index, [falseFn, trueFn], operands);
}

/**
 * `branches[index](...operands)`, where an index outside of the list means the nearest one. Source: `jax.lax.switch`.
 * @example lax.switch(i, [np.sin, np.cos, np.tan], x)
 */
export function switchBranch<Operands extends unknown[], Out>(
  index: ArrayLike,
  branches: readonly ((...operands: SeenArguments<Operands>) => Out)[],
  ...operands: Operands
): ArraysOf<Out>;
export function switchBranch(index: unknown, branches: readonly TreeFunction[], ...operands: unknown[]): unknown {
  const fn = "lax.switch";
  const number = asArray(fn, index, "index");
  if (number.ndim !== 0 || (number.dtype !== "int32" && number.dtype !== "uint32")) {
    throw new TypeError(`${fn}: index must be one integer, got ${number.dtype}${formatShape(number.shape)}.`);
  }
  if (!Array.isArray(branches) || branches.length === 0)
    throw new TypeError(`${fn}: branches must be a list of functions.`);
  const last = branches.length - 1;
  if (number instanceof HostArray) {
    return choose(fn, asArray(fn, Math.min(Math.max(number.item(), 0), last)), branches, operands);
  }
  return choose(fn, convertElementType(clamp(0, number, last), "int32"), branches, operands);
}
