/** The user's function as the kernels see it: its output shapes and its batch axes. */
import { describe, ShapeError } from "../../base/errors.ts";
import { flattenArguments } from "../../base/flatten.ts";
import { canonicalAxis, type Shape } from "../../base/shapes.ts";
import { broadcastPrefix, isLeaf, type PyTree, type TreeDef, unflatten } from "../../base/tree.ts";
import { type ClosedJaxpr, outputAvals } from "../../ir/jaxpr.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import { asArray } from "../../lax/operands.ts";
import { expandDims } from "../../lax/shape.ts";
import { flattenArrays, traceFunction } from "../../transform/flat.ts";
import { ShapeDtypeStruct } from "../../transform/shapes.ts";
import type { AnyTree } from "../../transform/tree-types.ts";
import type { Kwargs } from "./kwargs.ts";

/** A function of parameters and inputs; `kwargs` is passed when the caller of the kernel gives any. */
export type ApplyFn<Out = unknown, Params = AnyTree, X = AnyTree> = (params: Params, x: X, kwargs?: AnyTree) => Out;

/**
 * The axes over which `f` acts on each example alone: `null` for none; a number or a tree for the inputs and outputs
 * alike; a list of three `[inAxes, outAxes, kwargsAxes]`.
 */
export type VmapAxes = PyTree<number> | undefined;

/** Calls `f` without a third argument when there are no keyword arguments, as the user would. */
export function callWith<Out>(f: ApplyFn<Out>, params: unknown, x: unknown, kwargs: Kwargs): Out {
  return Object.keys(kwargs).length === 0 ? f(params, x) : f(params, x, kwargs);
}

/** The outputs' shapes and dtypes, and their tree. */
export interface OutputShapes {
  readonly leaves: readonly ShapeDtypeStruct[];
  readonly tree: TreeDef;
}

export function outputShapes(fn: string, f: ApplyFn, params: unknown, x: unknown, kwargs: Kwargs): OutputShapes {
  const [leaves, inTree] = flattenArrays(fn, [params, x]);
  const call = (p: unknown, input: unknown): unknown => callWith(f, p, input, kwargs);
  const { program, outTree } = traceFunction(
    fn,
    call,
    inTree,
    leaves.map((leaf) => leaf.aval),
  );
  return shapesOf(program, outTree);
}

/** The shapes of a program's outputs. */
export const shapesOf = ({ jaxpr }: ClosedJaxpr, tree: TreeDef): OutputShapes => ({
  leaves: outputAvals(jaxpr).map(({ shape, dtype }) => new ShapeDtypeStruct(shape, dtype)),
  tree,
});

/** The batch axis of each leaf, `null` where there is none. */
export interface LeafBatchAxes {
  readonly inputs: readonly (number | null)[];
  readonly outputs: readonly number[];
  /** For each mapped keyword argument the axes of its leaves. */
  readonly kwargs: Readonly<Record<string, readonly (number | null)[]>>;
}

const isTriple = (axes: unknown): axes is readonly [unknown, unknown, unknown] =>
  Array.isArray(axes) && axes.length === 3;

/** The batch axes in canonical form, or `null` when the function is to be taken as a whole. */
export function canonicalBatchAxes(
  fn: string,
  vmapAxes: VmapAxes,
  x: unknown,
  outs: OutputShapes,
  kwargs: Kwargs,
): LeafBatchAxes | null {
  if (vmapAxes === null || vmapAxes === undefined) return null;
  const [inAxes, outAxes, kwargsAxes] = isTriple(vmapAxes) ? vmapAxes : [vmapAxes, vmapAxes, {}];
  const [inputLeaves, inTree] = flattenArguments(x);
  const inputs = broadcastPrefix<number>(fn, "vmapAxes for the inputs", inAxes, inTree).map((axis, i) =>
    axis === null ? null : canonicalAxis(fn, axis, asArray(fn, inputLeaves[i], "x").ndim, "vmapAxes"),
  );
  const outputs = broadcastPrefix<number>(fn, "vmapAxes for the outputs", outAxes, outs.tree).map((axis, i) => {
    if (axis !== null) return canonicalAxis(fn, axis, outs.leaves[i]!.shape.length, "vmapAxes");
    throw new ShapeError(`${fn}: vmapAxes must name a batch axis for every output; output ${i} has null.`);
  });
  const axes = { inputs, outputs, kwargs: canonicalKwargsAxes(fn, kwargsAxes, kwargs) };
  checkBatchSizes(fn, axes, x, outs, kwargs);
  return axes;
}

/** The batch must have one size everywhere: an output that doesn't follow the inputs isn't computed example by example. */
function checkBatchSizes(fn: string, axes: LeafBatchAxes, x: unknown, outs: OutputShapes, kwargs: Kwargs): void {
  const sizesOf = (shapes: readonly Shape[], places: readonly (number | null)[]): number[] =>
    shapes.flatMap((shape, i) => (places[i] === null ? [] : [shape[places[i]!]!]));
  const shapesOf = (tree: unknown): Shape[] =>
    flattenArguments(tree)[0].map((leaf) => asArray(fn, leaf, "an input").shape);
  const given = [
    ...sizesOf(shapesOf(x), axes.inputs),
    ...Object.entries(axes.kwargs).flatMap(([key, places]) => sizesOf(shapesOf(kwargs[key]), places)),
  ];
  const returned = sizesOf(
    outs.leaves.map(({ shape }) => shape),
    axes.outputs,
  );
  if (given.length > 0 && [...given, ...returned].every((size) => size === given[0])) return;
  throw new ShapeError(
    `${fn}: vmapAxes must name one batch, with at least one input, but the sizes along them are [${given.join(", ")}] ` +
      `in the inputs and [${returned.join(", ")}] in the outputs.`,
  );
}

function canonicalKwargsAxes(fn: string, axes: unknown, kwargs: Kwargs): LeafBatchAxes["kwargs"] {
  if (axes === null || axes === undefined) return {};
  if (isLeaf(axes) && !Number.isInteger(axes)) {
    throw new TypeError(`${fn}: vmapAxes for the keyword arguments must name axes, got ${describe(axes)}.`);
  }
  const byName = isLeaf(axes) ? Object.fromEntries(Object.keys(kwargs).map((key) => [key, axes])) : axes;
  const canonical: Record<string, (number | null)[]> = {};
  for (const [key, axis] of Object.entries(byName as object)) {
    if (!Object.hasOwn(kwargs, key))
      throw new TypeError(`${fn}: vmapAxes names the keyword argument "${key}", which isn't given.`);
    const [leaves, tree] = flattenArguments(kwargs[key]);
    canonical[key] = broadcastPrefix<number>(fn, `vmapAxes.${key}`, axis, tree).map((a, i) =>
      a === null ? null : canonicalAxis(fn, a, asArray(fn, leaves[i], key).ndim, `vmapAxes.${key}`),
    );
  }
  return canonical;
}

/** Every leaf with a batch axis of size 1 put back where it was mapped over. */
export function withUnitBatch(tree: unknown, axes: readonly (number | null)[]): unknown {
  const [leaves, def] = flattenArguments<NDArray>(tree);
  return unflatten(
    def,
    leaves.map((leaf, i) => (axes[i] === null ? leaf : expandDims(leaf, { axes: [axes[i]!] }))),
  );
}
