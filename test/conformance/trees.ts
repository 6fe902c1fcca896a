/** Trees of reference tensors. */
import { type NDArray, random, tree } from "cotangent";
import type { Precision } from "./compare.ts";
import { type Data, toArray } from "./data.ts";
import type { Layer, Shape } from "./layers.ts";

/** The arrays `prefix/0`, `prefix/1`, ... in one precision. */
export const arrays = (data: Data, prefix: string, precision: Precision): NDArray[] =>
  data.list(prefix).map((tensor) => toArray(tensor, precision));

export const shapes = (data: Data, prefix: string): Shape[] => data.list(prefix).map((tensor) => tensor.shape);

/** The leaves in the structure of `like`. */
export const arranged = <Tree>(like: unknown, leaves: readonly unknown[]): Tree =>
  tree.unflatten<Tree>(tree.structure(like), leaves);

/** A tree of parameters with shapes such as "3x4" as leaves: what the network's own initial parameters look like. */
export function initialShapes([initFn]: Layer, inputShape: unknown): unknown {
  const [, params] = initFn(random.key(0), inputShape) as [unknown, unknown];
  return tree.map((x: NDArray) => x.shape.join("x"), params);
}

/** The tensor `name` as an array, or the tensors `name/0`, `name/1`, ... in the structure of `like`. */
export const input = (data: Data, name: string, like: unknown, precision: Precision): unknown =>
  data.has(name) ? toArray(data.get(name), precision) : arranged(like, arrays(data, name, precision));

/** The shapes of the same tensors. */
export const inputShape = (data: Data, name: string, like: unknown): unknown =>
  data.has(name) ? data.get(name).shape : arrangedShapes(like, shapes(data, name));

/** Shapes are trees themselves, so they are put into a structure by way of their numbers. */
function arrangedShapes(like: unknown, leaves: readonly Shape[]): unknown {
  return tree.map(
    (i: number) => leaves[i],
    arranged(
      like,
      leaves.map((_, i) => i),
    ),
  );
}
