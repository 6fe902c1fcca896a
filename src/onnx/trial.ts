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
  const free = new Set(
    inputs.flatMap(({ shape }) => shape?.filter((axis) => typeof axis !== "number") ?? [null, null]),
  );
  if (free.size > 1) return;
  const failures: unknown[] = [];
  for (const size of free.size === 0 ? SIZES.slice(0, 1) : SIZES) {
    const avals = inputs.map(({ shape, dtype }) => {
      return makeAval(shape?.map((axis) => (typeof axis === "number" ? axis : size)) ?? [], dtype);
    });
    try {
      traceToJaxpr(
        (arrays) => evaluate(new Map(arrays.map((array, i) => [inputs[i]?.name ?? "", array]))),
        avals,
        true,
      );
      return;
    } catch (error) {
      failures.push(error);
    }
  }
  throw failures[0];
}
