/** Takes the calls of the host out of programs: what they are given becomes further outputs, stacked over loops. */
import { UnsupportedError } from "../base/errors.ts";
import { sizeOf } from "../base/shapes.ts";
import { hasEffect, type Separated } from "../ir/effects.ts";
import { type ClosedJaxpr, Environment, type Equation, isJaxpr, type Jaxpr, mapPrograms } from "../ir/jaxpr.ts";
import { type HostArray, hostArray, type NDArray, storageOf } from "../ir/ndarray.ts";
import type { BranchParams, LoopParams } from "../ir/primitive.ts";
import { bind, evalJaxpr, traceToJaxpr, traceWithAux } from "../ir/trace.ts";
import { zerosLike } from "../lax/create.ts";
import { inputAvalsOf, parts } from "./bodies.ts";
import { bindBranches, condPrimitive } from "./cond.ts";
import { whenRead } from "./host-call.ts";
import { bindScan, scanPrimitive } from "./scan-primitive.ts";

/** A call, or a loop or branches with calls inside, and how many arrays it takes. */
interface Step {
  readonly takes: number;
  perform(values: readonly HostArray[]): void;
}

/** What a program gives, its own outputs and then what its calls are given, and these. */
interface Found {
  readonly outputs: NDArray[];
  readonly seen: NDArray[];
  readonly steps: Step[];
}

function performAll(steps: readonly Step[], values: readonly HostArray[]): void {
  let next = 0;
  for (const step of steps) {
    step.perform(values.slice(next, next + step.takes));
    next += step.takes;
  }
}

const total = (steps: readonly Step[]): number => steps.reduce((sum, { takes }) => sum + takes, 0);

/** Runs the program without its calls. */
function runWithoutCalls({ jaxpr, consts }: ClosedJaxpr, inputs: readonly NDArray[]): Found {
  const env = new Environment<NDArray>((literal) => literal.array);
  env.writeAll(jaxpr.constVars, consts);
  env.writeAll(jaxpr.inputs, inputs);
  const seen: NDArray[] = [];
  const steps: Step[] = [];
  for (const equation of jaxpr.equations) {
    const values = equation.inputs.map((a) => env.read(a));
    if (!hasEffect(equation)) {
      env.writeAll(equation.outputs, bind(equation.primitive, values, equation.params));
      continue;
    }
    const found = withoutCalls(equation, values);
    env.writeAll(equation.outputs, found.outputs);
    seen.push(...found.seen);
    steps.push(...found.steps);
  }
  return { outputs: jaxpr.outputs.map((a) => env.read(a)), seen, steps };
}

function withoutCalls(equation: Equation, values: readonly NDArray[]): Found {
  const { primitive, params } = equation;
  const { effect, lowering, name } = primitive;
  if (effect) {
    const step = { takes: values.length, perform: (given: readonly HostArray[]) => effect(given, params) };
    return { outputs: [], seen: [...values], steps: [step] };
  }
  if (lowering.kind === "call") return runWithoutCalls({ jaxpr: lowering.program(params), consts: [] }, values);
  if (primitive === scanPrimitive) return loopWithoutCalls(params as LoopParams, values);
  if (primitive === condPrimitive) return branchesWithoutCalls(params as BranchParams, values);
  throw new UnsupportedError(
    `debug.callback, debug.print: the body of lax.whileLoop (${name}) runs as often as its values say, and what it would ` +
      "show can't be kept. Show what the loop returns, or use lax.scan or lax.foriLoop with a number of trips.",
  );
}

/** A program with what its calls are given as its last outputs, and the calls. */
function tracedWithoutCalls(jaxpr: Jaxpr): [program: ClosedJaxpr, steps: Step[]] {
  return traceWithAux((values) => {
    const { outputs, seen, steps } = runWithoutCalls({ jaxpr, consts: [] }, values);
    return [[...outputs, ...seen], steps];
  }, inputAvalsOf(jaxpr));
}

/** The trip's part of an array that is stacked over the trips. */
function tripOf(x: HostArray, trip: number): HostArray {
  const shape = x.shape.slice(1);
  const size = sizeOf(shape);
  return hostArray(storageOf(x).subarray(trip * size, (trip + 1) * size), shape, x.dtype);
}

function loopWithoutCalls(params: LoopParams, values: readonly NDArray[]): Found {
  const [program, steps] = tracedWithoutCalls(params.body);
  const [outputs, seen] = parts(bindScan(program, values, params), params.body.outputs.length);
  const { length, reverse } = params;
  const perform = (stacked: readonly HostArray[]): void => {
    for (let i = 0; i < length; i++) {
      const trip = reverse ? length - 1 - i : i;
      performAll(
        steps,
        stacked.map((x) => tripOf(x, trip)),
      );
    }
  };
  return { outputs, seen, steps: [{ takes: seen.length, perform }] };
}

/** Each branch gives zeros for what the others' calls would be given. */
function branchesWithoutCalls({ branches }: BranchParams, values: readonly NDArray[]): Found {
  const each = branches.map(tracedWithoutCalls);
  const own = branches[0]!.outputs.length;
  const avals = each.map(([{ jaxpr }]) => jaxpr.outputs.slice(own).map((a) => a.aval));
  const programs = each.map(([program], k) => {
    return traceToJaxpr((given) => {
      const [outputs, seen] = parts(evalJaxpr(program, given), own);
      return [...outputs, ...avals.flatMap((list, i) => (i === k ? seen : list.map(zerosLike)))];
    }, inputAvalsOf(program.jaxpr));
  });
  const [index, ...operands] = values;
  const [outputs, seen] = parts(bindBranches(index!, programs, operands), own);
  const perform = ([taken, ...given]: readonly HostArray[]): void => {
    const k = taken!.item();
    const before = total(each.slice(0, k).flatMap(([, steps]) => steps));
    performAll(each[k]![1], given.slice(before));
  };
  return { outputs, seen: [index!, ...seen], steps: [{ takes: 1 + seen.length, perform }] };
}

function separate(jaxpr: Jaxpr): Separated {
  const { constVars, ...rest } = jaxpr;
  const [program, steps] = tracedWithoutCalls({ ...rest, constVars: [], inputs: [...constVars, ...jaxpr.inputs] });
  const inputs = program.jaxpr.inputs;
  return {
    jaxpr: { ...program.jaxpr, constVars: inputs.slice(0, constVars.length), inputs: inputs.slice(constVars.length) },
    perform: (outputs) => {
      const [own, seen] = parts(outputs, jaxpr.outputs.length);
      whenRead(seen, (values) => performAll(steps, values));
      return own;
    },
  };
}

const includes = ({ primitive, params }: Equation): boolean =>
  primitive.effect !== undefined ||
  Object.values(params ?? {})
    .flat()
    .some((x) => isJaxpr(x) && x.equations.some(includes));

const silence = (equations: readonly Equation[]): readonly Equation[] =>
  equations
    .filter(({ primitive }) => !primitive.effect)
    .map((equation) => mapPrograms(equation, (program) => ({ ...program, equations: silence(program.equations) })));

/** What is done about calls in programs that have some. */
export const hostCalls = { includes, silence, separate };
