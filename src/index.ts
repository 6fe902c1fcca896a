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
/** Trees of arrays: lists and plain objects of them, as `jax.tree` has them. */
export * as tree from "./base/tree-names.ts";
export { type DeviceInfo, type DeviceLike, devices, setDefaultDevice, withDevice } from "./device/placement.ts";
export { setMemoryLimit } from "./device/wasm/kernels.ts";
export { releaseMemory } from "./device/wasm/team.ts";
export { initThreads } from "./device/wasm/threads.ts";
export { type GpuLike, initWebGPU, type WebGpuOptions } from "./device/webgpu/init.ts";
export { NDArray, type NestedNumbers } from "./ir/ndarray.ts";
export type { ArrayLike } from "./lax/operands.ts";
export { stopGradient } from "./lax/stop-gradient.ts";
/** Activations, normalizations, attention and pooling, under `jax.nn`'s names. */
export * as nn from "./nn/index.ts";
/** Empirical kernels of any function, and its Taylor expansions, after `neural_tangents`. */
export * as nt from "./nt/index.ts";
/** Resizing of images, under `jax.image`'s name. */
export * as image from "./numpy/image-names.ts";
/** Arrays under `jax.numpy`'s names, camelCased; imported as `np` by habit. */
export * as numpy from "./numpy/index.ts";
export { array } from "./numpy/index.ts";
/** Reductions of segments, under `jax.ops`' names. */
export * as ops from "./numpy/segments.ts";
/** Optimizers and schedules as pure functions of trees, under Optax's names. */
export * as optim from "./optim/index.ts";
/** What training makes of a network's outputs, in closed form, after `neural_tangents.predict`. */
export * as predict from "./predict/index.ts";
/** Random numbers from keys, the same bits as `jax.random`'s. */
export * as random from "./random/index.ts";
/** What `jax.scipy` has beyond `numpy`, under its names. */
export * as scipy from "./scipy/index.ts";
/** Layers, after `neural_tangents.stax`: each is `[initFn, applyFn]`. */
export * as stax from "./stax/index.ts";
/** Looking into programs while they run, under `jax.debug`'s names. */
export * as debug from "./transform/debug.ts";
export * from "./transform/index.ts";
/** The primitives under `jax.lax`'s names, and control flow. Operands have one shape and dtype; `numpy` broadcasts and promotes. */
export * as lax from "./transform/lax.ts";
