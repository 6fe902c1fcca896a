/**
 * The structure rules: how the path of a parameter goes on through a linear equation. A rule stands here for every
 * operation
 *
 * - whose transpose makes more numbers than it gets (products with a parameter, sums over it, parts of it, rows of it): a
 *   cotangent that stops behind it is smaller than one that has passed; or
 * - that may stand between such an operation and the parameter: a view of it, or a factor.
 *
 * Through anything else the cotangent is pulled by the operation's own transpose, which makes no more numbers than it
 * gets (sums of tangents, concatenation, padding), so that the result is as small as any structure could make it; or which
 * has no structure but its own (a convolution slid over the parameter, a linear solve).
 */
import { entry } from "../../base/lists.ts";
import { range, sizeOf } from "../../base/shapes.ts";
import type { Atom, Equation } from "../../ir/jaxpr.ts";
import { type NDArray, scalar } from "../../ir/ndarray.ts";
import type { ContractParams, Primitive } from "../../ir/primitive.ts";
import { div, divPrimitive, mulPrimitive, negPrimitive } from "../../lax/arithmetic.ts";
import { convertElementType, convertPrimitive } from "../../lax/convert.ts";
import { gatherPrimitive } from "../../lax/gather.ts";
import { bitwiseNot, selectPrimitive } from "../../lax/logic.ts";
import { contractPrimitive, renameWindow } from "../../lax/products/contract.ts";
import {
  broadcastPrimitive,
  reduceSumPrimitive,
  reshape,
  reshapePrimitive,
  type TransposeParams,
  transposePrimitive,
} from "../../lax/shape.ts";
import { revPrimitive, slicePrimitive } from "../../lax/slice.ts";
import { type Factor, type Path, withLabels } from "./path.ts";

/** A place where an equation reads a variable. */
export interface Edge {
  readonly equation: Equation;
  readonly input: number;
}

export interface PathStep {
  /** The path to the equation's output. */
  readonly path: Path;
  /** Whether the cotangent before the equation is larger than behind it. */
  readonly pays: boolean;
  /** Whether the path had better end here. */
  readonly ends: boolean;
}

/** The step through an equation whose other inputs are known; `null` where the path ends before it. */
type StructureRule = (edge: Edge, path: Path, read: (atom: Atom) => NDArray) => PathStep | null;

const passing = (path: Path): PathStep => ({ path, pays: false, ends: false });

const multiplied = (path: Path, array: NDArray): PathStep => {
  const factor: Factor = { array, labels: array.ndim === 0 ? [] : path.axes, windows: [], row: null };
  return passing({ ...path, factors: [...path.factors, factor] });
};

/** Reshapes, slices, reversals, repetitions: the parameter seen through other strides. */
const view: StructureRule = ({ equation }, path) => {
  const { lowering } = equation.primitive;
  const { axes, sizes, strides, factors, offset } = path;
  const out = entry(equation.outputs, 0).aval;
  const entangled = factors.some(({ labels }) => labels.some((label) => axes.includes(label)));
  if (lowering.kind !== "view" || entangled || sizeOf(out.shape) === 0) return null;
  const before = { offset, shape: axes.map((l) => entry(sizes, l)), strides: axes.map((l) => entry(strides, l)) };
  const after = lowering.view(before, out, equation.params);
  if (!after) return null;
  return {
    path: {
      ...path,
      axes: range(out.shape.length, sizes.length),
      sizes: [...sizes, ...out.shape],
      strides: [...strides, ...after.strides],
      offset: after.offset,
    },
    pays: sizeOf(out.shape) < sizeOf(before.shape),
    ends: false,
  };
};

const transpose: StructureRule = ({ equation }, path) => {
  const { permutation } = equation.params as TransposeParams;
  return passing({ ...path, axes: permutation.map((p) => entry(path.axes, p)) });
};

const product: StructureRule = ({ equation, input }, path, read) =>
  multiplied(path, read(entry(equation.inputs, 1 - input)));

const quotient: StructureRule = ({ equation, input }, path, read) => {
  if (input !== 0) return null;
  const divisor = read(entry(equation.inputs, 1));
  return multiplied(path, div(scalar(1, divisor.dtype), divisor));
};

/** In a linear program the other branch is zero. */
const select: StructureRule = ({ equation, input }, path, read) => {
  const which = read(entry(equation.inputs, 0));
  const chosen = input === 1 ? which : bitwiseNot(which);
  return input === 0 ? null : multiplied(path, convertElementType(chosen, entry(equation.outputs, 0).aval.dtype));
};

/** Sums over axes of the parameter; over others only if a factor has them. */
const sum: StructureRule = ({ equation }, path) => {
  const { axes } = equation.params as { readonly axes: readonly number[] };
  const removed = axes.map((axis) => entry(path.axes, axis));
  if (removed.some((label) => path.strides[label] === 0 || path.factors.some((f) => f.labels.includes(label))))
    return null;
  const kept = path.axes.filter((label) => !removed.includes(label));
  return { path: { ...path, axes: kept, summed: [...path.summed, ...removed] }, pays: true, ends: false };
};

/**
 * Products with an array; a parameter that a window slides over has no structure but the convolution's own, and one of
 * which no axis remains has none beyond the product that pulls the cotangent back.
 */
const contraction: StructureRule = ({ equation, input }, path, read) => {
  const { lhs, rhs, out, sizes, windows } = equation.params as ContractParams;
  const [own, other] = input === 0 ? [lhs, rhs] : [rhs, lhs];
  const remains = own.some((label, axis) => out.includes(label) && path.strides[entry(path.axes, axis)] !== 0);
  if (!remains || (input === 0 && windows.length > 0)) return null;
  const fresh = range(sizes.length).filter((label) => !own.includes(label));
  const [extended, added] = withLabels(
    path,
    fresh.map((label) => entry(sizes, label)),
  );
  const rename = (label: number): number => {
    const axis = own.indexOf(label);
    return axis < 0 ? entry(added, fresh.indexOf(label)) : entry(path.axes, axis);
  };
  const slid = windows.map((w) => renameWindow(w, rename));
  const array = read(entry(equation.inputs, 1 - input));
  const factor: Factor = { array, labels: other.map(rename), windows: slid, row: null };
  return {
    path: {
      ...extended,
      axes: out.map(rename),
      summed: [...path.summed, ...own.filter((label) => !out.includes(label)).map(rename)],
      factors: [...path.factors, factor],
    },
    pays: true,
    ends: true,
  };
};

/** Rows of the parameter, such as a table of embeddings, where it has more of them than are read. */
const gather: StructureRule = ({ equation, input }, path, read) => {
  const [batch, row, width] = path.axes as [number, number, number];
  const [rows, count] = entry(equation.inputs, 1).aval.shape as [number, number];
  const entangled = path.factors.some(({ labels }) => labels.includes(row));
  if (input !== 0 || rows !== 1 || entangled || path.strides[row] === 0 || count >= entry(path.sizes, row)) return null;
  const [extended, [place]] = withLabels(path, [count]) as [Path, [number]];
  const array = reshape(read(entry(equation.inputs, 1)), { newSizes: [count] });
  const factor: Factor = { array, labels: [place], windows: [], row };
  return {
    path: {
      ...extended,
      axes: [batch, place, width],
      summed: [...path.summed, row],
      factors: [...path.factors, factor],
    },
    pays: true,
    ends: true,
  };
};

type Named = Pick<Primitive, "name">;

/** By the primitive. */
export const STRUCTURE_RULES: ReadonlyMap<Named, StructureRule> = /* @__PURE__ */ new Map<Named, StructureRule>([
  [contractPrimitive, contraction],
  [gatherPrimitive, gather],
  [reduceSumPrimitive, sum],
  [slicePrimitive, view],
  [reshapePrimitive, view],
  [revPrimitive, view],
  [broadcastPrimitive, view],
  [transposePrimitive, transpose],
  [convertPrimitive, (_, path) => passing(path)],
  [negPrimitive, (_, path) => multiplied(path, scalar(-1, "float32"))],
  [mulPrimitive, product],
  [divPrimitive, quotient],
  [selectPrimitive, select],
]);
