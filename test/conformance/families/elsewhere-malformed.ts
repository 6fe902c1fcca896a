/** Files with something wrong in them: an error says why, at once and without much memory. */
import { loadNpy, loadNpz, loadSafetensors } from "cotangent/io";
import { load } from "cotangent/onnx";
import type { Source } from "../data.ts";
import { type Report, Unavailable } from "../report.ts";

/** A file as `index.json` describes it. */
export interface MalformedEntry {
  readonly file: string;
  readonly wrong: string;
  readonly expect: "refuse" | "either";
}

type Loader = (bytes: Uint8Array) => Promise<unknown>;

const LOADERS: Readonly<Record<string, Loader>> = {
  safetensors: (bytes) => loadSafetensors(bytes),
  npy: (bytes) => loadNpy(bytes),
  npz: (bytes) => loadNpz(bytes),
  onnx: (bytes) => load(bytes),
};

const MOST_SECONDS = 5;

/** An error of the library's own, which begins with who says it, and no engine's. */
const isReason = (error: unknown): boolean => error instanceof Error && /^(io|onnx)(\.\w+)?: ./.test(error.message);

export async function runMalformed(files: Source, entries: readonly MalformedEntry[], report: Report): Promise<void> {
  for (const { file, expect } of entries) {
    report.checkOne(file, async () => {
      const bytes = await files.read(file);
      const start = performance.now();
      const outcome = await outcomeOf(loaderOf(files, file)(bytes));
      const seconds = (performance.now() - start) / 1000;
      if (seconds > MOST_SECONDS) return `takes ${seconds.toFixed(1)} s`;
      if (outcome === null) return expect === "refuse" ? "is read" : null;
      return isReason(outcome) ? null : `ends with ${outcome}, which gives no reason`;
    });
    await report.settle();
  }
}

/** What a promise is rejected with, or `null`. */
const outcomeOf = (promise: Promise<unknown>): Promise<unknown> => promise.then(() => null).catch((error) => error);

function loaderOf(files: Source, file: string): Loader {
  if (file.endsWith(".index.json")) return (bytes) => loadShards(files, file, bytes);
  const loader = LOADERS[file.slice(file.lastIndexOf(".") + 1)];
  if (!loader) throw new Unavailable(`the runner doesn't know what reads ${file}`);
  return loader;
}

/** A checkpoint by its index, with the files that lie beside it. */
export async function loadShards(files: Source, index: string, bytes: Uint8Array, options: object = {}) {
  const folder = index.slice(0, index.lastIndexOf("/") + 1);
  const beside = files.files.filter((file) => file.startsWith(folder) && file !== index);
  const shards = Object.fromEntries(beside.map((file) => [file.slice(folder.length), files.read(file)]));
  return await loadSafetensors(bytes, { ...options, shards });
}
