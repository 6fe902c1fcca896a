/**
 * The CPU kernels of cotangent: one module without imports that runs command lists in linear memory.
 * `opcodes.ts` says what a list may hold.
 */
export { execute } from "./execute";

/** The first address that the module's own data does not use. */
export function heapBase(): usize {
  return __heap_base;
}
