/**
 * The CPU kernels of cotangent: one module that runs command lists in the linear memory that it imports,
 * by itself or with other instances in other threads.
 * `opcodes.ts` says what a list may hold.
 */
export { contractCommand as contract } from "./contract/index";
export { execute, work } from "./execute";
export { linalg, special } from "./replaceable";
export { dots32, dots64, lanes32, lanes64, stream32, stream64, tile32, tile64 } from "./contract/microkernels";

/** The first address that the module's own data does not use. */
export function heapBase(): usize {
  return __heap_base;
}
