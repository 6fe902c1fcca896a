/** Functions whose forward-mode derivative the user gives. */
import { checkOptions, describe, noMore } from "../base/errors.ts";
import { unflatten } from "../base/tree.ts";
import { zerosLike } from "../lax/create.ts";
import { addArrays } from "../lax/elementwise.ts";
import { type CustomOptions, callFlat, checkCustom, ruleResult, splitArguments } from "./custom.ts";
import { checkFunction, flattenArrays, refusePromise, type TreeFunction } from "./flat.ts";

/** A rule for one argument: its tangent (or `null`), the result and the arguments to the result's tangent. */
// biome-ignore lint/suspicious/noExplicitAny: a rule may name the types of its arguments, which parameters of `unknown` would refuse, or leave them out, which those of `never` would make useless
export type TangentRule = ((tangent: any, out: any, ...args: any[]) => unknown) | null;

/** A function whose forward-mode derivative is given by `defjvp`. */
export type CustomJvp<F extends TreeFunction> = F & {
  /**
   * Sets the rule: `(primals, tangents)`, lists like the arguments, to `[out, tangentOut]`. Arguments named in
   * `nondiffArgnums` come before these two, and are missing in the lists.
   */
  // biome-ignore lint/suspicious/noExplicitAny: as above; how many arguments stand before the two lists is a value, nondiffArgnums, which no type knows
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
export function customJvp<F extends TreeFunction>(f: F, given: CustomOptions = {}, ...rest: never[]): CustomJvp<F> {
  const fn = "customJvp";
  noMore(fn, rest);
  const options = checkCustom(fn, f, given);
  let rule: Parameters<CustomJvp<F>["defjvp"]>[0] | undefined;
  const applied = (...args: unknown[]): unknown => {
    const given = rule;
    if (!given) throw new TypeError(`${fn}: set the derivative with defjvp before the function is called.`);
    const { values, nondiff, partial } = splitArguments(fn, f, args, options);
    return callFlat(fn, partial, values, [given, ...nondiff], (inTree, outTree, avals) => (primals, tangents) => {
      const result = given(...nondiff, ...[primals, tangents].map((leaves) => unflatten(inTree, leaves)));
      refusePromise(fn, result);
      if (!Array.isArray(result) || result.length !== 2) {
        throw new TypeError(`${fn}: the rule must return [out, tangentOut], got ${describe(result)}.`);
      }
      const [out, dOut] = result;
      return [
        ruleResult(fn, "the rule's result", out, outTree, avals),
        ruleResult(fn, "the rule's tangent", dOut, outTree, avals),
      ];
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
      for (const rule of rules) if (rule !== null) checkFunction(`${fn}: defjvps`, rule);
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
