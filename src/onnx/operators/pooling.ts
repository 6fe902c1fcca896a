/** Pools: the largest, the mean or a norm of windows or of whole images. */
import { entry } from "../../base/lists.ts";
import { range } from "../../base/shapes.ts";
import { hostArray, type NDArray } from "../../ir/ndarray.ts";
import * as lax from "../../lax/index.ts";
import { max, mean } from "../../numpy/reductions.ts";
import type { NodeView, Operator, Operators } from "../operator.ts";
import { normOver, powerNorm } from "./norms.ts";
import { ofFloats, onlyInt, required } from "./support.ts";
import {
  autoPad,
  behindFeatures,
  type Pair,
  paddingOf,
  perSpatial,
  placesAlong,
  spatialSizes,
  type Windows,
  windowsOf,
} from "./windows.ts";

/** Where a pool's windows lie. */
interface Places {
  readonly windows: Windows;
  /** The padding as the node asks for it. */
  readonly asked: readonly Pair[];
  /** The same with room behind for the last windows. */
  readonly padding: readonly Pair[];
  readonly counts: readonly number[];
}

function placesOf(node: NodeView, x: NDArray): Places {
  const sizes = spatialSizes(node, x);
  const windows = windowsOf(node, perSpatial(node, "kernel_shape", node.ints("kernel_shape")));
  if (windows.sizes.length !== sizes.length) {
    node.fail(`attribute kernel_shape = [${windows.sizes.join(", ")}] must have ${sizes.length} entries`);
  }
  const asked = paddingOf(node, sizes, windows);
  const ceil = node.int("ceil_mode", 0) === 1 && autoPad(node) === "NOTSET";
  const places = sizes.map((size, i) =>
    placesAlong(size, entry(asked, i), entry(windows.reach, i), entry(windows.strides, i), ceil),
  );
  return { windows, asked, counts: places.map(([count]) => count), padding: places.map(([, pair]) => pair) };
}

const windowOptions = ({ windows, padding }: Places): lax.WindowOptions => ({
  windowDimensions: behindFeatures(windows.sizes, 1),
  windowStrides: behindFeatures(windows.strides, 1),
  windowDilation: behindFeatures(windows.dilations, 1),
  padding: behindFeatures<Pair>(padding, [0, 0]),
});

const maxPool: Operator = (node, inputs) => {
  if (node.outputCount > 1) node.fail("its second output, Indices, is not supported");
  onlyInt(node, "storage_order", 0);
  const x = required(node, inputs, 0);
  return lax.reduceWindowMax(x, windowOptions(placesOf(node, x)));
};

/** How many elements of an axis each window counts: those of the axis, or (`padded`) of its padding as well. */
function countsAlong(size: number, axis: number, padded: boolean, { windows, asked, counts }: Places): number[] {
  const [low, high] = entry(asked, axis);
  const [first, last] = padded ? [-low, size + high] : [0, size];
  const [stride, dilation] = [entry(windows.strides, axis), entry(windows.dilations, axis)];
  return range(entry(counts, axis)).map((place) => {
    const elements = range(entry(windows.sizes, axis)).map((k) => place * stride - low + k * dilation);
    return elements.filter((at) => at >= first && at < last).length;
  });
}

/** The divisors of a mean over windows, one for all or an array of the images' shape. */
function divisors(node: NodeView, x: NDArray, places: Places): NDArray | number {
  const padded = node.int("count_include_pad", 0) === 1;
  const along = x.shape.slice(2).map((size, axis) => countsAlong(size, axis, padded, places));
  const all = along.reduce<number[]>((products, list) => products.flatMap((p) => list.map((n) => p * n)), [1]);
  const same = all.every((n) => n === all[0]);
  if (same) return all[0] ?? 1;
  const list = x.dtype === "float64" ? Float64Array.from(all) : Float32Array.from(all);
  const divisor = hostArray(list, places.counts, x.dtype);
  const shape = [...x.shape.slice(0, 2), ...places.counts];
  return lax.broadcastInDim(divisor, { shape, broadcastDimensions: range(places.counts.length, 2) });
}

const averagePool: Operator = (node, inputs) => {
  const x = required(node, inputs, 0);
  const places = placesOf(node, x);
  return lax.div(lax.reduceWindowSum(x, windowOptions(places)), divisors(node, x, places));
};

const lpPool: Operator = (node, inputs) => {
  const x = required(node, inputs, 0);
  const options = windowOptions(placesOf(node, x));
  return powerNorm(x, node.int("p", 2), (powers) => lax.reduceWindowSum(powers, options));
};

/** An operator over the whole of each image. */
const overImages = (apply: (x: NDArray, axis: readonly number[], node: NodeView) => NDArray): Operator =>
  ofFloats((node, inputs) => {
    const x = required(node, inputs, 0);
    return apply(x, range(spatialSizes(node, x).length, 2), node);
  });

export const pools: Operators = {
  AveragePool: /* @__PURE__ */ ofFloats(averagePool),
  GlobalAveragePool: /* @__PURE__ */ overImages((x, axis) => mean(x, { axis, keepdims: true })),
  GlobalLpPool: /* @__PURE__ */ overImages((x, axis, node) => normOver(x, axis, node.int("p", 2), true)),
  GlobalMaxPool: /* @__PURE__ */ overImages((x, axis) => max(x, { axis, keepdims: true })),
  LpPool: /* @__PURE__ */ ofFloats(lpPool),
  MaxPool: maxPool,
};
