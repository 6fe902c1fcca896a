/** `lax`: the primitives under JAX's names. Operands have one shape; the functions of `numpy` broadcast and promote. */
export * from "./arithmetic.ts";
export { type ConvDimensionNumbers, type ConvOptions, convGeneralDilated, type Padding } from "./conv.ts";
export { convertElementType } from "./convert.ts";
export { broadcastedIota, full, iota } from "./create.ts";
export * from "./cumulative.ts";
export { type DimensionPair, type DotGeneralOptions, dotGeneral } from "./dot.ts";
export * from "./dynamic-slice.ts";
export { type ScatterOptions, scatterAdd, scatterSet } from "./gather.ts";
export * as linalg from "./linalg.ts";
export * from "./logic.ts";
export type { ArrayLike } from "./operands.ts";
export * from "./reduce.ts";
export { broadcastInDim, expandDims, reduceSum, reshape, squeeze, transpose } from "./shape.ts";
export { concatenate, type PaddingConfig, pad, rev, slice, sliceInDim } from "./slice.ts";
export { type SortOptions, sort, topK } from "./sort.ts";
export { stopGradient } from "./stop-gradient.ts";
export * from "./transcendental.ts";
export * from "./window.ts";
