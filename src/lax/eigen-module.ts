/**
 * The module with the kernels of eigenvalues and singular values, which only programs with either carry: the build writes its
 * bytes here. Where sources run unbuilt, and where code may not become WebAssembly, the runtime's loader has it.
 */
import type { KernelModule } from "../ir/primitive.ts";

export const eigenModule: KernelModule = { name: "eigen", bytes: () => new Uint8Array() };
