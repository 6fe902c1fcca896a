/** The errors a user meets. Each message names the function, the argument, the shapes and what to do. */
import { isOfOtherCopy } from "./copies.ts";
import { expected, isArrayShaped } from "./options.ts";
import { frozen, isPlainObject } from "./plain.ts";

/** Shapes or axes that do not fit together. */
export class ShapeError extends Error {
  override readonly name = "ShapeError";
}

/** A traced array's contents were asked for while its value isn't known. Named as in JAX. */
export class ConcretizationTypeError extends TypeError {
  override readonly name = "ConcretizationTypeError";
}

/** A traced array was used after the transformation that made it had ended. Named as in JAX. */
export class UnexpectedTracerError extends Error {
  override readonly name = "UnexpectedTracerError";
}

/** Something that a derivative or a batching rule was asked for and that has none. */
export class UnsupportedError extends Error {
  override readonly name = "UnsupportedError";
}

/** A device that can't compute: it isn't there, is lost, or has no room. The processor is always there. */
export class DeviceError extends Error {
  override readonly name = "DeviceError";
}

/** `(2, 3)`: a shape as messages show it. */
export function formatShape(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
}

/** A short description of any value, for messages about arguments of the wrong kind. */
export function describe(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined) return "undefined";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (isArrayShaped(value)) {
    const copy = isOfOtherCopy(value) ? " of another copy of cotangent (two copies are loaded; load one)" : "";
    return `an array ${value.dtype}${formatShape(value.shape)}${copy}`;
  }
  if (typeof value === "object") return `an object (${value.constructor?.name ?? "no class"})`;
  if (typeof value === "string") return JSON.stringify(value);
  return `${typeof value} ${String(value)}`;
}

/** Like `describe`, with the entries of short lists, such as `[1, 0.5]`. */
export function show(value: unknown, depth = 2): string {
  if (!Array.isArray(value) || value.length > 8 || depth === 0) return describe(value);
  return `[${Array.from(value, (v) => (typeof v === "number" ? v : show(v, depth - 1))).join(", ")}]`;
}

/** Throws unless `value` is a function. */
export function checkFunction(fn: string, name: string, value: unknown): void {
  if (typeof value !== "function") throw new TypeError(`${fn}: ${name} must be a function, got ${describe(value)}.`);
}

/**
 * The options that are given, checked: `fn` knows their names, each is what its name says (`options.ts`), and none of
 * `required` is missing. Read the options from the record that is returned: it inherits nothing.
 */
export function checkOptions<Options extends object>(
  fn: string,
  options: Options | undefined,
  known: readonly string[],
  required: readonly string[] = [],
): Options {
  if (options !== undefined && !isPlainObject(options)) {
    const example = known.length > 0 ? `an options object such as {${known[0]}: ...}` : "left out";
    throw new TypeError(`${fn}: the last argument must be ${example}, got ${describe(options)}.`);
  }
  const named = checkNamed(fn, Object.assign(Object.create(null), options) as Record<string, unknown>, known);
  for (const name of required) {
    if (named[name] !== undefined) continue;
    throw new TypeError(`${fn}: the option "${name}" is missing; call it with {${required.join(": ..., ")}: ...}.`);
  }
  return named as Options;
}

/**
 * The record, if `fn` knows all of its names and each value is what its name says; without what is undefined, and with
 * lists that stay as they are whatever the caller does with its own.
 */
export function checkNamed<Named extends object>(fn: string, named: Named, known: readonly string[]): Named {
  for (const key of Reflect.ownKeys(named)) {
    if (!known.includes(key as string)) {
      const takes = known.length > 0 ? `it takes ${known.map((k) => `"${k}"`).join(", ")}` : "it takes no options";
      throw new TypeError(`${fn}: unknown option ${describe(key)}; ${takes}.`);
    }
    const value = named[key as keyof Named];
    const what = expected(key as string, value);
    if (what) throw new TypeError(`${fn}: ${key as string} must be ${what}; got ${show(value)}.`);
    if (value === undefined) delete named[key as keyof Named];
    else named[key as keyof Named] = frozen(value, `${fn}: ${key as string}`);
  }
  return named;
}

/** Throws if anything stands in `rest`: the arguments after the last one that `fn` has. */
export function noMore(fn: string, rest: readonly unknown[]): void {
  if (rest.length === 0) return;
  throw new TypeError(
    `${fn}: too many arguments; it takes no options and nothing else, got ${rest.map(describe).join(", ")}; as a callback, wrap it: ` +
      "(x) => f(x).",
  );
}

/** The function `fn`, written as `f`, with an error for more arguments than it has. Options must not have a default. */
export function closed<Args extends unknown[], Result>(fn: string, f: (...args: Args) => Result) {
  return (...args: Args): Result => {
    if (args.length > f.length) noMore(fn, args.slice(f.length));
    return f(...args);
  };
}

/** Throws unless `value` is a list. */
export function checkList(fn: string, name: string, value: unknown): asserts value is readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError(`${fn}: ${name} must be a list, got ${describe(value)}.`);
}
