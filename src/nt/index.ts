/** `nt`: empirical kernels, linearization and Taylor expansion. */
export type { Rates } from "../compile/cost.ts";
export { type BatchOptions, batch } from "./batch.ts";
export { costOf, type NtkCosts } from "./cost.ts";
export { type EmpiricalKernel, type EmpiricalKernelFn, empiricalKernelFn, type KernelName } from "./kernel.ts";
export { NtkImplementation } from "./methods/implementation.ts";
export { empiricalNngpFn } from "./nngp.ts";
export { empiricalNtkFn, type NtkOptions } from "./ntk.ts";
export type { ApplyFn, VmapAxes } from "./task/apply.ts";
export type { AxesOptions, KernelAxes } from "./task/axes.ts";
export type { KernelFn, SecondInput } from "./task/compile-kernel.ts";
export { type Expansion, linearize, taylorExpand } from "./taylor.ts";
export type { MemoryOptions } from "./tiles/memory.ts";
export type { AbortSignalLike, OnProgress, ProgressOptions } from "./tiles/tiling.ts";
export { empiricalNtkVpFn } from "./vector-product.ts";
