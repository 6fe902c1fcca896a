/** Loops over slices and over numbers, as functions of functions. Their bodies are traced once. */
import { category } from "../base/dtypes.ts";
import { checkOptions, describe, formatShape, noMore } from "../base/errors.ts";
import { formatTree, type TreeDef, unflatten } from "../base/tree.ts";
import { makeAval } from "../ir/aval.ts";
import { outputAvals } from "../ir/jaxpr.ts";
import { HostArray, NDArray, scalar } from "../ir/ndarray.ts";
import { evalJaxpr, traceToJaxpr } from "../ir/trace.ts";
import { add } from "../lax/arithmetic.ts";
import { convertElementType, narrowed } from "../lax/convert.ts";
import { full } from "../lax/create.ts";
import { lt } from "../lax/logic.ts";
import { reshape } from "../lax/shape.ts";
import { concatenate, sliceInDim } from "../lax/slice.ts";
import { parts } from "./bodies.ts";
import { checkCarry, settled } from "./carry.ts";
import { checkFunction, flattenArrays, type Traced, type TreeFunction, traceFunction } from "./flat.ts";
import { bindScan } from "./scan-primitive.ts";
import type { ArraysOf, Returned, Seen } from "./tree-types.ts";
import { vmapAs } from "./vmap.ts";
import { whileAs } from "./while.ts";

/** The slices of every leaf at place `i` of the first axis. */
const sliceAt = (leaves: readonly NDArray[], i: number): NDArray[] =>
  leaves.map((x) => reshape(sliceInDim(x, i, i + 1, 0), { newSizes: x.shape.slice(1) }));

function stack(rows: readonly NDArray[]): NDArray {
  const parts = rows.map((x) => reshape(x, { newSizes: [1, ...x.shape] }));
  return concatenate(parts, { dimension: 0 });
}

/** Options of `lax.scan`. */
export interface ScanOptions {
  /** The number of steps; needed when `xs` has no arrays. */
  readonly length?: number;
  /** Whether to run from the last slice to the first. */
  readonly reverse?: boolean;
  /** How many steps stand in the program one after the other (1 by default); `true` for all of them, without a loop. */
  readonly unroll?: number | boolean;
}

/** What a step returns; one that is written without a type for its result returns a list. */
export type CarryAndOutput<Carry> = readonly [carry: Returned<Carry>, y: unknown] | readonly unknown[];

/** A plan counts the trips of its loops in 32 bits. */
const MAX_TRIPS = 2 ** 32 - 2;

function scanLength(fn: string, xs: readonly NDArray[], length: number | undefined): number {
  const sizes = [...xs.map((x) => x.shape[0]), ...(length === undefined ? [] : [length])];
  const [size] = sizes;
  if (size === undefined) throw new TypeError(`${fn}: xs has no arrays to scan over; give {length}.`);
  if (sizes.some((n) => n !== size) || xs.some((x) => x.ndim === 0)) {
    const shapes = xs.map((x) => formatShape(x.shape)).join(", ");
    throw new TypeError(`${fn}: the first axes of xs and length must agree, got ${shapes} and length ${length}.`);
  }
  if (!Number.isInteger(size) || size < 0) throw new TypeError(`${fn}: length must be a whole number, got ${size}.`);
  if (size > MAX_TRIPS) {
    throw new RangeError(
      `${fn}: length must be at most ${MAX_TRIPS}, got ${size}; use a loop of loops, or lax.whileLoop.`,
    );
  }
  return size;
}

/** A loop's task: a body over `[...carry, ...slices]` that returns `[...carry, ...ys]`. */
interface Loop {
  readonly program: Traced["program"];
  readonly reverse: boolean;
}

/** The carry, and the stacked `ys`. */
type Scanned = [carry: NDArray[], ys: NDArray[]];

/** Every step written out. */
function unrolled(
  { program, reverse }: Loop,
  init: readonly NDArray[],
  xs: readonly NDArray[],
  length: number,
): Scanned {
  let carry = [...init];
  const rows: NDArray[][] = new Array(length);
  for (let step = 0; step < length; step++) {
    const i = reverse ? length - 1 - step : step;
    const outs = evalJaxpr(program, [...carry, ...sliceAt(xs, i)]);
    carry = outs.slice(0, carry.length);
    rows[i] = outs.slice(carry.length);
  }
  const avals = outputAvals(program.jaxpr).slice(carry.length);
  const ys = avals.map(({ shape, dtype }, k) =>
    length === 0 ? full([0, ...shape], 0, dtype) : stack(rows.map((row) => row[k]!)),
  );
  return [carry, ys];
}

function rolled({ program, reverse }: Loop, init: readonly NDArray[], xs: readonly NDArray[], length: number): Scanned {
  const params = { body: program.jaxpr, length, reverse, consts: 0, carries: init.length };
  return parts(bindScan(program, [...init, ...xs], params), init.length);
}

/** A loop over `steps` steps at a time, and the steps that are left over, which are the last ones of `xs`. */
function chunked(loop: Loop, init: readonly NDArray[], xs: readonly NDArray[], length: number, steps: number): Scanned {
  const trips = Math.floor(length / steps);
  const whole = trips * steps;
  const chunks = (x: NDArray): NDArray =>
    reshape(sliceInDim(x, 0, whole, 0), { newSizes: [trips, steps, ...x.shape.slice(1)] });
  const chunkAvals = xs.map((x) => makeAval([steps, ...x.shape.slice(1)], x.dtype, x.aval.weak));
  const program = traceToJaxpr(
    (values) => unrolled(loop, ...parts(values, init.length), steps).flat(),
    [...init.map((x) => x.aval), ...chunkAvals],
  );
  const main = (carry: readonly NDArray[]): Scanned => {
    const [out, ys] = rolled({ ...loop, program }, carry, xs.map(chunks), trips);
    return [out, ys.map((y) => reshape(y, { newSizes: [whole, ...y.shape.slice(2)] }))];
  };
  const rest = (carry: readonly NDArray[]): Scanned =>
    unrolled(
      loop,
      carry,
      xs.map((x) => sliceInDim(x, whole, length, 0)),
      length - whole,
    );
  if (whole === length) return main(init);
  const [middle, first] = (loop.reverse ? rest : main)(init);
  const [carry, second] = (loop.reverse ? main : rest)(middle);
  const [front, back] = loop.reverse ? [second, first] : [first, second];
  return [carry, front.map((y, k) => concatenate([y, back[k]!], { dimension: 0 }))];
}

function checkUnroll(fn: string, unroll: unknown): number {
  if (typeof unroll === "boolean") return unroll ? Number.POSITIVE_INFINITY : 1;
  if (Number.isInteger(unroll) && (unroll as number) > 0) return unroll as number;
  throw new TypeError(`${fn}: unroll must be a boolean or a positive whole number, got ${describe(unroll)}.`);
}

/**
 * Carries a value through the slices of `xs` along the first axis: `f(carry, x)` returns `[carry, y]`; the result is
 * `[carry, ys]` with the `y`s stacked. `f` is traced once, and stays a loop in the program, in its derivatives of every
 * order and when it runs. Source: `jax.lax.scan`.
 * @throws TypeError when the carry changes its structure, shape or dtype.
 * @example const [total, sums] = lax.scan((s, x) => [np.add(s, x), np.add(s, x)], 0, xs);
 */
export function scan<const Carry, const Xs, Out extends CarryAndOutput<Carry>>(
  f: (carry: Seen<Carry>, x: Seen<Xs>) => Out,
  init: Carry,
  xs: Xs,
  options?: ScanOptions,
  ...rest: never[]
): [carry: Seen<Carry>, ys: Seen<Out[1]>];
export function scan(f: TreeFunction, init: unknown, xs: unknown, options: ScanOptions = {}, ...rest: never[]) {
  noMore("lax.scan", rest);
  return scanAs("lax.scan", f, init, xs, options);
}

function scanAs(fn: string, f: TreeFunction, init: unknown, xs: unknown, given: ScanOptions): [unknown, unknown] {
  checkFunction(fn, f);
  const options = checkOptions(fn, given, ["length", "reverse", "unroll"]);
  const [start, carryTree] = flattenArrays(fn, init);
  const [slices, xsTree] = flattenArrays(fn, xs);
  const length = scanLength(fn, slices, options.length);
  const unroll = checkUnroll(fn, options.unroll ?? 1);
  const avals = slices.map((x) => ({ ...x.aval, shape: x.shape.slice(1) }));
  const inTree: TreeDef = { kind: "list", children: [carryTree, xsTree] };
  const statics: TreeDef = { kind: "list", children: [carryTree] };
  const { carry, body } = settled(start, (values, finish) =>
    traceFunction(fn, f, inTree, [...values.map((x) => x.aval), ...avals], { statics, finish }),
  );
  const { program, outTree } = body;
  if (outTree.kind !== "list" || outTree.children.length !== 2) {
    throw new TypeError(`${fn}: the function must return [carry, y], got ${formatTree(outTree)}.`);
  }
  const [outCarryTree, ysTree] = outTree.children as [TreeDef, TreeDef];
  checkCarry(fn, carryTree, carry, body, outCarryTree);
  const loop: Loop = { program, reverse: options.reverse ?? false };
  const run = length <= Math.max(1, unroll) ? unrolled : unroll > 1 ? chunked : rolled;
  const [last, ys] = run(loop, carry, slices, length, unroll);
  return [unflatten(carryTree, last.map(narrowed)), unflatten(ysTree, ys)];
}

/** Options of `lax.map`. */
export interface MapOptions {
  /** How many slices are computed together, as by `vmap`; by default they are computed one after the other. */
  readonly batchSize?: number;
}

/**
 * Applies `f` to every slice along the first axis of `xs`, one after the other, and stacks the results. Source: `jax.lax.map`.
 * @example lax.map((row) => np.sum(row), x) // (x.shape[0],)
 */
export function map<Xs, Out>(f: (x: Seen<Xs>) => Out, xs: Xs, options?: MapOptions, ...more: never[]): ArraysOf<Out>;
export function map(f: TreeFunction, xs: unknown, options: MapOptions = {}, ...more: never[]): unknown {
  const fn = "lax.map";
  noMore(fn, more);
  checkFunction(fn, f);
  const { batchSize } = checkOptions(fn, options, ["batchSize"]);
  const one = (g: TreeFunction, tree: unknown): unknown => scanAs(fn, (_, x) => [null, g(x)], null, tree, {})[1];
  if (batchSize === undefined) return one(f, xs);
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new TypeError(`${fn}: batchSize must be a positive whole number, got ${describe(batchSize)}.`);
  }
  const [leaves, tree] = flattenArrays(fn, xs);
  const length = scanLength(fn, leaves, undefined);
  const trips = Math.floor(length / batchSize);
  const whole = trips * batchSize;
  const batches = leaves.map((x) =>
    reshape(sliceInDim(x, 0, whole, 0), { newSizes: [trips, batchSize, ...x.shape.slice(1)] }),
  );
  const [main, outTree] = flattenArrays(fn, one(vmapAs(fn, f), unflatten(tree, batches)));
  const joined = main.map((y) => reshape(y, { newSizes: [whole, ...y.shape.slice(2)] }));
  if (whole === length) return unflatten(outTree, joined);
  const rest = leaves.map((x) => sliceInDim(x, whole, length, 0));
  const [last] = flattenArrays(fn, vmapAs(fn, f)(unflatten(tree, rest)));
  return unflatten(
    outTree,
    joined.map((y, k) => concatenate([y, last[k]!], { dimension: 0 })),
  );
}

/**
 * Applies `body(i, value)` for `i` from `lower` to `upper - 1`. For whole numbers it is a `scan`, which has derivatives of
 * both modes; for traced bounds a `whileLoop`, which has no reverse mode. Source: `jax.lax.fori_loop`.
 * @example lax.foriLoop(0, 10, (i, x) => np.add(np.multiply(x, 2), i), x)
 */
export function foriLoop<const Value>(
  lower: number | NDArray,
  upper: number | NDArray,
  body: (i: NDArray, value: Seen<Value>) => Returned<Value>,
  init: Value,
  options?: Pick<ScanOptions, "unroll">,
  ...rest: never[]
): Seen<Value>;
export function foriLoop(
  lower: number | NDArray,
  upper: number | NDArray,
  body: TreeFunction,
  init: unknown,
  options: Pick<ScanOptions, "unroll"> = {},
  ...rest: never[]
): unknown {
  const fn = "lax.foriLoop";
  noMore(fn, rest);
  checkFunction(fn, body);
  const { unroll = 1 } = checkOptions(fn, options, ["unroll"]);
  const bounds = [lower, upper].map((x) => (x instanceof HostArray && x.ndim === 0 ? x.item() : x));
  const [from, to] = bounds;
  if (bounds.some((x) => typeof x === "number" && x !== (x | 0) && Number.isInteger(x))) {
    throw new RangeError(`${fn}: lower and upper must be int32, got ${describe(lower)} and ${describe(upper)}.`);
  }
  if (Number.isInteger(from) && Number.isInteger(to)) {
    const length = Math.max(0, (to as number) - (from as number));
    const step: TreeFunction = ([i, value]) => [[add(i, 1), body(i, value)], null];
    const [carry] = scanAs(fn, step, [scalar(from as number, "int32"), init], null, { unroll, length });
    return (carry as [unknown, unknown])[1];
  }
  if (
    !bounds.every(
      (x) => Number.isInteger(x) || (x instanceof NDArray && x.ndim === 0 && category(x.dtype) === "integer"),
    )
  ) {
    throw new TypeError(`${fn}: lower and upper must be whole numbers, got ${describe(lower)} and ${describe(upper)}.`);
  }
  const [first, last] = bounds.map((x) => convertElementType(x, "int32"));
  const [, value] = whileAs(
    fn,
    ([i]: [NDArray, unknown]) => lt(i, last!),
    ([i, v]: [NDArray, unknown]) => [add(i, 1), body(i, v)],
    [first, init],
  );
  return value;
}
