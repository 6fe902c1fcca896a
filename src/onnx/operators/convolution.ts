/** Convolutions and transposed convolutions. */
import { entry } from "../../base/lists.ts";
import { range, type Shape } from "../../base/shapes.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import { promoteOperands } from "../../lax/convert.ts";
import * as lax from "../../lax/index.ts";
import { add, subtract } from "../../numpy/ufuncs.ts";
import type { NodeView, Operator, Operators } from "../operator.ts";
import { required } from "./support.ts";
import {
  autoPad,
  givenPadding,
  type Pair,
  paddingOf,
  perSpatial,
  spatialSizes,
  type Windows,
  windowsOf,
} from "./windows.ts";

/** One number for each feature, in an array that broadcasts with images. */
export const alongFeatures = (x: NDArray, ndim: number): NDArray =>
  lax.reshape(x, { newSizes: [1, x.size, ...range(ndim - 2).map(() => 1)] });

const withBias = (y: NDArray, bias: NDArray | undefined): NDArray => (bias ? add(y, alongFeatures(bias, y.ndim)) : y);

/** Images and the kernel, whose spatial sizes the attribute `kernel_shape` repeats. */
function imagesAndKernel(node: NodeView, x: NDArray, w: NDArray): [NDArray, NDArray, Shape] {
  if (x.ndim !== w.ndim) node.fail("input 0 and the kernel, input 1, must have as many axes");
  spatialSizes(node, x);
  const sizes = w.shape.slice(2);
  const said = node.ints("kernel_shape", sizes);
  if (said.join() !== sizes.join())
    node.fail(`attribute kernel_shape = [${said.join(", ")}] is not the kernel's shape`);
  return [...promoteOperands(node.op, [x, w]), sizes];
}

function convolved(node: NodeView, images: NDArray, kernel: NDArray): NDArray {
  const [x, w, sizes] = imagesAndKernel(node, images, kernel);
  const windows = windowsOf(node, sizes);
  return lax.convGeneralDilated(x, w, {
    windowStrides: windows.strides,
    padding: paddingOf(node, x.shape.slice(2), windows),
    rhsDilation: windows.dilations,
    featureGroupCount: node.int("group", 1),
  });
}

const conv: Operator = (node, inputs) =>
  withBias(convolved(node, required(node, inputs, 0), required(node, inputs, 1)), inputs[2]);

/** Bytes less their zero points; that of the kernel may be one for each output feature. */
const convInteger: Operator = (node, inputs) => {
  const [x, w] = [required(node, inputs, 0), required(node, inputs, 1)];
  const [zeroOfX, zeroOfW] = [inputs[2], inputs[3]];
  const perFeature = (zero: NDArray): NDArray =>
    zero.size > 1 ? lax.reshape(zero, { newSizes: [zero.size, ...range(w.ndim - 1).map(() => 1)] }) : zero;
  return convolved(node, zeroOfX ? subtract(x, zeroOfX) : x, zeroOfW ? subtract(w, perFeature(zeroOfW)) : w);
};

/** What a transposed convolution leaves out in front of each spatial axis of its result and behind it. */
function croppingOf(
  node: NodeView,
  sizes: Shape,
  { strides, reach }: Windows,
  extra: readonly number[],
): readonly Pair[] {
  const how = autoPad(node);
  const wanted = node.has("output_shape") ? node.ints("output_shape").slice(-sizes.length) : undefined;
  if (wanted && wanted.length !== sizes.length) node.fail(`attribute output_shape must have ${sizes.length} sizes`);
  if (how === "VALID" && !wanted) return sizes.map(() => [0, 0] as const);
  if (how === "NOTSET" && !wanted) return givenPadding(node, sizes.length);
  return sizes.map((n, i) => {
    const stride = entry(strides, i);
    const target = wanted ? entry(wanted, i) : n * stride;
    const total = stride * (n - 1) + entry(extra, i) + entry(reach, i) - target;
    const half = Math.floor(total / 2);
    return how === "SAME_UPPER" ? [half, total - half] : [total - half, half];
  });
}

/** A kernel (in, out / groups, ...) as that of the convolution with dilated images: (out, in / groups, ...), reversed. */
function transposedKernel(node: NodeView, w: NDArray, groups: number): NDArray {
  const [features, perGroup] = [entry(w.shape, 0), entry(w.shape, 1)];
  const spatial = w.shape.slice(2);
  if (features % groups) node.fail(`attribute group = ${groups} must divide the kernel's ${features} input features`);
  const split = lax.reshape(w, { newSizes: [groups, features / groups, perGroup, ...spatial] });
  const exchanged = lax.transpose(split, { permutation: [0, 2, 1, ...range(spatial.length, 3)] });
  const kernel = lax.reshape(exchanged, { newSizes: [groups * perGroup, features / groups, ...spatial] });
  return lax.rev(kernel, { dimensions: range(spatial.length, 2) });
}

const convTranspose: Operator = (node, inputs) => {
  const [x, w, sizes] = imagesAndKernel(node, required(node, inputs, 0), required(node, inputs, 1));
  const windows = windowsOf(node, sizes);
  const groups = node.int("group", 1);
  const extra = perSpatial(
    node,
    "output_padding",
    sizes.map(() => 0),
    0,
  );
  const cropping = croppingOf(node, x.shape.slice(2), windows, extra);
  const padding = cropping.map(([low, high], i): Pair => {
    const reach = entry(windows.reach, i) - 1;
    return [reach - low, reach - high + entry(extra, i)];
  });
  const y = lax.convGeneralDilated(x, transposedKernel(node, w, groups), {
    windowStrides: sizes.map(() => 1),
    padding,
    lhsDilation: windows.strides,
    rhsDilation: windows.dilations,
    featureGroupCount: groups,
  });
  return withBias(y, inputs[2]);
};

export const convolutions: Operators = { Conv: conv, ConvInteger: convInteger, ConvTranspose: convTranspose };
