/** Learning rates as functions of the number of updates that were made, with Optax's names and formulas. */
import { checkOptions, describe, noMore } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { isPlainObject } from "../base/plain.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import { less, where } from "../numpy/logic.ts";
import { add, clip, cos, divide, floor, maximum, minimum, multiply, power, subtract } from "../numpy/ufuncs.ts";

/** A value for a number of updates, which may be an array or traced. Source: `optax.Schedule`. */
export type Schedule = (count: ArrayLike) => NDArray;

function checkNumbers(fn: string, numbers: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (Number.isFinite(value)) continue;
    throw new TypeError(`${fn}: ${name} must be a finite number, got ${describe(value)}.`);
  }
}

function checkSteps(fn: string, name: string, steps: unknown): void {
  if (Number.isFinite(steps) && (steps as number) > 0) return;
  throw new RangeError(`${fn}: ${name} must be a positive number, got ${describe(steps)}.`);
}

/** A schedule that refuses what isn't a count. */
const schedule =
  (fn: string, at: (count: NDArray) => ArrayLike): Schedule =>
  (count, ...rest: never[]) => {
    noMore(fn, rest);
    return asArray(fn, at(asArray(fn, count, "count")));
  };

/**
 * The same value at every update. Source: `optax.constant_schedule`.
 * @example optim.constantSchedule(0.1)(5) // 0.1
 */
export function constantSchedule(value: number, ...rest: never[]): Schedule {
  const fn = "optim.constantSchedule";
  noMore(fn, rest);
  checkNumbers(fn, { value });
  return schedule(fn, (count) => add(multiply(count, 0), value));
}

/** Options of schedules that begin later. */
export interface TransitionOptions {
  /** The update at which the transition begins; 0 by default. */
  readonly transitionBegin?: number;
}

/**
 * From `initValue` to `endValue` within `transitionSteps` updates: `(initValue - endValue) (1 - t)^power + endValue` for t from 0 to
 * 1, and constant before and after. Source: `optax.polynomial_schedule`.
 * @example optim.polynomialSchedule(1, 0, 2, 10)(5) // 0.25
 */
export function polynomialSchedule(
  initValue: number,
  endValue: number,
  exponent: number,
  transitionSteps: number,
  options: TransitionOptions = {},
  ...rest: never[]
): Schedule {
  const fn = "optim.polynomialSchedule";
  noMore(fn, rest);
  return polynomial(fn, [initValue, endValue], exponent, transitionSteps, options);
}

function polynomial(
  fn: string,
  [initValue, endValue]: readonly [number, number],
  exponent: number,
  transitionSteps: number,
  options: TransitionOptions,
): Schedule {
  checkNumbers(fn, { initValue, endValue, exponent });
  checkSteps(fn, "transitionSteps", transitionSteps);
  const { transitionBegin = 0 } = checkOptions(fn, options, ["transitionBegin"]);
  return schedule(fn, (count) => {
    const passed = divide(clip(subtract(count, transitionBegin), 0, transitionSteps), transitionSteps);
    return add(multiply(initValue - endValue, power(subtract(1, passed), exponent)), endValue);
  });
}

/**
 * From `initValue` to `endValue` along a line. Source: `optax.linear_schedule`.
 * @example optim.linearSchedule(0.1, 0, 10)(5) // 0.05
 */
export function linearSchedule(
  initValue: number,
  endValue: number,
  transitionSteps: number,
  options: TransitionOptions = {},
  ...rest: never[]
): Schedule {
  const fn = "optim.linearSchedule";
  noMore(fn, rest);
  return polynomial(fn, [initValue, endValue], 1, transitionSteps, options);
}

/** Options of `exponentialDecay`. */
export interface ExponentialDecayOptions extends TransitionOptions {
  /** Whether the value changes only every `transitionSteps` updates. */
  readonly staircase?: boolean;
  /** Where the decay (or, for rates above 1, the growth) ends; `null`, the default, is nowhere. */
  readonly endValue?: number | null;
}

/**
 * `initValue * decayRate^((count - transitionBegin) / transitionSteps)`, and `initValue` before `transitionBegin`.
 * Source: `optax.exponential_decay`.
 * @example optim.exponentialDecay(1, 10, 0.5)(20) // 0.25
 */
export function exponentialDecay(
  initValue: number,
  transitionSteps: number,
  decayRate: number,
  options: ExponentialDecayOptions = {},
  ...rest: never[]
): Schedule {
  const fn = "optim.exponentialDecay";
  noMore(fn, rest);
  checkNumbers(fn, { initValue });
  checkSteps(fn, "transitionSteps", transitionSteps);
  checkSteps(fn, "decayRate", decayRate);
  const chosen = checkOptions(fn, options, ["transitionBegin", "staircase", "endValue"]);
  const { transitionBegin = 0, staircase = false, endValue = null } = chosen;
  const bound = decayRate < 1 ? maximum : minimum;
  return schedule(fn, (count) => {
    const passed = maximum(subtract(count, transitionBegin), 0);
    const periods = divide(passed, transitionSteps);
    const value = multiply(initValue, power(decayRate, staircase ? floor(periods) : periods));
    return endValue === null ? value : bound(value, endValue);
  });
}

/** Options of `cosineDecaySchedule`. */
export interface CosineDecayOptions {
  /** The last value, as a part of the first; 0 by default. */
  readonly alpha?: number;
  /** Of the cosine; 1 by default. */
  readonly exponent?: number;
}

/**
 * `initValue ((1 - alpha) ((1 + cos(pi t)) / 2)^exponent + alpha)` for t from 0 to 1 within `decaySteps` updates, and constant
 * after. Source: `optax.cosine_decay_schedule`.
 * @example optim.cosineDecaySchedule(1, 10)(5) // 0.5
 */
export function cosineDecaySchedule(
  initValue: number,
  decaySteps: number,
  options: CosineDecayOptions = {},
  ...rest: never[]
): Schedule {
  const fn = "optim.cosineDecaySchedule";
  noMore(fn, rest);
  const { alpha = 0, exponent = 1 } = checkOptions(fn, options, ["alpha", "exponent"]);
  return cosineDecay(fn, initValue, decaySteps, alpha, exponent);
}

function cosineDecay(fn: string, initValue: number, decaySteps: number, alpha: number, exponent: number): Schedule {
  checkNumbers(fn, { initValue, alpha, exponent });
  checkSteps(fn, "decaySteps", decaySteps);
  return schedule(fn, (count) => {
    const passed = divide(minimum(count, decaySteps), decaySteps);
    const wave = power(multiply(0.5, add(1, cos(multiply(Math.PI, passed)))), exponent);
    return multiply(initValue, add(multiply(1 - alpha, wave), alpha));
  });
}

/** Options of `warmupCosineDecaySchedule`. */
export interface WarmupCosineOptions {
  /** The last value; 0 by default. */
  readonly endValue?: number;
  /** Of the cosine; 1 by default. */
  readonly exponent?: number;
}

/**
 * A line from `initValue` to `peakValue` in `warmupSteps` updates, then a cosine down to `endValue`, all of it in `decaySteps`.
 * Source: `optax.warmup_cosine_decay_schedule`.
 * @example
 * optim.warmupCosineDecaySchedule(0, 1, 10, 100)(5) // 0.5
 * const optimizer = optim.adamw(optim.warmupCosineDecaySchedule(0, 1e-3, 100, 10_000));
 */
export function warmupCosineDecaySchedule(
  initValue: number,
  peakValue: number,
  warmupSteps: number,
  decaySteps: number,
  options: WarmupCosineOptions = {},
  ...rest: never[]
): Schedule {
  const fn = "optim.warmupCosineDecaySchedule";
  noMore(fn, rest);
  const { endValue = 0, exponent = 1 } = checkOptions(fn, options, ["endValue", "exponent"]);
  checkNumbers(fn, { initValue, peakValue, endValue });
  checkSteps(fn, "warmupSteps", warmupSteps);
  checkSteps(fn, "decaySteps", decaySteps);
  checkSteps(fn, "decaySteps - warmupSteps", decaySteps - warmupSteps);
  const warmup = polynomial(fn, [initValue, peakValue], 1, warmupSteps, {});
  const alpha = peakValue === 0 ? 0 : endValue / peakValue;
  return joined(fn, [warmup, cosineDecay(fn, peakValue, decaySteps - warmupSteps, alpha, exponent)], [warmupSteps]);
}

/**
 * One schedule after another: each counts from its boundary on. Source: `optax.join_schedules`.
 * @param boundaries one less than schedules: the updates at which the next one begins.
 * @example optim.joinSchedules([optim.constantSchedule(1), optim.linearSchedule(1, 0, 10)], [10])(15) // 0.5
 */
export function joinSchedules(
  schedules: readonly Schedule[],
  boundaries: readonly number[],
  ...rest: never[]
): Schedule {
  const fn = "optim.joinSchedules";
  noMore(fn, rest);
  if (!Array.isArray(schedules) || schedules.length === 0 || !schedules.every((s) => typeof s === "function")) {
    throw new TypeError(`${fn}: schedules must be a list of functions, got ${describe(schedules)}.`);
  }
  if (!Array.isArray(boundaries) || boundaries.length !== schedules.length - 1) {
    throw new TypeError(`${fn}: ${schedules.length} schedules need ${schedules.length - 1} boundaries.`);
  }
  checkNumbers(fn, Object.fromEntries(boundaries.map((value, i) => [`boundaries[${i}]`, value])));
  return joined(fn, [...schedules], [...boundaries]);
}

const joined = (fn: string, schedules: readonly Schedule[], boundaries: readonly number[]): Schedule =>
  schedule(fn, (count) =>
    boundaries.reduce(
      (value, boundary, i) => where(less(count, boundary), value, entry(schedules, i + 1)(subtract(count, boundary))),
      entry(schedules, 0)(count),
    ),
  );

/**
 * `initValue`, from each boundary on multiplied by its scale. Source: `optax.piecewise_constant_schedule`.
 * @example optim.piecewiseConstantSchedule(0.1, { 1000: 0.5, 2000: 0.5 })(1000) // 0.05
 */
export function piecewiseConstantSchedule(
  initValue: number,
  boundariesAndScales: Readonly<Record<number, number>>,
  ...rest: never[]
): Schedule {
  const fn = "optim.piecewiseConstantSchedule";
  noMore(fn, rest);
  checkNumbers(fn, { initValue });
  if (!isPlainObject(boundariesAndScales)) {
    throw new TypeError(
      `${fn}: boundariesAndScales must be {[count]: scale, ...}, got ${describe(boundariesAndScales)}.`,
    );
  }
  const pairs = Object.entries(boundariesAndScales).map(([boundary, scale]) => [Number(boundary), scale] as const);
  for (const [boundary, scale] of pairs) checkNumbers(fn, { "a boundary": boundary, "a scale": scale });
  return schedule(fn, (count) =>
    pairs.reduce<NDArray>(
      (value, [boundary, scale]) => where(less(count, boundary), value, multiply(value, scale)),
      add(multiply(count, 0), initValue),
    ),
  );
}
