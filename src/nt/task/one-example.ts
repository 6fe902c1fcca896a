/** `f` of one example, and what to say where it can't have one: mostly a keyword argument's axis was forgotten. */
import { formatShape, ShapeError } from "../../base/errors.ts";
import { flattenArguments } from "../../base/flatten.ts";
import { flatten, unflatten } from "../../base/tree.ts";
import { NDArray } from "../../ir/ndarray.ts";
import { squeeze } from "../../lax/shape.ts";
import type { LeafBatchAxes, OutputShapes } from "./apply.ts";
import type { Kwargs } from "./kwargs.ts";

interface Batch {
  readonly fn: string;
  readonly kwargs: Kwargs;
  readonly outs: OutputShapes;
  readonly batch: LeafBatchAxes | null;
}

/** Names the keyword arguments that look as if they had `size` examples and aren't mapped; else an empty text. */
export function forgotten(kwargs: Kwargs, mapped: object, size: number): string {
  const found = Object.keys(kwargs).flatMap((key) => {
    if (Object.hasOwn(mapped, key)) return [];
    const shapes = flatten(kwargs[key])[0].flatMap((x) => (x instanceof NDArray ? [x.shape] : []));
    const shape = shapes.find((own) => size > 0 && own.includes(size));
    return shape ? [{ key, shape, axis: shape.indexOf(size) }] : [];
  });
  if (found.length === 0) return "";
  const named = found.map(({ key, shape }) => `"${key}" of shape ${formatShape(shape)}`).join(", ");
  const axes = found.map(({ key, axis }) => `${key}: ${axis}`).join(", ");
  return ` If the keyword argument ${named} belongs to the examples, name its axis: vmapAxes: [..., ..., { ${axes} }].`;
}

/** The outputs of a call of `f` with one example, checked: their batch axes have size 1. */
export function oneExample({ fn, kwargs, outs, batch }: Batch, call: () => unknown, axes: readonly number[]): unknown {
  const hint = forgotten(kwargs, batch!.kwargs, outs.leaves[0]?.shape[axes[0]!] ?? 0);
  const where = `${fn}: with vmapAxes f is called with one example at a time, batch axes of size 1,`;
  let result: unknown;
  try {
    result = call();
  } catch (error) {
    throw hint && error instanceof ShapeError
      ? new ShapeError(`${where} and then fails: ${(error as Error).message}${hint}`)
      : error;
  }
  flattenArguments<NDArray>(result)[0].forEach((leaf, i) => {
    const axis = axes[i]!;
    if (leaf.shape[axis] === 1) return;
    throw new ShapeError(
      `${where} and must return one; output ${i} has shape ${formatShape(leaf.shape)}, with ` +
        `${leaf.shape[axis] ?? "nothing"} along its batch axis ${axis}.${hint}`,
    );
  });
  return result;
}

/** Every output without its batch axis of size 1. */
export function withoutUnitBatch(tree: unknown, axes: readonly number[]): unknown {
  const [leaves, def] = flattenArguments<NDArray>(tree);
  return unflatten(
    def,
    leaves.map((leaf, i) => squeeze(leaf, { dimensions: axes[i]! })),
  );
}
