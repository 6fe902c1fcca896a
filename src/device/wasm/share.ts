/** Which steps are worth sharing among threads. */
import { REDUCE_GRAIN } from "../../../assembly/opcodes.ts";
import { sizeOf } from "../../base/shapes.ts";
import { type ContractAxis, innerSteps, type KernelStep, type Step } from "../../compile/program.ts";

/** Work, in elements touched, that takes a good deal longer than it takes threads to meet (about a microsecond). */
const WORTHWHILE = 1 << 15;
/** Multiplications and additions in the time of one element of a copy. */
const PRODUCTS = 8;

const countOf = (...groups: (readonly ContractAxis[])[]): number =>
  groups.flat().reduce((product, { size }) => product * size, 1);

function kernelWork({ command, outputs, arguments: [batch = 1] }: KernelStep): number {
  const { size } = outputs[0]!;
  if (command === "EIGEN" || command === "SVD") return 0;
  // Elsewhere threads share out the batch, and an element is worth many operations.
  return command === "GATHER" ? size : batch > 1 ? 8 * size : 0;
}

/** About how many elements a step reads and writes; 0 if its work cannot be divided. */
function workOf(step: Step): number {
  switch (step.kind) {
    case "copy":
      return sizeOf(step.source.view.shape);
    case "fill":
      return step.target.size / PRODUCTS;
    case "map":
      return sizeOf(step.shape) * (step.instructions.length + 1);
    case "reduce":
      return step.target.size > REDUCE_GRAIN ? sizeOf(step.source.view.shape) : 0;
    case "contract":
      return countOf(step.batch, step.m, step.n, step.k) / PRODUCTS;
    case "kernel":
      return kernelWork(step);
    default:
      return 0;
  }
}

/** Whether threads gain by computing a step together. */
export const isShared = (step: Step): boolean => workOf(step) >= WORTHWHILE;

/** Whether there is such a step among these, or inside of their loops and branches. */
export const hasShared = (steps: readonly Step[]): boolean =>
  steps.some((step) => isShared(step) || innerSteps(step).some(hasShared));
