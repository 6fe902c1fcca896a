/** What the rules of loops and branches do with the programs inside of them. */
import type { Aval } from "../ir/aval.ts";
import type { Atom, ClosedJaxpr, Jaxpr, Var } from "../ir/jaxpr.ts";
import type { NDArray } from "../ir/ndarray.ts";
import type { BatchAxis, Tangent } from "../ir/primitive.ts";
import { evalJaxpr, traceToJaxpr, traceWithAux } from "../ir/trace.ts";
import { zerosLike } from "../lax/create.ts";
import { batchToFront } from "../lax/shape.ts";
import { batchJaxpr } from "./batch.ts";
import { jvpJaxpr } from "./jvp.ts";
import { transposeJaxpr } from "./transpose.ts";

export type Flags = readonly boolean[];

export const chosen = <T>(list: readonly T[], flags: Flags): T[] => list.filter((_, i) => flags[i]);

/** The chosen ones, none of which is `null`. */
export const present = <T>(list: readonly (T | null)[], flags: Flags): T[] =>
  list.filter((x, i): x is T => flags[i] === true && x !== null);

export const count = (flags: Flags): number => flags.filter(Boolean).length;

/** One value for each flag: the next of `values` where it is set, else `null`. */
export function spread<T>(values: readonly T[], flags: Flags): (T | null)[] {
  let next = 0;
  return flags.map((flag) => (flag ? values[next++]! : null));
}

/** The list in parts of the given sizes and a last one with the rest. */
export function parts<T, Sizes extends number[]>(
  list: readonly T[],
  ...sizes: Sizes
): [...{ [K in keyof Sizes]: T[] }, T[]] {
  let next = 0;
  const heads = sizes.map((size) => {
    next += size;
    return list.slice(next - size, next);
  });
  return [...heads, list.slice(next)] as [...{ [K in keyof Sizes]: T[] }, T[]];
}

/** The variables that depend on some of a program's inputs. */
export function dependents({ equations }: Jaxpr, inputs: readonly Var[]): Set<Atom> {
  const found = new Set<Atom>(inputs);
  for (const { inputs, outputs } of equations)
    if (inputs.some((a) => found.has(a))) for (const v of outputs) found.add(v);
  return found;
}

export const inputAvalsOf = ({ inputs }: Jaxpr, flags?: Flags): Aval[] =>
  (flags ? chosen(inputs, flags) : inputs).map((v) => v.aval);

/** The flags that a program gives back for its carry, put in again until they no longer grow. */
export function fixedPoint<Result>(
  start: Flags,
  step: (flags: Flags) => { readonly result: Result; readonly flags: Flags },
): { readonly result: Result; readonly flags: Flags } {
  const { result, flags } = step(start);
  const grown = start.map((flag, i) => flag || flags[i]!);
  return grown.every((flag, i) => flag === start[i]) ? { result, flags: start } : fixedPoint(grown, step);
}

/** A program of `[...primals, ...tangents]` to `[...outputs, ...tangents]`. */
export interface JvpProgram {
  readonly program: ClosedJaxpr;
  /** Which outputs have a tangent. */
  readonly active: Flags;
}

/** The derivative of a program by its `active` inputs. */
export function jvpProgram(jaxpr: Jaxpr, active: Flags): JvpProgram {
  const [program, activeOutputs] = traceWithAux(
    (values) => {
      const [primals, tangents] = parts(values, active.length);
      const [outs, dOuts] = jvpJaxpr({ jaxpr, consts: [] }, primals, spread(tangents, active));
      const has = dOuts.map((t) => t !== null);
      return [[...outs, ...present(dOuts, has)], has];
    },
    [...inputAvalsOf(jaxpr), ...inputAvalsOf(jaxpr, active)],
  );
  return { program, active: activeOutputs };
}

/**
 * The same with a tangent for every output in `wanted`, if only of zeros. It takes a program that is derived already: what
 * is inside of programs inside of programs would be derived twice at each depth.
 */
export function withTangents({ program, active }: JvpProgram, wanted: Flags): JvpProgram {
  const all = active.map((is, i) => is || Boolean(wanted[i]));
  if (count(all) === count(active)) return { program, active };
  const filled = traceToJaxpr((values) => {
    const [outs, dOuts] = parts(evalJaxpr(program, values), active.length);
    return [
      ...outs,
      ...chosen(
        spread(dOuts, active).map((t, i) => t ?? zerosLike(outs[i]!)),
        all,
      ),
    ];
  }, inputAvalsOf(program.jaxpr));
  return { program: filled, active: all };
}

/** A program mapped over the first axis of its inputs. */
export interface BatchedProgram {
  readonly program: ClosedJaxpr;
  /** Which outputs have a batch axis, in front. */
  readonly batched: Flags;
}

export function batchedProgram(jaxpr: Jaxpr, batched: Flags, size: number): BatchedProgram {
  const [program, batchedOutputs] = traceWithAux(
    (values) => {
      const axes = batched.map((is): BatchAxis => (is ? 0 : null));
      const [outs, at] = batchJaxpr({ jaxpr, consts: [] }, values, axes);
      const front = outs.map((out, i) => (at[i] === null ? out : batchToFront(out, at[i]!, size)));
      return [front, at.map((axis) => axis !== null)];
    },
    inputAvalsOf(jaxpr).map((aval, i) => (batched[i] ? { ...aval, shape: [size, ...aval.shape] } : aval)),
  );
  return { program, batched: batchedOutputs };
}

/** The same with a batch axis for every output in `wanted`, if only of equal examples. */
export function withBatchAxes({ program, batched }: BatchedProgram, wanted: Flags, size: number): BatchedProgram {
  const all = batched.map((is, i) => is || Boolean(wanted[i]));
  if (count(all) === count(batched)) return { program, batched };
  const spreadOut = (x: NDArray, i: number): NDArray => (all[i] && !batched[i] ? batchToFront(x, null, size) : x);
  const filled = traceToJaxpr((values) => evalJaxpr(program, values).map(spreadOut), inputAvalsOf(program.jaxpr));
  return { program: filled, batched: all };
}

/** The cotangents of a program's `linear` inputs, where the values of the others are known; zeros where none arrives. */
export function pullBackProgram(
  jaxpr: Jaxpr,
  linear: Flags,
  known: readonly NDArray[],
  cotangents: readonly Tangent[],
): NDArray[] {
  const inputs = chosen(jaxpr.inputs, linear);
  const constVars = jaxpr.inputs.filter((_, i) => !linear[i]);
  const cts = transposeJaxpr({ jaxpr: { ...jaxpr, constVars, inputs }, consts: known }, cotangents);
  return cts.map((ct, i) => ct ?? zerosLike(inputs[i]!.aval));
}
