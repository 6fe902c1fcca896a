/** Loops and branches, as functions of functions. Loop bodies are traced once and repeated in the program. */
import { checkOptions, describe, formatShape } from "../base/errors.ts";
import { formatTree, type TreeDef, unflatten } from "../base/tree.ts";
import { formatAval, sameAval } from "../ir/aval.ts";
import type { ClosedJaxpr } from "../ir/jaxpr.ts";
import { HostArray, type NDArray, scalar } from "../ir/ndarray.ts";
import { evalJaxpr } from "../ir/trace.ts";
import { full } from "../lax/create.ts";
import { select } from "../lax/logic.ts";
import { asArray } from "../lax/operands.ts";
import { broadcastTo, reshape } from "../lax/shape.ts";
import { concatenate, sliceInDim } from "../lax/slice.ts";
import { checkFunction, flattenArrays, type Traced, type TreeFunction, traceFunction } from "./flat.ts";
import { vmap } from "./vmap.ts";

/**
 * Applies `f` to every slice along the first axis of `xs` and stacks the results. The slices are computed together, as by
 * `vmap`. Source: `jax.lax.map`.
 * @example lax.map((row) => np.sum(row), x) // (x.shape[0],)
 */
export function map<Out = NDArray>(f: TreeFunction, xs: unknown): Out {
  checkFunction("lax.map", f);
  return vmap(f)(xs) as Out;
}

/** The slices of every leaf at place `i` of the first axis. */
const sliceAt = (leaves: readonly NDArray[], i: number): NDArray[] =>
  leaves.map((x) => reshape(sliceInDim(x, i, i + 1, 0), { newSizes: x.shape.slice(1) }));

function stack(rows: readonly NDArray[]): NDArray {
  const parts = rows.map((x) => reshape(x, { newSizes: [1, ...x.shape] }));
  return concatenate(parts, { dimension: 0 });
}

function checkCarry(fn: string, tree: TreeDef, carried: readonly NDArray[], body: Traced): void {
  const outs = body.program.jaxpr.outputs.slice(0, carried.length);
  const same =
    formatTree(tree) === formatTree(body.outTree.kind === "list" ? body.outTree.children[0]! : body.outTree) &&
    outs.every((a, i) => sameAval(a.aval, carried[i]!.aval));
  if (same) return;
  const got = outs.map((a) => formatAval(a.aval)).join(", ");
  throw new TypeError(
    `${fn}: the body must return a carry like the one it gets: ${carried.map((x) => formatAval(x.aval)).join(", ")}, ` +
      `got ${got}.`,
  );
}

/** The carry with the dtypes that the first step gives it, so that a number may start a float64 sum. */
function settled(
  fn: string,
  tree: TreeDef,
  init: readonly NDArray[],
  trace: (carry: readonly NDArray[]) => Traced,
): { carry: NDArray[]; body: Traced } {
  const first = trace(init);
  const outs = first.program.jaxpr.outputs.slice(0, init.length);
  const carry = init.map((x, i) => {
    const to = outs[i]?.aval;
    return x.aval.weak && to && x instanceof HostArray && x.ndim === 0 ? scalar(x.storage[0]!, to.dtype) : x;
  });
  const body = carry.every((x, i) => x === init[i]) ? first : trace(carry);
  checkCarry(fn, tree, carry, body);
  return { carry, body };
}

export interface ScanOptions {
  /** The number of steps; needed when `xs` is `null`. */
  readonly length?: number;
  /** Whether to run from the last slice to the first. */
  readonly reverse?: boolean;
}

function scanLength(xs: readonly NDArray[], length: number | undefined): number {
  const sizes = [...xs.map((x) => x.shape[0]), ...(length === undefined ? [] : [length])];
  const [size] = sizes;
  if (size === undefined) throw new TypeError("lax.scan: xs has no arrays to scan over; give {length}.");
  if (sizes.some((n) => n !== size) || xs.some((x) => x.ndim === 0)) {
    const shapes = xs.map((x) => formatShape(x.shape)).join(", ");
    throw new TypeError(`lax.scan: the first axes of xs and length must agree, got ${shapes} and length ${length}.`);
  }
  return size;
}

/**
 * Carries a value through the slices of `xs` along the first axis: `f(carry, x)` returns `[carry, y]`; the result is
 * `[carry, ys]` with the `y`s stacked. `f` is traced once; the program repeats it for every step, so that derivatives of
 * every kind pass through. Source: `jax.lax.scan`.
 * @throws TypeError when the carry changes its structure, shape or dtype.
 * @example const [total, sums] = lax.scan((s, x) => [np.add(s, x), np.add(s, x)], 0, xs);
 */
export function scan(
  f: TreeFunction,
  init: unknown,
  xs: unknown,
  options: ScanOptions = {},
  // biome-ignore lint/suspicious/noExplicitAny: trees like the carry and the stacked results of f
): [carry: any, ys: any] {
  const fn = "lax.scan";
  checkFunction(fn, f);
  checkOptions(fn, options, ["length", "reverse"]);
  const [start, carryTree] = flattenArrays(fn, init);
  const [slices, xsTree] = flattenArrays(fn, xs);
  const length = scanLength(slices, options.length);
  const avals = slices.map((x) => ({ ...x.aval, shape: x.shape.slice(1) }));
  const inTree: TreeDef = { kind: "list", children: [carryTree, xsTree] };
  const { carry, body } = settled(fn, carryTree, start, (values) =>
    traceFunction(fn, f, inTree, [...values.map((x) => x.aval), ...avals]),
  );
  if (body.outTree.kind !== "list" || body.outTree.children.length !== 2) {
    throw new TypeError(`${fn}: the function must return [carry, y], got ${formatTree(body.outTree)}.`);
  }
  const ysTree = body.outTree.children[1]!;
  let now = carry;
  const rows: NDArray[][] = new Array(length);
  for (let step = 0; step < length; step++) {
    const i = options.reverse ? length - 1 - step : step;
    const outs = evalJaxpr(body.program, [...now, ...sliceAt(slices, i)]);
    now = outs.slice(0, carry.length);
    rows[i] = outs.slice(carry.length);
  }
  const results = body.program.jaxpr.outputs
    .slice(carry.length)
    .map(({ aval }, k) => (length === 0 ? full([0, ...aval.shape], 0, aval.dtype) : stack(rows.map((row) => row[k]!))));
  return [unflatten(carryTree, now), unflatten(ysTree, results)];
}

/**
 * Applies `body(i, value)` for `i` from `lower` to `upper - 1`, which are whole numbers known beforehand.
 * Source: `jax.lax.fori_loop`.
 * @example lax.foriLoop(0, 10, (i, x) => np.add(np.multiply(x, 2), i), x)
 */
export function foriLoop<Value>(
  lower: number,
  upper: number,
  // biome-ignore lint/suspicious/noExplicitAny: a tree like the value
  body: (i: NDArray, value: any) => unknown,
  init: Value,
): Value {
  const fn = "lax.foriLoop";
  checkFunction(fn, body);
  if (!Number.isInteger(lower) || !Number.isInteger(upper)) {
    throw new TypeError(`${fn}: lower and upper must be whole numbers, got ${describe(lower)} and ${describe(upper)}.`);
  }
  const [start, tree] = flattenArrays(fn, init);
  const index = (i: number): NDArray => scalar(i, "int32");
  const inTree: TreeDef = { kind: "list", children: [{ kind: "leaf" }, tree] };
  const { carry, body: traced } = settled(fn, tree, start, (values) =>
    traceFunction(fn, body, inTree, [index(0).aval, ...values.map((x) => x.aval)]),
  );
  let value = carry;
  for (let i = lower; i < upper; i++) value = evalJaxpr(traced.program, [index(i), ...value]);
  return unflatten(tree, value);
}

/** Whether the predicate's value is at hand, so that only one branch need be taken. */
const isKnown = (x: unknown): x is boolean | HostArray => typeof x === "boolean" || x instanceof HostArray;

function branch(f: TreeFunction, tree: TreeDef, operands: readonly NDArray[]): Traced {
  return traceFunction(
    "lax.cond",
    f,
    tree,
    operands.map((x) => x.aval),
  );
}

const describeOutputs = ({ program, outTree }: Traced): string =>
  `${formatTree(outTree)} of ${program.jaxpr.outputs.map((a) => formatAval(a.aval)).join(", ")}`;

/**
 * `trueFn(...operands)` if `pred` is true, else `falseFn(...operands)`; both return the same structure, shapes and dtypes.
 * Where the predicate is traced both are computed and one selected, as JAX does under `vmap`: keep a branch that is not
 * taken from dividing by zero, or its derivative is NaN. Source: `jax.lax.cond`.
 */
export function cond<Out = NDArray>(
  pred: unknown,
  trueFn: TreeFunction,
  falseFn: TreeFunction,
  ...operands: unknown[]
): Out {
  const fn = "lax.cond";
  checkFunction(fn, trueFn);
  checkFunction(fn, falseFn);
  const predicate = asArray(fn, pred, "pred");
  if (predicate.ndim !== 0 || predicate.dtype !== "bool") {
    throw new TypeError(`${fn}: pred must be one bool, got ${predicate.dtype}${formatShape(predicate.shape)}.`);
  }
  const [inputs, tree] = flattenArrays(fn, operands);
  const branches = [branch(trueFn, tree, inputs), branch(falseFn, tree, inputs)] as const;
  const [yes, no] = branches.map(describeOutputs);
  if (yes !== no) throw new TypeError(`${fn}: both branches must return the same, got ${yes} and ${no}.`);
  const run = (program: ClosedJaxpr): NDArray[] => evalJaxpr(program, inputs);
  if (isKnown(pred)) {
    const taken = branches[predicate.item() ? 0 : 1];
    return unflatten<Out>(taken.outTree, run(taken.program));
  }
  const [ifTrue, ifFalse] = branches.map(({ program }) => run(program)) as [NDArray[], NDArray[]];
  const chosen = ifTrue.map((x, i) => select(broadcastTo(predicate, x.shape), x, ifFalse[i]!));
  return unflatten<Out>(branches[0].outTree, chosen);
}

/**
 * Marks `f` as cheap to compute again. Values and derivatives are those of `f`. The planner already keeps a value only as
 * long as something reads it, and so far it takes no other notice of the mark. Source: `jax.checkpoint`.
 */
export function checkpoint<F extends TreeFunction>(f: F): F {
  checkFunction("checkpoint", f);
  return f;
}
