/** Ordinary differential equations, by Dormand and Prince's method of fifth order with steps of adapted size. */

import { entry } from "../base/lists.ts";
import { type NDArray, scalar } from "../ir/ndarray.ts";
import { convertElementType } from "../lax/convert.ts";
import { bitwiseAnd, bitwiseNot, bitwiseOr, eq, ge, gt, le, lt } from "../lax/logic.ts";
import { where } from "../numpy/logic.ts";
import { mean } from "../numpy/reductions.ts";
import { abs, add, divide, maximum, minimum, multiply, power, sqrt, subtract } from "../numpy/ufuncs.ts";
import { scan } from "../transform/scan.ts";
import { whileLoop } from "../transform/while.ts";

/** How exactly to integrate. */
export interface Tolerance {
  /** The error of one step that is allowed, relative to the values. */
  readonly rtol: number;
  /** The error of one step that is allowed beside it. */
  readonly atol: number;
  /** The most steps from one time to the next; the values after more are NaN. */
  readonly maxSteps: number;
}

type Derivative = (y: NDArray) => NDArray;

/** The stages' weights: `k[i + 1]` is the derivative at `y + h sum_j STAGES[i][j] k[j]`, the last of them the next `y`. */
const STAGES = [
  [1 / 5],
  [3 / 40, 9 / 40],
  [44 / 45, -56 / 15, 32 / 9],
  [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
  [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
  [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
];

/** What the results of fifth and of fourth order differ by. */
const ERROR = [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40];

/** Arrays with weights, added up. */
function combined(arrays: readonly NDArray[], weights: readonly number[]): NDArray {
  const terms = arrays.flatMap((k, i) => (weights[i] ? [multiply(k, weights[i])] : []));
  return terms.reduce((sum, term) => add(sum, term));
}

/** The size of a change, in units of the error that is allowed. */
function inTolerances(change: NDArray, y: NDArray, { rtol, atol }: Tolerance): NDArray {
  const relative = divide(change, add(multiply(abs(y), rtol), atol));
  return sqrt(mean(multiply(relative, relative)));
}

/** The first step's size. Source: Hairer, Norsett and Wanner, "Solving ordinary differential equations I", II.4. */
function firstStep(f: Derivative, y: NDArray, slope: NDArray, tolerance: Tolerance): NDArray {
  const [size, speed] = [inTolerances(y, y, tolerance), inTolerances(slope, y, tolerance)];
  const isSmall = bitwiseOr(lt(size, 1e-5), lt(speed, 1e-5));
  const h0 = where(isSmall, 1e-6, divide(multiply(size, 0.01), where(isSmall, 1, speed)));
  const change = subtract(f(add(y, multiply(slope, h0))), slope);
  const fastest = maximum(speed, divide(inTolerances(change, y, tolerance), h0));
  const isStill = le(fastest, 1e-15);
  const h1 = where(isStill, maximum(multiply(h0, 1e-3), 1e-6), power(divide(0.01, where(isStill, 1, fastest)), 1 / 5));
  return minimum(multiply(h0, 100), h1);
}

/** The size of the next step, from the last one's error. */
function nextStep(h: NDArray, error: NDArray): NDArray {
  const isExact = eq(error, 0);
  const factor = multiply(power(where(isExact, 1, error), -1 / 5), 0.9);
  const least = where(lt(error, 1), 1, 0.2);
  return multiply(h, where(isExact, 10, minimum(maximum(factor, least), 10)));
}

interface Carry {
  readonly y: NDArray;
  readonly slope: NDArray;
  readonly t: NDArray;
  readonly h: NDArray;
  readonly steps: NDArray;
  readonly settled: NDArray;
}

/** One step towards `target`, or, where its error is too large, none and a smaller step next. */
function step(f: Derivative, carry: Carry, target: NDArray, tolerance: Tolerance): Carry {
  const { y, slope, t, h } = carry;
  const rest = subtract(target, t);
  const isLast = ge(h, rest);
  const taken = where(isLast, rest, h);
  const stages = [slope];
  let next = y;
  for (const weights of STAGES) {
    next = add(y, multiply(combined(stages, weights), taken));
    stages.push(f(next));
  }
  const largest = maximum(abs(y), abs(next));
  const error = inTolerances(multiply(combined(stages, ERROR), taken), largest, tolerance);
  const accepted = le(error, 1);
  const proposed = nextStep(taken, error);
  return {
    y: where(accepted, next, y),
    slope: where(accepted, entry(stages, 6), slope),
    t: where(accepted, where(isLast, target, add(t, taken)), t),
    // The rest of the way may have been shorter than what the error allows.
    h: where(bitwiseAnd(accepted, isLast), maximum(proposed, h), proposed),
    steps: add(carry.steps, 1),
    settled: bitwiseAnd(accepted, le(inTolerances(subtract(next, y), largest, tolerance), 1)),
  };
}

/**
 * The values at `times`, a vector in ascending order, of what begins as `y` at time 0 and changes by `f(y)`: an array with
 * the times' axis in front. At an infinite time they are what steps change no more but for the tolerance. NaN at negative
 * times and where `maxSteps` do not suffice.
 */
export function integrate(f: Derivative, y: NDArray, times: NDArray, tolerance: Tolerance): NDArray {
  const slope = f(y);
  const zero = scalar(0, times.dtype);
  const [steps, settled] = [scalar(0, "int32"), scalar(0, "bool")];
  const start: Carry = {
    y,
    slope,
    t: zero,
    h: convertElementType(firstStep(f, y, slope, tolerance), times.dtype),
    steps,
    settled,
  };
  const advance = (carry: Carry, target: NDArray): [Carry, NDArray] => {
    const infinite = eq(target, Number.POSITIVE_INFINITY);
    const end = whileLoop(
      ({ t, h, steps, settled }: Carry) => {
        const goesOn = bitwiseAnd(lt(t, target), bitwiseNot(bitwiseAnd(infinite, settled)));
        return bitwiseAnd(goesOn, bitwiseAnd(gt(h, 0), lt(steps, tolerance.maxSteps)));
      },
      (now: Carry) => step(f, now, target, tolerance),
      { ...carry, steps, settled },
    );
    const arrived = bitwiseOr(eq(end.t, target), bitwiseAnd(infinite, end.settled));
    return [end, where(arrived, end.y, Number.NaN)];
  };
  return scan(advance, start, times)[1];
}
