/**
 * Dead code elimination: programs without what their outputs don't need, inside of loops and branches too, since
 * derivatives and simplification leave a good deal of it behind.
 */
import type { Atom, Equation, Jaxpr } from "./jaxpr.ts";
import type { BranchParams, LoopParams } from "./primitive.ts";

/** Keeps the equations whose outputs are needed; loops and branches keep of their own programs what is needed. */
export function withoutDeadCode(equations: readonly Equation[], outputs: readonly Atom[]): Equation[] {
  const needed = new Set<Atom>(outputs);
  const kept: Equation[] = [];
  for (let i = equations.length - 1; i >= 0; i--) {
    const used = equations[i]!.outputs.map((v) => needed.has(v));
    if (!used.includes(true)) continue;
    const equation = pruned(equations[i]!, used);
    kept.push(equation);
    for (const input of equation.inputs) needed.add(input);
  }
  return kept.reverse();
}

function pruned(equation: Equation, used: readonly boolean[]): Equation {
  const { kind } = equation.primitive.lowering;
  if (kind === "loop") return prunedLoop(equation as Equation<LoopParams>, used) as Equation;
  if (kind === "branch") return prunedBranches(equation as Equation<BranchParams>, used) as Equation;
  return equation;
}

const chosen = <T>(list: readonly T[], flags: readonly boolean[]): T[] => list.filter((_, i) => flags[i]);

/** The program with the outputs that are `used`, and which of its inputs these need. */
function restricted(jaxpr: Jaxpr, used: readonly boolean[]): { program: Jaxpr; needs: boolean[] } {
  const outputs = chosen(jaxpr.outputs, used);
  const equations = withoutDeadCode(jaxpr.equations, outputs);
  const read = new Set<Atom>([...outputs, ...equations.flatMap((e) => e.inputs)]);
  return { program: { ...jaxpr, equations, outputs }, needs: jaxpr.inputs.map((v) => read.has(v)) };
}

function prunedLoop(equation: Equation<LoopParams>, used: readonly boolean[]): Equation<LoopParams> {
  const { body, consts, carries } = equation.params;
  let wanted = [...used];
  for (;;) {
    const { program, needs } = restricted(body, wanted);
    const own = wanted.map((w, i) => w || (i < carries && needs[consts + i]!));
    if (own.every((w, i) => w === wanted[i])) {
      if (own.every(Boolean) && needs.every(Boolean)) {
        return { ...equation, params: { ...equation.params, body: program } };
      }
      // A carry that only goes in keeps its place as long as it comes out.
      const kept = needs.map((n, i) => n || (i >= consts && i < consts + carries && own[i - consts]!));
      const count = (from: number, to: number): number => kept.slice(from, to).filter(Boolean).length;
      return {
        ...equation,
        inputs: chosen(equation.inputs, kept),
        outputs: chosen(equation.outputs, own),
        params: {
          ...equation.params,
          body: { ...program, inputs: chosen(program.inputs, kept) },
          consts: count(0, consts),
          carries: count(consts, consts + carries),
        },
      };
    }
    wanted = own;
  }
}

function prunedBranches(equation: Equation<BranchParams>, used: readonly boolean[]): Equation<BranchParams> {
  const parts = equation.params.branches.map((branch) => restricted(branch, used));
  const kept = equation.inputs.slice(1).map((_, i) => parts.some(({ needs }) => needs[i]));
  return {
    ...equation,
    inputs: chosen(equation.inputs, [true, ...kept]),
    outputs: chosen(equation.outputs, used),
    params: {
      ...equation.params,
      branches: parts.map(({ program }) => ({ ...program, inputs: chosen(program.inputs, kept) })),
    },
  };
}
