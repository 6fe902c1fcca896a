// Compares what a program gives with what is written beside it.

/** Arrays as lists of numbers, in trees as well. */
export function plain(value) {
  if (typeof value?.toArray === "function") return value.toArray();
  if (ArrayBuffer.isView(value)) return Array.from(value);
  if (Array.isArray(value)) return value.map(plain);
  if (Object.prototype.toString.call(value) !== "[object Object]") return value;
  return Object.fromEntries(Object.entries(value).map(([key, own]) => [key, plain(own)]));
}

/** As far as four decimals, or five digits, tell. */
export function same(got, wanted) {
  if (typeof got === "number" && typeof wanted === "number") {
    return Object.is(got, wanted) || Math.abs(got - wanted) <= 6e-5 * Math.max(1, Math.abs(wanted));
  }
  if (typeof got !== "object" || typeof wanted !== "object" || got === null || wanted === null) return got === wanted;
  const keys = Object.keys(wanted);
  return keys.length === Object.keys(got).length && keys.every((key) => same(got[key], wanted[key]));
}
