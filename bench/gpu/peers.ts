/** The same on the same adapter in jax-js, and in JAX on CUDA where Python has it. */
import { JOBS, type KernelJob } from "../support/jobs.ts";
import { milliseconds, type Table } from "../support/table.ts";
import { summarize } from "../support/timing.ts";
import { type Budget, notRun } from "./budget.ts";
import { bundled, runLines } from "./lines.ts";
import type { Layout } from "./product.ts";
import type { GpuTiming } from "./timing.ts";

export const JAX_JS = "jax-js";

export type PeerKernel =
  | {
      readonly timing: GpuTiming;
      readonly firstSeconds: number;
      readonly way: string;
      readonly summary: readonly [number, number];
    }
  | { readonly unavailable: string };

/** Its fastest way of those that were done in time. */
export async function jaxJsKernel(index: number, seconds: number): Promise<PeerKernel> {
  type Line = Exclude<PeerKernel, { unavailable: string }>;
  const { lines, ended } = await runLines<Line>(process.execPath, [bundled("jax-js.mjs"), String(index)], seconds);
  const fastest = [...lines].sort((a, b) => a.timing.median - b.timing.median)[0];
  return fastest ?? { unavailable: ended ?? "no way works" };
}

export interface PeerProducts {
  /** Seconds of a product, or why there are none. */
  of(n: number, layout: Layout): number | string;
}

/** Products in another program, which prints `{ n, layout, seconds }`. */
async function products(
  command: string,
  args: readonly string[],
  seconds: number,
  env: NodeJS.ProcessEnv = {},
): Promise<PeerProducts> {
  type Line = { n: number; layout: Layout; seconds: number };
  const { lines, ended } = await runLines<Line>(command, args, seconds, env);
  return {
    of: (n, layout) =>
      lines.find((line) => line.n === n && line.layout === layout)?.seconds ?? notRun(ended ?? "no time is left"),
  };
}

/** Products of these sizes in jax-js. */
export const jaxJsProducts = (sizes: readonly number[], seconds: number): Promise<PeerProducts> =>
  products(process.execPath, [bundled("jax-js.mjs"), "products", sizes.join(), String(seconds)], seconds);

/** Float32 as it is, as WebGPU has it: JAX takes fewer digits on tensor cores unless it is told. */
const PRECISE = { JAX_DEFAULT_MATMUL_PRECISION: "highest" };
/** Memory as it is needed, not most of the device's at once. */
const ECONOMIC = { XLA_PYTHON_CLIENT_PREALLOCATE: "false" };
const PYTHON_SECONDS = 30;

interface PythonKernel {
  readonly seconds: readonly number[];
  readonly firstSeconds: number;
  readonly way: string;
}

export interface PythonRow {
  readonly job: KernelJob;
  readonly platform: string;
  readonly result: PythonKernel | { readonly unavailable: string };
}

export interface PythonResults {
  /** What it is, or why there is none. */
  readonly what: string;
  readonly rows: readonly PythonRow[];
  readonly products: PeerProducts | null;
}

/** Dense jobs, for which JAX on the processor is what is to be beaten by ten times. */
const isDense = ({ layers }: KernelJob): boolean => layers.every(([kind]) => kind !== "conv");

export interface Python {
  readonly command: string;
  readonly version: string;
  readonly kind: string;
}

/** A Python that has JAX with CUDA, or why there is none. */
export async function findPython(): Promise<Python | string> {
  const command = process.env.COTANGENT_BENCH_PYTHON ?? "python3";
  const look =
    "import json, jax; d = jax.devices()[0]; " +
    "print(json.dumps({'platform': d.platform, 'kind': d.device_kind, 'version': jax.__version__}))";
  type Line = { platform: string; kind: string; version: string };
  const { lines, ended } = await runLines<Line>(command, ["-c", look], PYTHON_SECONDS, ECONOMIC);
  const [found] = lines;
  if (!found) return notRun(`${command} has no JAX (${ended})`);
  const { platform, kind, version } = found;
  if (platform !== "gpu" && platform !== "cuda") return notRun(`JAX ${version} has no CUDA, only ${platform}`);
  return { command, kind, version };
}

export async function measurePython(
  python: Python | string,
  sizes: readonly number[],
  budget: Budget,
  report: (line: string) => void,
): Promise<PythonResults> {
  if (typeof python === "string") return { what: python, rows: [], products: null };
  const { command, kind, version } = python;
  const env = { ...PRECISE, ...ECONOMIC };
  const squares = [bundled("python/products.py"), sizes.join()];
  const measured = await products(command, squares, Math.min(PYTHON_SECONDS, budget.left), env);
  const rows: PythonRow[] = [];
  for (const job of JOBS) {
    for (const platform of isDense(job) ? ["cuda", "cpu"] : ["cuda"]) {
      const seconds = Math.min(PYTHON_SECONDS, budget.left);
      const args = [bundled("python/ntk.py"), JSON.stringify(job)];
      const ran =
        seconds < 5 ? null : await runLines<PythonKernel>(command, args, seconds, { ...env, JAX_PLATFORMS: platform });
      const result = ran?.lines[0] ?? { unavailable: ran?.ended ?? "no time is left" };
      rows.push({ job, platform, result });
      report(`${job.name} in JAX on ${platform}: ${cellOf(result)}`);
    }
  }
  return { what: `JAX ${version} on ${kind}`, rows, products: measured };
}

function cellOf(result: PythonRow["result"]): string {
  if ("unavailable" in result) return notRun(result.unavailable);
  return `${milliseconds(summarize(result.seconds).median)} (${result.way}), first ${milliseconds(result.firstSeconds)}`;
}

export function pythonTable({ what, rows, products: squares }: PythonResults, sizes: readonly number[]): Table {
  const time = (n: number, layout: Layout): string => {
    const found = squares?.of(n, layout) ?? what;
    return typeof found === "number"
      ? `${milliseconds(found)}, ${((2e-9 * n ** 3) / found).toFixed(0)} GFLOP/s`
      : found;
  };
  const title = "JAX with float32 as it is (highest precision)";
  if (rows.length === 0) {
    return { title, columns: ["job", "JAX on CUDA"], rows: [["products and kernels", what]], data: [] };
  }
  const products = (["nn", "nt"] as const).flatMap((layout) =>
    sizes.map((n) => [`product ${n} ${layout}`, time(n, layout)]),
  );
  const kernels = rows.map(({ job, platform, result }) => [`${job.name}, ${platform}`, cellOf(result)]);
  return { title, columns: ["job", what], rows: [...products, ...kernels], data: rows };
}
