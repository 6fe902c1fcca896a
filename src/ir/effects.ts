/**
 * Programs that call the host while they run, as `debug.print` does. No device can call back: what the calls are given leaves
 * the program as further outputs, and the calls are made when it has ended. Only programs that use them carry what does that.
 */
import type { Equation, Jaxpr } from "./jaxpr.ts";
import type { NDArray } from "./ndarray.ts";

/** A program without its calls. */
export interface Separated {
  readonly jaxpr: Jaxpr;
  /** Makes the calls with what `jaxpr` has given, and returns the program's own outputs. */
  perform(outputs: readonly NDArray[]): NDArray[];
}

/** What is done about calls; see the functions below. */
interface Effects {
  includes(equation: Equation): boolean;
  silence(equations: readonly Equation[]): readonly Equation[];
  separate(jaxpr: Jaxpr): Separated;
}

let effects: Effects | undefined;

/** Installs what knows calls of the host. What makes the first call does so. */
export function installEffects(given: Effects): void {
  effects = given;
}

/** Whether an equation calls the host, itself or in one of its programs, so that it stays, whatever its outputs are used for. */
export const hasEffect = (equation: Equation): boolean => effects?.includes(equation) ?? false;

/** Equations without their calls, for what is computed a second time. */
export const silenced = (equations: readonly Equation[]): readonly Equation[] =>
  effects?.silence(equations) ?? equations;

/** A program without its calls, if it has any. */
export const separated = (jaxpr: Jaxpr): Separated | undefined =>
  jaxpr.equations.some(hasEffect) ? effects?.separate(jaxpr) : undefined;
