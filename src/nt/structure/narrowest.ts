/**
 * Where a function goes through a value that is narrower than its output, as a network with many logits goes through its
 * last hidden layer: the kernel of that value is smaller, and the derivative of the output by it makes the output's of it.
 */
import { sizeOf } from "../../base/shapes.ts";
import type { Atom, Equation, Jaxpr } from "../../ir/jaxpr.ts";

/** The pairs of the value's elements must be fewer than those that the kernel has, by this factor. */
const MARGIN = 8;
/** How many values are looked at, the last ones. */
const CANDIDATES = 200;

const size = ({ aval }: Atom): number => sizeOf(aval.shape);

/** The equations that an atom depends on, not through the output of `except`. */
function ancestors(producer: ReadonlyMap<Atom, Equation>, atom: Atom, except?: Equation): Set<Equation> {
  const found = new Set<Equation>();
  const stack = [atom];
  for (let next = stack.pop(); next; next = stack.pop()) {
    const equation = producer.get(next);
    if (!equation || equation === except || found.has(equation)) continue;
    found.add(equation);
    stack.push(...equation.inputs);
  }
  return found;
}

/**
 * The equation of the value by which most work of reverse mode is saved: what it depends on is pulled back from its
 * elements, instead of from those of the output. Nothing but parameters may reach the output by it and beside it. `pairs`
 * are those of one example's outputs in the kernel.
 */
export function narrowest({ equations }: Jaxpr, output: Atom, pairs: number): Equation | null {
  const producer = new Map<Atom, Equation>(equations.flatMap((e) => e.outputs.map((v) => [v, e] as const)));
  const needed = ancestors(producer, output);
  const saved = ([value]: readonly Atom[]): number => size(output) - size(value!);
  // A loop may be another equation when it is transposed.
  const serves = ({ primitive, outputs }: Equation): boolean =>
    outputs.length === 1 && !primitive.partialEval && saved(outputs) > 0 && MARGIN * size(outputs[0]!) ** 2 <= pairs;
  let [best, most] = [null as Equation | null, 0];
  for (const equation of equations.filter((e) => needed.has(e) && serves(e)).slice(-CANDIDATES)) {
    const before = [...ancestors(producer, equation.outputs[0]!)];
    const beside = ancestors(producer, output, equation);
    const work = before.reduce((n, { outputs }) => n + outputs.reduce((m, v) => m + size(v), 0), 0);
    const gain = saved(equation.outputs) * work;
    if (gain > most && !before.some((e) => beside.has(e))) [best, most] = [equation, gain];
  }
  return best;
}
