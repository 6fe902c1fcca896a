/**
 * The module with the kernels of decompositions, which only programs with one of them carry: the build writes it here for
 * bundlers and pages. Other runtimes' loaders have it.
 */
import type { KernelModule } from "../ir/primitive.ts";

export const linalgModule: KernelModule = { name: "linalg", text: "", size: 0 };
