// Modules that only the bundler or the runtime can provide.

/** The CPU kernels' files as text, embedded by rollup.config.js for runtimes that may not read a file. */
declare module "virtual:kernels-text" {
  export const texts: Readonly<Record<"kernels" | "kernels-relaxed", string>>;
  export const bytes: readonly number[];
}

/** A static wasm import as Cloudflare Workers resolve it: a compiled module. */
declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
