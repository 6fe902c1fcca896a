/** Square products on the library's device, with the choice of their kernel left to it or given. */
import type { Settings } from "../../gpu/kernel.ts";
import { allocate } from "../../src/base/dtypes.ts";
import { lower } from "../../src/compile/lower.ts";
import { simplify } from "../../src/compile/simplify.ts";
import type { WebGpu } from "../../src/device/webgpu/device.ts";
import { makeAval } from "../../src/ir/aval.ts";
import { outputAvals } from "../../src/ir/jaxpr.ts";
import { type HostArray, hostArray, type NDArray, storageOf } from "../../src/ir/ndarray.ts";
import { traceToJaxpr } from "../../src/ir/trace.ts";
import { dotGeneral } from "../../src/lax/products/dot.ts";
import type { Opened } from "./adapter.ts";
import { now, sleep } from "./timing.ts";

export type Layout = "nn" | "nt";
export const LAYOUTS: readonly Layout[] = ["nn", "nt"];

/** How a kernel is written, in place of what the library chooses. */
export type Written = Pick<Settings, "tile" | "unrolled" | "numbers">;

/** Numbers that repeat only after a prime, so that no two rows are the same. */
const BLOCK = Float32Array.from({ length: 65537 }, (_, i) => (((i * 48271) % 65537) / 65537) * 2 - 1);

const inputsOf = new Map<number, readonly [HostArray, HostArray]>();

/** The operands of a size; those of others are forgotten, since large ones fill the memory. */
function inputs(n: number): readonly [HostArray, HostArray] {
  const known = inputsOf.get(n);
  if (known) return known;
  inputsOf.clear();
  const make = (start: number): HostArray => {
    const data = allocate("float32", n * n) as Float32Array;
    for (let i = 0; i < data.length; i += BLOCK.length - start) {
      data.set(BLOCK.subarray(start, start + Math.min(BLOCK.length - start, data.length - i)), i);
    }
    return hostArray(data, [n, n], "float32");
  };
  const made = [make(0), make(1234)] as const;
  inputsOf.set(n, made);
  return made;
}

export interface Product {
  readonly n: number;
  readonly flops: number;
  /** Begins so many runs, one after the other in as few submissions as the library makes. */
  readonly start: (runs: number) => void;
  readonly done: () => Promise<void>;
  /** The largest difference to the true result in a few places, as a part of the largest entry. */
  readonly error: () => Promise<number>;
  /** What the kernels are called. */
  readonly labels: readonly string[];
}

const product =
  (layout: Layout) =>
  (a: NDArray, b: NDArray): NDArray =>
    dotGeneral(a, b, { contractingDims: [[1], [layout === "nn" ? 0 : 1]] });

/** A plan made and compiled. */
export async function makeProduct(own: WebGpu, n: number, layout: Layout, written: Written | null): Promise<Product> {
  const [a, b] = inputs(n);
  const aval = makeAval([n, n], "float32");
  const { jaxpr } = traceToJaxpr(([x, y]) => [product(layout)(x as NDArray, y as NDArray)], [aval, aval]);
  const { settings, heavyFlops } = own;
  if (written) {
    own.settings = { ...settings, ...written };
    // Nothing is compiled again in the background.
    own.heavyFlops = Number.POSITIVE_INFINITY;
  }
  const plan = own.plan(lower(simplify(jaxpr), own.target), outputAvals(jaxpr));
  Object.assign(own, { settings, heavyFlops });
  const start = (runs: number): void => {
    for (let i = 0; i < runs; i++) for (const result of own.run(plan, [a, b])) result.destroy();
  };
  const done = (): Promise<void> => own.done();
  start(1);
  await done();
  const error = async (): Promise<number> => {
    const [result] = own.run(plan, [a, b]);
    const got = (await result?.data()) as Float32Array;
    return errorOf(got, n, layout, storageOf(a) as Float32Array, storageOf(b) as Float32Array);
  };
  return { n, flops: 2 * n ** 3, start, done, error, labels: plan.dispatches.map(({ kernel }) => kernel.label) };
}

/** Compared in places that lie in different tiles, and at the edges. */
function errorOf(got: Float32Array, n: number, layout: Layout, a: Float32Array, b: Float32Array): number {
  const places = [0, 1, 31, 64, 127, n >> 1, n - 2, n - 1].filter((i) => i < n);
  let [worst, largest] = [0, 0];
  for (const i of places) {
    for (const j of places) {
      let want = 0;
      for (let k = 0; k < n; k++) {
        const right = layout === "nn" ? b[k * n + j] : b[j * n + k];
        want += (a[i * n + k] as number) * (right as number);
      }
      const difference = Math.abs((got[i * n + j] as number) - want);
      worst = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(worst, difference);
      largest = Math.max(largest, Math.abs(want));
    }
  }
  return worst / largest;
}

export interface Rate {
  /** Seconds of one run, by the clock: the best and the median of the repetitions. */
  readonly seconds: number;
  readonly median: number;
  /** Those of the passes on the device, where it has timestamps. */
  readonly passSeconds: number | null;
  /** Runs that wait for nothing but each other. */
  readonly runs: number;
}

const RUNS_SECONDS = 0.25;
/** The library submits so many dispatches together. */
const MOST_RUNS = 60;
const REPETITIONS = 3;

/** Times a product in several runs of one submission. */
export async function timeProduct({ clock }: Opened, { start, done }: Product, tiers: boolean): Promise<Rate> {
  const time = async (runs: number): Promise<number> => {
    const begin = now();
    start(runs);
    await done();
    return now() - begin;
  };
  let once = await time(1);
  // After some runs the library compiles it again with its shapes in the text.
  if (tiers) {
    once = Math.min(once, await time(2));
    await time(1);
    await sleep(0.5);
    once = Math.min(once, await time(1));
  }
  const runs = Math.max(1, Math.min(MOST_RUNS, Math.ceil(RUNS_SECONDS / once)));
  const times: number[] = [];
  for (let i = 0; i < REPETITIONS; i++) times.push((await time(runs)) / runs);
  const passes = clock ? await clock.time(() => time(runs).then(() => {})) : null;
  times.sort((a, b) => a - b);
  return {
    seconds: times[0] as number,
    median: times[REPETITIONS >> 1] as number,
    passSeconds: passes && passes / runs,
    runs,
  };
}
