/** Convolutions in other words: with fewer options, transposed, as patches, with a kernel for every place. */
import { checkOptions, formatShape, noMore, ShapeError } from "../../base/errors.ts";
import { checkIntegers, checkRoom, range, type Shape, sizeOf } from "../../base/shapes.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import { convertElementType } from "../convert.ts";
import { broadcastedIota } from "../create.ts";
import { eq } from "../logic.ts";
import { type ArrayLike, asArray } from "../operands.ts";
import { broadcastInDim, reshape, transpose } from "../shape.ts";
import { rev } from "../slice.ts";
import {
  type ConvDimensionNumbers,
  type ConvLayout,
  type ConvOptions,
  convLayouts,
  convolve,
  dilated,
  type Padding,
  perAxis,
  resolvePadding,
} from "./conv.ts";
import { multiplyAlong } from "./dot.ts";

/**
 * `convGeneralDilated` in the layouts `NC...`, `OI...`, without dilation. Source: `jax.lax.conv`.
 * @example lax.conv(np.ones([1, 3, 8, 8]), np.ones([4, 3, 3, 3]), { windowStrides: [1, 1], padding: "SAME" }) // shape [1, 4, 8, 8]
 */
export function conv(
  lhs: ArrayLike,
  rhs: ArrayLike,
  options: Pick<ConvOptions, "windowStrides" | "padding" | "preferredElementType">,
  ...rest: never[]
): NDArray {
  const fn = "lax.conv";
  noMore(fn, rest);
  const chosen = checkOptions(
    fn,
    options,
    ["windowStrides", "padding", "preferredElementType"],
    ["windowStrides", "padding"],
  );
  return convolve(fn, lhs, rhs, chosen);
}

/**
 * `conv` with dilations. Source: `jax.lax.conv_with_general_padding`.
 * @example lax.convWithGeneralPadding(np.ones([1, 3, 8, 8]), np.ones([4, 3, 3, 3]), { windowStrides: [1, 1], padding: "VALID" }) // shape [1, 4, 6, 6]
 */
export function convWithGeneralPadding(
  lhs: ArrayLike,
  rhs: ArrayLike,
  options: Omit<ConvOptions, "dimensionNumbers" | "featureGroupCount" | "batchGroupCount">,
  ...rest: never[]
): NDArray {
  const fn = "lax.convWithGeneralPadding";
  noMore(fn, rest);
  const required = ["windowStrides", "padding"];
  const chosen = checkOptions(
    fn,
    options,
    [...required, "lhsDilation", "rhsDilation", "preferredElementType"],
    required,
  );
  return convolve(fn, lhs, rhs, chosen);
}

/** Options of `lax.convTranspose`. */
export interface ConvTransposeOptions {
  readonly strides: readonly number[];
  readonly padding: Padding;
  readonly rhsDilation?: readonly number[] | null;
  /** `["NHWC", "HWIO", "NHWC"]` and the like by default. */
  readonly dimensionNumbers?: ConvDimensionNumbers | null;
  /** Whether `rhs` is the kernel of the convolution whose derivative this is: flipped, with features exchanged. */
  readonly transposeKernel?: boolean;
  /** Whether pairs of padding, too, are those of the convolution that is transposed. */
  readonly useConsistentPadding?: boolean;
  readonly preferredElementType?: ConvOptions["preferredElementType"];
}

/** The padding of a transposed convolution from that of the convolution; `size` is the kernel's, dilation included. */
function transposedPadding(size: number, stride: number, padding: "SAME" | "VALID" | readonly [number, number]) {
  if (typeof padding !== "string") return padding.map((p) => size - p - 1) as [number, number];
  const total = size + stride - 2 + (padding === "VALID" ? Math.max(size - stride, 0) : 0);
  const low = padding === "VALID" || stride > size - 1 ? size - 1 : Math.ceil(total / 2);
  return [low, total - low] as const;
}

/**
 * The transpose of a convolution with strides, which makes arrays larger ("deconvolution").
 * Source: `jax.lax.conv_transpose`.
 * @example lax.convTranspose(x, w, { strides: [2, 2], padding: "SAME" })
 */
export function convTranspose(
  lhs: ArrayLike,
  rhs: ArrayLike,
  options: ConvTransposeOptions,
  ...rest: never[]
): NDArray {
  const fn = "lax.convTranspose";
  noMore(fn, rest);
  const required = ["strides", "padding"];
  const known = ["rhsDilation", "dimensionNumbers", "transposeKernel", "useConsistentPadding", "preferredElementType"];
  const chosen = checkOptions(fn, options, [...required, ...known], required);
  const { strides, padding, preferredElementType } = chosen;
  const kernel = atLeastTwo(fn, rhs, "rhs");
  const letters = "HWDXYZ".slice(0, Math.max(0, kernel.ndim - 2));
  const dimensionNumbers = chosen.dimensionNumbers ?? [`N${letters}C`, `${letters}IO`, `N${letters}C`];
  const { major, minor, spatial } = convLayouts(fn, dimensionNumbers, kernel.ndim)[1];
  checkIntegers(fn, "strides", strides, 1, spatial.length);
  const rhsDilation = perAxis(fn, "rhsDilation", chosen.rhsDilation, spatial.length);
  const named = padding === "SAME" || padding === "VALID";
  const pairs = Array.isArray(padding) ? resolvePadding(fn, padding, spatial, spatial, strides) : null;
  const pads =
    named || (chosen.useConsistentPadding && pairs)
      ? spatial.map((axis, i) => {
          const size = dilated(kernel.shape[axis] as number, rhsDilation[i] as number);
          return transposedPadding(size, strides[i] as number, named ? padding : (pairs?.[i] as [number, number]));
        })
      : padding;
  const exchanged = range(kernel.ndim).map((a) => (a === major ? minor : a === minor ? major : a));
  return convolve(
    fn,
    lhs,
    chosen.transposeKernel ? transpose(rev(kernel, { dimensions: spatial }), { permutation: exchanged }) : kernel,
    {
      windowStrides: spatial.map(() => 1),
      padding: pads,
      lhsDilation: strides,
      rhsDilation,
      dimensionNumbers,
      ...(preferredElementType && { preferredElementType }),
    },
  );
}

/** Options of `lax.convGeneralDilatedPatches` and `lax.convGeneralDilatedLocal`. */
export interface PatchesOptions extends Omit<ConvOptions, "featureGroupCount" | "batchGroupCount"> {
  /** The windows' sizes along the spatial axes. */
  readonly filterShape: Shape;
}

const PATCHES_REQUIRED = ["filterShape", "windowStrides", "padding"];
const PATCHES_OPTIONS = [...PATCHES_REQUIRED, "lhsDilation", "rhsDilation", "dimensionNumbers", "preferredElementType"];

/** A kernel `[O, I, ...spatial]` in its layout. */
function inLayout(kernel: NDArray, { major, minor, spatial }: ConvLayout): NDArray {
  const order = [major, minor, ...spatial];
  return transpose(kernel, { permutation: range(kernel.ndim).map((axis) => order.indexOf(axis)) });
}

/**
 * The windows that a convolution would see, their elements as features: the feature of the input first, then the place in
 * the window. Source: `jax.lax.conv_general_dilated_patches`.
 * @example lax.convGeneralDilatedPatches(np.ones([1, 3, 8, 8]), { filterShape: [2, 2], windowStrides: [2, 2], padding: "VALID" }) // shape [1, 12, 4, 4]
 */
export function convGeneralDilatedPatches(lhs: ArrayLike, options: PatchesOptions, ...rest: never[]): NDArray {
  const fn = "lax.convGeneralDilatedPatches";
  noMore(fn, rest);
  const chosen = checkOptions(fn, options, PATCHES_OPTIONS, PATCHES_REQUIRED);
  return patchesOf(fn, lhs, chosen);
}

/** An array with a batch and a feature axis. */
function atLeastTwo(fn: string, given: ArrayLike, name: string): NDArray {
  const x = asArray(fn, given, name);
  if (x.ndim >= 2) return x;
  throw new ShapeError(`${fn}: ${name} must have at least 2 axes, got ${formatShape(x.shape)}.`);
}

function patchesOf(fn: string, lhs: ArrayLike, options: PatchesOptions): NDArray {
  const { filterShape, ...others } = options;
  const x = atLeastTwo(fn, lhs, "lhs");
  checkIntegers(fn, "filterShape", filterShape, 1, x.ndim - 2);
  const [lhsLayout, rhsLayout] = convLayouts(fn, options.dimensionNumbers, x.ndim);
  const [channels, size] = [x.shape[lhsLayout.minor] as number, sizeOf(filterShape)];
  const square = [size, size];
  checkRoom(fn, [channels, ...square]);
  const eye = convertElementType(eq(broadcastedIota("int32", square, 0), broadcastedIota("int32", square, 1)), x.dtype);
  const kernel = broadcastInDim(eye, { shape: [channels, ...square], broadcastDimensions: [1, 2] });
  const rhs = inLayout(reshape(kernel, { newSizes: [channels * size, 1, ...filterShape] }), rhsLayout);
  return convolve(fn, x, rhs, { ...others, featureGroupCount: channels });
}

/**
 * A convolution whose kernel is another at every place of the output: `rhs` has the output's spatial sizes, and as input
 * features those of `convGeneralDilatedPatches`. Source: `jax.lax.conv_general_dilated_local`.
 * @example lax.convGeneralDilatedLocal(np.ones([1, 3, 4, 4]), np.ones([5, 12, 3, 3]), { filterShape: [2, 2], windowStrides: [1, 1], padding: "VALID" }) // shape [1, 5, 3, 3]
 */
export function convGeneralDilatedLocal(
  lhs: ArrayLike,
  rhs: ArrayLike,
  options: PatchesOptions,
  ...rest: never[]
): NDArray {
  const fn = "lax.convGeneralDilatedLocal";
  noMore(fn, rest);
  const chosen = checkOptions(fn, options, PATCHES_OPTIONS, PATCHES_REQUIRED);
  const patches = patchesOf(fn, lhs, chosen);
  const [, kernel, out] = convLayouts(fn, chosen.dimensionNumbers, patches.ndim);
  const product = multiplyAlong(fn, patches, rhs, {
    contractingDims: [[out.minor], [kernel.minor]],
    batchDims: [out.spatial, kernel.spatial],
  });
  const order = [...out.spatial, out.major, out.minor];
  return transpose(product, { permutation: range(order.length).map((axis) => order.indexOf(axis)) });
}
