/** Programs for devices without `float64`. */
import type { Aval } from "../ir/aval.ts";
import { type Atom, type Equation, type Jaxpr, Literal, mapPrograms, Var } from "../ir/jaxpr.ts";
import { lower } from "./lower.ts";
import type { Program } from "./program.ts";
import { simplify } from "./simplify.ts";
import type { Target } from "./target.ts";

/** Numbers that users give keep all of their digits, as weak `float64`, until they meet an array. */
const isNumber = ({ aval }: { readonly aval: Aval }): boolean => aval.weak && aval.dtype === "float64";

const single = (aval: Aval): Aval => ({ ...aval, dtype: "float32" });

/** The type of a value of such a program. */
export const withoutDigitsOf = (aval: Aval): Aval => (isNumber({ aval }) ? single(aval) : aval);

/**
 * The program with the digits of its numbers rounded to `float32` at once, as JAX has them without x64. What else is
 * `float64` stays, for the device to refuse.
 */
export function withoutDigits(jaxpr: Jaxpr): Jaxpr {
  const replaced = new Map<Var, Var>();
  const define = (variable: Var): Var => {
    if (!isNumber(variable)) return variable;
    const own = new Var(single(variable.aval));
    replaced.set(variable, own);
    return own;
  };
  const use = (atom: Atom): Atom => {
    if (atom instanceof Var) return replaced.get(atom) ?? atom;
    return isNumber(atom) ? new Literal(Math.fround(atom.value), single(atom.aval)) : atom;
  };
  const constVars = jaxpr.constVars.map(define);
  const inputs = jaxpr.inputs.map(define);
  const equations = jaxpr.equations.map((given): Equation => {
    const equation = mapPrograms(given, withoutDigits);
    const params = equation.outputs.some(isNumber) ? narrowed(equation.params) : equation.params;
    return { ...equation, params, inputs: equation.inputs.map(use), outputs: equation.outputs.map(define) };
  });
  return { constVars, inputs, equations, outputs: jaxpr.outputs.map(use) };
}

/** A conversion to a number with all of its digits, as one to a number with fewer. */
function narrowed(params: unknown): unknown {
  const isConversion = typeof params === "object" && params !== null && "newDtype" in params;
  return isConversion && params.newDtype === "float64" ? { ...params, newDtype: "float32" } : params;
}

export const hasDigits = ({ itemSize }: Target): boolean => itemSize.float64 !== undefined;

/** A program as steps for a device, with as many digits as this has. */
export function lowered(jaxpr: Jaxpr, target: Target): Program {
  const simple = simplify(jaxpr);
  return lower(hasDigits(target) ? simple : withoutDigits(simple), target);
}
