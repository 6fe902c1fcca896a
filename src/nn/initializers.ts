/** `nn.initializers`: what parameters start from, under the names of `jax.nn.initializers`. */

import { noMore } from "../base/errors.ts";
import { full } from "../lax/create.ts";
import { type ArrayLike, mul } from "../lax/index.ts";
import { asArray } from "../lax/operands.ts";
import { broadcastTo } from "../lax/shape.ts";
import type { FloatDType } from "../random/bits.ts";
import * as draws from "../random/continuous.ts";
import { parameterOf, spreadParameter } from "../random/parameters.ts";
import { checkNumber, type Init, type Initializer, initializer } from "./initializer.ts";

export type { Initializer } from "./initializer.ts";
export { deltaOrthogonal, type OrthogonalInitializerOptions, orthogonal } from "./orthogonal.ts";
export {
  type FanOptions,
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  kaimingNormal,
  kaimingUniform,
  lecunNormal,
  lecunUniform,
  type ScalingDistribution,
  type ScalingMode,
  varianceScaling,
  xavierNormal,
  xavierUniform,
} from "./variance-scaling.ts";

/** No more than the array itself. */
const FILLED_BYTES = 4;

const filledWith = (name: string, value: number): Initializer =>
  initializer(name, "float32", (_, shape, dtype) => full(shape, value, dtype), FILLED_BYTES);

/**
 * Zeros, whatever the key. Source: `jax.nn.initializers.zeros`.
 * @example nn.initializers.zeros(random.key(0), [2]) // [0, 0]
 */
export const zeros: Initializer = /* @__PURE__ */ filledWith("zeros", 0);

/**
 * Ones, whatever the key. Source: `jax.nn.initializers.ones`.
 * @example nn.initializers.ones(random.key(0), [2]) // [1, 1]
 */
export const ones: Initializer = /* @__PURE__ */ filledWith("ones", 1);

/**
 * Arrays filled with `value`: a number, or an array that broadcasts to their shapes.
 * Source: `jax.nn.initializers.constant`.
 * @example nn.initializers.constant(-7)(random.key(0), [2]) // [-7, -7]
 */
export function constant(value: ArrayLike, dtype: FloatDType = "float32", ...rest: never[]): Initializer {
  noMore("nn.initializers.constant", rest);
  asArray("nn.initializers.constant", value, "value");
  const init: Init = (_, shape, chosen, fn) =>
    broadcastTo(spreadParameter(fn, "value", parameterOf(fn, "value", value, chosen), shape), shape);
  return initializer("constant", dtype, init, FILLED_BYTES);
}

/**
 * Uniform draws from [0, scale). Source: `jax.nn.initializers.uniform`.
 * @example nn.initializers.uniform(0.1)(random.key(0), [2, 3]) // shape [2, 3]
 */
export function uniform(scale = 1e-2, dtype: FloatDType = "float32", ...rest: never[]): Initializer {
  noMore("nn.initializers.uniform", rest);
  checkNumber("uniform", "scale", scale);
  return initializer("uniform", dtype, (key, shape, chosen) =>
    mul(draws.uniform(key, { shape, dtype: chosen }), scale),
  );
}

/**
 * Normal draws of standard deviation `stddev`. Source: `jax.nn.initializers.normal`.
 * @example nn.initializers.normal(0.1)(random.key(0), [2, 3]) // shape [2, 3]
 */
export function normal(stddev = 1e-2, dtype: FloatDType = "float32", ...rest: never[]): Initializer {
  noMore("nn.initializers.normal", rest);
  checkNumber("normal", "stddev", stddev);
  return initializer("normal", dtype, (key, shape, chosen) => mul(draws.normal(key, { shape, dtype: chosen }), stddev));
}

/**
 * Normal draws given that they lie in (lower, upper), times `stddev`. Source: `jax.nn.initializers.truncated_normal`.
 * @example nn.initializers.truncatedNormal(0.1)(random.key(0), [2, 3]) // shape [2, 3]
 */
export function truncatedNormal(
  stddev = 1e-2,
  dtype: FloatDType = "float32",
  lower = -2,
  upper = 2,
  ...rest: never[]
): Initializer {
  noMore("nn.initializers.truncatedNormal", rest);
  for (const [argument, x] of Object.entries({ stddev, lower, upper })) checkNumber("truncatedNormal", argument, x);
  return initializer("truncatedNormal", dtype, (key, shape, chosen) =>
    mul(draws.truncatedNormal(key, lower, upper, { shape, dtype: chosen }), stddev),
  );
}
