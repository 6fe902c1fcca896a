/** Numbers and markers with names. */
export const pi = Math.PI;
export const e = Math.E;
export const inf = Number.POSITIVE_INFINITY;
export const nan = Number.NaN;
/** In `at`, a new axis of size 1. */
export const newaxis = null;
