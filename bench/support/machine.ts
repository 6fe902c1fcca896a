/** What the measurements were made on. */
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly platform: string;
  readonly node: string;
  /** Whether the engine has fused multiply-adds, and products use them. */
  readonly relaxed: boolean;
  /** Threads that the kernels use. */
  readonly threads: number;
  readonly clockGHz: number;
  /** Billions of floating point operations a second that one core could do at most with 128-bit vectors. */
  readonly limit: { readonly float32: number; readonly float64: number };
  /** Processes that wanted a core when the benchmark began: more than 0 or 1 mean a busy machine. */
  readonly load: number;
  readonly date: string;
}

/** Cycles that a multiplication of integers takes until the next can use its result; 3 on current x86-64 and ARM. */
const MULTIPLICATION_CYCLES = 3;
/** Most 128-bit multiply-adds that a core begins in a cycle. */
const VECTORS_PER_CYCLE = 2;

/** A chain of multiplications, each of which waits for the one before; the factor's value is no constant to the engine. */
function multiplicationChain(length: number, factor: number): number {
  let x = factor;
  for (let i = 0; i < length; i += 8) {
    x = Math.imul(x, factor);
    x = Math.imul(x, factor);
    x = Math.imul(x, factor);
    x = Math.imul(x, factor);
    x = Math.imul(x, factor);
    x = Math.imul(x, factor);
    x = Math.imul(x, factor);
    x = Math.imul(x, factor);
  }
  return x;
}

/** The clock rate under load, from the fastest of many short runs. */
function measureClock(): number {
  const length = 2 ** 20;
  let fastest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 200; i++) {
    const start = performance.now();
    // An odd product is never 0; that it is looked at keeps the chain alive.
    const product = multiplicationChain(length, 2 * i + 3);
    const elapsed = performance.now() - start;
    if (product !== 0) fastest = Math.min(fastest, elapsed);
  }
  return (MULTIPLICATION_CYCLES * length) / fastest / 1e6;
}

export function describeMachine(): Machine {
  const load = loadavg()[0] as number;
  const clockGHz = measureClock();
  // A multiply-add is two operations on each of 4 or 2 lanes.
  const limit = (lanes: number) => clockGHz * VECTORS_PER_CYCLE * 2 * lanes;
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    relaxed: WebAssembly.validate(readFileSync(new URL("../../dist/kernels-relaxed.wasm", import.meta.url))),
    threads: 1,
    clockGHz,
    limit: { float32: limit(4), float64: limit(2) },
    load,
    date: new Date().toISOString(),
  };
}
