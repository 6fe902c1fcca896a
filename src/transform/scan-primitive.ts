/** The loop as one operation: its body stays a program, and every transformation makes another loop of it. */
import { type LowerControl, lowerLoop } from "../compile/lower-control.ts";
import { makeAval } from "../ir/aval.ts";
import { withoutDeadCode } from "../ir/dead-code.ts";
import { silenced } from "../ir/effects.ts";
import { type Atom, type ClosedJaxpr, type Equation, type Jaxpr, outputAvals, type Var } from "../ir/jaxpr.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { isUndefined, type LoopParams, type Primitive, type Tangent } from "../ir/primitive.ts";
import { prunedLoop } from "../ir/prune.ts";
import { bind, evalJaxpr, traceToJaxpr } from "../ir/trace.ts";
import { zerosLike } from "../lax/create.ts";
import { batchSize, batchToFront, moveAxis } from "../lax/shape.ts";
import { runBackwards } from "./after-loop.ts";
import {
  batchedProgram,
  chosen,
  count,
  dependents,
  type Flags,
  fixedPoint,
  inputAvalsOf,
  jvpProgram,
  parts,
  present,
  pullBackProgram,
  spread,
  withBatchAxes,
  withTangents,
} from "./bodies.ts";
import { type Split, splitJaxpr, withConstsAsInputs, withUnknown } from "./partial.ts";

/** Primals and then the tangents of the `active` ones, put in the order of roles: those of each role side by side. */
function byRole<T>(list: readonly T[], active: Flags, ...sizes: readonly number[]): T[] {
  const [primals, tangents] = parts(list, active.length);
  const groups = parts(
    tangents,
    ...parts(active, ...sizes)
      .map(count)
      .slice(0, -1),
  );
  return parts(primals, ...sizes).flatMap((group, i) => [...group, ...groups[i]!]);
}

/** Binds a loop whose body may close over arrays: they become constants of the loop. */
export function bindScan({ jaxpr, consts }: ClosedJaxpr, inputs: readonly NDArray[], params: LoopParams): NDArray[] {
  const body = withConstsAsInputs(jaxpr);
  return bind(scanPrimitive, [...consts, ...inputs], { ...params, body, consts: params.consts + consts.length });
}

export const scanPrimitive: Primitive<LoopParams> = {
  name: "scan",
  aval: (_, { body, carries, length }) =>
    outputAvals(body).map((aval, i) => (i < carries ? aval : makeAval([length, ...aval.shape], aval.dtype, aval.weak))),
  jvp,
  partialEval,
  transpose,
  batch,
  prune: prunedLoop,
  lowering: { kind: "control", lower: lowerLoop satisfies LowerControl<LoopParams> },
};

function jvp(primals: readonly NDArray[], tangents: readonly Tangent[], params: LoopParams): [NDArray[], Tangent[]] {
  const { consts, carries } = params;
  const [dConsts, dInit, dSlices] = parts(
    tangents.map((t) => t !== null),
    consts,
    carries,
  );
  const { result, flags } = fixedPoint(dInit, (carry) => {
    const result = withTangents(jvpProgram(params.body, [...dConsts, ...carry, ...dSlices]), carry);
    return { result, flags: result.active };
  });
  const active = [...dConsts, ...flags, ...dSlices];
  const { jaxpr, consts: closedOver } = result.program;
  const body: Jaxpr = {
    ...jaxpr,
    inputs: byRole(jaxpr.inputs, active, consts, carries),
    outputs: byRole(jaxpr.outputs, result.active, carries),
  };
  const given = chosen(tangents, active).map((t, i) => t ?? zerosLike(chosen(primals, active)[i]!.aval));
  const outs = bindScan({ jaxpr: body, consts: closedOver }, byRole([...primals, ...given], active, consts, carries), {
    ...params,
    consts: consts + count(dConsts),
    carries: carries + count(flags),
  });
  const [carry, dCarry, ys, dYs] = parts(outs, carries, count(flags), result.active.length - carries);
  return [[...carry, ...ys], spread([...dCarry, ...dYs], result.active)];
}

/** Two loops: one computes what is known and stacks what the other reads of it, step by step. */
function partialEval(
  equation: Equation<LoopParams>,
  inputs: readonly (NDArray | null)[],
  save: (value: NDArray) => Var,
): { outputs: (NDArray | null)[]; rest: Equation | null } {
  const { params } = equation;
  const { consts, carries, body } = params;
  const [uConsts, uInit, uSlices] = parts(
    inputs.map((x) => x === null),
    consts,
    carries,
  );
  const { result, flags } = fixedPoint<Split>(uInit, (carry) => {
    const result = withUnknown(splitJaxpr(body, [...uConsts, ...carry, ...uSlices]), carry);
    return { result, flags: result.unknownOutputs };
  });
  const { known, unknown, unknownOutputs } = result;
  if (known.jaxpr.equations.length === 0 && unknownOutputs.every(Boolean)) {
    return { outputs: unknownOutputs.map(() => null), rest: equation };
  }
  const isUnknown = [...uConsts, ...flags, ...uSlices];
  const isKnown = isUnknown.map((is) => !is);
  const values = present(inputs, isKnown);
  const knownConsts = consts - count(uConsts);
  const { jaxpr } = known;
  const [outs, residuals] = parts(jaxpr.outputs, unknownOutputs.length - count(unknownOutputs));

  // A residual that is the same in every step is computed once and not stacked.
  const varying = dependents(jaxpr, jaxpr.inputs.slice(knownConsts));
  const varies = residuals.map((atom) => varying.has(atom));
  // One that is a slice lies in its stack already.
  const start = knownConsts + carries - count(flags);
  const given = new Map<Atom, NDArray>(jaxpr.inputs.slice(start).map((v, i) => [v, values[start + i]!]));
  const isMade = residuals.map((atom, i) => varies[i]! && !given.has(atom));
  const fixed = residuals.filter((_, i) => !varies[i]);
  const once: Jaxpr = {
    ...jaxpr,
    inputs: jaxpr.inputs.slice(0, knownConsts),
    equations: withoutDeadCode(silenced(jaxpr.equations), fixed),
    outputs: fixed,
  };
  const fixedValues = evalJaxpr({ jaxpr: once, consts: known.consts }, values.slice(0, knownConsts));
  const looped: Jaxpr = { ...jaxpr, outputs: [...outs, ...chosen(residuals, isMade)] };
  const results = bindScan({ jaxpr: looped, consts: known.consts }, values, {
    ...params,
    consts: knownConsts,
    carries: carries - count(flags),
  });
  const outputs = spread(
    results,
    unknownOutputs.map((is) => !is),
  );
  if (!unknownOutputs.includes(true)) return { outputs, rest: null };
  const made = spread(results.slice(outs.length), isMade);
  const stacks = residuals.flatMap((atom, i) => (varies[i] ? [made[i] ?? given.get(atom)!] : []));
  const [fixedVars, stackedVars] = [false, true].map((is) => unknown.constVars.filter((_, i) => varies[i] === is));
  const rest: Equation<LoopParams> = {
    primitive: scanPrimitive,
    inputs: [...fixedValues.map(save), ...chosen(equation.inputs, isUnknown), ...stacks.map(save)],
    params: {
      ...params,
      body: { ...unknown, constVars: [], inputs: [...fixedVars!, ...unknown.inputs, ...stackedVars!] },
      consts: fixed.length + count(uConsts),
      carries: count(flags),
    },
    outputs: chosen(equation.outputs, unknownOutputs),
  };
  return { outputs, rest: rest };
}

/** The loop backwards: it carries the cotangents of the carry; those of the constants are sums over its trips. */
function transpose(
  cotangents: readonly Tangent[],
  inputs: Parameters<NonNullable<Primitive<LoopParams>["transpose"]>>[1],
  params: LoopParams,
): Tangent[] {
  const { body, consts, carries } = params;
  const [lConsts, , lSlices] = parts(inputs.map(isUndefined), consts, carries);
  // A linear loop carries nothing but what is linear; a start that is known gets no cotangent.
  const linear = [...lConsts, ...new Array<boolean>(carries).fill(true), ...lSlices];
  const [knownConsts, knownSlices] = [
    inputs.slice(0, consts).filter((x) => !isUndefined(x)) as NDArray[],
    inputs.slice(consts + carries).filter((x) => !isUndefined(x)) as NDArray[],
  ];
  const [ctCarry, ctYs] = parts(cotangents, carries);
  const hasYs = ctYs.map((ct) => ct !== null);
  const carryAvals = outputAvals(body).slice(0, carries);
  const yAvals = chosen(outputAvals(body).slice(carries), hasYs);
  const isFixed = linear.map((is, i) => !is && i < consts);
  const isSlice = linear.map((is, i) => !is && i >= consts);
  const program = traceToJaxpr(
    (values) => {
      const [fixed, carry, ys, slices] = parts(values, knownConsts.length, carries, yAvals.length);
      return pullBackProgram(body, linear, [...fixed, ...slices], [...carry, ...spread(ys, hasYs)]);
    },
    [...inputAvalsOf(body, isFixed), ...carryAvals, ...yAvals, ...inputAvalsOf(body, isSlice)],
  );
  const trip = { program, sums: count(lConsts), carries, length: params.length };
  const carry = ctCarry.map((ct, i) => ct ?? zerosLike(carryAvals[i]!));
  const slices = [...present(ctYs, hasYs), ...knownSlices];
  const outs = runBackwards(trip, { fixed: knownConsts, carry, slices }, (back, given) => {
    const own = { consts: knownConsts.length, carries: back.carries, reverse: !params.reverse };
    return bindScan(back.program, given, { ...params, ...own });
  });
  return spread(outs, linear).map((ct, i) => (isUndefined(inputs[i]!) ? ct : null));
}

function batch(
  inputs: readonly NDArray[],
  axes: Parameters<Primitive["batch"]>[1],
  params: LoopParams,
): ReturnType<Primitive["batch"]> {
  const { body, consts, carries } = params;
  const size = batchSize(inputs, axes);
  const [bConsts, bInit, bSlices] = parts(
    axes.map((axis) => axis !== null),
    consts,
    carries,
  );
  const { result, flags } = fixedPoint(bInit, (carry) => {
    const result = withBatchAxes(batchedProgram(body, [...bConsts, ...carry, ...bSlices], size), carry, size);
    return { result, flags: result.batched };
  });
  // A slice along the first axis has the batch axis in front when the whole has it second.
  const given = inputs.map((x, i) => {
    const isSlices = i >= consts + carries;
    const isBatched = axes[i] !== null || (i >= consts && !isSlices && flags[i - consts]);
    if (!isBatched) return x;
    return isSlices ? moveAxis(x, axes[i]!, 1) : batchToFront(x, axes[i]!, size);
  });
  const outs = bindScan(result.program, given, params);
  return [outs, result.batched.map((is, i) => (is ? Number(i >= carries) : null))];
}
