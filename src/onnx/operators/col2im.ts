/** Blocks put back into images, where those that overlap are added up: the transpose of taking them out. */
import { entry } from "../../base/lists.ts";
import { range, type Shape, sizeOf } from "../../base/shapes.ts";
import * as lax from "../../lax/index.ts";
import type { Operator, Operators } from "../operator.ts";
import { required } from "./support.ts";
import { givenPadding, type Pair, perSpatial } from "./windows.ts";

/** One axis of an image and how blocks lie along it. */
interface Axis {
  readonly size: number;
  readonly block: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padding: Pair;
}

const countOf = ({ size, block, stride, dilation, padding: [low, high] }: Axis): number =>
  Math.floor((size + low + high - (block - 1) * dilation - 1) / stride) + 1;

/** Where each element of each block lies, in row-major order of the elements in a block and then of the blocks; -1 in the padding. */
function placesOf(axes: readonly Axis[]): number[] {
  const all = (sizes: Shape): number[][] =>
    sizes.reduce<number[][]>((list, n) => list.flatMap((index) => range(n).map((i) => [...index, i])), [[]]);
  const blocks = all(axes.map(countOf));
  return all(axes.map(({ block }) => block)).flatMap((element) =>
    blocks.map((block) =>
      axes.reduce((place, { size, stride, dilation, padding: [low] }, i) => {
        const at = entry(block, i) * stride + entry(element, i) * dilation - low;
        return place < 0 || at < 0 || at >= size ? -1 : place * size + at;
      }, 0),
    ),
  );
}

const col2Im: Operator = (node, inputs) => {
  const x = required(node, inputs, 0);
  const [sizes, blocks] = [node.known(1), node.known(2)];
  const ones = sizes.map(() => 1);
  const [strides, dilations] = [perSpatial(node, "strides", ones), perSpatial(node, "dilations", ones)];
  const padding = givenPadding(node, sizes.length);
  const axes = sizes.map(
    (size, i): Axis => ({
      size,
      block: entry(blocks, i),
      stride: entry(strides, i),
      dilation: entry(dilations, i),
      padding: entry(padding, i),
    }),
  );
  const [batch, rows] = [entry(x.shape, 0), entry(x.shape, 1)];
  const features = rows / sizeOf(blocks);
  if (x.ndim !== 3 || !Number.isInteger(features) || x.shape[2] !== sizeOf(axes.map(countOf))) {
    node.fail(`blocks of ${blocks.join(" x ")} in images of ${sizes.join(" x ")} don't fit input 0`);
  }
  const places = placesOf(axes);
  const images = lax.full([batch * features, sizeOf(sizes)], 0, x.dtype);
  const elements = lax.reshape(x, { newSizes: [batch * features, places.length] });
  // Places beyond the end are left out; negative ones would count from it.
  const inside = places.map((place) => (place < 0 ? sizeOf(sizes) : place));
  const sums = lax.scatterAdd(images, inside, elements, { axis: 1 });
  return lax.reshape(sums, { newSizes: [batch, features, ...sizes] });
};

export const blocks: Operators = { Col2Im: col2Im };
