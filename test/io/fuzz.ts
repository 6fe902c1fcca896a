/** The files that are damaged: those of the conformance family, whole and malformed ones, and what the library itself saves. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { array } from "cotangent";
import { loadNpy, loadNpz, loadSafetensors, saveNpy, saveNpz, saveSafetensors } from "cotangent/io";
import { load } from "cotangent/onnx";
import { dataFolder, fromFolder } from "../conformance/folder.ts";
import type { Target } from "../support/fuzz-files.ts";

/** Everything is read that can be, whatever else is refused. */
const options = { onRefused: () => {}, separator: null };

const LOADERS: Readonly<Record<string, Target["load"]>> = {
  safetensors: (bytes) => loadSafetensors(bytes, options),
  npy: (bytes) => loadNpy(bytes),
  npz: (bytes) => loadNpz(bytes, options),
  onnx: (bytes) => load(bytes),
  json: (bytes) => loadSafetensors(bytes, { ...options, shards: {} }),
};

export const KINDS = Object.keys(LOADERS);

const kindOf = (name: string): string => name.slice(name.lastIndexOf(".") + 1);

async function savedFiles(): Promise<[name: string, bytes: Uint8Array][]> {
  const tree = {
    floats: array([[1.5, -2, 3]]),
    layers: [array(Float64Array.of(1, 2)), array(Int32Array.of(-1)), array([true, false])],
    none: array([], { shape: [0, 2] }),
  };
  return [
    ["saved.safetensors", await saveSafetensors(tree, { metadata: { step: "1" } })],
    ["saved.npy", await saveNpy(tree.floats)],
    ["saved.npz", await saveNpz(tree)],
    ["deflated.npz", await saveNpz(tree, { compressed: true })],
  ];
}

/** Files of these kinds. Tensors beside a model, which no user loads, are left out. */
export async function targetsOf(kinds: readonly string[]): Promise<Target[]> {
  const folder = join(dataFolder(), "elsewhere");
  const names = fromFolder(folder).files.filter((name) => name !== "index.json" && !/models\/.*safetensors/.test(name));
  const files = names.map((name): [string, Uint8Array] => [name, readFileSync(join(folder, name))]);
  const saved = await savedFiles();
  const all = kinds.flatMap((kind) => [...files, ...saved].filter(([name]) => kindOf(name) === kind));
  return all.map(([name, bytes]) => ({ name, bytes, load: LOADERS[kindOf(name)] as Target["load"] }));
}
