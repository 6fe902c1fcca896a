/** Where a graph uses its tensors. */
import { allSteps, type Body, type Step } from "./body.ts";

/** A place among a node's inputs. */
export interface Use {
  readonly step: Step;
  readonly place: number;
}

/** Operators that give the elements of their first input as they are. Concat joins several. */
const CARRIERS: ReadonlySet<string> = new Set([
  "Cast",
  "CastLike",
  "Concat",
  "Flatten",
  "Identity",
  "Reshape",
  "Slice",
  "Split",
  "Squeeze",
  "Transpose",
  "Unsqueeze",
]);

const carries = ({ step, place }: Use): boolean => CARRIERS.has(step.op) && (place === 0 || step.op === "Concat");

export class Uses {
  readonly #uses = new Map<string, Use[]>();
  readonly #producers = new Map<string, Step>();

  constructor(body: Body) {
    for (const step of allSteps(body)) {
      for (const name of step.node.output) this.#producers.set(name, step);
      for (const [place, name] of step.node.input.entries()) {
        const uses = this.#uses.get(name);
        if (uses) uses.push({ step, place });
        else this.#uses.set(name, [{ step, place }]);
      }
    }
  }

  /** Where a value is used, in the form that it has or in another. */
  of(name: string): Use[] {
    const seen = new Set([name]);
    const found: Use[] = [];
    for (const value of seen) {
      for (const use of this.#uses.get(value) ?? []) {
        if (carries(use)) for (const output of use.step.node.output) seen.add(output);
        else found.push(use);
      }
    }
    return found;
  }

  /** The node that has computed a value, before that was reshaped or the like; `undefined` for inputs and tensors. */
  sourceOf(name: string): Step | undefined {
    let step = this.#producers.get(name);
    while (step && CARRIERS.has(step.op) && step.op !== "Concat") step = this.#producers.get(step.node.input[0] ?? "");
    return step;
  }

  /** The value that a node's input was before it was reshaped or the like. */
  origin(name: string): string {
    const step = this.#producers.get(name);
    return step && CARRIERS.has(step.op) && step.op !== "Concat" ? this.origin(step.node.input[0] ?? "") : name;
  }
}
