/**
 * Dead code elimination: programs without what their outputs don't need, inside of loops and branches too (`prune.ts`), since
 * derivatives and simplification leave a good deal of it behind.
 */
import { hasEffect } from "./effects.ts";
import type { Atom, Equation } from "./jaxpr.ts";

/** Keeps the equations whose outputs are needed or that call the host; loops and branches keep of their own programs what is needed. */
export function withoutDeadCode(equations: readonly Equation[], outputs: readonly Atom[]): Equation[] {
  const needed = new Set<Atom>(outputs);
  const kept: Equation[] = [];
  for (let i = equations.length - 1; i >= 0; i--) {
    const used = equations[i]!.outputs.map((v) => needed.has(v));
    if (!used.includes(true) && !hasEffect(equations[i]!)) continue;
    const equation = equations[i]!.primitive.prune?.(equations[i]!, used) ?? equations[i]!;
    kept.push(equation);
    for (const input of equation.inputs) needed.add(input);
  }
  return kept.reverse();
}
