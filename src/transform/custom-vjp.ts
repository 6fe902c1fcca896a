/** Functions whose reverse-mode derivative the user gives. */
import { describe, noMore, UnsupportedError } from "../base/errors.ts";
import { formatTree, leafCount, type TreeDef, unflatten } from "../base/tree.ts";
import type { Aval } from "../ir/aval.ts";
import { keyOf } from "../ir/key.ts";
import type { NDArray } from "../ir/ndarray.ts";
import type { Primitive, Tangent } from "../ir/primitive.ts";
import { bind, evalJaxpr } from "../ir/trace.ts";
import { narrowed } from "../lax/convert.ts";
import { zerosLike } from "../lax/create.ts";
import { batchSize, batchToFront } from "../lax/shape.ts";
import { parts } from "./bodies.ts";
import {
  type CustomOptions,
  callFlat,
  checkCustom,
  mappedRule,
  ruleProgram,
  ruleResult,
  splitArguments,
} from "./custom.ts";
import { checkFunction, flattenArrays, refusePromise, type TreeFunction } from "./flat.ts";

interface LinearParams {
  readonly outputs: readonly Aval[];
  /** How many inputs are residuals; tangents follow. */
  readonly residuals: number;
  readonly backward: (residuals: readonly NDArray[], cts: readonly NDArray[]) => NDArray[];
  /** What tells `backward` from others: its program, or the user's function. */
  readonly rule: readonly unknown[];
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
    const filled = cts.map((ct, i) => ct ?? zerosLike(outputs[i]!));
    const grads: Tangent[] = backward(inputs.slice(0, residuals) as NDArray[], filled);
    return [...new Array<Tangent>(residuals).fill(null), ...grads];
  },
  batch: (inputs, axes, params) => {
    const size = batchSize(inputs, axes);
    const front = inputs.map((x, i) => batchToFront(x, axes[i]!, size));
    const backward: LinearParams["backward"] = (residuals, cts) => {
      const rule = (values: NDArray[]) => params.backward(...parts(values, residuals.length));
      return mappedRule(rule, [...residuals, ...cts], size);
    };
    const outputs = params.outputs.map((a) => ({ ...a, shape: [size, ...a.shape] }));
    const rule = [...params.rule, size];
    const outs = linearCall({ ...params, outputs, backward, rule }, front);
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
  key: ({ backward: _, ...rest }) => keyOf(rest),
  format: () => "",
};

const linearCall = (params: LinearParams, inputs: readonly NDArray[]): NDArray[] =>
  bind(customLinearPrimitive, inputs, params);

/** A function whose reverse-mode derivative is given by `defvjp`. */
export type CustomVjp<F extends TreeFunction> = F & {
  /**
   * Sets the derivative: `forward(...args)` returns `[out, residuals]`, `backward(residuals, cotangent)` the list of the
   * arguments' cotangents (`null` for zeros). Arguments named in `nondiffArgnums` come before the residuals, and have no
   * cotangent in the list.
   */
  defvjp(
    forward: (...args: Parameters<F>) => readonly [unknown, unknown],
    // biome-ignore lint/suspicious/noExplicitAny: the residuals are whatever forward returns, behind as many arguments as nondiffArgnums has; `unknown` would refuse their annotation
    backward: (...args: any[]) => readonly unknown[],
  ): void;
};

/** The cotangents that a backward function gave: a list like the arguments, in which `null` stands for zeros. */
function cotangentsOf(given: unknown, inTree: TreeDef, avals: readonly Aval[]): NDArray[] {
  const fn = "customVjp";
  if (inTree.kind !== "list") throw new TypeError("internal: arguments are a list");
  const count = inTree.children.length;
  refusePromise(fn, given);
  if (!Array.isArray(given) || given.length !== count) {
    throw new TypeError(
      `${fn}: backward must return a list with one cotangent for each of ${count} arguments, got ${describe(given)}.`,
    );
  }
  let next = 0;
  return inTree.children.flatMap((child, i) => {
    const own = avals.slice(next, next + leafCount(child));
    next += own.length;
    if (given[i] === null) return own.map(zerosLike);
    // Where a whole number stands, a float may come back; it goes nowhere.
    const expected = own.map((aval): Aval => (aval.weak ? { ...aval, dtype: "float32" } : aval));
    return ruleResult(fn, `backward's cotangent of argument ${i}`, given[i], child, expected);
  });
}

/**
 * Makes `f` a function with a reverse-mode derivative of its own, set by `defvjp`. Forward mode is then an error.
 * Source: `jax.custom_vjp`.
 * @example
 * const square = customVjp((x) => np.square(x));
 * square.defvjp((x) => [np.square(x), x], (x, ct) => [np.multiply(ct, np.multiply(x, 2))]);
 * grad(square)(np.array(3)) // 6
 */
export function customVjp<F extends TreeFunction>(f: F, given: CustomOptions = {}, ...rest: never[]): CustomVjp<F> {
  const fn = "customVjp";
  noMore(fn, rest);
  const options = checkCustom(fn, f, given);
  type Rules = Parameters<CustomVjp<F>["defvjp"]>;
  let rules: Rules | undefined;
  const applied = (...args: unknown[]): unknown => {
    const given = rules;
    if (!given) throw new TypeError(`${fn}: set the derivative with defvjp before the function is called.`);
    const [forward, backward] = given;
    const { values, nondiff, of, partial } = splitArguments(fn, f, args, options);
    return callFlat(fn, partial, values, [...given, ...nondiff], (inTree, outTree, avals) => (primals, tangents) => {
      const result = of(forward)(...unflatten<unknown[]>(inTree, primals));
      refusePromise(fn, result);
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
      const back = ruleProgram(
        (values) => pull(...parts(values, saved.length)),
        [...saved.map((x) => x.aval), ...avals],
      );
      const consts = back?.consts ?? [];
      const params: LinearParams = {
        outputs: avals,
        residuals: consts.length + saved.length,
        backward: (residuals, cts) =>
          back
            ? evalJaxpr({ jaxpr: back.jaxpr, consts: residuals.slice(0, consts.length) }, [
                ...residuals.slice(consts.length),
                ...cts,
              ])
            : pull(residuals, cts),
        rule: back ? [back.jaxpr] : [backward, ...nondiff, formatTree(inTree), formatTree(savedTree)],
      };
      return [outs, linearCall(params, [...consts, ...saved, ...tangents])];
    });
  };
  return Object.assign(applied as F, {
    defvjp: (...given: Rules): void => {
      for (const rule of given) checkFunction(`${fn}: defvjp`, rule);
      rules = given;
    },
  });
}
