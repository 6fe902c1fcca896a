/** Trees of arrays from files and to them: `cotangent/io`. */
export type { ArrayTree } from "./names.ts";
export { loadNpy, saveNpy } from "./npy.ts";
export { loadNpz, type SaveNpzOptions, saveNpz } from "./npz.ts";
export type { LoadOptions, NpyOptions, SafetensorsOptions } from "./options.ts";
export { loadSafetensors, type SaveSafetensorsOptions, saveSafetensors } from "./safetensors.ts";
export type { Shards } from "./shards.ts";
export type { ByteSource, BytesHolder, BytesStream, Source } from "./source.ts";
