/** The functions that WGSL lacks, or that it doesn't compute well enough, by name; a shader gets those that it calls. */
import { ARITHMETIC } from "./math/arithmetic.ts";
import { BITS } from "./math/bits.ts";
import { RANDOM } from "./math/random.ts";

const FUNCTIONS: ReadonlyMap<string, string> = new Map(Object.entries({ ...BITS, ...ARITHMETIC, ...RANDOM }));

/** The texts of the functions that a text calls, and of those that these call: WGSL needs no order. */
export function functionsIn(text: string): string[] {
  const found = new Map<string, string>();
  const search = (part: string): void => {
    for (const [, name] of part.matchAll(/\b([a-z]\w*)\(/g)) {
      const source = name === undefined ? undefined : FUNCTIONS.get(name);
      if (name === undefined || source === undefined || found.has(name)) continue;
      found.set(name, source);
      search(source);
    }
  };
  search(text);
  return [...found.values()];
}
