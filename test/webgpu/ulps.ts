/** Errors of float32. */

/** What overflows by a rounding is as far away as the number that it rounds to. */
const finite = (x: number): number => (Number.isFinite(x) ? x : Math.sign(x) * 2 ** 128);

/** In units in the last place of `want`; special values must be the same, and so must a zero's sign. */
export function ulps(got: number, want: number): number {
  if (Object.is(got, Math.fround(want))) return 0;
  if (want === 0 || !Number.isFinite(want) || Number.isNaN(got)) return Number.POSITIVE_INFINITY;
  const exponent = Math.min(Math.max(Math.floor(Math.log2(Math.abs(want))), -126), 127);
  return Math.abs(finite(got) - want) / 2 ** (exponent - 23);
}
