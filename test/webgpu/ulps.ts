/** Errors of float32. */

/** In units in the last place of `want`; special values must be the same, and so must a zero's sign. */
export function ulps(got: number, want: number): number {
  const rounded = Math.fround(want);
  if (Object.is(got, rounded)) return 0;
  if (want === 0 || !Number.isFinite(got) || !Number.isFinite(rounded)) return Number.POSITIVE_INFINITY;
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(want))), -126);
  return Math.abs(got - want) / 2 ** (exponent - 23);
}
