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

/** Fields replaced by frozen ones, in a copy if any of them, or the whole, was not frozen yet. */
function frozenRecord(record: Record<string, unknown>, isKept: (x: object) => boolean): object {
  const entries = Object.entries(record).map(([key, x]) => [key, frozen(x, isKept)] as const);
  const done = Object.isFrozen(record) && entries.every(([key, x]) => x === record[key]);
  return done ? record : Object.freeze(Object.fromEntries(entries));
}

/**
 * The value with every list and plain object in it copied and frozen; itself where they are frozen already. Functions,
 * objects of any class (arrays, variables) and what `isKept` tells of stay the objects that they are.
 */
export function frozen<T>(value: T, isKept: (x: object) => boolean = () => false): T {
  if (typeof value !== "object" || value === null || isKept(value)) return value;
  if (Array.isArray(value)) {
    const list = value.map((x) => frozen(x, isKept));
    const done = Object.isFrozen(value) && list.every((x, i) => x === value[i]);
    return done ? value : (Object.freeze(list) as T);
  }
  return isPlainObject(value) ? (frozenRecord(value, isKept) as T) : value;
}
