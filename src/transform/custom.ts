/** Derivatives that the user gives: `customJvp` and `customVjp`. */
import { checkOptions, describe, UnsupportedError } from "../base/errors.ts";
import { leafCount, type TreeDef, unflatten } from "../base/tree.ts";
import type { Aval } from "../ir/aval.ts";
import { type ClosedJaxpr, type Jaxpr, outputAvals } from "../ir/jaxpr.ts";
import { type NDArray, scalar } from "../ir/ndarray.ts";
import type { BatchAxis, Primitive, Tangent } from "../ir/primitive.ts";
import { bind, traceToJaxpr } from "../ir/trace.ts";
import { castWeak, isNumber, narrowed } from "../lax/convert.ts";
import { full, zerosLike } from "../lax/create.ts";
import { addArrays } from "../lax/elementwise.ts";
import { batchSize, batchToFront, broadcastTo } from "../lax/shape.ts";
import { batchJaxpr } from "./batch.ts";
import { chosenArguments, ofChosen } from "./derivatives.ts";
import { checkFunction, flattenArrays, matchLeaves, type TreeFunction, traceFunction } from "./flat.ts";
import { withConstsAsInputs } from "./partial.ts";

/** Primals and their tangents to outputs and theirs, all as flat lists. */
type FlatJvp = (primals: readonly NDArray[], tangents: readonly NDArray[]) => [NDArray[], NDArray[]];

interface CustomParams {
  readonly name: string;
  /** The function itself; what it closed over are its first inputs. */
  readonly program: Jaxpr;
  readonly closedOver: number;
  readonly jvp: FlatJvp;
}

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
      own.map((x, i) => tangents[closedOver + i] ?? zeroTangent(x)),
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

/** Of a whole number it is a float, too, which rules can calculate with. */
const zeroTangent = (x: NDArray): NDArray =>
  x.aval.weak ? broadcastTo(scalar(0, "float32", true), x.shape) : zerosLike(x);

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

const call = (params: CustomParams, inputs: readonly NDArray[]): NDArray[] => bind(customPrimitive, inputs, params);

/** Applies `f` as one operation whose derivative is `jvp`, which is told the arguments' and the result's structures. */
function callFlat(
  name: string,
  f: TreeFunction,
  args: readonly unknown[],
  jvp: (inTree: TreeDef, outTree: TreeDef, outs: readonly Aval[]) => FlatJvp,
): unknown {
  const [inputs, inTree] = flattenArrays(name, args);
  const avals = inputs.map((x) => x.aval);
  const { program, outTree } = traceFunction(name, f, inTree, avals);
  const { jaxpr, consts } = program;
  const rule = jvp(inTree, outTree, outputAvals(jaxpr));
  const params: CustomParams = {
    name,
    program: withConstsAsInputs(jaxpr),
    closedOver: consts.length,
    jvp: (primals, tangents) =>
      rule(
        primals.map(narrowed),
        tangents.map((t, i) => (isNumber(primals[i]!.aval) ? castWeak(t, "float32") : t)),
      ),
  };
  return unflatten(outTree, call(params, [...consts, ...inputs]));
}

/** What a rule returned, which must have the structure, shapes and dtypes of what it stands for. */
const ruleResult = (name: string, what: string, tree: unknown, def: TreeDef, avals: readonly Aval[]): NDArray[] =>
  matchLeaves(name, what, tree, def, avals, true);

export interface CustomOptions {
  /** Arguments without derivatives, of any kind (functions, strings): rules get them first, as they are. */
  readonly nondiffArgnums?: number | readonly number[];
}

function checkCustom(fn: string, f: unknown, options: CustomOptions): void {
  checkFunction(fn, f);
  checkOptions(fn, options, ["nondiffArgnums"]);
}

/** The arguments with a derivative, those without, and `f` as a function of the former. */
function splitArguments(fn: string, f: TreeFunction, args: readonly unknown[], options: CustomOptions) {
  const fixed = chosenArguments(fn, options.nondiffArgnums ?? [], args.length).sort((a, b) => a - b);
  const own = args.map((_, i) => i).filter((i) => !fixed.includes(i));
  const of = (g: TreeFunction): TreeFunction => ofChosen(g, args, own);
  return { values: own.map((i) => args[i]), nondiff: fixed.map((i) => args[i]), of, partial: of(f) };
}

/** A rule for one argument: its tangent (or `null`), the result and the arguments to the result's tangent. */
// biome-ignore lint/suspicious/noExplicitAny: arguments of every kind
export type TangentRule = ((tangent: any, out: any, ...args: any[]) => unknown) | null;

/** A function whose forward-mode derivative is given by `defjvp`. */
export type CustomJvp<F extends TreeFunction> = F & {
  /**
   * Sets the rule: `(primals, tangents)`, lists like the arguments, to `[out, tangentOut]`. Arguments named in
   * `nondiffArgnums` come before these two, and are missing in the lists.
   */
  // biome-ignore lint/suspicious/noExplicitAny: arguments without derivatives come first
  defjvp(rule: (...args: any[]) => readonly [unknown, unknown]): void;
  /** Sets a rule for each argument, `null` where the result doesn't change with it; their tangents are added. */
  defjvps(...rules: TangentRule[]): void;
};

/**
 * Makes `f` a function with a derivative of its own, set by `defjvp`; reverse mode follows from it, so the rule must be
 * linear in the tangents. Source: `jax.custom_jvp`.
 * @example
 * const log1pExp = customJvp((x: NDArray) => np.log(np.add(1, np.exp(x))));
 * log1pExp.defjvp(([x], [t]) => [log1pExp(x), np.multiply(t, nn.sigmoid(x))]);
 */
export function customJvp<F extends TreeFunction>(f: F, options: CustomOptions = {}): CustomJvp<F> {
  const fn = "customJvp";
  checkCustom(fn, f, options);
  let rule: Parameters<CustomJvp<F>["defjvp"]>[0] | undefined;
  const applied = (...args: unknown[]): unknown => {
    const given = rule;
    if (!given) throw new TypeError(`${fn}: set the derivative with defjvp before the function is called.`);
    const { values, nondiff, partial } = splitArguments(fn, f, args, options);
    return callFlat(fn, partial, values, (inTree, outTree, avals) => (primals, tangents) => {
      const result = given(...nondiff, ...[primals, tangents].map((leaves) => unflatten(inTree, leaves)));
      if (!Array.isArray(result) || result.length !== 2) {
        throw new TypeError(`${fn}: the rule must return [out, tangentOut], got ${describe(result)}.`);
      }
      const [out, dOut] = result.map((tree, i) =>
        ruleResult(fn, i === 0 ? "the rule's result" : "the rule's tangent", tree, outTree, avals),
      );
      return [out!, dOut!];
    });
  };
  const defjvp = (given: NonNullable<typeof rule>, options?: never): void => {
    checkFunction(`${fn}: defjvp`, given);
    checkOptions(`${fn}: defjvp`, options, []);
    rule = given;
  };
  return Object.assign(applied as F, {
    defjvp,
    defjvps: (...rules: TangentRule[]): void => {
      if (options.nondiffArgnums !== undefined)
        throw new TypeError(`${fn}: defjvps takes no nondiffArgnums; use defjvp.`);
      defjvp((primals: unknown[], tangents: unknown[]) => {
        const out = applied(...primals);
        const [outs, outTree] = flattenArrays(fn, out);
        const avals = outs.map((x) => x.aval);
        const terms = rules.flatMap((own, i) =>
          own ? [ruleResult(fn, `the tangent of rule ${i}`, own(tangents[i], out, ...primals), outTree, avals)] : [],
        );
        const sum = terms.reduce((all, term) => all.map((x, k) => addArrays(x, term[k]!)), outs.map(zerosLike));
        return [out, unflatten(outTree, sum)];
      });
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
  bind(customLinearPrimitive, inputs, params);

const zerosLikeAval = (aval: Aval): NDArray => full(aval.shape, 0, aval.dtype);

/** A function whose reverse-mode derivative is given by `defvjp`. */
export type CustomVjp<F extends TreeFunction> = F & {
  /**
   * Sets the derivative: `forward(...args)` returns `[out, residuals]`, `backward(residuals, cotangent)` the list of the
   * arguments' cotangents (`null` for zeros). Arguments named in `nondiffArgnums` come before the residuals, and have no
   * cotangent in the list.
   */
  defvjp(
    forward: (...args: Parameters<F>) => readonly [unknown, unknown],
    // biome-ignore lint/suspicious/noExplicitAny: whatever forward returned
    backward: (...args: any[]) => readonly unknown[],
  ): void;
};

/** The cotangents that a backward function gave: a list like the arguments, in which `null` stands for zeros. */
function cotangentsOf(given: unknown, inTree: TreeDef, avals: readonly Aval[]): NDArray[] {
  const fn = "customVjp";
  if (inTree.kind !== "list") throw new TypeError("internal: arguments are a list");
  const count = inTree.children.length;
  if (!Array.isArray(given) || given.length !== count) {
    throw new TypeError(
      `${fn}: backward must return a list with one cotangent for each of ${count} arguments, got ${describe(given)}.`,
    );
  }
  let next = 0;
  return inTree.children.flatMap((child, i) => {
    const own = avals.slice(next, next + leafCount(child));
    next += own.length;
    if (given[i] === null) return own.map(zerosLikeAval);
    // Where a whole number stands, a float may come back; it goes nowhere.
    const expected = own.map((aval): Aval => (aval.weak ? { ...aval, dtype: "float32" } : aval));
    return ruleResult(fn, `backward's cotangent of argument ${i}`, given[i], child, expected);
  });
}

/**
 * Makes `f` a function with a reverse-mode derivative of its own, set by `defvjp`. Forward mode is then an error.
 * Source: `jax.custom_vjp`.
 */
export function customVjp<F extends TreeFunction>(f: F, options: CustomOptions = {}): CustomVjp<F> {
  const fn = "customVjp";
  checkCustom(fn, f, options);
  type Rules = Parameters<CustomVjp<F>["defvjp"]>;
  let rules: Rules | undefined;
  const applied = (...args: unknown[]): unknown => {
    const given = rules;
    if (!given) throw new TypeError(`${fn}: set the derivative with defvjp before the function is called.`);
    const [forward, backward] = given;
    const { values, nondiff, of, partial } = splitArguments(fn, f, args, options);
    return callFlat(fn, partial, values, (inTree, outTree, avals) => (primals, tangents) => {
      const result = of(forward as TreeFunction)(...unflatten<unknown[]>(inTree, primals));
      if (!Array.isArray(result) || result.length !== 2) {
        throw new TypeError(`${fn}: forward must return [out, residuals], got ${describe(result)}.`);
      }
      const outs = ruleResult(fn, "forward's result", result[0], outTree, avals);
      const [saved, savedTree] = flattenArrays(fn, result[1]);
      const inAvals = primals.map((x) => x.aval);
      const pull: LinearParams["backward"] = (residuals, cts) =>
        cotangentsOf(
          backward(...nondiff, unflatten(savedTree, residuals.map(narrowed)), unflatten(outTree, cts)),
          inTree,
          inAvals,
        );
      const params = { outputs: avals, residuals: saved.length, backward: pull };
      return [outs, linearCall(params, [...saved, ...tangents])];
    });
  };
  return Object.assign(applied as F, {
    defvjp: (...given: Rules): void => {
      for (const rule of given) checkFunction(`${fn}: defvjp`, rule);
      rules = given;
    },
  });
}
