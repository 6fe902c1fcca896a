/** The options of what loads and saves, and their checks. */
import { checkOptions, show } from "../base/errors.ts";
import { isPlainObject } from "../base/plain.ts";
import type { Shards } from "./shards.ts";

/** Options of what reads files of several arrays. */
export interface LoadOptions<Tree> {
  /** What all floats become. Without it float64 stays as it is, and float16, bfloat16 and float32 become float32. */
  readonly dtype?: "float32" | "float64";
  /**
   * What separates the parts of a name, of which each is a level of the tree. Without it "/" where any name in the file has
   * one, otherwise "."; `null` gives one flat object with the names as they are.
   */
  readonly separator?: string | null;
  /**
   * A tree of arrays or of anything with a shape, such as parameters just initialized: the result has its structure, lists
   * and `null`s included, and its shapes are compared. The file must have the same names.
   */
  readonly like?: Tree;
  /** The names, as the file has them, of the arrays to read. The others' elements aren't looked at. */
  readonly names?: readonly string[];
  /** Is told of each array that can't be read, of strings for example, in place of an error; the others are read. */
  readonly onRefused?: (name: string, reason: string) => void;
}

/** Options of `loadSafetensors`. */
export interface SafetensorsOptions<Tree> extends LoadOptions<Tree> {
  /**
   * The files that `source`, the index of a checkpoint in parts (`model.safetensors.index.json`), names: an object of
   * sources by their names, or a function that gives one, such as `(name) => fetch(folder + name)`. Each is asked for once.
   */
  readonly shards?: Shards;
}

/** Options of `loadNpy`. */
export interface NpyOptions {
  /** What floats become. Without it float64 stays as it is, and float16 and float32 become float32. */
  readonly dtype?: "float32" | "float64";
}

type Check = readonly [holds: (x: unknown) => boolean, what: string];

const isFunction = (x: unknown): boolean => typeof x === "function";
const CHECKS: Readonly<Record<string, Check>> = {
  dtype: [(x) => x === "float32" || x === "float64", '"float32" or "float64"'],
  names: [(x) => Array.isArray(x) && x.every((name) => typeof name === "string"), "a list of names"],
  onRefused: [isFunction, "a function"],
  separator: [(x) => x === null || (typeof x === "string" && x !== ""), "a text that isn't empty, or null"],
  shards: [(x) => isFunction(x) || isPlainObject(x), "an object of sources by file name, or a function that gives one"],
  metadata: [
    (x) => isPlainObject(x) && Object.values(x).every((value) => typeof value === "string"),
    "an object of texts",
  ],
  compressed: [(x) => typeof x === "boolean", "true or false"],
};

/** The options, if `fn` knows them and each is what it must be. */
export function checked<Options extends object>(fn: string, options: Options | undefined, known: readonly string[]) {
  const found = checkOptions(fn, options, known);
  for (const [name, value] of Object.entries(found)) {
    const [holds, what] = CHECKS[name] ?? [];
    if (holds && !holds(value)) throw new TypeError(`${fn}: ${name} must be ${what}, got ${show(value)}.`);
  }
  return found;
}

export const LOAD_OPTIONS = ["dtype", "separator", "like", "names", "onRefused"] as const;
