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

/** Windows along an axis are listed. */
const MOST_PLACES = 2 ** 20;

function placesOf(node: NodeView, x: NDArray): Places {
  const sizes = spatialSizes(node, x);
  const windows = windowsOf(node, perSpatial(node, "kernel_shape", node.ints("kernel_shape")));
  if (windows.sizes.length !== sizes.length) {
    node.fail(`attribute kernel_shape = [${windows.sizes.join(", ")}] must have ${sizes.length} entries`);
  }
  const asked = paddingOf(node, sizes, windows);
  for (const [i, pair] of asked.entries()) {
    const reach = entry(windows.reach, i);
    if (pair.some((n) => n < 0 || n >= reach))
      node.fail(`the pads [${pair.join(", ")}] must be less than a window's ${reach}`);
  }
  const ceil = node.int("ceil_mode", 0) === 1 && autoPad(node) === "NOTSET";
  const places = sizes.map((size, i) =>
    placesAlong(size, entry(asked, i), entry(windows.reach, i), entry(windows.strides, i), ceil),
  );
  if (places.some(([count]) => count > MOST_PLACES)) node.fail("there are too many windows along an axis");
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
    const before = (bound: number): number => Math.ceil((bound - place * stride + low) / dilation);
    return Math.min(entry(windows.sizes, axis), before(last)) - Math.max(0, before(first));
  });
}

/** Sums over windows divided by how many elements these have, an axis at a time: by one number, or by one for each place. */
function means(node: NodeView, x: NDArray, sums: NDArray, places: Places): NDArray {
  const padded = node.int("count_include_pad", 0) === 1;
  return x.shape.slice(2).reduce((y, size, i) => {
    const list = countsAlong(size, i, padded, places);
    if (list.every((n) => n === list[0])) return list[0] === undefined ? y : lax.div(y, list[0]);
    const data = y.dtype === "float64" ? Float64Array.from(list) : Float32Array.from(list);
    const counts = hostArray(data, [list.length], y.dtype);
    return lax.div(y, lax.broadcastInDim(counts, { shape: y.shape, broadcastDimensions: [i + 2] }));
  }, sums);
}

const averagePool: Operator = (node, inputs) => {
  const x = required(node, inputs, 0);
  const places = placesOf(node, x);
  return means(node, x, lax.reduceWindowSum(x, windowOptions(places)), places);
};

function powerOf(node: NodeView): number {
  const p = node.int("p", 2);
  return p >= 1 ? p : node.fail(`attribute p = ${p} must be at least 1`);
}

const lpPool: Operator = (node, inputs) => {
  const x = required(node, inputs, 0);
  const options = windowOptions(placesOf(node, x));
  return powerNorm(x, powerOf(node), (powers) => lax.reduceWindowSum(powers, options));
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
  GlobalLpPool: /* @__PURE__ */ overImages((x, axis, node) => normOver(x, axis, powerOf(node), true)),
  GlobalMaxPool: /* @__PURE__ */ overImages((x, axis) => max(x, { axis, keepdims: true })),
  LpPool: /* @__PURE__ */ ofFloats(lpPool),
  MaxPool: maxPool,
};
