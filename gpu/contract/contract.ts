/** CONTRACT: C[batch, m, n] = sum over k of A[batch, m, k] B[batch, n, k], each index a list of axes. */
import { type ContractStep, exchanged } from "../../src/compile/program.ts";
import type { Kernel, Settings } from "../kernel.ts";
import { extentOf } from "./axes.ts";
import { chooseTile, chooseWay, dotSplits, tileSplits } from "./choose.ts";
import { dotKernels } from "./dot.ts";
import { naiveKernels } from "./naive.ts";
import { tileKernels } from "./tile.ts";
import { vectorsOf } from "./vectors.ts";

export function contractKernels(step: ContractStep, settings: Settings): Kernel[] {
  const { items, rows, columns } = extentOf(step);
  if (items * rows * columns === 0) return [];
  const upright = rows < columns ? exchanged(step) : step;
  const way = chooseWay(upright, settings);
  if (way === "naive") return naiveKernels(step, settings);
  if (way === "dot") return dotKernels(upright, dotSplits(upright, settings), settings);
  const turned = alongTerms(step);
  const tile = chooseTile(turned, settings);
  return tileKernels(turned, tile, tileSplits(turned, tile, settings), settings);
}

/** The product with A along the terms wherever B is: there are inner loops for the other three cases. */
function alongTerms(step: ContractStep): ContractStep {
  const { a, b } = vectorsOf(step);
  return a !== "terms" && b === "terms" ? exchanged(step) : step;
}
