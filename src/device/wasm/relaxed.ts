/**
 * Puts functions in the places of the kernels' functions of the same names, which are called through a table: innermost loops
 * with fused multiply-adds, and kernels that are a module of their own. Workers run the text of this function, so it may name
 * nothing outside of itself.
 */
export function relax(kernels: WebAssembly.Exports, relaxed: WebAssembly.Exports): void {
  const table = kernels.table as WebAssembly.Table;
  for (let i = 0; i < table.length; i++) {
    for (const name in relaxed) if (table.get(i) === kernels[name]) table.set(i, relaxed[name]);
  }
}
