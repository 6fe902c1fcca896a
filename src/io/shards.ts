/** The index of a checkpoint in several files, and the files. */
import { describe } from "../base/errors.ts";
import { isPlainObject } from "../base/plain.ts";
import { readBytes, type Source } from "./source.ts";

/** Files by their names, or what gives one. */
export type Shards = Readonly<Record<string, Source>> | ((name: string) => Source);

/** A file in the folder of its index or below it, under a name that means the same in an address. */
const isInside = (file: string): boolean =>
  file.split("/").every((part) => /^[^\\:%?#\0]+$/.test(part) && part !== "." && part !== "..");

/** `[tensor, file]` of each tensor that an index (`{ "weight_map": { tensor: file } }`) names. */
export function parseIndex(fn: string, index: Uint8Array): [name: string, file: string][] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(index));
  } catch (error) {
    throw new Error(
      `${fn}: with shards, source must be the index of a checkpoint in JSON: ${(error as Error).message}`,
    );
  }
  const map = isPlainObject(parsed) ? parsed.weight_map : undefined;
  if (!isPlainObject(map)) throw new Error(`${fn}: the index has no object "weight_map".`);
  return Object.entries(map).map(([name, file]) => {
    if (typeof file === "string" && isInside(file)) return [name, file];
    const given = typeof file === "string" ? JSON.stringify(file) : describe(file);
    throw new Error(
      `${fn}: the index says that tensor "${name}" is in ${given}, which is no file in the index's folder.`,
    );
  });
}

/** The bytes of a file that an index names. */
export async function readShard(fn: string, shards: Shards, file: string): Promise<Uint8Array> {
  const given = typeof shards === "function" ? shards(file) : Object.hasOwn(shards, file) ? shards[file] : undefined;
  const source = await given;
  if (source === undefined || source === null)
    throw new Error(`${fn}: the index names ${file}, which shards doesn't give.`);
  return await readBytes(fn, source, `the shard ${file}`);
}
