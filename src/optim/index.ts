/** `optim`: optimizers as pure functions of trees, with Optax's names. */

export { applyUpdates, chain } from "./chain.ts";
export { clip, clipByGlobalNorm, globalNorm } from "./clipping.ts";
export { type AdamOptions, scaleByAdam, type TraceOptions, trace } from "./moments.ts";
export { type AdamwOptions, adam, adamw, type SgdOptions, sgd } from "./optimizers.ts";
export { addDecayedWeights, type LearningRate, scale, scaleByLearningRate } from "./scaling.ts";
export {
  type CosineDecayOptions,
  constantSchedule,
  cosineDecaySchedule,
  type ExponentialDecayOptions,
  exponentialDecay,
  joinSchedules,
  linearSchedule,
  piecewiseConstantSchedule,
  polynomialSchedule,
  type Schedule,
  type TransitionOptions,
  type WarmupCosineOptions,
  warmupCosineDecaySchedule,
} from "./schedules.ts";
export type { GradientTransformation, OptState } from "./types.ts";
