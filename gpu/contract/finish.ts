/**
 * Epilogue fusion: an elementwise program that takes a product's results works on each as it is stored. That saves a
 * dispatch, and a way of all results to memory and back.
 */
import type { ContractStep, MapStep } from "../../src/compile/program.ts";
import { flopsOf } from "../effort.ts";
import { emitMap } from "../map.ts";
import type { Shader } from "../shader.ts";
import { stored, valueType } from "../values.ts";

export interface Finish {
  /** A program over the product's target as a whole, row-major, among its inputs. */
  readonly map: MapStep;
  /** Whether others read the product itself, so that it is stored, too. */
  readonly keeps: boolean;
}

export interface FinishedStep extends ContractStep {
  readonly finish: Finish;
}

export const isFinished = (step: ContractStep): step is FinishedStep => "finish" in step;

/** A statement that stores a result at a place of the product's target. */
export type Store = (place: string, value: string) => string;

/** How a kernel stores the results of a product, by a function beside `main` where something is done with them. */
export function storeOf(step: ContractStep, shader: Shader): Store {
  const { target } = step;
  const own = (place: string, value: string): string =>
    `${shader.write(target)}[${place}] = ${stored(target.dtype, value)};`;
  if (!isFinished(step)) return own;
  const { map, keeps } = step.finish;
  const isResult = map.inputs.map(({ buffer }) => (buffer === target ? "value" : null));
  const body = shader.collect(() => {
    if (keeps) shader.emit(own("i", "value"));
    emitMap(shader, map, isResult);
  });
  shader.declare(`fn finish(i: u32, value: ${valueType(target.dtype)}) {`, ...body, "}");
  return (place, value) => `finish(u32(${place}), ${value});`;
}

/** The operations that finish a product. */
export function finishFlops(step: ContractStep): number {
  return isFinished(step) ? step.target.size * flopsOf(step.finish.map.instructions) : 0;
}
