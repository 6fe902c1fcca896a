/** The functions that WGSL lacks, or that it doesn't compute well enough, by name; a shader gets those that it calls. */
import { ANGLES } from "./math/angles.ts";
import { ARITHMETIC } from "./math/arithmetic.ts";
import { BESSEL } from "./math/bessel.ts";
import { BITS } from "./math/bits.ts";
import { CIRCULAR } from "./math/circular.ts";
import { ERROR } from "./math/error.ts";
import { EXPONENTIAL } from "./math/exponential.ts";
import { GAMMA } from "./math/gamma.ts";
import { HYPERBOLIC } from "./math/hyperbolic.ts";
import { INCOMPLETE_BETA } from "./math/incomplete-beta.ts";
import { INCOMPLETE_GAMMA } from "./math/incomplete-gamma.ts";
import { LOGARITHM } from "./math/logarithm.ts";
import { POWER } from "./math/power.ts";
import { RANDOM } from "./math/random.ts";

const FUNCTIONS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...ANGLES,
    ...ARITHMETIC,
    ...BESSEL,
    ...BITS,
    ...CIRCULAR,
    ...ERROR,
    ...EXPONENTIAL,
    ...GAMMA,
    ...HYPERBOLIC,
    ...INCOMPLETE_BETA,
    ...INCOMPLETE_GAMMA,
    ...LOGARITHM,
    ...POWER,
    ...RANDOM,
  }),
);

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
