/** Functions whose intermediate values are computed again when a derivative needs them (JAX: `jax.checkpoint`). */
import { checkOptions, noMore } from "../base/errors.ts";
import { unflatten } from "../base/tree.ts";
import { withoutDeadCode } from "../ir/dead-code.ts";
import { silenced } from "../ir/effects.ts";
import { type Atom, type ClosedJaxpr, type Equation, type Jaxpr, outputAvals, Var } from "../ir/jaxpr.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { isUndefined, type Primitive } from "../ir/primitive.ts";
import { prunedCall } from "../ir/prune.ts";
import { bind, traceToJaxpr } from "../ir/trace.ts";
import { batchSize, batchToFront } from "../lax/shape.ts";
import { batchedProgram, chosen, jvpProgram, parts, present, pullBackProgram, spread } from "./bodies.ts";
import { checkFunction, flattenArrays, type TreeFunction, traceFunction } from "./flat.ts";
import { splitJaxpr, withConstsAsInputs } from "./partial.ts";

/** Whether the results of a primitive (by its name in printed programs) are kept for the derivative. */
export type CheckpointPolicy = (primitive: string) => boolean;

/** What a checkpointed function may keep of its intermediate values. Source: `jax.checkpoint_policies`. */
export const checkpointPolicies = {
  /** Nothing: everything is computed again. */
  nothingSaveable: (): boolean => false,
  /** Everything, as without `checkpoint`. */
  everythingSaveable: (): boolean => true,
  /** The results of matrix products and convolutions. */
  dotsSaveable: (primitive: string): boolean => primitive === "contract",
} as const satisfies Record<string, CheckpointPolicy>;

interface CheckpointParams {
  readonly body: Jaxpr;
  readonly policy: CheckpointPolicy;
  /** Whether the program computes values again that were computed before, and must not take those. */
  readonly again: boolean;
}

/** Values under new names, none of which can be used before all of the old ones exist. */
const barrierPrimitive: Primitive<null> = {
  name: "optimization_barrier",
  aval: (inputs) => [...inputs],
  jvp: (primals, tangents) => [[...primals], [...tangents]],
  batch: (inputs, axes) => [[...inputs], [...axes]],
  lowering: { kind: "barrier" },
};

function behindBarrier(body: Jaxpr): Jaxpr {
  const inputs = body.inputs.map((v) => new Var(v.aval));
  const barrier: Equation = { primitive: barrierPrimitive, inputs, params: null, outputs: body.inputs };
  return { ...body, inputs, equations: [barrier, ...body.equations] };
}

type Options = Pick<CheckpointParams, "policy" | "again">;

const bindCheckpoint = ({ jaxpr, consts }: ClosedJaxpr, inputs: readonly NDArray[], options: Options): NDArray[] =>
  bind(checkpointPrimitive, [...consts, ...inputs], { ...options, body: withConstsAsInputs(jaxpr) });

const checkpointPrimitive: Primitive<CheckpointParams> = {
  name: "checkpoint",
  aval: (_, { body }) => outputAvals(body),
  jvp: (primals, tangents, { body, ...options }) => {
    const isActive = tangents.map((t) => t !== null);
    const { program, active } = jvpProgram(body, isActive);
    const outs = bindCheckpoint(program, [...primals, ...present(tangents, isActive)], options);
    const [values, dValues] = parts(outs, active.length);
    return [values, spread(dValues, active)];
  },
  partialEval: (equation, inputs, save) => {
    const { body, policy } = equation.params;
    const unknownInputs = inputs.map((x) => x === null);
    const saveable = body.equations.filter(({ primitive }) => policy(primitive.name)).flatMap((e) => e.outputs);
    const count = body.outputs.length;
    const split = splitJaxpr({ ...body, outputs: [...body.outputs, ...saveable] }, unknownInputs);
    const isKnown = split.unknownOutputs.map((is) => !is);
    const { jaxpr, consts } = split.known;
    const total = isKnown.filter(Boolean).length;
    const values = bindCheckpoint(
      { jaxpr: { ...jaxpr, outputs: jaxpr.outputs.slice(0, total) }, consts },
      inputs.filter((x) => x !== null),
      equation.params,
    );
    const known = spread(values, isKnown);
    const outputs = known.slice(0, count);
    if (outputs.every((x) => x !== null)) return { outputs, rest: null };
    const saved = new Map<Var, NDArray>(saveable.flatMap((v, i) => (known[count + i] ? [[v, known[count + i]!]] : [])));
    const remaining = body.equations.filter((e) => !e.outputs.every((v) => saved.has(v)));
    const wanted = body.outputs.filter((_, i) => outputs[i] === null);
    const equations = withoutDeadCode(silenced(remaining), wanted);
    const read = new Set<Atom>([...wanted, ...equations.flatMap((e) => e.inputs)]);
    const kept = body.inputs.map((v) => read.has(v));
    const residuals = [...saved].filter(([v]) => read.has(v));
    const rest: Equation<CheckpointParams> = {
      primitive: checkpointPrimitive,
      inputs: [...residuals.map(([, value]) => save(value)), ...chosen(equation.inputs, kept)],
      params: {
        policy,
        again: true,
        body: {
          constVars: [],
          inputs: [...residuals.map(([v]) => v), ...chosen(body.inputs, kept)],
          equations,
          outputs: wanted,
        },
      },
      outputs: equation.outputs.filter((_, i) => outputs[i] === null),
    };
    return { outputs, rest: rest as Equation };
  },
  transpose: (cts, inputs, { body, policy }) => {
    const linear = inputs.map(isUndefined);
    const known = inputs.filter((x) => !isUndefined(x)) as NDArray[];
    const has = cts.map((ct) => ct !== null);
    const back = traceToJaxpr(
      (values) => {
        const [fixed, given] = parts(values, known.length);
        return pullBackProgram(body, linear, fixed, spread(given, has));
      },
      [...known.map((x) => x.aval), ...chosen(outputAvals(body), has)],
    );
    const outs = bindCheckpoint(back, [...known, ...present(cts, has)], { policy, again: true });
    return spread(outs, linear);
  },
  batch: (inputs, axes, { body, ...options }) => {
    const size = batchSize(inputs, axes);
    const isBatched = axes.map((axis) => axis !== null);
    const { program, batched } = batchedProgram(body, isBatched, size);
    const front = inputs.map((x, i) => (isBatched[i] ? batchToFront(x, axes[i]!, size) : x));
    return [bindCheckpoint(program, front, options), batched.map((is) => (is ? 0 : null))];
  },
  prune: prunedCall,
  lowering: { kind: "call", program: ({ body, again }) => (again ? behindBarrier(body) : body) },
};

/** Options of `checkpoint`. */
export interface CheckpointOptions {
  /** What may be kept; `checkpointPolicies.nothingSaveable` by default. */
  readonly policy?: CheckpointPolicy;
}

/**
 * `f`, of whose values only the arguments are kept for reverse mode: the pass backwards computes the others again when it
 * needs them. A derivative takes less memory and more time. Source: `jax.checkpoint` (`jax.remat`).
 * @example const loss = (p, x) => np.sum(checkpoint(block)(p[1], checkpoint(block)(p[0], x)));
 */
export function checkpoint<F extends TreeFunction>(f: F, options: CheckpointOptions = {}, ...rest: never[]): F {
  const fn = "checkpoint";
  noMore(fn, rest);
  checkFunction(fn, f);
  const { policy = checkpointPolicies.nothingSaveable } = checkOptions(fn, options, ["policy"]);
  checkFunction(`${fn}: policy`, policy);
  const wrapped: TreeFunction = (...args) => {
    const [inputs, inTree] = flattenArrays(fn, args);
    const { program, outTree } = traceFunction(
      fn,
      f,
      inTree,
      inputs.map((x) => x.aval),
    );
    return unflatten(outTree, bindCheckpoint(program, inputs, { policy, again: false }));
  };
  return wrapped as F;
}
