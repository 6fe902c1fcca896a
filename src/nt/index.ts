/** `nt`: empirical kernels, linearization and Taylor expansion. */
export type { Rates } from "../compile/cost.ts";
export type { ApplyFn, VmapAxes } from "./apply.ts";
export type { AxesOptions, KernelAxes } from "./axes.ts";
export { type BatchOptions, batch } from "./batch.ts";
export type { KernelFn } from "./compile-kernel.ts";
export { costOf, type NtkCosts } from "./cost.ts";
export { NtkImplementation } from "./implementation.ts";
export { type EmpiricalKernel, empiricalKernelFn, type KernelName } from "./kernel.ts";
export type { MemoryOptions } from "./memory.ts";
export { empiricalNngpFn } from "./nngp.ts";
export { empiricalNtkFn, type NtkOptions } from "./ntk.ts";
export { linearize, taylorExpand } from "./taylor.ts";
export type { OnProgress } from "./tiling.ts";
export { empiricalNtkVpFn } from "./vector-product.ts";
