// Modules that only the bundler or the runtime can provide.

/** The CPU kernels packed into one text by rollup.config.js, and the module that unpacks it, in base64. */
declare module "virtual:packed-kernels" {
  export const program: string;
  /** The kernels, once: what is taken is gone. */
  export function takeText(): string;
  export const sizes: Readonly<Record<"kernels" | "kernels-relaxed", number>>;
}

/** A static wasm import as Cloudflare Workers resolve it: a compiled module. */
declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
