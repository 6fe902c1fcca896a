/**
 * Sums whose terms are shared out among workgroups, in two steps: each writes its part of a sum, and a second kernel adds
 * the parts up in their order. So results are the same from run to run, as they aren't with atomic additions.
 */

import { rowMajorStrides } from "../../src/base/view.ts";
import type { Buffer, ContractStep } from "../../src/compile/program.ts";
import { mergeWalk } from "../../src/compile/walk.ts";
import type { Kernel, Settings } from "../kernel.ts";
import { Shader } from "../shader.ts";
import { extentOf, resultAxes } from "./axes.ts";
import { finishFlops, storeOf } from "./finish.ts";

/** The terms of each part, and where the parts of the sums go: all of the first parts row-major, then the second ones. */
export interface Split {
  readonly splits: number;
  readonly terms: number;
  readonly partials: Buffer;
}

/** At most so many parts, each of whole slices. */
export function splitOf(step: ContractStep, splits: number, slice: number): Split | null {
  if (splits === 1) return null;
  const { items, rows, columns, terms } = extentOf(step);
  const own = Math.ceil(terms / splits / slice) * slice;
  const parts = Math.ceil(terms / own);
  return { splits: parts, terms: own, partials: { dtype: "float32", size: parts * items * rows * columns } };
}

/** Adds the parts; where `isHalved`, those above the diagonal are read below it. */
export function sumKernel(step: ContractStep, split: Split, isHalved: boolean, settings: Settings): Kernel {
  const { items, rows, columns } = extentOf(step);
  const count = items * rows * columns;
  const shader = new Shader("contract sum", settings);
  const axes = resultAxes(step);
  const { sizes, strides } = mergeWalk({ sizes: axes.sizes, strides: [rowMajorStrides(axes.sizes), axes.strides[2]] });
  const [place] = shader.offsets("i", sizes, strides.slice(1), [step.targetOffset]);
  // Items of one element each are their own mirror images, so that one text does for both.
  shader.emit(...mirrored(shader.count(isHalved ? rows : 1)), "var sum = 0f;");
  shader.emit(`for (var part = 0u; part < ${shader.count(split.splits)}; part++) {`);
  shader.emit(`sum += ${shader.read(split.partials)}[at];`, `at += ${shader.count(count)};`, "}");
  shader.emit(storeOf(step, shader)(String(place), "sum"));
  return shader.elements(count, {
    flops: count * split.splits + finishFlops(step),
    traffic: 4 * count * (split.splits + 1),
  });
}

const mirrored = (side: string): string[] => [
  `let flat = i / ${side};`,
  `let column = i - flat * ${side};`,
  `let item = flat / ${side};`,
  `let row = flat - item * ${side};`,
  `var at = (item * ${side} + max(row, column)) * ${side} + min(row, column);`,
];
