/** Numbers and polynomials as text. */

/** The nearest float32 as a literal. */
export function float(x: number): string {
  const text = `${Math.fround(x)}f`;
  return x < 0 ? `(${text})` : text;
}

/** Horner's rule; the constant coefficient comes first. */
export function polynomial(coefficients: readonly number[], x: string): string {
  return coefficients
    .slice(0, -1)
    .reduceRight((sum, c) => `fma(${sum}, ${x}, ${float(c)})`, float(coefficients.at(-1) ?? 0));
}
