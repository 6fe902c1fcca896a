/** Whether a graph's parts fit together, looked at without computing. */
import { makeAval } from "../ir/aval.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { traceToJaxpr } from "../ir/trace.ts";
import type { ValueInfo } from "./values.ts";

/** Sizes that the free axis may have; what fits with none of them doesn't fit. */
const SIZES = [2, 1, 3, 4, 8];

/**
 * Throws where a network can't be computed whatever is given: where its nodes don't take the shapes that they get. Only a network
 * with one free axis, which is the batch's, or with none is looked at, since others may ask for sizes that go together.
 */
export function checkShapes(inputs: readonly ValueInfo[], evaluate: (x: Map<string, NDArray>) => NDArray[]): void {
  const free = inputs.flatMap(({ shape }) => shape?.filter((axis) => typeof axis !== "number") ?? [null, null]);
  const names = new Set(free.filter((axis) => axis !== null));
  if (names.size + free.filter((axis) => axis === null).length > 1) return;
  const failures: unknown[] = [];
  for (const size of free.length === 0 ? SIZES.slice(0, 1) : SIZES) {
    const avals = inputs.map(({ shape, dtype }) => {
      return makeAval(shape?.map((axis) => (typeof axis === "number" ? axis : size)) ?? [], dtype);
    });
    try {
      const named = (arrays: readonly NDArray[]) => new Map(arrays.map((array, i) => [inputs[i]?.name ?? "", array]));
      traceToJaxpr((arrays) => evaluate(named(arrays)), avals);
      return;
    } catch (error) {
      failures.push(error);
    }
  }
  throw failures[0];
}
