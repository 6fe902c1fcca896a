/** Numbers and markers with names. */
export const pi = Math.PI;
/** Euler's number. */
export const e = Math.E;
/** Infinity. */
export const inf = Number.POSITIVE_INFINITY;
/** Not a number. */
export const nan = Number.NaN;
/** In `at`, a new axis of size 1. */
export const newaxis = null;
