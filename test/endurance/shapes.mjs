// Many shapes through one jitted function and one kernel function, and many eager calls: memory at intervals, which must
// level off.
//
//     node --expose-gc --import ./scripts/typescript.mjs test/endurance/shapes.mjs

import { wasmMemory } from "./memory.mjs";

const { jit, nt, numpy: np, random } = await import("cotangent");

const MIB = 2 ** 20;
const mib = (bytes) => (bytes / MIB).toFixed(1).padStart(8);

function report(what, calls, start) {
  globalThis.gc();
  const { heapUsed, external, rss } = process.memoryUsage();
  const { count, bytes } = wasmMemory();
  console.log(
    `${what} ${String(calls).padStart(6)} calls  heap ${mib(heapUsed)}  external ${mib(external)}  wasm ${mib(bytes)} in ${count}` +
      `  rss ${mib(rss)} MiB  ${((performance.now() - start) / 1000).toFixed(1)} s`,
  );
  return heapUsed + external;
}

/** Calls `run` so often, with reports; returns the growth in MiB over the second half. */
function endure(what, calls, run) {
  const start = performance.now();
  const used = [];
  for (let i = 0; i <= calls; i++) {
    if (i % (calls / 10) === 0) used.push(report(what, i, start));
    if (i < calls) run(i);
  }
  const growth = (used[10] - used[5]) / MIB;
  console.log(`${what}: ${growth.toFixed(1)} MiB more at the end than in the middle\n`);
  return growth;
}

const w = random.normal(random.key(0), [4, 8]);
const layer = jit((x) => np.sum(np.tanh(np.matmul(x, w))));
const network = (params, x) => np.matmul(np.tanh(np.matmul(x, params[0])), params[1]);
const kernelFn = nt.empiricalNtkFn(network, { vmapAxes: 0 });
const out = np.ones([8, 2]);

const growths = [
  endure("jit   ", 5000, (i) => layer(np.ones([i + 1, 4])).item()),
  endure("kernel", 5000, (i) => {
    const [examples, features] = [1 + (i % 10), 1 + Math.floor(i / 10)];
    kernelFn(np.ones([examples, features]), null, [np.ones([features, 8]), out]).dataSync();
  }),
  endure("eager ", 20_000, (i) => np.sum(np.multiply(np.ones([1 + (i % 977), 3]), i)).item()),
];
const LIMIT = 8;
const grew = growths.filter((growth) => growth > LIMIT);
console.log(grew.length === 0 ? "flat" : `NOT FLAT: over ${LIMIT} MiB more`);
process.exitCode = grew.length > 0 ? 1 : 0;
