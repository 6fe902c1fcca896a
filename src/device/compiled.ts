/** What has been compiled, of all functions and operations, for the next call with the same shapes. */
import { LruCache } from "../base/cache.ts";
import { isJaxpr, type Jaxpr } from "../ir/jaxpr.ts";

/** Enough for a thousand small kernels or twenty large ones, and little beside the 128 MB of a Worker. */
const LIMIT = 2 ** 24;

/** The names of different makers must differ in their beginnings. */
export const compiled = /* @__PURE__ */ new LruCache<object>(LIMIT);

/**
 * An estimate of an equation with its variables and parameters. It is about right: what counts as 16 MiB takes 14 of the heap
 * in `test/endurance/shapes.mjs`.
 */
const EQUATION_BYTES = 900;

/** About the memory that a program takes, with the programs inside of it. */
export function programBytes(jaxpr: Jaxpr): number {
  return jaxpr.equations.reduce((sum, { params }) => {
    const inner = typeof params === "object" && params !== null ? Object.values(params).flat().filter(isJaxpr) : [];
    return sum + EQUATION_BYTES + inner.reduce((n, program) => n + programBytes(program), 0);
  }, EQUATION_BYTES);
}
