/** Slicing, padding, reversing and joining: each is the other's transpose. */

import { itemSize } from "../base/dtypes.ts";
import { checkList, checkOptions, describe, formatShape, noMore, ShapeError, show } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { canonicalAxes, canonicalAxis, checkRoom, isIntegerList, range, type Shape, sizeOf } from "../base/shapes.ts";
import { reverseView, sliceView, type View } from "../base/view.ts";
import { makeAval } from "../ir/aval.ts";
import { NDArray, scalar } from "../ir/ndarray.ts";
import { isUndefined, type One, type Placement, type Primitive, type Two } from "../ir/primitive.ts";
import { bind1 } from "../ir/trace.ts";
import { sub } from "./arithmetic.ts";
import { sameDType } from "./convert.ts";
import { full, zerosLike } from "./create.ts";
import { select } from "./logic.ts";
import { type ArrayLike, asArray } from "./operands.ts";
import {
  batchSize,
  batchToFront,
  broadcastInDim,
  linearUnaryRules,
  moveAxis,
  reduceSum,
  reshape,
  shiftedAxes,
} from "./shape.ts";

export interface SliceParams {
  readonly startIndices: readonly number[];
  readonly limitIndices: readonly number[];
  readonly strides: readonly number[];
}

const steps = (start: number, limit: number, stride: number): number =>
  Math.max(0, Math.ceil((limit - start) / stride));

export const slicePrimitive: Primitive<SliceParams, One> = {
  name: "slice",
  aval: ([x], { startIndices, limitIndices, strides }) => [
    makeAval(
      startIndices.map((s, i) => steps(s, entry(limitIndices, i), entry(strides, i))),
      x.dtype,
      x.weak,
    ),
  ],
  .../* @__PURE__ */ linearUnaryRules<SliceParams>({
    apply: (x, params) => slice(x, params),
    transpose: (ct, input, { startIndices, strides }) => {
      const paddingConfig = input.shape.map((n, i): [number, number, number] => {
        const [start, step, kept] = [entry(startIndices, i), entry(strides, i), entry(ct.shape, i)];
        const covered = kept === 0 ? 0 : (kept - 1) * step + 1;
        return [start, n - start - covered, step - 1];
      });
      return pad(ct, scalar(0, ct.dtype), { paddingConfig });
    },
    batch: (x, axis, { startIndices, limitIndices, strides }) => {
      const front = moveAxis(x, axis, 0);
      const params = {
        startIndices: [0, ...startIndices],
        limitIndices: [entry(front.shape, 0), ...limitIndices],
        strides: [1, ...strides],
      };
      return [slice(front, params), 0];
    },
  }),
  lowering: {
    kind: "view",
    view: (input, _, { startIndices, limitIndices, strides }) => sliceView(input, startIndices, limitIndices, strides),
  },
};

/**
 * The elements from `startIndices` up to `limitIndices` by `strides` (1 by default). Source: `jax.lax.slice`.
 * @throws ShapeError when the range leaves the array.
 * @example lax.slice(np.arange(5), { startIndices: [1], limitIndices: [4] }) // [1, 2, 3]
 */
export function slice(
  x: ArrayLike,
  options: {
    readonly startIndices: readonly number[];
    readonly limitIndices: readonly number[];
    readonly strides?: readonly number[] | null;
  },
  ...rest: never[]
): NDArray {
  noMore("lax.slice", rest);
  const required = ["startIndices", "limitIndices"];
  const chosen = checkOptions("lax.slice", options, [...required, "strides"], required);
  const operand = asArray("lax.slice", x);
  const { startIndices, limitIndices } = chosen;
  const strides = chosen.strides ?? operand.shape.map(() => 1);
  const rank = operand.ndim;
  const valid =
    isIntegerList(startIndices, 0, rank) &&
    isIntegerList(limitIndices, 0, rank) &&
    isIntegerList(strides, 1, rank) &&
    operand.shape.every((n, i) => entry(startIndices, i) <= entry(limitIndices, i) && entry(limitIndices, i) <= n);
  if (!valid) {
    throw new ShapeError(
      `lax.slice: startIndices ${show(startIndices)}, limitIndices ${show(limitIndices)}, strides ${show(strides)} do ` +
        `not fit shape ${formatShape(operand.shape)}.`,
    );
  }
  const whole = operand.shape.every((n, i) => startIndices[i] === 0 && limitIndices[i] === n && strides[i] === 1);
  return whole ? operand : bind1(slicePrimitive, [operand], { startIndices, limitIndices, strides });
}

/** The elements from `start` to `limit` along one axis. Source: `jax.lax.slice_in_dim`. */
export function sliceInDim(x: NDArray, start: number, limit: number, axis: number, stride = 1): NDArray {
  const at = (value: number, others: readonly number[]) => others.map((o, i) => (i === axis ? value : o));
  return slice(x, {
    startIndices: at(
      start,
      x.shape.map(() => 0),
    ),
    limitIndices: at(limit, x.shape),
    strides: at(
      stride,
      x.shape.map(() => 1),
    ),
  });
}

interface RevParams {
  readonly dimensions: readonly number[];
}

export const revPrimitive: Primitive<RevParams, One> = {
  name: "rev",
  aval: ([x]) => [x],
  .../* @__PURE__ */ linearUnaryRules<RevParams>({
    apply: (x, params) => rev(x, params),
    transpose: (ct, _, params) => rev(ct, params),
    batch: (x, axis, { dimensions }) => [rev(moveAxis(x, axis, 0), { dimensions: shiftedAxes(dimensions) }), 0],
  }),
  lowering: { kind: "view", view: (input, _, { dimensions }) => reverseView(input, dimensions) },
};

/**
 * Reverses the order of the elements along `dimensions`. Source: `jax.lax.rev`.
 * @example lax.rev(np.array([1, 2, 3]), { dimensions: [0] }) // [3, 2, 1]
 */
export function rev(x: ArrayLike, options: RevParams, ...rest: never[]): NDArray {
  noMore("lax.rev", rest);
  const { dimensions } = checkOptions("lax.rev", options, ["dimensions"], ["dimensions"]);
  checkList("lax.rev", "dimensions", dimensions);
  const operand = asArray("lax.rev", x);
  const axes = canonicalAxes("lax.rev", dimensions, operand.ndim, "dimensions");
  return axes.length === 0 ? operand : bind1(revPrimitive, [operand], { dimensions: axes });
}

/** Elements before, after, and between neighbours, for each axis; the first two may be negative. */
export type PaddingConfig = readonly (readonly [low: number, high: number, interior: number])[];

interface PadParams {
  readonly paddingConfig: PaddingConfig;
}

/** The size of an axis after padding. */
export const paddedSize = (n: number, [low, high, interior]: readonly [number, number, number]): number =>
  low + high + n + Math.max(0, n - 1) * interior;

/** The part of an axis that padding keeps: [first kept, past the last kept]. */
function keptRange(n: number, [low, high, interior]: readonly [number, number, number]): [number, number] {
  const step = interior + 1;
  const first = Math.max(0, Math.ceil(-low / step));
  const cutAfter = Math.max(0, Math.ceil(-high / step));
  return [first, Math.max(first, n - cutAfter)];
}

/** Where the operand of a padding lies in the result. */
export function padPlacement(shape: Shape, config: PaddingConfig): Placement {
  const kept = shape.map((n, i) => keptRange(n, entry(config, i)));
  const lows = kept.map(([first]) => first);
  const limits = kept.map(([, limit]) => limit);
  const step = config.map(([, , interior]) => interior + 1);
  const ones = shape.map(() => 1);
  const starts = lows.map((first, i) => entry(config, i)[0] + first * entry(step, i));
  const ends = starts.map((s, i) => {
    const count = entry(limits, i) - entry(lows, i);
    return count === 0 ? s : s + (count - 1) * entry(step, i) + 1;
  });
  return {
    input: 0,
    source: (input: View) => sliceView(input, lows, limits, ones),
    target: (output: View) => sliceView(output, starts, ends, step),
  };
}

export const padPrimitive: Primitive<PadParams, Two> = {
  name: "pad",
  aval: ([x], { paddingConfig }) => [
    makeAval(
      x.shape.map((n, i) => paddedSize(n, entry(paddingConfig, i))),
      x.dtype,
      x.weak,
    ),
  ],
  jvp: ([x, value], [dx, dValue], params) => {
    const [operand, fill] = [x, value];
    const out = pad(operand, fill, params);
    if (!dx && !dValue) return [[out], [null]];
    const zero = scalar(0, operand.dtype);
    return [[out], [pad(dx ?? zerosLike(operand), dValue ?? zero, params)]];
  },
  transpose: ([ct], [x, value], { paddingConfig }) => {
    if (!ct) return [null, null];
    const shape = x.aval.shape;
    const inner = unpad(ct, shape, paddingConfig);
    const ofValue = value && isUndefined(value) ? sub(reduceSum(ct), reduceSum(inner)) : null;
    return [x && isUndefined(x) ? inner : null, ofValue];
  },
  batch: ([x, value], [xAxis, valueAxis], { paddingConfig }) => {
    const size = batchSize([x, value], [xAxis ?? null, valueAxis ?? null]);
    const front = batchToFront(x, xAxis ?? null, size);
    const config: PaddingConfig = [[0, 0, 0], ...paddingConfig];
    if (valueAxis === null) return [[pad(front, value, { paddingConfig: config })], [0]];
    const inside = pad(full(front.shape, true, "bool"), scalar(0, "bool"), { paddingConfig: config });
    const padded = pad(front, scalar(0, front.dtype), { paddingConfig: config });
    const fill = broadcastInDim(value, { shape: padded.shape, broadcastDimensions: [0] });
    return [[select(inside, padded, fill)], [0]];
  },
  lowering: {
    kind: "place",
    place: ([x], { paddingConfig }) => ({ fill: 1, pieces: [padPlacement(x.shape, paddingConfig)] }),
  },
};

/** The cotangent of a padding's operand: what is left of `ct` when the padding is taken away. */
function unpad(ct: NDArray, shape: Shape, config: PaddingConfig): NDArray {
  if (sizeOf(shape) === 0) return full(shape, 0, ct.dtype);
  const trim = config.map(([low, high]): [number, number, number] => [-low, -high, 0]);
  const trimmed = pad(ct, scalar(0, ct.dtype), { paddingConfig: trim });
  return slice(trimmed, {
    startIndices: shape.map(() => 0),
    limitIndices: trimmed.shape,
    strides: config.map(([, , interior]) => interior + 1),
  });
}

/**
 * Puts `paddingValue` before, after and between the elements; negative amounts cut elements off.
 * Source: `jax.lax.pad`.
 * @example lax.pad(x, 0, { paddingConfig: [[1, 1, 0], [0, 0, 2]] })
 */
export function pad(x: ArrayLike, paddingValue: ArrayLike, options: PadParams, ...rest: never[]): NDArray {
  noMore("lax.pad", rest);
  const { paddingConfig } = checkOptions("lax.pad", options, ["paddingConfig"], ["paddingConfig"]);
  const [operand, value] = sameDType("lax.pad", [x, paddingValue], ["x", "paddingValue"]);
  const given: unknown = paddingConfig;
  const valid =
    Array.isArray(given) &&
    given.length === operand.ndim &&
    Array.from(given).every((c) => isIntegerList(c, -Infinity, 3) && entry(c, 2) >= 0);
  const sizes = valid ? operand.shape.map((n, i) => paddedSize(n, entry(paddingConfig, i))) : [];
  if (!valid || sizes.some((n) => n < 0) || value.ndim !== 0) {
    throw new ShapeError(
      `lax.pad: shape ${formatShape(operand.shape)} needs one [low, high, interior] per axis that leaves no negative ` +
        `size, and a 0-dimensional value; got paddingConfig ${show(paddingConfig)} and a value of shape ` +
        `${formatShape(value.shape)}.`,
    );
  }
  checkRoom("lax.pad", sizes, itemSize(operand.dtype));
  const nothing = paddingConfig.every((c) => c.every((n) => n === 0));
  return nothing ? operand : bind1(padPrimitive, [operand, value], { paddingConfig });
}

interface ConcatenateParams {
  readonly dimension: number;
}

const along = (x: { readonly shape: Shape }, axis: number): number => entry(x.shape, axis);

export const concatenatePrimitive: Primitive<ConcatenateParams> = {
  name: "concatenate",
  aval: (inputs, { dimension }) => {
    const first = entry(inputs, 0);
    const total = inputs.reduce((n, x) => n + along(x, dimension), 0);
    return [
      makeAval(
        first.shape.map((n, i) => (i === dimension ? total : n)),
        first.dtype,
        inputs.every((x) => x.weak),
      ),
    ];
  },
  jvp: (primals, tangents, params) => {
    const out = concatenate(primals, params);
    if (tangents.every((t) => t === null)) return [[out], [null]];
    const parts = tangents.map((t, i) => t ?? full(entry(primals, i).shape, 0, out.dtype));
    return [[out], [concatenate(parts, params)]];
  },
  transpose: ([ct], inputs, { dimension }) => {
    let start = 0;
    return inputs.map((x) => {
      const from = start;
      start += along(x.aval, dimension);
      return ct && isUndefined(x) ? sliceInDim(ct, from, start, dimension) : null;
    });
  },
  batch: (inputs, axes, { dimension }) => {
    const size = batchSize(inputs, axes);
    const front = inputs.map((x, i) => batchToFront(x, axes[i] ?? null, size));
    return [[concatenate(front, { dimension: dimension + 1 })], [0]];
  },
  lowering: {
    kind: "place",
    place: (inputs, { dimension }) => {
      let start = 0;
      const pieces = inputs.map((x, input): Placement => {
        const from = start;
        start += along(x, dimension);
        const limit = start;
        return { input, source: (view) => view, target: (view) => sliceAxis(view, dimension, from, limit) };
      });
      return { fill: null, pieces };
    },
  },
};

function sliceAxis(view: View, axis: number, start: number, limit: number): View {
  return sliceView(
    view,
    view.shape.map((_, i) => (i === axis ? start : 0)),
    view.shape.map((n, i) => (i === axis ? limit : n)),
    view.shape.map(() => 1),
  );
}

/** The arrays of a list, or the slices of an array along its first axis; of one dtype, which they have already. */
export function operandList(fn: string, operands: readonly ArrayLike[] | NDArray): NDArray[] {
  const sliced = operands instanceof NDArray && operands.ndim > 0;
  const list: unknown[] = sliced
    ? range(entry(operands.shape, 0)).map((i) =>
        reshape(sliceInDim(operands, i, i + 1, 0), { newSizes: operands.shape.slice(1) }),
      )
    : Array.from(Array.isArray(operands) ? operands : []);
  if (list.length === 0) {
    throw new TypeError(`${fn}: operands must be a list of at least one array, got ${describe(operands)}.`);
  }
  return sameDType(
    fn,
    list,
    list.map((_, i) => `operands[${i}]`),
  );
}

/**
 * Joins arrays, or the slices of one, along an existing axis. Source: `jax.lax.concatenate`.
 * @example lax.concatenate([np.array([1]), np.array([2])], { dimension: 0 }) // [1, 2]
 */
export function concatenate(
  operands: readonly ArrayLike[] | NDArray,
  options: ConcatenateParams,
  ...rest: never[]
): NDArray {
  noMore("lax.concatenate", rest);
  const chosen = checkOptions("lax.concatenate", options, ["dimension"], ["dimension"]);
  const arrays = operandList("lax.concatenate", operands);
  const first = entry(arrays, 0);
  const dimension = canonicalAxis("lax.concatenate", chosen.dimension, first.ndim, "dimension");
  const agree = (x: NDArray): boolean =>
    x.ndim === first.ndim && x.shape.every((n, i) => i === dimension || n === first.shape[i]);
  if (!arrays.every(agree)) {
    throw new ShapeError(
      `lax.concatenate: shapes ${arrays.map((x) => formatShape(x.shape)).join(", ")} may differ in axis ${dimension} only.`,
    );
  }
  return arrays.length === 1 ? first : bind1(concatenatePrimitive, arrays, { dimension });
}
