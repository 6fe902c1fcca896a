/** From a file's arrays to the tree that a user asked for. */
import type { NDArray } from "../ir/ndarray.ts";
import { likeTree, treeOf } from "./names.ts";
import type { LoadOptions } from "./options.ts";
import { Refusal } from "./refusal.ts";

/** An array of a file that isn't read yet: `read` gives it, or ends with a `Refusal`, or with an error where the file is bad. */
export interface Entry {
  readonly name: string;
  read(): NDArray | Promise<NDArray>;
}

/** Those of `entries` that are asked for. */
function chosen(fn: string, entries: readonly Entry[], names: readonly string[] | undefined): readonly Entry[] {
  if (names === undefined) return entries;
  const known = new Set(entries.map(({ name }) => name));
  const missing = names.find((name) => !known.has(name));
  if (missing !== undefined) throw new Error(`${fn}: the file has no array "${missing}"; ${listed([...known])}.`);
  const wanted = new Set(names);
  return entries.filter(({ name }) => wanted.has(name));
}

/** The names that there are, or the first of them. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 8).map((name) => JSON.stringify(name));
  return shown.length === 0 ? "there is none" : `there are ${shown.join(", ")}${names.length > 8 ? ", ..." : ""}`;
}

/** Reads what is asked for, and makes the tree of it. Arrays that can't be read are one error together. */
export async function collect<Tree>(fn: string, entries: readonly Entry[], options: LoadOptions<Tree>): Promise<Tree> {
  const arrays = new Map<string, NDArray>();
  const refused: string[] = [];
  for (const entry of chosen(fn, entries, options.names)) {
    try {
      arrays.set(entry.name, await entry.read());
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (options.onRefused) options.onRefused(entry.name, error.message);
      else refused.push(`"${entry.name}" (${error.message})`);
    }
  }
  if (refused.length > 0) {
    throw new Error(
      `${fn}: can't read ${refused.join(", ")}; to read the others give {onRefused: (name, reason) => ...} or ` +
        "{names: [...]} with theirs.",
    );
  }
  const { like, separator } = options;
  return (like === undefined ? treeOf(fn, arrays, separator) : likeTree(fn, arrays, like, separator)) as Tree;
}
