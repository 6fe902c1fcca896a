/** The rare functions of elementwise programs alone, in the memory of the kernels. */
export { special } from "./map/special";

/** The first address behind the module's own data, which begins where that of the kernels has ended. */
export function heapBase(): usize {
  return __heap_base;
}
