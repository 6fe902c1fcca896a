/** What loops, branches and checkpoints keep of their own programs when some of their outputs aren't used. */
import { withoutDeadCode } from "./dead-code.ts";
import type { Atom, Equation, Jaxpr } from "./jaxpr.ts";
import type { BranchParams, LoopParams } from "./primitive.ts";

const chosen = <T>(list: readonly T[], flags: readonly boolean[]): T[] => list.filter((_, i) => flags[i]);

/** The program with the outputs that are `used`, and which of its inputs these need. */
function restricted(jaxpr: Jaxpr, used: readonly boolean[]): { program: Jaxpr; needs: boolean[] } {
  const outputs = chosen(jaxpr.outputs, used);
  const equations = withoutDeadCode(jaxpr.equations, outputs);
  const read = new Set<Atom>([...outputs, ...equations.flatMap((e) => e.inputs)]);
  return { program: { ...jaxpr, equations, outputs }, needs: jaxpr.inputs.map((v) => read.has(v)) };
}

/** The loop without outputs that aren't used, and without the carries and inputs that only these need. */
export function prunedLoop(equation: Equation<LoopParams>, used: readonly boolean[]): Equation<LoopParams> {
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

/** The branches without outputs that aren't used, and without the inputs that only these need. */
export function prunedBranches(equation: Equation<BranchParams>, used: readonly boolean[]): Equation<BranchParams> {
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

/** The call without outputs that aren't used, and without the inputs that only these need. */
export function prunedCall<Params extends { readonly body: Jaxpr }>(
  equation: Equation<Params>,
  used: readonly boolean[],
): Equation<Params> {
  const { program, needs } = restricted(equation.params.body, used);
  return {
    ...equation,
    inputs: chosen(equation.inputs, needs),
    outputs: chosen(equation.outputs, used),
    params: { ...equation.params, body: { ...program, inputs: chosen(program.inputs, needs) } },
  };
}
