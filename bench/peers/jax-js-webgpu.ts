// jax-js on WebGPU, from the bundle of the benchmark for GPUs.
//
//   node jax-js.mjs <number of a job of jobs.ts>
//   node jax-js.mjs products <sizes> <seconds>
//
// Prints a line of JSON for each way, or each product.
import { findAdapter } from "../gpu/adapter.ts";
import { now, timeAsync } from "../gpu/timing.ts";

// It looks for the adapter where browsers have it.
const found = await findAdapter();
if (!found) throw new Error("no adapter");
const navigator = { gpu: found.gpu, userAgent: "Node" };
Object.defineProperty(globalThis, "navigator", { value: navigator, configurable: true });
const { blockUntilReady, defaultDevice, getWebGPUDevice, init, jit, numpy: np } = await import("@jax-js/jax");
await init("webgpu");
defaultDevice("webgpu");

const print = (line: object): void => console.log(JSON.stringify(line));
const SECONDS = found.software ? 2 : 0.5;
const LIMIT = 6;

async function kernel(): Promise<void> {
  const { problem } = await import("../support/peer.ts");
  const { kernelWays } = await import("./jax-js-ways.ts");
  for (const [way, compute] of Object.entries(kernelWays(problem()))) {
    try {
      const call = async (): Promise<Float32Array> => (await compute().data()) as Float32Array;
      const start = now();
      const result = await call();
      const firstSeconds = now() - start;
      const mean = result.reduce((sum, x) => sum + x, 0) / result.length;
      print({ way, firstSeconds, timing: await timeAsync(call, SECONDS, LIMIT), summary: [result[0], mean] });
    } catch (error) {
      console.error(`${way}: ${error}`);
    }
  }
}

type Matrix = ReturnType<typeof np.array>;
const RUNS_SECONDS = 0.25;
const MOST_RUNS = 60;

/**
 * As ours are timed: several runs, the end of the last awaited; the median of three. Each takes the result of the one before, since it
 * begins nothing that nobody asks for.
 */
async function product(n: number, layout: "nn" | "nt"): Promise<number> {
  // The sums of rows and columns are about 1, so that products of products are no larger.
  const make = (factor: number) =>
    Float32Array.from({ length: n * n }, (_, i) => (2 * ((i * factor) % 65537)) / 65537 / n);
  const data = [make(48271), make(16807)] as const;
  const [a, b] = data.map((x) => np.array(x).reshape([n, n])) as [Matrix, Matrix];
  const multiply = jit((x: Matrix, y: Matrix) => np.matmul(x, layout === "nn" ? y : np.transpose(y)));
  const time = async (runs: number): Promise<number> => {
    const start = now();
    let result = a.ref;
    for (let i = 0; i < runs; i++) result = multiply(result, b.ref);
    await blockUntilReady(result);
    await getWebGPUDevice().queue.onSubmittedWorkDone();
    result.dispose();
    return (now() - start) / runs;
  };
  const first = (await multiply(a.ref, b.ref).data()) as Float32Array;
  let want = 0;
  for (let k = 0; k < n; k++) want += (data[0][k] as number) * (data[1][layout === "nn" ? k * n : k] as number);
  if (Math.abs((first[0] as number) - want) > 1e-4) throw new Error(`the product ${n} ${layout} is wrong`);
  const runs = Math.max(1, Math.min(MOST_RUNS, Math.ceil(RUNS_SECONDS / (await time(1)))));
  const times = [await time(runs), await time(runs), await time(runs)].sort((x, y) => x - y);
  for (const array of [a, b]) array.dispose();
  return times[1] as number;
}

async function products(sizes: readonly number[], seconds: number): Promise<void> {
  const end = now() + seconds;
  for (const n of sizes) {
    for (const layout of ["nn", "nt"] as const) {
      const took = await product(n, layout);
      print({ n, layout, seconds: took });
      // The next takes eight times as long, for which there must be time five times.
      if (40 * took > end - now()) return;
    }
  }
}

const [what, sizes, seconds] = process.argv.slice(2) as [string, string, string];
if (what === "products") await products(sizes.split(",").map(Number), Number(seconds));
else await kernel();
process.exit(0);
