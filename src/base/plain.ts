/** Plain data: lists and objects of no class. What outlives a call is a copy of its own, which nobody can change. */

/** Whether `x` may hold options or parts of a tree: an object that is no list and of no class, of whichever realm. */
export function isPlainObject(x: unknown): x is Record<string, unknown> {
  if (typeof x !== "object" || x === null) return false;
  const prototype = Object.getPrototypeOf(x);
  return prototype === null || prototype === Object.prototype || isObjectPrototype(prototype);
}

/** Whether every object without a class inherits from `x`, in this realm or another one. */
const isObjectPrototype = (x: object): boolean =>
  Object.getPrototypeOf(x) === null && Object.hasOwn(x, "isPrototypeOf");

/** The name of a typed array's class, of whichever realm; `undefined` for what is none. */
export function typedArrayName(x: unknown): string | undefined {
  const name = ArrayBuffer.isView(x) ? (x as Uint8Array)[Symbol.toStringTag] : undefined;
  return (name as string | undefined) === "DataView" ? undefined : name;
}

/** What is nested deeper contains itself: nothing that is copied here has more than a few levels. */
const MAX_DEPTH = 200;

type Kept = (x: object) => boolean;

/**
 * The value with every list and plain object in it copied and frozen; itself where they are frozen already. Functions,
 * objects of any class (arrays, variables) and what `isKept` tells of stay the objects that they are.
 * @throws TypeError, with `what` as the value's name, when it contains itself.
 */
export function frozen<T>(value: T, what = "a list", isKept: Kept = () => false, depth = 0): T {
  if (typeof value !== "object" || value === null || isKept(value)) return value;
  if (depth > MAX_DEPTH) throw new TypeError(`${what} contains itself.`);
  const inner = (x: unknown): unknown => frozen(x, what, isKept, depth + 1);
  if (Array.isArray(value)) return sameOrFrozen(value, value.map(inner)) as T;
  if (!isPlainObject(value)) return value;
  return sameOrFrozen(value, Object.fromEntries(Object.entries(value).map(([key, x]) => [key, inner(x)]))) as T;
}

/** The value, if it is frozen and its copy holds the same; else the copy. */
function sameOrFrozen<T extends object>(value: T, copy: T): T {
  if (!Object.isFrozen(value)) return Object.freeze(copy);
  for (const key in copy) if (copy[key] !== value[key]) return Object.freeze(copy);
  return value;
}
