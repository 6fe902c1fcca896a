/** Convolutions: any number of spatial axes, any layout, strides, both dilations, padding and groups. */
import { type DType, itemSize } from "../../base/dtypes.ts";
import { checkOptions, formatShape, noMore, ShapeError, show } from "../../base/errors.ts";
import { checkIntegers, checkRoom, isIntegerList, range, type Shape } from "../../base/shapes.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import type { Window } from "../../ir/primitive.ts";
import { sameDType } from "../convert.ts";
import type { ArrayLike } from "../operands.ts";
import { reshape } from "../shape.ts";
import { contract } from "./contract.ts";
import { product } from "./dot.ts";

/** Zeros around the spatial axes: by name, or `[low, high]` for each. */
export type Padding = "SAME" | "SAME_LOWER" | "VALID" | readonly (readonly [number, number])[];

/**
 * The layouts of `lhs`, `rhs` and the output, such as `["NHWC", "HWIO", "NHWC"]`, where spatial letters are free; or the
 * places of the axes: batch, feature, spatial ones (for the kernel output feature, input feature, spatial ones).
 */
export type ConvDimensionNumbers =
  | readonly [lhs: string, rhs: string, out: string]
  | { readonly lhsSpec: readonly number[]; readonly rhsSpec: readonly number[]; readonly outSpec: readonly number[] };

/** Options of `lax.convGeneralDilated`. */
export interface ConvOptions {
  readonly windowStrides: readonly number[];
  readonly padding: Padding;
  readonly lhsDilation?: readonly number[] | null;
  readonly rhsDilation?: readonly number[] | null;
  readonly dimensionNumbers?: ConvDimensionNumbers | null;
  readonly featureGroupCount?: number;
  readonly batchGroupCount?: number;
  /** The result's dtype; by default that of the operands. */
  readonly preferredElementType?: DType | null;
}

const OPTIONS = [
  "windowStrides",
  "padding",
  "lhsDilation",
  "rhsDilation",
  "dimensionNumbers",
  "featureGroupCount",
  "batchGroupCount",
  "preferredElementType",
] as const;

/**
 * The `[low, high]` padding of each axis for a padding given by name or by pairs. Source: `jax.lax.padtype_to_pads`.
 * `window` holds the sizes of the windows, dilation included.
 */
export function resolvePadding(
  fn: string,
  padding: Padding,
  sizes: Shape,
  window: Shape,
  strides: readonly number[],
): (readonly [number, number])[] {
  if (padding === "VALID") return sizes.map(() => [0, 0] as const);
  if (padding === "SAME" || padding === "SAME_LOWER") {
    return sizes.map((n, i) => {
      const stride = strides[i] as number;
      const total = Math.max(0, (Math.ceil(n / stride) - 1) * stride + (window[i] as number) - n);
      const small = Math.floor(total / 2);
      return padding === "SAME" ? ([small, total - small] as const) : ([total - small, small] as const);
    });
  }
  const pairs = Array.isArray(padding) ? Array.from(padding) : [];
  if (!Array.isArray(padding) || pairs.length !== sizes.length || !pairs.every((p) => isIntegerList(p, -Infinity, 2))) {
    throw new ShapeError(
      `${fn}: padding must be "SAME", "SAME_LOWER", "VALID" or ${sizes.length} pairs [low, high], got ${show(padding)}.`,
    );
  }
  return pairs as (readonly [number, number])[];
}

export interface ConvLayout {
  /** The axes of batch and feature (output and input feature for the kernel). */
  readonly major: number;
  readonly minor: number;
  /** The spatial axes in the order of the kernel's layout. */
  readonly spatial: readonly number[];
}

/** Letters become places. */
function placesOf(specs: readonly [string, string, string]): readonly number[][] {
  const spatial = [...specs[1]].filter((c) => c !== "O" && c !== "I");
  return specs.map((spec, i) => {
    const names = i === 1 ? ["O", "I", ...spatial] : ["N", "C", ...spatial];
    return spec.length === names.length ? names.map((c) => spec.indexOf(c)) : [];
  });
}

/** The places of the axes of operand, kernel and result, as far as `numbers` is what it should be. */
function specsOf(numbers: ConvDimensionNumbers): readonly unknown[] {
  if (!Array.isArray(numbers)) {
    const { lhsSpec, rhsSpec, outSpec } = numbers as Partial<Exclude<ConvDimensionNumbers, readonly unknown[]>>;
    return [lhsSpec, rhsSpec, outSpec];
  }
  const named = numbers.length === 3 && Array.from(numbers).every((s) => typeof s === "string");
  return named ? placesOf(numbers as unknown as [string, string, string]) : [];
}

/** The layouts of operand, kernel and result for arrays of `rank`; by default `NC...`, `OI...`, `NC...`. */
export function convLayouts(
  fn: string,
  numbers: ConvDimensionNumbers | null | undefined,
  rank: number,
): [ConvLayout, ConvLayout, ConvLayout] {
  const plain = range(rank);
  const specs = specsOf(numbers ?? { lhsSpec: plain, rhsSpec: plain, outSpec: plain });
  const permutes = (spec: unknown): boolean =>
    Array.isArray(spec) && spec.length === rank && plain.every((axis) => spec.includes(axis));
  if (specs.length !== 3 || !specs.every(permutes)) {
    throw new ShapeError(
      `${fn}: dimensionNumbers ${show(numbers)} must be three layouts of ${rank} letters each, such as ` +
        '["NHWC", "HWIO", "NHWC"], with the same spatial letters, or {lhsSpec, rhsSpec, outSpec} with the places of the axes.',
    );
  }
  const [lhs, rhs, out] = (specs as [number, number, ...number[]][]).map(
    ([major, minor, ...spatial]): ConvLayout => ({ major, minor, spatial }),
  );
  return [lhs as ConvLayout, rhs as ConvLayout, out as ConvLayout];
}

/** `count` positive integers; ones for `null`. */
export function perAxis(
  fn: string,
  name: string,
  values: readonly number[] | null | undefined,
  count: number,
): readonly number[] {
  const list = values ?? new Array<number>(count).fill(1);
  checkIntegers(fn, name, list, 1, count);
  return list;
}

/** The size of an axis with `dilation - 1` places between neighbours. */
export const dilated = (n: number, dilation: number): number => (n === 0 ? 0 : (n - 1) * dilation + 1);

const splitAxis = (x: NDArray, axis: number, groups: number): NDArray =>
  reshape(x, {
    newSizes: [...x.shape.slice(0, axis), groups, (x.shape[axis] as number) / groups, ...x.shape.slice(axis + 1)],
  });

function checkGroups(
  fn: string,
  x: NDArray,
  y: NDArray,
  lhs: ConvLayout,
  rhs: ConvLayout,
  features: number,
  batches: number,
): void {
  const [n, c] = [x.shape[lhs.major] as number, x.shape[lhs.minor] as number];
  const [o, i] = [y.shape[rhs.major] as number, y.shape[rhs.minor] as number];
  const counts = [features, batches].every((g) => Number.isInteger(g) && g > 0) && (features === 1 || batches === 1);
  if (!counts) {
    throw new ShapeError(
      `${fn}: featureGroupCount ${features} and batchGroupCount ${batches} must be positive integers, one of them 1.`,
    );
  }
  if (c !== i * features) {
    throw new ShapeError(
      `${fn}: lhs ${formatShape(x.shape)} has ${c} input features (axis ${lhs.minor}), but rhs ${formatShape(y.shape)} ` +
        `takes ${i} (axis ${rhs.minor})${features > 1 ? ` in each of ${features} groups` : ""}.`,
    );
  }
  if (o % (features * batches) !== 0 || n % batches !== 0) {
    throw new ShapeError(
      `${fn}: rhs ${formatShape(y.shape)} has ${o} output features and lhs ${formatShape(x.shape)} a batch of ${n}, ` +
        `not divisible by featureGroupCount ${features} and batchGroupCount ${batches}.`,
    );
  }
}

/**
 * The convolution (cross-correlation) of `lhs` with the kernel `rhs`. Source: `jax.lax.conv_general_dilated`.
 *
 * The zeros that `lhsDilation` puts between elements are no data: NaN or infinity in the kernel meets them without a trace,
 * as in JAX (unless the dilations' product is above 16). The zeros of the padding are multiplied: there it gives NaN.
 * Without `dimensionNumbers` the layouts are `NC...`, `OI...`, `NC...`.
 * @throws ShapeError naming the shapes and axes when channels, groups, strides or padding do not fit.
 * @example
 * lax.convGeneralDilated(x, w, {
 *   windowStrides: [1, 1], padding: "SAME", dimensionNumbers: ["NHWC", "HWIO", "NHWC"],
 * })
 */
export function convGeneralDilated(lhs: ArrayLike, rhs: ArrayLike, options: ConvOptions, ...rest: never[]): NDArray {
  const fn = "lax.convGeneralDilated";
  noMore(fn, rest);
  const chosen = checkOptions(fn, options, OPTIONS, ["windowStrides", "padding"]);
  return convolve(fn, lhs, rhs, chosen);
}

/** `convGeneralDilated` for the function `fn`, which has checked the options' names. */
export function convolve(fn: string, lhs: ArrayLike, rhs: ArrayLike, options: ConvOptions): NDArray {
  const [x, y] = sameDType(fn, [lhs, rhs], ["lhs", "rhs"]) as [NDArray, NDArray];
  if (x.ndim !== y.ndim || x.ndim < 2) {
    throw new ShapeError(
      `${fn}: lhs ${formatShape(x.shape)} and rhs ${formatShape(y.shape)} must have the same number of axes, at least 2.`,
    );
  }
  const count = x.ndim - 2;
  const [xLayout, yLayout, outLayout] = convLayouts(fn, options.dimensionNumbers, x.ndim);
  const { featureGroupCount: features = 1, batchGroupCount: batches = 1 } = options;
  checkGroups(fn, x, y, xLayout, yLayout, features, batches);

  const strides = options.windowStrides;
  checkIntegers(fn, "windowStrides", strides, 1, count);
  const lhsDilation = perAxis(fn, "lhsDilation", options.lhsDilation, count);
  const rhsDilation = perAxis(fn, "rhsDilation", options.rhsDilation, count);
  const inputSizes = xLayout.spatial.map((a) => x.shape[a] as number);
  const kernelSizes = yLayout.spatial.map((a) => y.shape[a] as number);
  const reach = kernelSizes.map((k, i) => dilated(k, rhsDilation[i] as number));
  if (typeof options.padding === "string" && lhsDilation.some((n) => n !== 1)) {
    throw new ShapeError(
      `${fn}: padding "${options.padding}" means nothing definite beside lhsDilation [${lhsDilation.join(", ")}]; give ` +
        "pairs [low, high].",
    );
  }
  const padding = resolvePadding(fn, options.padding, inputSizes, reach, strides);
  const outSizes = inputSizes.map((n, i) => {
    const [low, high] = padding[i] as readonly [number, number];
    const room = dilated(n, lhsDilation[i] as number) + low + high - (reach[i] as number);
    return room < 0 ? 0 : Math.floor(room / (strides[i] as number)) + 1;
  });

  // Labels: 0 group, 1 batch, 2 input feature, 3 output feature, then for each spatial axis input, output and kernel.
  const groups = features * batches;
  const [inputLabel, outLabel, kernelLabel] = [0, 1, 2].map((k) => range(count).map((i) => 4 + 3 * i + k)) as [
    number[],
    number[],
    number[],
  ];
  const labels = (layout: ConvLayout, major: number[], minor: number[], spatial: number[]): number[] =>
    range(x.ndim).flatMap((axis) => {
      if (axis === layout.major) return major;
      if (axis === layout.minor) return minor;
      return [spatial[layout.spatial.indexOf(axis)] as number];
    });
  const grouped = (label: number, split: boolean): number[] => (split ? [0, label] : [label]);
  const windows = range(count).map(
    (i): Window => ({
      input: inputLabel[i] as number,
      low: (padding[i] as readonly [number, number])[0],
      dilation: lhsDilation[i] as number,
      first: { label: outLabel[i] as number, step: strides[i] as number },
      second: { label: kernelLabel[i] as number, step: rhsDilation[i] as number },
    }),
  );
  const outShape = range(x.ndim).map((axis) => {
    if (axis === outLayout.major) return (x.shape[xLayout.major] as number) / batches;
    if (axis === outLayout.minor) return y.shape[yLayout.major] as number;
    return outSizes[outLayout.spatial.indexOf(axis)] as number;
  });
  checkRoom(fn, outShape, itemSize(x.dtype));
  const sizes = [
    groups,
    (x.shape[xLayout.major] as number) / batches,
    y.shape[yLayout.minor] as number,
    (y.shape[yLayout.major] as number) / groups,
    ...range(count).flatMap((i) => [inputSizes[i] as number, outSizes[i] as number, kernelSizes[i] as number]),
  ];
  const params = {
    lhs: labels(xLayout, grouped(1, batches > 1), grouped(2, features > 1), inputLabel),
    rhs: labels(yLayout, grouped(3, groups > 1), [2], kernelLabel),
    out: labels(outLayout, [1], grouped(3, groups > 1), outLabel),
    sizes,
    windows,
  };
  const split = [
    features > 1 ? splitAxis(x, xLayout.minor, features) : batches > 1 ? splitAxis(x, xLayout.major, batches) : x,
    groups > 1 ? splitAxis(y, yLayout.major, groups) : y,
  ];
  const convolve = (a: NDArray, b: NDArray): NDArray => reshape(contract(a, b, params), { newSizes: outShape });
  return product(fn, split, convolve as (...operands: NDArray[]) => NDArray, options.preferredElementType);
}
