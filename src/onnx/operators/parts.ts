/** Operators that cut arrays up, join them, put something around them or turn them. */
import { entry } from "../../base/lists.ts";
import { canonicalAxes, range, sizeOf } from "../../base/shapes.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import { promoteOperands } from "../../lax/convert.ts";
import * as lax from "../../lax/index.ts";
import { tril, triu } from "../../numpy/creation.ts";
import { pad as padded } from "../../numpy/pad.ts";
import type { NodeView, Operator, Operators } from "../operator.ts";
import { axisOf, choice, listOf, onlyInt, required, variadic } from "./support.ts";

const concat: Operator = (node, inputs) => {
  const arrays = promoteOperands(node.op, variadic(node, inputs));
  return lax.concatenate(arrays, { dimension: axisOf(node, undefined, entry(arrays, 0).ndim) });
};

/** The sizes of the parts: as given, or as many equal ones as asked for, of which the last may be smaller. */
function partSizes(node: NodeView, given: readonly number[] | undefined, size: number): readonly number[] {
  const count = node.outputCount;
  if (given) return given.length === count ? given : node.fail(`needs ${count} sizes, got ${given.length}`);
  onlyInt(node, "num_outputs", count);
  if (!node.has("num_outputs") && size % count) node.fail(`an axis of size ${size} has no ${count} equal parts`);
  const whole = Math.ceil(size / count);
  return range(count).map((i) => Math.max(0, Math.min(whole, size - i * whole)));
}

const split: Operator = (node, inputs) => {
  const x = required(node, inputs, 0);
  const axis = axisOf(node, 0, x.ndim);
  return lax.split(x, partSizes(node, listOf(node, inputs, "split", 1), entry(x.shape, axis)), { axis });
};

/** What a slice takes of an axis: `count` elements from `start` on, `step` apart. */
interface Section {
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/** The elements from `start` to `end` of an axis, both kept inside; negative ones count from the end. */
function sectionOf(size: number, start: number, end: number, step: number): Section {
  const [least, most] = step > 0 ? [0, size] : [-1, size - 1];
  const inside = (at: number): number => Math.min(most, Math.max(least, at < 0 ? at + size : at));
  const first = Math.max(inside(start), 0);
  return { start: first, step, count: size === 0 ? 0 : Math.max(0, Math.ceil((inside(end) - first) / step)) };
}

function takeSections(x: NDArray, sections: readonly Section[]): NDArray {
  const low = ({ start, step, count }: Section): number =>
    step > 0 || count === 0 ? start : start + (count - 1) * step;
  const reach = ({ step, count }: Section): number => (count === 0 ? 0 : (count - 1) * Math.abs(step) + 1);
  const sliced = lax.slice(x, {
    startIndices: sections.map(low),
    limitIndices: sections.map((s) => low(s) + reach(s)),
    strides: sections.map((s) => Math.abs(s.step)),
  });
  const turned = range(x.ndim).filter((axis) => entry(sections, axis).step < 0);
  return turned.length > 0 ? lax.rev(sliced, { dimensions: turned }) : sliced;
}

const slice: Operator = (node, inputs) => {
  const x = required(node, inputs, 0);
  const starts = listOf(node, inputs, "starts", 1) ?? node.fail("the starts are missing");
  const ends = listOf(node, inputs, "ends", 2) ?? node.fail("the ends are missing");
  const axes = canonicalAxes(node.op, listOf(node, inputs, "axes", 3) ?? range(starts.length), x.ndim, "axes");
  const steps = inputs[4] ? node.known(4) : starts.map(() => 1);
  if ([ends, axes, steps].some((list) => list.length !== starts.length)) {
    node.fail(
      `starts, ends, axes and steps must be equally long, got ${starts.length}, ${ends.length}, ${axes.length} and ${steps.length}`,
    );
  }
  if (steps.includes(0)) node.fail("a step must not be 0");
  const sections = x.shape.map((size, axis) => {
    const i = axes.indexOf(axis);
    return i < 0
      ? { start: 0, step: 1, count: size }
      : sectionOf(size, entry(starts, i), entry(ends, i), entry(steps, i));
  });
  return takeSections(x, sections);
};

/** How much is put in front of each axis and behind it. */
function paddingOf(node: NodeView, inputs: readonly (NDArray | undefined)[], x: NDArray): [number, number][] {
  const pads = listOf(node, inputs, "pads", 1) ?? node.fail("the pads are missing");
  const axes = canonicalAxes(node.op, inputs[3] ? node.known(3) : range(x.ndim), x.ndim, "axes");
  if (pads.length !== 2 * axes.length) node.fail(`needs ${2 * axes.length} pads, got ${pads.length}`);
  return range(x.ndim).map((axis) => {
    const i = axes.indexOf(axis);
    return i < 0 ? [0, 0] : [entry(pads, i), entry(pads, i + axes.length)];
  });
}

/** Each repetition is a part of the program. */
const MOST_REPEATS = 64;

/** Negative padding cuts off, before anything is added. */
const pad: Operator = (node, inputs) => {
  const x = required(node, inputs, 0);
  const padding = paddingOf(node, inputs, x);
  const mode = choice(node, "mode", ["constant", "reflect", "edge", "wrap"], "constant");
  if (mode === "constant") {
    const value = inputs[2] ?? node.number("value", 0);
    const fill = lax.reshape(lax.convertElementType(value, x.dtype), { newSizes: [] });
    return lax.pad(x, fill, { paddingConfig: padding.map(([low, high]) => [low, high, 0]) });
  }
  if (mode !== "edge" && padding.some(([low, high], axis) => low + high > MOST_REPEATS * entry(x.shape, axis))) {
    node.fail(`mode "${mode}" can't go on for more than ${MOST_REPEATS} times an axis`);
  }
  const cut = lax.pad(x, lax.full([], 0, x.dtype), {
    paddingConfig: padding.map(([low, high]) => [Math.min(low, 0), Math.min(high, 0), 0]),
  });
  return padded(
    cut,
    padding.map(([low, high]) => [Math.max(low, 0), Math.max(high, 0)] as const),
    mode,
  );
};

/** The part of each matrix on and above a diagonal, or on and below it. */
const trilu: Operator = (node, inputs) => {
  const k = inputs[1] ? (node.known(1)[0] ?? 0) : 0;
  const part = node.int("upper", 1) ? triu : tril;
  return part(required(node, inputs, 0), { k: Math.max(-(2 ** 31), Math.min(k, 2 ** 31 - 1)) });
};

/** The first elements of each sequence turned round, as many as its length says. */
const reverseSequence: Operator = (node, inputs) => {
  const [x, lengths] = [required(node, inputs, 0), required(node, inputs, 1)];
  const [batch, time] = [node.int("batch_axis", 1), node.int("time_axis", 0)];
  if (x.ndim < 2 || batch + time !== 1 || batch * time !== 0) {
    node.fail(`attributes batch_axis = ${batch} and time_axis = ${time} must be 0 and 1, or 1 and 0`);
  }
  return reversedWithin(x, lengths, batch, time);
};

/** The first `lengths` elements along `time`, for each place along `batch`, in reverse order; the others stay. */
export function reversedWithin(x: NDArray, lengths: NDArray, batch: number, time: number): NDArray {
  const front = batch === 0 ? [0, 1] : [1, 0];
  const permutation = [...front, ...range(x.ndim - 2, 2)];
  const [count, steps] = [entry(x.shape, batch), entry(x.shape, time)];
  const shape = [count, steps];
  const place = lax.broadcastedIota("int32", shape, 1);
  const length = lax.broadcastInDim(lengths, { shape, broadcastDimensions: [0] });
  const from = lax.select(lax.lt(place, length), lax.sub(lax.sub(length, 1), place), place);
  const start = lax.mul(lax.broadcastedIota("int32", shape, 0), steps);
  const rows = lax.reshape(lax.transpose(x, { permutation }), { newSizes: [count * steps, sizeOf(x.shape.slice(2))] });
  const turned = lax.indexTake(rows, [lax.reshape(lax.add(start, from), { newSizes: [count * steps] })], [0]);
  return lax.transpose(lax.reshape(turned, { newSizes: [count, steps, ...x.shape.slice(2)] }), { permutation });
}

export const parts: Operators = {
  Concat: concat,
  Pad: pad,
  ReverseSequence: reverseSequence,
  Slice: slice,
  Split: split,
  Trilu: trilu,
};
