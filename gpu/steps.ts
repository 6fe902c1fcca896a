/** The kernels of a step. */
import type { BranchStep, LeaveStep, LoopStep, SliceStep, Step } from "../src/compile/program.ts";
import { commandKernels } from "./commands/commands.ts";
import { contractKernels } from "./contract/contract.ts";
import type { Kernel, Settings } from "./kernel.ts";
import { mapKernels } from "./map.ts";
import { copyKernel, fillKernel } from "./move.ts";
import { placeKernels } from "./place.ts";
import { reduceKernels } from "./reduce.ts";

/** A step that needs no more than its buffers; the others say which steps run, and how often. */
export type PlainStep = Exclude<Step, LoopStep | LeaveStep | BranchStep | SliceStep>;

const some = (kernel: Kernel | undefined): Kernel[] => (kernel ? [kernel] : []);

/** To be run one after the other; none where nothing is to be computed. */
export function kernelsOf(step: PlainStep, settings: Settings): Kernel[] {
  switch (step.kind) {
    case "copy":
      return some(copyKernel(step, settings));
    case "fill":
      return some(fillKernel(step, settings));
    case "place":
      return placeKernels(step, settings);
    case "map":
      return mapKernels(step, settings);
    case "reduce":
      return reduceKernels(step, settings);
    case "contract":
      return contractKernels(step, settings);
    case "kernel":
      return commandKernels(step, settings);
  }
}
