// Modules that only the bundler or the runtime can provide.

/** The CPU kernels, embedded by rollup.config.js for runtimes that may not read a file: in base64, or decoded. */
declare module "virtual:kernels" {
  const base64: string;
  export default base64;
  export const kernelBytes: () => Uint8Array<ArrayBuffer>;
}

/** A static wasm import as Cloudflare Workers resolve it: a compiled module. */
declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
