/** How an operation of the reference data is called: its name is looked up in the library, its inputs come first. */
import type { NDArray } from "cotangent";
import { type AnyFunction, lookup } from "./library.ts";

export type Options = Readonly<Record<string, unknown>>;
type Convention = (f: AnyFunction, inputs: readonly NDArray[], options: Options) => unknown;

/** `f(...inputs, options)`, as most operations are called; without options where there are none. */
const plain: Convention = (f, inputs, options) =>
  Object.keys(options).length === 0 ? f(...inputs) : f(...inputs, options);

const listFirst: Convention = (f, inputs, options) => plain((...rest) => f(inputs, ...rest), [], options);

const equationFirst: Convention = (f, inputs, { equation, ...options }) =>
  plain((...rest) => f(equation, ...rest), inputs, options);

/** The first `arrays` inputs are arrays, the others scalar indices, which are given as a list. */
const startIndices =
  (arrays: number): Convention =>
  (f, inputs, options) =>
    plain((...rest) => f(...inputs.slice(0, arrays), inputs.slice(arrays), ...rest), [], options);

/** Some options are positional arguments after the inputs: those that have no default. */
const positional =
  (...names: readonly string[]): Convention =>
  (f, inputs, options) => {
    const named = Object.fromEntries(Object.entries(options).filter(([name]) => !names.includes(name)));
    return plain((...rest) => f(...inputs, ...names.map((name) => options[name]), ...rest), [], named);
  };

/** The operations that are called in another way than `f(...inputs, options)`. */
const CONVENTIONS: Readonly<Record<string, Convention>> = {
  "lax.concatenate": listFirst,
  "numpy.concatenate": listFirst,
  "numpy.stack": listFirst,
  "numpy.vstack": listFirst,
  "numpy.hstack": listFirst,
  "numpy.dstack": listFirst,
  "numpy.columnStack": listFirst,
  "numpy.block": listFirst,
  "numpy.linalg.multiDot": listFirst,
  "numpy.einsum": equationFirst,
  "nn.oneHot": positional("numClasses"),
  "numpy.linalg.matrixPower": positional("n"),
  "numpy.split": positional("sections"),
  "numpy.tile": positional("reps"),
  "numpy.roll": positional("shift"),
  "numpy.repeat": positional("repeats"),
  "numpy.reshape": positional("shape"),
  "numpy.broadcastTo": positional("shape"),
  "numpy.swapaxes": positional("axis1", "axis2"),
  "numpy.moveaxis": positional("source", "destination"),
  "lax.dynamicSlice": startIndices(1),
  "lax.dynamicUpdateSlice": startIndices(2),
};

/** The operation as a function of its inputs to the list of its outputs. Throws `Unavailable` where it does not exist. */
export function operation(name: string, options: Options): (...inputs: NDArray[]) => NDArray[] {
  const f = lookup(name);
  const call = CONVENTIONS[name] ?? plain;
  return (...inputs) => {
    const result = call(f, inputs, options) as NDArray | NDArray[];
    return Array.isArray(result) ? result : [result];
  };
}
