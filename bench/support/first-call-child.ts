// Computes a kernel for the first time in its process, once more, and then asks what it costs; prints the CPU time of each.
// Called by bench/first-call.ts with the numbers of a job and of a method.
import { type NDArray, numpy as np, nt } from "cotangent";
import { FIRST_CALL_JOBS, METHODS } from "./first-call-jobs.ts";

function cpuSeconds(call: () => unknown): number {
  const before = process.cpuUsage();
  call();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

const [job, method] = process.argv.slice(2).map(Number) as [number, number];
const { f, params, x } = FIRST_CALL_JOBS[job]!.make();
// The kernels of WebAssembly are compiled before: they are the same for every program.
nt.empiricalNtkFn((p: NDArray, v: NDArray) => np.multiply(v, p), { vmapAxes: 0 })(np.ones([2, 2]), null, np.ones([]));
const kernelFn = nt.empiricalNtkFn(f, { vmapAxes: 0, implementation: METHODS[method]! });
const call = (): unknown => kernelFn(x, null, params as never);
const [first, second] = [cpuSeconds(call), cpuSeconds(call)];
const cost = cpuSeconds(() => nt.costOf(f, x, null, params as never, { vmapAxes: 0 }));
console.log(JSON.stringify({ first, second, cost }));
