// Computes one kernel in a process of its own and prints as JSON what it took and what was predicted.
//
//   node --expose-gc --import ./scripts/typescript.mjs memory-child.ts <job> <method> [memory limit in bytes]

import { array, lax, type NDArray, numpy as np, nt } from "cotangent";

type Params = readonly NDArray[];

/** Numbers from -1 to 1 that leave nothing behind in memory but themselves. */
function numbers(shape: readonly number[]): NDArray {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  for (let i = 0; i < data.length; i++) data[i] = Math.sin(i) / 8;
  return array(data, { shape: [...shape] });
}

const dense = (widths: readonly number[], n: number) => ({
  x: numbers([n, widths[0] as number]),
  params: widths.slice(1).map((m, i) => numbers([widths[i] as number, m])),
  f: (p: Params, x: NDArray): NDArray => p.reduce((h, w, i) => np.matmul(i === 0 ? h : np.maximum(h, 0), w), x),
});

const conv = (x: NDArray, w: NDArray): NDArray =>
  lax.convGeneralDilated(x, w, { windowStrides: [1, 1], padding: "SAME", dimensionNumbers: ["NHWC", "HWIO", "NHWC"] });

const JOBS = {
  "1000 logits": () => dense([512, 1024, 1000], 8),
  "300 logits": () => dense([256, 1024, 300], 12),
  "15 million parameters": () => dense([3072, 2048, 2048, 2048, 8], 16),
  convolutions: () => ({
    x: numbers([48, 32, 32, 3]),
    params: [numbers([3, 3, 3, 16]), numbers([3, 3, 16, 16]), numbers([32 * 32 * 16, 10])],
    f: ([w, v, out]: Params, x: NDArray): NDArray => {
      const h = np.tanh(conv(np.tanh(conv(x, w as NDArray)), v as NDArray));
      return np.matmul(np.reshape(h, [x.shape[0] as number, -1]), out as NDArray);
    },
  }),
};

const [name, method, limit] = process.argv.slice(2) as [keyof typeof JOBS, keyof typeof nt.NtkImplementation, string?];
const { f, x, params } = JOBS[name]();
const options = { vmapAxes: 0, traceAxes: [], ...(limit ? { memoryLimit: Number(limit) } : {}) };
const costs = nt.costOf(f, x, null, params, options);
let tiles = 0;
const kernelFn = nt.empiricalNtkFn(f, {
  ...options,
  implementation: nt.NtkImplementation[method],
  onProgress: (_, total) => {
    tiles = total;
  },
});
const bytes = (): number => process.resourceUsage().maxRSS * 1024;
globalThis.gc?.();
const before = process.memoryUsage().rss;
const kernel = kernelFn(x, null, params);
const predicted = method === "AUTO" ? null : costs[method]!.peakMemory;
console.log(JSON.stringify({ shape: kernel.shape, peak: bytes(), growth: bytes() - before, predicted, tiles }));
