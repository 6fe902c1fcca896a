/** The kernels that serve one primitive each, by their commands; `assembly/opcodes.ts` explains the arguments. */
import type { KernelStep } from "../../src/compile/program.ts";
import type { Kernel, Settings } from "../kernel.ts";
import { choleskyKernels } from "./cholesky.ts";
import { gatherKernels } from "./gather.ts";
import { householderKernels } from "./householder.ts";
import { jacobiKernels } from "./jacobi.ts";
import { luKernels, luSolveKernels } from "./lu.ts";
import { scatterKernels } from "./scatter.ts";
import { triangularSolveKernels } from "./solve.ts";
import { argsortKernels } from "./sort.ts";

type Generator = (step: KernelStep, settings: Settings) => Kernel[];

/** EIGEN and SVD are the processor's own. */
type Command = Exclude<KernelStep["command"], "EIGEN" | "SVD">;

const GENERATORS: Record<Command, Generator> = {
  GATHER: gatherKernels,
  SCATTER_ADD: scatterKernels,
  ARGSORT: argsortKernels,
  CHOLESKY: choleskyKernels,
  TRIANGULAR_SOLVE: triangularSolveKernels,
  LU: luKernels,
  LU_SOLVE: luSolveKernels,
  HOUSEHOLDER: householderKernels,
  JACOBI: jacobiKernels,
};

export function commandKernels(step: KernelStep, settings: Settings): Kernel[] {
  if (step.outputs.every(({ size }) => size === 0)) return [];
  return GENERATORS[step.command as Command](step, settings);
}
