/** How fast an adapter is, measured when it is opened: by the clock, since not all adapters have timestamps. */
import { allocate } from "../../base/dtypes.ts";
import { sizeOf } from "../../base/shapes.ts";
import type { Rates } from "../../compile/cost.ts";
import { lower } from "../../compile/lower.ts";
import { simplify } from "../../compile/simplify.ts";
import { makeAval } from "../../ir/aval.ts";
import { outputAvals } from "../../ir/jaxpr.ts";
import { hostArray, type NDArray } from "../../ir/ndarray.ts";
import { traceToJaxpr } from "../../ir/trace.ts";
import { add, mul } from "../../lax/arithmetic.ts";
import { dotGeneral } from "../../lax/products/dot.ts";
import type { WebGpu } from "./device.ts";

type Shape = readonly number[];

/** A measurement of at least so many seconds is good; what it measures grows until it is. */
const LONG_ENOUGH = 0.005;
const RUNS = 3;
/** So many dispatches, one after the other, show what one costs. */
const DISPATCHES = 64;
/** Enough instructions for their own time to show beside that of reading the inputs. */
const CHAIN = 16;

const seconds = (since: number): number => Math.max((performance.now() - since) / 1000, 1e-6);

/** A program with inputs that are on the device, to be run again and again. */
async function prepare(device: WebGpu, fn: (...inputs: NDArray[]) => NDArray, shapes: readonly Shape[]) {
  const { jaxpr } = traceToJaxpr(
    (inputs) => [fn(...inputs)],
    shapes.map((shape) => makeAval(shape, "float32")),
  );
  const plan = device.plan(lower(simplify(jaxpr), device.target), outputAvals(jaxpr));
  const inputs = shapes.map((shape) => hostArray(allocate("float32", sizeOf(shape)).fill(1), shape, "float32"));
  const run = (): void => {
    for (const result of device.run(plan, inputs)) result.destroy();
  };
  // Compiles the kernels and uploads the inputs.
  run();
  await device.done();
  return run;
}

/** The best of a few. */
async function best(measure: () => Promise<number>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < RUNS; i++) least = Math.min(least, await measure());
  return least;
}

type Program = (
  size: number,
) => readonly [work: number, fn: (...inputs: NDArray[]) => NDArray, shapes: readonly Shape[]];

/** The seconds of a run, its latency included. */
async function secondsOf(device: WebGpu, fn: (...inputs: NDArray[]) => NDArray, shapes: readonly Shape[]) {
  const run = await prepare(device, fn, shapes);
  return best(async () => {
    const start = performance.now();
    run();
    await device.done();
    return seconds(start);
  });
}

/** The rate at which work of some size is done; the size grows until it takes long enough, or is the largest. */
async function rate(device: WebGpu, latency: number, sizes: readonly number[], program: Program) {
  let found = { rate: 0, size: 0 };
  for (const size of sizes) {
    const [work, fn, shapes] = program(size);
    const time = await secondsOf(device, fn, shapes);
    found = { rate: work / Math.max(time - latency, time / 10), size };
    if (time - latency >= LONG_ENOUGH) break;
  }
  return found;
}

const product: Program = (n) => [
  2 * n ** 3,
  (a, b) => dotGeneral(a, b, { contractingDims: [[1], [0]] }),
  [
    [n, n],
    [n, n],
  ],
];

/** Products smaller than this say nothing of tiles. */
const TELLING = 1024;

/** Finds out how this adapter's products are fast, by one large enough to tell. */
async function chooseProducts(device: WebGpu, size: number): Promise<void> {
  if (size < TELLING) return;
  const [, fn, shapes] = product(size);
  let chosen = device.settings;
  let least = Number.POSITIVE_INFINITY;
  for (const large of [true, false]) {
    for (const unrolled of [true, false]) {
      device.settings = { ...device.settings, large, unrolled };
      const time = await secondsOf(device, fn, shapes);
      if (time < least) [least, chosen] = [time, device.settings];
    }
  }
  device.settings = chosen;
}

function chain(x: NDArray): NDArray {
  let y = x;
  for (let i = 0; i < CHAIN; i++) y = add(mul(y, x), x);
  return y;
}

const powers = (first: number, factor: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => first * factor ** i);

/** Mostly waits for a GPU, but takes seconds where a processor stands in for one. */
export async function measureRates(device: WebGpu): Promise<Rates> {
  const tiny = await prepare(device, (x) => add(x, x), [[64]]);
  const latency = await best(async () => {
    const start = performance.now();
    tiny();
    await device.done();
    return seconds(start);
  });
  const many = await best(async () => {
    const start = performance.now();
    for (let i = 0; i < DISPATCHES; i++) tiny();
    await device.done();
    return seconds(start);
  });
  const dispatch = DISPATCHES / Math.max(many - latency, many / 10);
  const products = await rate(device, latency, powers(128, 2, 5), product);
  await chooseProducts(device, products.size);
  const { rate: map } = await rate(device, latency, powers(2 ** 14, 4, 6), (n) => [2 * CHAIN * n, chain, [[n]]]);
  const { rate: memory } = await rate(device, latency, powers(2 ** 16, 4, 5), (n) => [8 * n, (x) => add(x, x), [[n]]]);
  return { contract: products.rate, map, memory, dispatch, latency, transfer: await transferRate(device, latency) };
}

/** Up and down again. */
async function transferRate(device: WebGpu, latency: number): Promise<number> {
  const size = 2 ** 18;
  const time = await best(async () => {
    const array = hostArray(allocate("float32", size), [size], "float32");
    const start = performance.now();
    const there = device.upload(array);
    await there.data();
    return seconds(start);
  });
  return (2 * 4 * size) / Math.max(time - latency, time / 10);
}
