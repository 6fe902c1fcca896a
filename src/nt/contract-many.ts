/** Products of several labelled arrays, of which some are read through windows, in their cheapest order. */
import type { NDArray } from "../ir/ndarray.ts";
import type { Window } from "../ir/primitive.ts";
import { contract, effectiveLabels } from "../lax/contract.ts";
import { multiplyLabelled, sumUnneeded } from "../numpy/contraction.ts";
import { type ContractionTree, contractionOrder, neededLabels } from "../numpy/contraction-order.ts";

/** An array whose axes carry labels; windows make some axes depend on two labels, as in `lax/contract.ts`. */
export interface Operand {
  readonly array: NDArray;
  readonly labels: readonly number[];
  readonly windows: readonly Window[];
}

const text = (labels: readonly number[]): string[] => labels.map(String);
const numbers = (labels: readonly string[]): number[] => labels.map(Number);

/** Each window is read by one product: an operand with windows is multiplied by one without. */
function multiply(x: Operand, y: Operand, needed: readonly number[], sizes: readonly number[]): Operand {
  const [lhs, rhs] = y.windows.length > 0 ? [y, x] : [x, y];
  const array =
    lhs.windows.length === 0
      ? multiplyLabelled(
          { array: lhs.array, labels: text(lhs.labels) },
          { array: rhs.array, labels: text(rhs.labels) },
          text(needed),
          new Map(sizes.map((n, label) => [String(label), n])),
        )
      : contract(lhs.array, rhs.array, { lhs: lhs.labels, rhs: rhs.labels, out: needed, sizes, windows: lhs.windows });
  return { array, labels: needed, windows: [] };
}

/** The operand summed over the labels that nobody else needs. */
function reduced(operand: Operand, needed: readonly number[]): Operand {
  if (operand.windows.length > 0) return operand;
  const { array, labels } = sumUnneeded({ array: operand.array, labels: text(operand.labels) }, text(needed));
  return { array, labels: numbers(labels), windows: [] };
}

/** The sum over all labels but those of `out` of the product of the operands. `sizes` holds the size of every label. */
export function contractMany(operands: readonly Operand[], out: readonly number[], sizes: readonly number[]): NDArray {
  const labels = operands.map((o) => text(effectiveLabels(o.labels, o.windows)));
  const windowed = (members: readonly number[]): boolean =>
    members.length === 1 && operands[members[0]!]!.windows.length > 0;
  const order = contractionOrder(
    labels,
    text(out),
    new Map(sizes.map((n, label) => [String(label), n])),
    (a, b) => !(windowed(a) && windowed(b)),
  );
  const evaluate = (tree: ContractionTree): { operand: Operand; members: number[] } => {
    if (typeof tree === "number") {
      const needed = numbers(neededLabels([tree], labels, text(out)));
      return { operand: reduced(operands[tree]!, needed), members: [tree] };
    }
    const [a, b] = tree.map(evaluate) as [ReturnType<typeof evaluate>, ReturnType<typeof evaluate>];
    const members = [...a.members, ...b.members];
    const whole = members.length === operands.length;
    const needed = whole ? out : numbers(neededLabels(members, labels, text(out)));
    return { operand: multiply(a.operand, b.operand, needed, sizes), members };
  };
  return evaluate(order).operand.array;
}
