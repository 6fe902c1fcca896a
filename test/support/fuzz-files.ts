/** Loading of damaged files: it ends with a value or with an error of the library's own, soon, and without much memory. */
import { generator, mutated } from "./mutate.ts";

/** A file that is damaged, and what reads it. */
export interface Target {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly load: (bytes: Uint8Array) => Promise<unknown>;
}

export interface FuzzOptions {
  readonly seed: number;
  readonly count: number;
  /** The first of the files to be loaded; those before are damaged all the same. */
  readonly first?: number;
  /** Is told of each file before it is loaded. */
  readonly onFile?: (file: number, text: string) => void;
}

const MOST_BYTES = 64 * 2 ** 20;
const MOST_MS = 5000;

/** An error that says where it comes from: `io.loadNpy: ...`, `onnx: ...`. */
const isReason = (error: unknown): boolean => error instanceof Error && /^(io|onnx)(\.\w+)?: ./.test(error.message);

function heldBytes(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** What is wrong with loading it, or `null`. */
async function problemWith({ load }: Target, bytes: Uint8Array): Promise<string | null> {
  const [held, start] = [heldBytes(), performance.now()];
  const error = await load(bytes).then(
    () => null,
    (reason) => reason ?? "nothing",
  );
  const [grown, took] = [heldBytes() - held, performance.now() - start];
  if (error !== null && !isReason(error)) return `ends with ${error instanceof Error ? error.stack : error}`;
  if (grown > MOST_BYTES) return `takes ${(grown / 2 ** 20).toFixed(0)} MiB`;
  return took > MOST_MS ? `takes ${(took / 1000).toFixed(1)} s` : null;
}

/** Damages the targets' files in turn, and loads them. */
export async function fuzzFiles(targets: readonly Target[], { seed, count, first = 0, onFile }: FuzzOptions) {
  const findings: string[] = [];
  let read = 0;
  for (let i = first; i < first + count; i++) {
    const target = targets[i % targets.length];
    if (target === undefined) break;
    const bytes = mutated(target.bytes, generator(seed * 1_000_003 + i));
    const text = `file ${i}, ${target.name}`;
    onFile?.(i, text);
    const problem = await problemWith(target, bytes);
    if (problem !== null) findings.push(`${text}: ${problem}`);
    else read++;
  }
  return { findings, read };
}
