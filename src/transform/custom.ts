/** Derivatives that the user gives: `customJvp` and `customVjp`. */
import { UnsupportedError } from "../base/errors.ts";
import { flatten, type TreeDef, unflatten } from "../base/tree.ts";
import type { Aval } from "../ir/aval.ts";
import { type ClosedJaxpr, type Jaxpr, outputAvals } from "../ir/jaxpr.ts";
import type { NDArray } from "../ir/ndarray.ts";
import type { BatchAxis, Primitive, Tangent } from "../ir/primitive.ts";
import { bind, traceToJaxpr } from "../ir/trace.ts";
import { full, zerosLike } from "../lax/create.ts";
import { batchSize, batchToFront } from "../lax/shape.ts";
import { batchJaxpr } from "./batch.ts";
import { checkFunction, flattenArrays, type TreeFunction, traceFunction } from "./flat.ts";

/** Primals and their tangents to outputs and theirs, all as flat lists. */
type FlatJvp = (primals: readonly NDArray[], tangents: readonly NDArray[]) => [NDArray[], NDArray[]];

interface CustomParams {
  readonly name: string;
  /** The function itself; what it closed over are its first inputs. */
  readonly program: Jaxpr;
  readonly closedOver: number;
  readonly jvp: FlatJvp;
}

/** Lists whose functions must not become part of a cache key by their text. */
const hidden = <T extends object>(params: T): T => Object.defineProperty(params, "toJSON", { value: uniqueJson() });

let calls = 0;
const uniqueJson = (): (() => number) => {
  const id = calls++;
  return () => id;
};

const customPrimitive: Primitive<CustomParams> = {
  name: "custom_jvp_call",
  aval: (_, { program }) => outputAvals(program),
  jvp: (primals, tangents, params) => {
    const { closedOver, jvp } = params;
    if (tangents.slice(0, closedOver).some((t) => t !== null)) {
      throw new UnsupportedError(
        `${params.name}: the function closes over a value that is being differentiated; pass it as an argument.`,
      );
    }
    const own = primals.slice(closedOver);
    const [outs, dOuts] = jvp(
      own,
      own.map((x, i) => tangents[closedOver + i] ?? zerosLike(x)),
    );
    return [outs, dOuts];
  },
  batch: (inputs, axes, params) => {
    const size = batchSize(inputs, axes);
    const front = inputs.map((x, i) => batchToFront(x, axes[i]!, size));
    const mapped = front.map((): BatchAxis => 0);
    const program = traceToJaxpr(
      (...values) => batched({ jaxpr: params.program, consts: [] }, values, mapped, size),
      front.map((x) => x.aval),
    );
    const jvp: FlatJvp = (primals, tangents) => mappedJvp(params, primals, tangents, size);
    const outs = call({ ...params, program: program.jaxpr, jvp }, [...program.consts, ...front]);
    return [outs, outs.map(() => 0)];
  },
  lowering: { kind: "call", program: ({ program }) => program },
  format: ({ name }) => name,
};

/** The outputs of the mapped program, each with its batch axis in front. */
function batched(
  program: ClosedJaxpr,
  inputs: readonly NDArray[],
  axes: readonly BatchAxis[],
  size: number,
): NDArray[] {
  const [outs, at] = batchJaxpr(program, inputs, axes);
  return outs.map((out, i) => batchToFront(out, at[i]!, size));
}

/** The user's rule applied to every example. */
function mappedJvp(
  { jvp }: CustomParams,
  primals: readonly NDArray[],
  tangents: readonly NDArray[],
  size: number,
): [NDArray[], NDArray[]] {
  const single = (x: NDArray): Aval => ({ ...x.aval, shape: x.shape.slice(1) });
  const all = [...primals, ...tangents];
  const rule = traceToJaxpr((...values) => {
    const [outs, dOuts] = jvp(values.slice(0, primals.length), values.slice(primals.length));
    return [...outs, ...dOuts];
  }, all.map(single));
  const results = batched(
    rule,
    all,
    all.map(() => 0),
    size,
  );
  return [results.slice(0, results.length / 2), results.slice(results.length / 2)];
}

const call = (params: CustomParams, inputs: readonly NDArray[]): NDArray[] =>
  bind(customPrimitive, inputs, hidden({ ...params }));

/** Applies `f` as one operation whose derivative is `jvp`. */
function callFlat(
  name: string,
  f: TreeFunction,
  args: readonly unknown[],
  jvp: (outTree: TreeDef) => FlatJvp,
): unknown {
  const [inputs, inTree] = flattenArrays(name, args);
  const avals = inputs.map((x) => x.aval);
  const { program, outTree } = traceFunction(name, f, inTree, avals);
  const { jaxpr, consts } = program;
  const closed: Jaxpr = { ...jaxpr, constVars: [], inputs: [...jaxpr.constVars, ...jaxpr.inputs] };
  const params: CustomParams = { name, program: closed, closedOver: consts.length, jvp: jvp(outTree) };
  return unflatten(outTree, call(params, [...consts, ...inputs]));
}

/** A function whose forward-mode derivative is given by `defjvp`. */
export type CustomJvp<F extends TreeFunction> = F & {
  /** Sets the rule: `(primals, tangents)`, lists like the arguments, to `[out, tangentOut]`. */
  defjvp(rule: (primals: Parameters<F>, tangents: Parameters<F>) => readonly [unknown, unknown]): void;
};

/**
 * Makes `f` a function with a derivative of its own, set by `defjvp`; reverse mode follows from it, so the rule must be
 * linear in the tangents. Source: `jax.custom_jvp`.
 * @example
 * const log1pExp = customJvp((x: NDArray) => np.log(np.add(1, np.exp(x))));
 * log1pExp.defjvp(([x], [t]) => [log1pExp(x), np.multiply(t, nn.sigmoid(x))]);
 */
export function customJvp<F extends TreeFunction>(f: F): CustomJvp<F> {
  checkFunction("customJvp", f);
  let rule: ((primals: Parameters<F>, tangents: Parameters<F>) => readonly [unknown, unknown]) | undefined;
  const applied = (...args: unknown[]): unknown => {
    const given = rule;
    if (!given) throw new TypeError("customJvp: set the derivative with defjvp before the function is called.");
    const inTree = flatten(args)[1];
    return callFlat("customJvp", f, args, () => (primals, tangents) => {
      const trees = [primals, tangents].map((leaves) => unflatten<Parameters<F>>(inTree, leaves));
      const [out, dOut] = given(trees[0]!, trees[1]!);
      return [flattenArrays("customJvp", out)[0], flattenArrays("customJvp", dOut)[0]];
    });
  };
  return Object.assign(applied as F, {
    defjvp: (given: NonNullable<typeof rule>): void => {
      checkFunction("customJvp: defjvp", given);
      rule = given;
    },
  });
}

interface LinearParams {
  readonly outputs: readonly Aval[];
  /** How many inputs are residuals; tangents follow. */
  readonly residuals: number;
  readonly backward: (residuals: readonly NDArray[], cts: readonly NDArray[]) => NDArray[];
}

/** Stands for the derivative that only its transpose, the user's backward function, defines. */
const customLinearPrimitive: Primitive<LinearParams> = {
  name: "custom_vjp_linear",
  aval: (_, { outputs }) => [...outputs],
  jvp: (primals, tangents, params) => {
    if (tangents.slice(0, params.residuals).some((t) => t !== null)) {
      throw new UnsupportedError("customVjp: a derivative of the derivative by its residuals is not defined.");
    }
    const outs = linearCall(params, primals);
    const own = tangents.slice(params.residuals).map((t, i) => t ?? zerosLike(primals[params.residuals + i]!));
    return [outs, linearCall(params, [...primals.slice(0, params.residuals), ...own])];
  },
  transpose: (cts, inputs, { outputs, residuals, backward }) => {
    const filled = cts.map((ct, i) => ct ?? zerosLikeAval(outputs[i]!));
    const grads: Tangent[] = backward(inputs.slice(0, residuals) as NDArray[], filled);
    return [...new Array<Tangent>(residuals).fill(null), ...grads];
  },
  batch: (inputs, axes, params) => {
    const size = batchSize(inputs, axes);
    const front = inputs.map((x, i) => batchToFront(x, axes[i]!, size));
    const backward: LinearParams["backward"] = (residuals, cts) => {
      const all = [...residuals, ...cts];
      const single = (x: NDArray): Aval => ({ ...x.aval, shape: x.shape.slice(1) });
      const rule = traceToJaxpr(
        (...values) => params.backward(values.slice(0, residuals.length), values.slice(residuals.length)),
        all.map(single),
      );
      return batched(
        rule,
        all,
        all.map(() => 0),
        size,
      );
    };
    const outputs = params.outputs.map((a) => ({ ...a, shape: [size, ...a.shape] }));
    const outs = linearCall({ ...params, outputs, backward }, front);
    return [outs, outs.map(() => 0)];
  },
  lowering: {
    kind: "call",
    program: () => {
      throw new UnsupportedError(
        "customVjp: the function has no forward-mode derivative; use reverse mode, or customJvp.",
      );
    },
  },
  format: () => "",
};

const linearCall = (params: LinearParams, inputs: readonly NDArray[]): NDArray[] =>
  bind(customLinearPrimitive, inputs, hidden({ ...params }));

const zerosLikeAval = (aval: Aval): NDArray => full(aval.shape, 0, aval.dtype);

/** A function whose reverse-mode derivative is given by `defvjp`. */
export type CustomVjp<F extends TreeFunction> = F & {
  /**
   * Sets the derivative: `forward(...args)` returns `[out, residuals]`, `backward(residuals, cotangent)` the list of the
   * arguments' cotangents.
   */
  defvjp(
    forward: (...args: Parameters<F>) => readonly [unknown, unknown],
    // biome-ignore lint/suspicious/noExplicitAny: whatever forward returned
    backward: (residuals: any, cotangent: any) => readonly unknown[],
  ): void;
};

/**
 * Makes `f` a function with a reverse-mode derivative of its own, set by `defvjp`. Forward mode is then an error.
 * Source: `jax.custom_vjp`.
 */
export function customVjp<F extends TreeFunction>(f: F): CustomVjp<F> {
  checkFunction("customVjp", f);
  type Rules = Parameters<CustomVjp<F>["defvjp"]>;
  let rules: Rules | undefined;
  const applied = (...args: unknown[]): unknown => {
    const given = rules;
    if (!given) throw new TypeError("customVjp: set the derivative with defvjp before the function is called.");
    const [forward, backward] = given;
    const inTree = flatten(args)[1];
    return callFlat("customVjp", f, args, (outTree) => (primals, tangents) => {
      const [out, residuals] = forward(...unflatten<Parameters<F>>(inTree, primals));
      const outs = flattenArrays("customVjp", out)[0];
      const [saved, savedTree] = flattenArrays("customVjp", residuals);
      const pull: LinearParams["backward"] = (values, cts) =>
        flattenArrays("customVjp", backward(unflatten(savedTree, values), unflatten(outTree, cts)))[0];
      const outputs = outs.map((x) => x.aval);
      return [outs, linearCall({ outputs, residuals: saved.length, backward: pull }, [...saved, ...tangents])];
    });
  };
  return Object.assign(applied as F, {
    defvjp: (...given: Rules): void => {
      for (const rule of given) checkFunction("customVjp: defvjp", rule);
      rules = given;
    },
  });
}
