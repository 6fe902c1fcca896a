/** The errors a user meets. Each message names the function, the argument, the shapes and what to do. */

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

/** `(2, 3)`: a shape as messages show it. */
export function formatShape(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
}

const isArrayLike = (x: unknown): x is { dtype: string; shape: readonly number[] } =>
  typeof x === "object" && x !== null && "dtype" in x && "shape" in x && Array.isArray(x.shape);

/** A short description of any value, for messages about arguments of the wrong kind. */
export function describe(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined) return "undefined";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (isArrayLike(value)) return `an array ${value.dtype}${formatShape(value.shape)}`;
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
 * Throws on an option that `fn` does not know, so that a misspelt name never passes silently, on any if it knows none, and
 * on one of `required` that is not given.
 */
export function checkOptions(
  fn: string,
  options: object | undefined,
  known: readonly string[],
  required: readonly string[] = [],
): void {
  checkNames(fn, options, known);
  for (const name of required) {
    if ((options as Record<string, unknown> | undefined)?.[name] !== undefined) continue;
    throw new TypeError(`${fn}: the option "${name}" is missing; call it with {${required.join(": ..., ")}: ...}.`);
  }
}

/** Throws unless `value` is a list. */
export function checkList(fn: string, name: string, value: unknown): asserts value is readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError(`${fn}: ${name} must be a list, got ${describe(value)}.`);
}

function checkNames(fn: string, options: object | undefined, known: readonly string[]): void {
  if (options === undefined) return;
  if (known.length === 0)
    throw new TypeError(`${fn}: takes no options and no further arguments, got ${describe(options)}.`);
  if (options === null || typeof options !== "object" || Array.isArray(options)) {
    throw new TypeError(
      `${fn}: the last argument must be an options object such as {${known[0] ?? ""}: ...}, got ${describe(options)}.`,
    );
  }
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    throw new TypeError(`${fn}: unknown option "${key}"; it takes ${known.map((k) => `"${k}"`).join(", ")}.`);
  }
}
