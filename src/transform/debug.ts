/** Looking into programs while they run, under the names of `jax.debug`. */
import { describe, show } from "../base/errors.ts";
import { isPlainObject } from "../base/plain.ts";
import { unflatten } from "../base/tree.ts";
import { installEffects } from "../ir/effects.ts";
import { formatElements } from "../ir/format.ts";
import { type HostArray, NDArray } from "../ir/ndarray.ts";
import { bind } from "../ir/trace.ts";
import { narrowed } from "../lax/convert.ts";
import { checkFunction, flattenArrays } from "./flat.ts";
import { hostCallPrimitive } from "./host-call.ts";
import { hostCalls } from "./host-calls.ts";
import type { SeenArguments } from "./tree-types.ts";

/** Calls `fn` with the values of a list of trees of arrays. */
function observe(name: string, args: readonly unknown[], fn: (values: unknown[]) => void): void {
  installEffects(hostCalls);
  const [arrays, tree] = flattenArrays(name, args);
  const call = (values: readonly HostArray[]): void => fn(unflatten(tree, values));
  bind(hostCallPrimitive, arrays.map(narrowed), { call });
}

/**
 * Calls `fn` with the values of `args`, arrays or trees of them, each time the program around it runs: in `jit`, `grad`, `vmap`,
 * `lax.scan`, `lax.cond` and the kernels too, where `args` have no values while the function is traced. What `fn` returns is
 * ignored.
 *
 * The calls are made in the program's order, when the compiled program (or the loop outside of one) has ended; an array that is
 * shown in a loop is kept for every trip. Under `vmap` a call gets the whole batch, its axis in front; under derivatives it is
 * made where the function is computed. On WebGPU calls follow when the values have been read. Source: `jax.debug.callback`.
 * @throws UnsupportedError inside of `lax.whileLoop`, which has no number of trips; TypeError when `fn` is no function.
 * @example
 * const seen = [];
 * jit((x) => { debug.callback((y) => seen.push(y.item()), x.mul(2)); return x; })(1);
 * seen // [2]
 */
export function callback<const Args extends readonly unknown[]>(
  fn: (...values: SeenArguments<Args>) => unknown,
  ...args: Args
): void;
export function callback(fn: (...values: unknown[]) => unknown, ...args: readonly unknown[]): void {
  checkFunction("debug.callback", fn);
  observe("debug.callback", args, (values) => {
    fn(...values);
  });
}

/** `{}` and `{name}`; two braces stand for one. */
const FIELDS = /\{\{|\}\}|\{([A-Za-z_$][\w$]*)?\}|[{}]/g;

/** An array's elements, a tree with those of its arrays. */
function text(value: unknown): string {
  if (value instanceof NDArray) return formatElements(value.dataSync(), value.shape, value.dtype);
  if (Array.isArray(value)) return `[${value.map(text).join(", ")}]`;
  if (!isPlainObject(value)) return String(value);
  const fields = Object.entries(value).map(([name, field]) => `${name}: ${text(field)}`);
  return `{ ${fields.join(", ")} }`;
}

/** Throws unless the format's fields are those that there are values for. */
function checkFields(fn: string, format: string, args: readonly unknown[]): void {
  const fields = [...format.matchAll(FIELDS)].filter(([field]) => field !== "{{" && field !== "}}");
  const wrong = fields.find(([field]) => field.length === 1);
  if (wrong) {
    throw new TypeError(
      `${fn}: the format ${show(format)} has a ${wrong[0]} that is part of neither {} nor {name}; write it twice to show it.`,
    );
  }
  const names = fields.flatMap(([, name]) => name ?? []);
  const last = args.at(-1);
  const missing = names.find((name) => !isPlainObject(last) || !Object.hasOwn(last, name));
  if (missing !== undefined) {
    throw new TypeError(`${fn}: the format ${show(format)} names ${missing}, which the last argument doesn't have.`);
  }
  const [holes, given] = [fields.length - names.length, args.length - (names.length > 0 ? 1 : 0)];
  if (holes !== given)
    throw new TypeError(`${fn}: the format ${show(format)} takes ${holes} values for its {}, got ${given}.`);
}

/**
 * Prints `format` with the values of `args` in place of `{}`, or of `{name}` for the fields of an object that comes last, each
 * time the program around it runs; arrays as NumPy prints them. When this is, and what loops and `vmap` show, is as for `callback`.
 * Source: `jax.debug.print`.
 * @throws TypeError when the format isn't text, or its fields aren't those of `args`; UnsupportedError inside of `lax.whileLoop`.
 * @example
 * jit((x) => { debug.print("x is {}", x); return x; })(np.array([1, 2])); // prints: x is [1, 2]
 * lax.foriLoop(0, 3, (i, x) => { debug.print("trip {i}: {x}", { i, x }); return x.mul(2); }, 1);
 */
export function print(format: string, ...args: readonly unknown[]): void {
  const fn = "debug.print";
  if (typeof format !== "string") {
    throw new TypeError(`${fn}: the first argument must be a text such as "x is {}", got ${describe(format)}.`);
  }
  checkFields(fn, format, args);
  observe(fn, args, (values) => {
    let next = 0;
    const named = values.at(-1) as Record<string, unknown>;
    const filled = format.replace(FIELDS, (field, name?: string) => {
      if (field === "{{" || field === "}}") return field.slice(1);
      return text(name === undefined ? values[next++] : named[name]);
    });
    console.log(filled);
  });
}
