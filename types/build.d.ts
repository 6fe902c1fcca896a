// Modules that only the bundler or the runtime can provide.

/** The CPU kernels in hexadecimal, embedded by rollup.config.js for runtimes that may not read a file. */
declare module "virtual:kernels" {
  const hex: string;
  export default hex;
}

/** A static wasm import as Cloudflare Workers resolve it: a compiled module. */
declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
