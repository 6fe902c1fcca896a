/** What has been compiled, of all functions and operations, for the next call with the same shapes. */
import { LruCache } from "../base/cache.ts";
import type { Plan } from "../compile/plan.ts";
import { isJaxpr, type Jaxpr } from "../ir/jaxpr.ts";

/** Enough for a thousand small kernels or twenty large ones, and little beside the 128 MB of a Worker. */
const LIMIT = 2 ** 24;

/** The names of different makers must differ in their beginnings. */
export const compiled = /* @__PURE__ */ new LruCache<object>(LIMIT);

/**
 * Estimates of an equation with its variables and parameters, and of a plan without its commands. They are about right: what
 * counts as 16 MiB takes 14 of the heap in `test/endurance/shapes.mjs`.
 */
const EQUATION_BYTES = 900;
const PLAN_BYTES = 1200;

/** About the memory that a program takes, with the programs inside of it. */
export function programBytes(jaxpr: Jaxpr): number {
  return jaxpr.equations.reduce((sum, { params }) => {
    const inner = typeof params === "object" && params !== null ? Object.values(params).flat().filter(isJaxpr) : [];
    return sum + EQUATION_BYTES + inner.reduce((n, program) => n + programBytes(program), 0);
  }, EQUATION_BYTES);
}

/** About the memory that a plan takes. */
export function planBytes({ commands, constants }: Plan): number {
  return PLAN_BYTES + commands.byteLength + constants.reduce((sum, { array }) => sum + array.size * 8, 0);
}
