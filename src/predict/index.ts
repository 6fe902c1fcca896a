/** `predict`: what training makes of a network's outputs, from its kernels alone, after `neural_tangents.predict`. */

export {
  type EnsembleKernelFn,
  type EnsembleName,
  type EnsemblePredictFn,
  gradientDescentMseEnsemble,
} from "./ensemble.ts";
export { type Gaussian, type GpPredictFn, gpInference, type Kernels, type ProcessName } from "./gp-inference.ts";
export { type GradientDescentOptions, gradientDescentMse, type PredictFn } from "./gradient-descent.ts";
export {
  type GradientFlowFn,
  type GradientFlowOptions,
  gradientDescent,
  type OdeState,
  type OdeStates,
} from "./gradient-flow.ts";
export { type MaxLearningRateOptions, maxLearningRate } from "./learning-rate.ts";
export type { SystemOptions } from "./system.ts";
