/** `lax`: the primitives under JAX's names. Operands have one shape; the functions of `numpy` broadcast and promote. */
export {
  abs,
  add,
  cbrt,
  ceil,
  clamp,
  div,
  floor,
  integerPow,
  log,
  max,
  min,
  mul,
  neg,
  pow,
  RoundingMethod,
  reciprocal,
  rem,
  round,
  rsqrt,
  sign,
  sqrt,
  square,
  sub,
} from "./arithmetic.ts";
export * from "./bits.ts";
export { convertElementType } from "./convert.ts";
export { broadcastedIota, empty, full, fullLike, iota } from "./create.ts";
export * from "./cumulative.ts";
export * from "./dynamic-slice.ts";
export { type GatherDimensionNumbers, type GatherOptions, gather, indexTake } from "./gather-windows.ts";
export type { GatherScatterMode } from "./index-windows.ts";
/** Linear algebra, under JAX's names. */
export * as linalg from "./linalg.ts";
export { logaddexp } from "./logaddexp.ts";
export {
  bitwiseAnd,
  bitwiseNot,
  bitwiseOr,
  bitwiseXor,
  clz,
  eq,
  ge,
  gt,
  isFinite,
  le,
  lt,
  ne,
  populationCount,
  select,
  selectN,
  shiftLeft,
  shiftRightArithmetic,
  shiftRightLogical,
} from "./logic.ts";
export * from "./movement.ts";
export type { ArrayLike } from "./operands.ts";
export { type ConvDimensionNumbers, type ConvOptions, convGeneralDilated, type Padding } from "./products/conv.ts";
export * from "./products/conv-variants.ts";
export { batchMatmul, type DimensionPair, type DotGeneralOptions, dot, dotGeneral, raggedDot } from "./products/dot.ts";
export {
  type ArgOptions,
  argmax,
  argmin,
  reduce,
  reduceAnd,
  reduceMax,
  reduceMin,
  reduceOr,
  reduceProd,
  reduceXor,
} from "./reduce.ts";
export * from "./scatter.ts";
export { broadcastInDim, expandDims, reduceSum, reshape, squeeze, transpose } from "./shape.ts";
export { concatenate, type PaddingConfig, pad, rev, slice, sliceInDim } from "./slice.ts";
export { type ApproxOptions, approxMaxK, approxMinK, type SortOptions, sort, sortKeyVal, topK } from "./sort.ts";
export * from "./special.ts";
export { stopGradient } from "./stop-gradient.ts";
export * from "./transcendental.ts";
export {
  reduceWindow,
  reduceWindowMax,
  reduceWindowMin,
  reduceWindowProd,
  reduceWindowSum,
  type WindowOptions,
} from "./window.ts";
