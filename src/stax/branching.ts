/** Layers that make several branches of one, and one of several. */

import { closed, describe, noMore, ShapeError } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { canonicalAxis, inserted, removed } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { promoteOperands } from "../lax/convert.ts";
import { add, concatenate, mul } from "../lax/index.ts";
import { asArray } from "../lax/operands.ts";
import { checkInputShape, checkRepetitions, layerOf, refuseMask, showShape, sizeOrUnknown } from "./layer.ts";
import type { Arrays, InputShape, Layer, Shapes } from "./types.ts";

/**
 * `num` copies of the input. Source: `neural_tangents.stax.FanOut`.
 * @example stax.FanOut(2)[1]([], np.array([[3]])) // [[[3]], [[3]]]
 */
export function FanOut(num: number, ...rest: never[]): Layer<Arrays[]> {
  const fn = "stax.FanOut";
  noMore(fn, rest);
  checkRepetitions(fn, "num", num);
  return layerOf(
    fn,
    (_, inputShape) => [new Array<Shapes>(num).fill(inputShape), []],
    (_, inputs) => new Array<Arrays>(num).fill(inputs),
  );
}

function checkBranches<T>(fn: string, name: string, branches: unknown, check: (x: unknown, i: number) => T): T[] {
  if (Array.isArray(branches) && branches.length > 0) return Array.from(branches, check);
  throw new TypeError(`${fn}: ${name} must be a list with one entry for every branch, got ${describe(branches)}.`);
}

interface FanInDefinition {
  readonly fn: string;
  readonly outputShape: (shapes: readonly InputShape[]) => InputShape;
  readonly apply: (branches: readonly NDArray[]) => NDArray;
}

function fanIn({ fn, outputShape, apply }: FanInDefinition): Layer {
  return layerOf(
    fn,
    (_, inputShape) => {
      const shapes = checkBranches(fn, "inputShape", inputShape, (s) => checkInputShape(fn, s));
      return [outputShape(shapes), []];
    },
    (_, inputs, kwargs) => {
      refuseMask(fn, kwargs);
      const branches = checkBranches(fn, "inputs", inputs, (x, i) => asArray(fn, x, `inputs[${i}]`));
      outputShape(branches.map((x) => x.shape));
      return apply(promoteOperands(fn, branches));
    },
  );
}

/** A layer that combines branches of one shape two at a time. */
function fanInBy(fn: string, combine: (x: NDArray, y: NDArray) => NDArray): Layer {
  return fanIn({
    fn,
    outputShape: (shapes) => {
      const [first, ...others] = shapes as [InputShape, ...InputShape[]];
      if (others.every((s) => s.length === first.length && s.every((n, i) => n === first[i]))) return first;
      throw new ShapeError(`${fn}: the branches must have one shape, got ${shapes.map(showShape).join(", ")}.`);
    },
    apply: ([first, ...others]) => others.reduce((sum, x) => combine(sum, x), first as NDArray),
  });
}

/**
 * The sum of the branches. Source: `neural_tangents.stax.FanInSum`.
 * @example stax.serial(stax.FanOut(2), stax.FanInSum())[1]([[], []], np.array([[3]])) // [[6]]
 */
export const FanInSum = /* @__PURE__ */ closed("stax.FanInSum", (): Layer => fanInBy("stax.FanInSum", add));

/**
 * The elementwise product of the branches. Source: `neural_tangents.stax.FanInProd`.
 * @example stax.serial(stax.FanOut(2), stax.FanInProd())[1]([[], []], np.array([[3]])) // [[9]]
 */
export const FanInProd = /* @__PURE__ */ closed("stax.FanInProd", (): Layer => fanInBy("stax.FanInProd", mul));

/**
 * The branches joined along an axis, the last by default. Source: `neural_tangents.stax.FanInConcat`.
 * @example stax.serial(stax.FanOut(2), stax.FanInConcat())[0](random.key(0), [-1, 3])[0] // [-1, 6]
 */
export function FanInConcat(axis = -1, ...rest: never[]): Layer {
  const fn = "stax.FanInConcat";
  noMore(fn, rest);
  if (!Number.isInteger(axis)) throw new TypeError(`${fn}: axis must be a whole number, got ${describe(axis)}.`);
  return fanIn({
    fn,
    outputShape: (shapes) => {
      const first = entry(shapes, 0);
      const at = canonicalAxis(fn, axis, first.length);
      const kept = removed(first, at);
      const alike = (s: InputShape) => s.length === first.length && removed(s, at).every((n, i) => n === kept[i]);
      if (!shapes.every(alike)) {
        throw new ShapeError(`${fn}: shapes ${shapes.map(showShape).join(", ")} may differ in axis ${at} only.`);
      }
      const sizes = shapes.map((s) => entry(s, at));
      const total = sizeOrUnknown(sizes) === -1 ? -1 : sizes.reduce<number>((sum, n) => sum + (n as number), 0);
      return inserted(kept, at, total);
    },
    apply: (branches) => concatenate(branches, { dimension: axis }),
  });
}
