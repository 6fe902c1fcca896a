/** `stax`: layers and networks as `[initFn, applyFn]`, after `neural_tangents.stax`. */
export type { ResizeMethod } from "../numpy/image.ts";
export { Aggregate, type AggregateOptions } from "./aggregate.ts";
export { GlobalSelfAttention, type GlobalSelfAttentionOptions } from "./attention.ts";
export { FanInConcat, FanInProd, FanInSum, FanOut } from "./branching.ts";
export { parallel, repeat, serial } from "./combinators.ts";
export { type AxisOptions, DotGeneral, type DotGeneralLayerOptions, Index, Slice } from "./constant.ts";
export { Conv, ConvLocal, type ConvOptions, ConvTranspose } from "./conv.ts";
export { Dense, type DenseOptions } from "./dense.ts";
export {
  ABRelu,
  Abs,
  type AffineOptions,
  Cos,
  Elementwise,
  ElementwiseNumerical,
  Erf,
  Exp,
  Gabor,
  Gaussian,
  Gelu,
  Hermite,
  LeakyRelu,
  Monomial,
  Polynomial,
  Rbf,
  RectifiedMonomial,
  Relu,
  Sigmoid_like,
  Sign,
  Sin,
} from "./elementwise.ts";
export { Flatten, type FlattenOptions, Identity } from "./flatten.ts";
export { Dropout, type DropoutOptions, LayerNorm, type LayerNormOptions } from "./normalization.ts";
export {
  AvgPool,
  type AvgPoolOptions,
  GlobalAvgPool,
  type GlobalPoolOptions,
  GlobalSumPool,
  SumPool,
  type SumPoolOptions,
} from "./pooling.ts";
export { ImageResize, type ImageResizeOptions } from "./resize.ts";
export type {
  ApplyFn,
  Arrays,
  InitFn,
  InputShape,
  Kwargs,
  Layer,
  Parameterization,
  Params,
  Shapes,
} from "./types.ts";
export type { Padding } from "./windows.ts";
