/**
 * The CPU kernels of cotangent: one module that runs command lists in the linear memory that it imports.
 * `opcodes.ts` says what a list may hold.
 */
export { execute } from "./execute";

/** The first address that the module's own data does not use. */
export function heapBase(): usize {
  return __heap_base;
}
