/** CONTRACT: C[batch, m, n] = sum over k of A[batch, m, k] B[batch, n, k], each index a list of axes. */
import type { ContractStep } from "../../src/compile/program.ts";
import type { Kernel, Settings } from "../kernel.ts";
import { exchanged, extentOf } from "./axes.ts";
import { chooseWay } from "./choose.ts";
import { dotKernels } from "./dot.ts";
import { naiveKernels } from "./naive.ts";
import { tileKernels } from "./tile.ts";
import { vectorsOf } from "./vectors.ts";

export function contractKernels(step: ContractStep, settings: Settings): Kernel[] {
  const { items, rows, columns } = extentOf(step);
  if (items * rows * columns === 0) return [];
  const turned = turn(step);
  const way = chooseWay(turned, settings);
  if (way.way === "naive") return naiveKernels(step, settings);
  if (way.way === "dot") return dotKernels(turned, way.splits, settings);
  return tileKernels(turned, way.tile, way.splits, settings);
}

/** So many rows are few. */
const FEW = 8;

/** The product with its operands in the order that the kernels know: few columns, or A in fours along the terms. */
function turn(step: ContractStep): ContractStep {
  const { rows, columns } = extentOf(step);
  if (Math.min(rows, columns) < FEW) return rows < columns ? exchanged(step) : step;
  const { a, b } = vectorsOf(step);
  return a !== "terms" && b === "terms" ? exchanged(step) : step;
}
