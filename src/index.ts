/** Cotangent: automatic differentiation and empirical neural tangent kernels. The public face: exports only. */
export type { DType, TypedArray } from "./base/dtypes.ts";
export {
  ConcretizationTypeError,
  DeviceError,
  ShapeError,
  UnexpectedTracerError,
  UnsupportedError,
} from "./base/errors.ts";
export type { PyTree, TreeDef } from "./base/tree.ts";
export * as tree from "./base/tree-names.ts";
export { type DeviceInfo, type DeviceLike, devices, setDefaultDevice, withDevice } from "./device/placement.ts";
export { setMemoryLimit } from "./device/wasm/kernels.ts";
export { initThreads, releaseMemory } from "./device/wasm/threads.ts";
export { type GpuLike, initWebGPU, type WebGpuOptions } from "./device/webgpu/init.ts";
export { NDArray, type NestedNumbers } from "./ir/ndarray.ts";
export type { ArrayLike } from "./lax/operands.ts";
export { stopGradient } from "./lax/stop-gradient.ts";
export * as nn from "./nn/index.ts";
export * as nt from "./nt/index.ts";
export * as numpy from "./numpy/index.ts";
export { array } from "./numpy/index.ts";
export * as predict from "./predict/index.ts";
export * as random from "./random/index.ts";
export * as stax from "./stax/index.ts";
export * from "./transform/index.ts";
export * as lax from "./transform/lax.ts";
