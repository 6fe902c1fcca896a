/** Convolutions: any number of spatial axes, any layout, strides, both dilations, padding and groups. */
import { checkOptions, describe, formatShape, ShapeError } from "../base/errors.ts";
import { range, type Shape } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import type { Window } from "../ir/primitive.ts";
import { contract } from "./contract.ts";
import { promoteOperands } from "./convert.ts";
import { requireNumbers } from "./nary.ts";
import type { ArrayLike } from "./operands.ts";
import { reshape } from "./shape.ts";

/** Zeros around the spatial axes: by name, or `[low, high]` for each. */
export type Padding = "SAME" | "SAME_LOWER" | "VALID" | readonly (readonly [number, number])[];

/** The layouts of `lhs`, `rhs` and the output, such as `["NHWC", "HWIO", "NHWC"]`; spatial letters are free. */
export type ConvDimensionNumbers = readonly [lhs: string, rhs: string, out: string];

export interface ConvOptions {
  readonly windowStrides: readonly number[];
  readonly padding: Padding;
  readonly lhsDilation?: readonly number[] | null;
  readonly rhsDilation?: readonly number[] | null;
  readonly dimensionNumbers?: ConvDimensionNumbers | null;
  readonly featureGroupCount?: number;
  readonly batchGroupCount?: number;
}

const FN = "lax.convGeneralDilated";
const OPTIONS = [
  "windowStrides",
  "padding",
  "lhsDilation",
  "rhsDilation",
  "dimensionNumbers",
  "featureGroupCount",
  "batchGroupCount",
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
  const pairs =
    Array.isArray(padding) &&
    padding.length === sizes.length &&
    padding.every((p) => Array.isArray(p) && p.length === 2 && p.every(Number.isInteger));
  if (!pairs) {
    throw new ShapeError(
      `${fn}: padding must be "SAME", "SAME_LOWER", "VALID" or ${sizes.length} pairs [low, high], got ` +
        `${Array.isArray(padding) ? JSON.stringify(padding) : describe(padding)}.`,
    );
  }
  return [...(padding as readonly (readonly [number, number])[])];
}

interface Layout {
  /** The axes of batch and feature (output and input feature for the kernel). */
  readonly major: number;
  readonly minor: number;
  /** The spatial axes in the order of the kernel's layout. */
  readonly spatial: readonly number[];
}

function parseLayouts(numbers: ConvDimensionNumbers, rank: number): [Layout, Layout, Layout] {
  const valid = Array.isArray(numbers) && numbers.length === 3 && numbers.every((s) => typeof s === "string");
  const kernelSpec = valid ? numbers[1] : "";
  const spatial = [...kernelSpec].filter((c) => c !== "O" && c !== "I");
  const layout = (spec: string, major: string, minor: string): Layout => {
    const expected = [major, minor, ...spatial];
    const fits = spec.length === rank && new Set(spec).size === rank && expected.every((c) => spec.includes(c));
    if (!fits) {
      throw new ShapeError(
        `${FN}: dimensionNumbers ${JSON.stringify(numbers)} must be three layouts of ${rank} letters each, such as ` +
          '["NHWC", "HWIO", "NHWC"], with the same spatial letters.',
      );
    }
    return { major: spec.indexOf(major), minor: spec.indexOf(minor), spatial: spatial.map((c) => spec.indexOf(c)) };
  };
  return [
    layout(valid ? numbers[0] : "", "N", "C"),
    layout(kernelSpec, "O", "I"),
    layout(valid ? numbers[2] : "", "N", "C"),
  ];
}

function perAxis(name: string, values: readonly number[] | null | undefined, count: number): readonly number[] {
  const list = values ?? new Array<number>(count).fill(1);
  if (!Array.isArray(list) || list.length !== count || !list.every((n) => Number.isInteger(n) && n > 0)) {
    throw new ShapeError(`${FN}: ${name} must hold ${count} positive integers, got ${JSON.stringify(values)}.`);
  }
  return list;
}

const dilated = (n: number, dilation: number): number => (n === 0 ? 0 : (n - 1) * dilation + 1);

const splitAxis = (x: NDArray, axis: number, groups: number): NDArray =>
  reshape(x, {
    newSizes: [...x.shape.slice(0, axis), groups, (x.shape[axis] as number) / groups, ...x.shape.slice(axis + 1)],
  });

function checkGroups(x: NDArray, y: NDArray, lhs: Layout, rhs: Layout, features: number, batches: number): void {
  const [n, c] = [x.shape[lhs.major] as number, x.shape[lhs.minor] as number];
  const [o, i] = [y.shape[rhs.major] as number, y.shape[rhs.minor] as number];
  const counts = [features, batches].every((g) => Number.isInteger(g) && g > 0) && (features === 1 || batches === 1);
  if (!counts) {
    throw new ShapeError(
      `${FN}: featureGroupCount ${features} and batchGroupCount ${batches} must be positive integers, one of them 1.`,
    );
  }
  if (c !== i * features) {
    throw new ShapeError(
      `${FN}: lhs ${formatShape(x.shape)} has ${c} input features (axis ${lhs.minor}), but rhs ${formatShape(y.shape)} ` +
        `takes ${i} (axis ${rhs.minor})${features > 1 ? ` in each of ${features} groups` : ""}.`,
    );
  }
  if (o % (features * batches) !== 0 || n % batches !== 0) {
    throw new ShapeError(
      `${FN}: rhs ${formatShape(y.shape)} has ${o} output features and lhs ${formatShape(x.shape)} a batch of ${n}, ` +
        `not divisible by featureGroupCount ${features} and batchGroupCount ${batches}.`,
    );
  }
}

/**
 * The convolution (cross-correlation) of `lhs` with the kernel `rhs`. Source: `jax.lax.conv_general_dilated`.
 * Without `dimensionNumbers` the layouts are `NC...`, `OI...`, `NC...`.
 * @throws ShapeError naming the shapes and axes when channels, groups, strides or padding do not fit.
 * @example
 * lax.convGeneralDilated(x, w, {
 *   windowStrides: [1, 1], padding: "SAME", dimensionNumbers: ["NHWC", "HWIO", "NHWC"],
 * })
 */
export function convGeneralDilated(lhs: ArrayLike, rhs: ArrayLike, options: ConvOptions): NDArray {
  checkOptions(FN, options, OPTIONS, ["windowStrides", "padding"]);
  const [x, y] = promoteOperands(FN, [lhs, rhs], ["lhs", "rhs"]).map((a) => requireNumbers(FN, a)) as [
    NDArray,
    NDArray,
  ];
  if (x.ndim !== y.ndim || x.ndim < 2) {
    throw new ShapeError(
      `${FN}: lhs ${formatShape(x.shape)} and rhs ${formatShape(y.shape)} must have the same number of axes, at least 2.`,
    );
  }
  const count = x.ndim - 2;
  const letters = "HWDXYZ".slice(0, count);
  const numbers = options.dimensionNumbers ?? ([`NC${letters}`, `OI${letters}`, `NC${letters}`] as const);
  const [xLayout, yLayout, outLayout] = parseLayouts(numbers, x.ndim);
  const { featureGroupCount: features = 1, batchGroupCount: batches = 1 } = options;
  checkGroups(x, y, xLayout, yLayout, features, batches);

  const strides = perAxis("windowStrides", options.windowStrides, count);
  const lhsDilation = perAxis("lhsDilation", options.lhsDilation, count);
  const rhsDilation = perAxis("rhsDilation", options.rhsDilation, count);
  const inputSizes = xLayout.spatial.map((a) => x.shape[a] as number);
  const kernelSizes = yLayout.spatial.map((a) => y.shape[a] as number);
  const reach = kernelSizes.map((k, i) => dilated(k, rhsDilation[i] as number));
  if (typeof options.padding === "string" && lhsDilation.some((n) => n !== 1)) {
    throw new ShapeError(
      `${FN}: padding "${options.padding}" means nothing definite beside lhsDilation [${lhsDilation.join(", ")}]; give ` +
        "pairs [low, high].",
    );
  }
  const padding = resolvePadding(FN, options.padding, inputSizes, reach, strides);
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
  const labels = (layout: Layout, major: number[], minor: number[], spatial: number[]): number[] =>
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
  const sizes = [
    groups,
    (x.shape[xLayout.major] as number) / batches,
    y.shape[yLayout.minor] as number,
    (y.shape[yLayout.major] as number) / groups,
    ...range(count).flatMap((i) => [inputSizes[i] as number, outSizes[i] as number, kernelSizes[i] as number]),
  ];
  const out = contract(
    features > 1 ? splitAxis(x, xLayout.minor, features) : batches > 1 ? splitAxis(x, xLayout.major, batches) : x,
    groups > 1 ? splitAxis(y, yLayout.major, groups) : y,
    {
      lhs: labels(xLayout, grouped(1, batches > 1), grouped(2, features > 1), inputLabel),
      rhs: labels(yLayout, grouped(3, groups > 1), [2], kernelLabel),
      out: labels(outLayout, [1], grouped(3, groups > 1), outLabel),
      sizes,
      windows,
    },
  );
  return reshape(out, { newSizes: outShape });
}
