/** Initializers whose scale follows from the numbers of inputs and outputs. */

import { checkOptions, describe, formatShape, noMore, ShapeError } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { canonicalAxes, type Shape, sizeOf } from "../base/shapes.ts";
import { type NDArray, scalar } from "../ir/ndarray.ts";
import { div, mul, sqrt } from "../lax/index.ts";
import type { FloatDType } from "../random/bits.ts";
import * as draws from "../random/continuous.ts";
import { checkNumber, type Initializer, initializer } from "./initializer.ts";

/** Which axes of the parameters are inputs and outputs; what is neither, nor a batch, is the window of a convolution. */
export interface FanOptions {
  /** The axis or axes of the inputs; the last but one by default. */
  readonly inAxis?: number | readonly number[];
  /** The axis or axes of the outputs; the last by default. */
  readonly outAxis?: number | readonly number[];
  /** An axis that counts for neither; none by default. */
  readonly batchAxis?: number;
  /** `"float32"` by default. */
  readonly dtype?: FloatDType;
}

/** What the variance is divided by: the number of inputs, that of outputs, or their arithmetic or geometric mean. */
export type ScalingMode = "fan_in" | "fan_out" | "fan_avg" | "fan_geo_avg";

/** How numbers are drawn; `"truncated_normal"` lies within two standard deviations of one that isn't truncated. */
export type ScalingDistribution = "truncated_normal" | "normal" | "uniform";

const MODES: Readonly<Record<ScalingMode, (fanIn: number, fanOut: number) => number>> = {
  fan_in: (fanIn) => fanIn,
  fan_out: (_, fanOut) => fanOut,
  fan_avg: (fanIn, fanOut) => (fanIn + fanOut) / 2,
  fan_geo_avg: (fanIn, fanOut) => Math.sqrt(fanIn * fanOut),
};

/** The standard deviation of a standard normal draw given that it lies in (-2, 2). */
const TRUNCATED_DEVIATION = 0.8796256610342398;

type Scaled = (key: NDArray, drawn: { shape: Shape; dtype: FloatDType }, variance: NDArray) => NDArray;

const DISTRIBUTIONS: Readonly<Record<ScalingDistribution, Scaled>> = {
  truncated_normal: (key, drawn, variance) =>
    mul(draws.truncatedNormal(key, -2, 2, drawn), div(sqrt(variance), TRUNCATED_DEVIATION)),
  normal: (key, drawn, variance) => mul(draws.normal(key, drawn), sqrt(variance)),
  uniform: (key, drawn, variance) => mul(draws.uniform(key, { ...drawn, minval: -1 }), sqrt(mul(variance, 3))),
};

function checkName(argument: string, value: unknown, known: object): void {
  if (typeof value === "string" && Object.hasOwn(known, value)) return;
  const names = Object.keys(known).map((name) => `"${name}"`);
  throw new TypeError(
    `nn.initializers.varianceScaling: ${argument} must be one of ${names.join(", ")}, got ${describe(value)}.`,
  );
}

/** How many numbers each output is made of, and each input goes into. */
function fansOf(fn: string, shape: Shape, options: FanOptions): [fanIn: number, fanOut: number] {
  const { inAxis = -2, outAxis = -1, batchAxis } = options;
  if (options.inAxis === undefined && shape.length < 2) {
    throw new ShapeError(`${fn}: parameters of shape ${formatShape(shape)} have no axis of inputs; give inAxis.`);
  }
  const sizeAlong = (name: string, axes: number | readonly number[]): number =>
    sizeOf(canonicalAxes(fn, axes, shape.length, name).map((axis) => entry(shape, axis)));
  const [inputs, outputs] = [sizeAlong("inAxis", inAxis), sizeAlong("outAxis", outAxis)];
  const rest = sizeOf(shape) / sizeAlong("batchAxis", batchAxis ?? []);
  return [rest / outputs, rest / inputs];
}

function scaling(
  name: string,
  scale: number,
  mode: ScalingMode,
  distribution: ScalingDistribution,
  given: FanOptions | undefined,
): Initializer {
  const fn = `nn.initializers.${name}`;
  const options = checkOptions(fn, given, ["inAxis", "outAxis", "batchAxis", "dtype"]);
  return initializer(name, options.dtype ?? "float32", (key, shape, dtype) => {
    const variance = scalar(scale / MODES[mode](...fansOf(fn, shape, options)), dtype);
    return DISTRIBUTIONS[distribution](key, { shape, dtype }, variance);
  });
}

/**
 * Draws of variance `scale / n`, where `n` is by `mode` the number of inputs, of outputs or their mean.
 * Source: `jax.nn.initializers.variance_scaling`.
 * @throws ShapeError when the parameters have too few axes.
 * @example nn.initializers.varianceScaling(1, "fan_avg", "normal")(random.key(0), [3, 4]) // shape [3, 4]
 */
export function varianceScaling(
  scale: number,
  mode: ScalingMode,
  distribution: ScalingDistribution,
  options?: FanOptions,
  ...rest: never[]
): Initializer {
  noMore("nn.initializers.varianceScaling", rest);
  checkNumber("varianceScaling", "scale", scale);
  checkName("mode", mode, MODES);
  checkName("distribution", distribution, DISTRIBUTIONS);
  return scaling("varianceScaling", scale, mode, distribution, options);
}

/** A function that builds the initializer of a scale, a mode and a distribution. */
const scaled =
  (name: string, scale: number, mode: ScalingMode, distribution: ScalingDistribution) =>
  (options?: FanOptions, ...rest: never[]): Initializer => {
    noMore(`nn.initializers.${name}`, rest);
    return scaling(name, scale, mode, distribution, options);
  };

/**
 * Glorot and Bengio's: uniform draws of variance 2 / (inputs + outputs). Source: `jax.nn.initializers.glorot_uniform`.
 * @example nn.initializers.glorotUniform()(random.key(0), [3, 4]) // shape [3, 4]
 */
export const glorotUniform = /* @__PURE__ */ scaled("glorotUniform", 1, "fan_avg", "uniform");
/** The same as `glorotUniform`. @example nn.initializers.xavierUniform()(random.key(0), [3, 4]) // shape [3, 4] */
export const xavierUniform = glorotUniform;

/**
 * Glorot and Bengio's: truncated normal draws of variance 2 / (inputs + outputs). Source: `jax.nn.initializers.glorot_normal`.
 * @example nn.initializers.glorotNormal()(random.key(0), [3, 4]) // shape [3, 4]
 */
export const glorotNormal = /* @__PURE__ */ scaled("glorotNormal", 1, "fan_avg", "truncated_normal");
/** The same as `glorotNormal`. @example nn.initializers.xavierNormal()(random.key(0), [3, 4]) // shape [3, 4] */
export const xavierNormal = glorotNormal;

/**
 * LeCun's: uniform draws of variance 1 / inputs. Source: `jax.nn.initializers.lecun_uniform`.
 * @example nn.initializers.lecunUniform()(random.key(0), [3, 4]) // shape [3, 4]
 */
export const lecunUniform = /* @__PURE__ */ scaled("lecunUniform", 1, "fan_in", "uniform");

/**
 * LeCun's: truncated normal draws of variance 1 / inputs. Source: `jax.nn.initializers.lecun_normal`.
 * @example nn.initializers.lecunNormal()(random.key(0), [3, 4]) // shape [3, 4]
 */
export const lecunNormal = /* @__PURE__ */ scaled("lecunNormal", 1, "fan_in", "truncated_normal");

/**
 * He's, for ReLU: uniform draws of variance 2 / inputs. Source: `jax.nn.initializers.he_uniform`.
 * @example nn.initializers.heUniform()(random.key(0), [3, 4]) // shape [3, 4]
 */
export const heUniform = /* @__PURE__ */ scaled("heUniform", 2, "fan_in", "uniform");
/** The same as `heUniform`. @example nn.initializers.kaimingUniform()(random.key(0), [3, 4]) // shape [3, 4] */
export const kaimingUniform = heUniform;

/**
 * He's, for ReLU: truncated normal draws of variance 2 / inputs. Source: `jax.nn.initializers.he_normal`.
 * @example nn.initializers.heNormal()(random.key(0), [3, 4]) // shape [3, 4]
 */
export const heNormal = /* @__PURE__ */ scaled("heNormal", 2, "fan_in", "truncated_normal");
/** The same as `heNormal`. @example nn.initializers.kaimingNormal()(random.key(0), [3, 4]) // shape [3, 4] */
export const kaimingNormal = heNormal;
