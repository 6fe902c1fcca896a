/** The module with the kernels of rare elementwise functions, which come to programs as those of `linalg-module.ts`. */
import type { KernelModule } from "../ir/primitive.ts";

export const specialModule: KernelModule = { name: "special", text: "", size: 0 };
