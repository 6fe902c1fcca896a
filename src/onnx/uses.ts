/** Where a graph uses its tensors. */
import { sizeOf } from "../base/shapes.ts";
import { allSteps, type Body, type Step } from "./body.ts";
import type { TensorProto } from "./model.ts";
import { isFloatTensor } from "./tensors.ts";

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

/** Whether a tensor is of several floats. */
const isTable = (tensor: TensorProto): boolean => isFloatTensor(tensor) && sizeOf(tensor.dims) !== 1;

export class Uses {
  readonly #uses = new Map<string, Use[]>();
  readonly #producers = new Map<string, Step>();
  readonly #positions = new Set<string>();

  constructor(body: Body) {
    const constants = new Set([...body.tensors].filter(([, tensor]) => !isTable(tensor)).map(([name]) => name));
    for (const step of allSteps(body)) {
      const isFixed = (name: string): boolean => name === "" || constants.has(name) || this.#positions.has(name);
      if (step.op === "Shape" || step.op === "Size" || step.needs.every(isFixed)) {
        for (const name of step.node.output) this.#positions.add(name);
      }
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

  /** Whether a value is computed from shapes, integers and single floats: positions, distances and the like. */
  isPosition(name: string): boolean {
    return this.#positions.has(name);
  }
}
