/** Operators that give an array another shape, or say what shape it has. */
import { entry } from "../../base/lists.ts";
import { broadcastShapes, canonicalAxes, canonicalAxis, inserted, range, sizeOf } from "../../base/shapes.ts";
import { hostArray, type NDArray } from "../../ir/ndarray.ts";
import * as lax from "../../lax/index.ts";
import { broadcastTo } from "../../lax/shape.ts";
import { tile as repeatedly } from "../../numpy/repeat.ts";
import type { NodeView, Operator, Operators } from "../operator.ts";
import { axesOf, choice, listOf, required, unary } from "./support.ts";

const integers = (list: readonly number[]): NDArray => hostArray(Int32Array.from(list), [list.length], "int32");

/** The sizes asked for, of which 0 means the input's own (without `allowzero`) and one -1 what is left. */
function newSizes(node: NodeView, x: NDArray): number[] {
  const literal = node.int("allowzero", 0) === 1;
  const sizes = node.known(1).map((n, i) => (n === 0 && !literal ? (x.shape[i] ?? node.fail("no size to copy")) : n));
  const open = sizes.indexOf(-1);
  if (open < 0) return sizes;
  const others = sizeOf(sizes.filter((_, i) => i !== open));
  const rest = others === 0 ? 0 : x.size / others;
  if (!Number.isInteger(rest)) node.fail(`an array of ${x.size} elements can't have the shape [${sizes.join(", ")}]`);
  return sizes.map((n, i) => (i === open ? rest : n));
}

const reshape: Operator = (node, inputs) => {
  const x = required(node, inputs, 0);
  return lax.reshape(x, { newSizes: newSizes(node, x) });
};

const flatten: Operator = (node, inputs) => {
  const x = required(node, inputs, 0);
  const given = node.int("axis", 1);
  const axis = given === x.ndim ? given : canonicalAxis(node.op, given, x.ndim);
  return lax.reshape(x, { newSizes: [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))] });
};

const squeeze: Operator = (node, inputs) => {
  const x = required(node, inputs, 0);
  const dimensions = axesOf(node, inputs, 1, x.ndim) ?? range(x.ndim).filter((axis) => x.shape[axis] === 1);
  return lax.squeeze(x, { dimensions });
};

/** The axes are those of the result. */
const unsqueeze: Operator = (node, inputs) => {
  const x = required(node, inputs, 0);
  const given = listOf(node, inputs, "axes", 1) ?? node.fail("the axes are missing");
  const axes = canonicalAxes(node.op, given, x.ndim + given.length, "axes").sort((a, b) => a - b);
  return lax.reshape(x, { newSizes: axes.reduce((shape, axis) => inserted(shape, axis, 1), [...x.shape]) });
};

const transpose: Operator = (node, inputs) => {
  const x = required(node, inputs, 0);
  return lax.transpose(x, { permutation: node.ints("perm", range(x.ndim).reverse()) });
};

const expand: Operator = (node, inputs) => {
  const x = required(node, inputs, 0);
  return broadcastTo(x, broadcastShapes(node.op, [x.shape, node.known(1)]));
};

const tile: Operator = (node, inputs) => {
  const x = required(node, inputs, 0);
  const repeats = node.known(1);
  return repeats.length === x.ndim
    ? repeatedly(x, repeats)
    : node.fail(`needs ${x.ndim} repeats, got ${repeats.length}`);
};

/** The sizes from `start` to `end`, both counted from the end where they are negative and kept inside. */
const shapeOf: Operator = (node, inputs) => {
  const { shape } = required(node, inputs, 0);
  return integers(shape.slice(node.int("start", 0), node.int("end", shape.length)));
};

const size: Operator = (node, inputs) => hostArray(Int32Array.of(required(node, inputs, 0).size), [], "int32");

/** Blocks of features become blocks of pixels; the mode says which of the features' axes is the block's. */
const depthToSpace: Operator = (node, inputs) => {
  const x = required(node, inputs, 0);
  const block = node.int("blocksize");
  const crd = choice(node, "mode", ["DCR", "CRD"], "DCR") === "CRD";
  const [n, c, h, w] = imageSizes(node, x);
  const depth = c / block ** 2;
  if (!Number.isInteger(depth)) node.fail(`${c} features can't be split into blocks of ${block} x ${block}`);
  const split = lax.reshape(x, { newSizes: crd ? [n, depth, block, block, h, w] : [n, block, block, depth, h, w] });
  const apart = lax.transpose(split, { permutation: crd ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2] });
  return lax.reshape(apart, { newSizes: [n, depth, h * block, w * block] });
};

const spaceToDepth: Operator = (node, inputs) => {
  const x = required(node, inputs, 0);
  const block = node.int("blocksize");
  const [n, c, h, w] = imageSizes(node, x);
  if (h % block || w % block) node.fail(`an image of ${h} x ${w} can't be split into blocks of ${block} x ${block}`);
  const split = lax.reshape(x, { newSizes: [n, c, h / block, block, w / block, block] });
  const crd = choice(node, "mode", ["DCR", "CRD"], "DCR") === "CRD";
  const joined = lax.transpose(split, { permutation: crd ? [0, 1, 3, 5, 2, 4] : [0, 3, 5, 1, 2, 4] });
  return lax.reshape(joined, { newSizes: [n, c * block ** 2, h / block, w / block] });
};

function imageSizes(node: NodeView, { shape }: NDArray): [number, number, number, number] {
  if (shape.length !== 4) node.fail("needs an array of 4 axes");
  return [entry(shape, 0), entry(shape, 1), entry(shape, 2), entry(shape, 3)];
}

export const shapes: Operators = {
  DepthToSpace: depthToSpace,
  Expand: expand,
  Flatten: flatten,
  Identity: /* @__PURE__ */ unary((x) => x),
  Reshape: reshape,
  Shape: shapeOf,
  Size: size,
  SpaceToDepth: spaceToDepth,
  Squeeze: squeeze,
  Tile: tile,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
};
