/** Elements chosen among several arrays or functions. */
import { type Arguments, namedArguments } from "../base/arguments.ts";
import { checkList, describe, noMore } from "../base/errors.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { promoteOperands } from "../lax/convert.ts";
import { checkIndices } from "../lax/gather.ts";
import * as lax from "../lax/index.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import { where } from "./logic.ts";
import { asArrays, broadcastOperands, fitting } from "./operands.ts";
import { mod } from "./ufuncs.ts";

/** Options of `np.choose`. */
export interface ChooseOptions {
  /** What a number without a choice is: an error (`"raise"`, the default), the nearest (`"clip"`), modulo (`"wrap"`). */
  readonly mode?: "raise" | "clip" | "wrap";
}

/**
 * For each element of `x` that of the choice which it counts; all broadcast. Source: `jax.numpy.choose`.
 * @param choices a list of arrays, or one array of them along its first axis.
 * @example np.choose(np.arange(2), [np.array([1, 2]), np.array([3, 4])]) // [1, 4]
 */
export function choose(
  x: ArrayLike,
  choices: ArrayLike | readonly ArrayLike[],
  ...args: Arguments<[], ChooseOptions>
): NDArray {
  const fn = "numpy.choose";
  const { mode = "raise" } = namedArguments<ChooseOptions>(fn, ["mode"], args, 0);
  const list = asArrays(fn, Array.isArray(choices) ? choices : asArray(fn, choices, "choices"));
  const given = checkIndices(fn, promoteOperands(fn, [x, 0])[0], "x");
  const [places, ...cases] = broadcastOperands(fn, [given, ...promoteOperands(fn, list)]);
  if (mode === "wrap") return lax.selectN(mod(places, cases.length), ...cases);
  if (mode !== "raise" && mode !== "clip") {
    throw new TypeError(`${fn}: mode must be "raise", "clip" or "wrap", got ${describe(mode)}.`);
  }
  if (mode === "raise" && lax.reduceOr(lax.ne(lax.clamp(0, places, cases.length - 1), places)).item()) {
    throw new RangeError(`${fn}: x counts choices beyond the ${cases.length} given; set mode to "clip" or "wrap".`);
  }
  return lax.selectN(places, ...cases);
}

/**
 * What the functions give where the conditions hold, that of the last one that does; where none does, what a function more
 * than there are conditions gives, or 0. The result has `x`'s dtype. Source: `jax.numpy.piecewise`.
 * @param functions of `x`, or numbers.
 * @example np.piecewise(x, [np.less(x, 0), np.greater(x, 1)], [np.negative, 1, np.square])
 */
export function piecewise(
  x: ArrayLike,
  conditions: readonly ArrayLike[],
  functions: readonly (ArrayLike | ((x: NDArray) => ArrayLike))[],
  ...rest: never[]
): NDArray {
  const fn = "numpy.piecewise";
  noMore(fn, rest);
  checkList(fn, "conditions", conditions);
  checkList(fn, "functions", functions);
  const operand = asArray(fn, x);
  const extra = functions.length - conditions.length;
  if (extra !== 0 && extra !== 1) {
    throw new TypeError(
      `${fn}: needs as many functions as conditions, or one more; got ${functions.length} and ${conditions.length}.`,
    );
  }
  const value = (f: ArrayLike | ((x: NDArray) => ArrayLike) | undefined): NDArray =>
    lax.convertElementType(
      asArray(fn, fitting(fn, "what each function gives", typeof f === "function" ? f(operand) : (f ?? 0), operand)),
      operand.dtype,
    );
  return conditions.reduce<NDArray>(
    (others, condition, i) => where(fitting(fn, `conditions[${i}]`, condition, operand), value(functions[i]), others),
    where(lax.full(operand.shape, true, "bool"), value(functions[conditions.length]), 0),
  );
}
