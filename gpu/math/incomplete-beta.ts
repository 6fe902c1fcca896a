/** The incomplete beta function: its density by what is small in it, times a continued fraction by Lentz's method. */
export const INCOMPLETE_BETA = {
  // log(gamma(small + large) / gamma(large)) - small log(small + large)
  logarithmOfGammas: `fn logarithmOfGammas(small: f32, large: f32) -> f32 {
  let t = small / large;
  let rests = stirlingRest(small + large) - stirlingRest(large);
  return rests - large * logarithmGap(t) - 0.5f * logarithmOf1Plus(t);
}`,
  // log(y) for x + y = 1.
  logarithmOfRest: `fn logarithmOfRest(x: f32, y: f32) -> f32 {
  if (x < 0.5f) { return logarithmOf1Plus(-x); }
  return logarithm(y);
}`,
  // x^a y^b / (a B(a, b)) for x + y = 1.
  betaDensity: `fn betaDensity(a: f32, b: f32, x: f32, y: f32) -> f32 {
  let sum = a + b;
  if (a >= 8f && b >= 8f) { return betaDensityOfLarge(a, b, x, y); }
  let isSmall = a < 8f && b < 8f;
  let isFirst = a < 8f;
  let small = select(b, a, isFirst);
  let large = select(a, b, isFirst);
  let parts = gammaParts(small);
  // The one that belongs to the small parameter.
  let own = select(y, x, isFirst);
  let other = select(x, y, isFirst);
  var scale = power(select(own * sum, own, isSmall), small) / parts.x;
  var exponent = -parts.y;
  if (isSmall) {
    let others = gammaParts(b);
    let sums = gammaParts(sum);
    scale *= power(y, b) * sums.x / (others.x * sum);
    exponent += sums.y - others.y;
  } else {
    scale *= select(1f / a, 1f / b, isFirst);
    exponent += large * logarithmOfRest(own, other) + logarithmOfGammas(small, large);
  }
  return scale * b * exponential(exponent);
}`,
  betaDensityOfLarge: `fn betaDensityOfLarge(a: f32, b: f32, x: f32, y: f32) -> f32 {
  let sum = a + b;
  let below = fma(a, y, -(b * x));
  let distance = a * distanceFromPeak(-below / a, x * (sum / a)) + b * distanceFromPeak(below / b, y * (sum / b));
  let rests = stirlingRest(a) + stirlingRest(b) - stirlingRest(sum);
  return exponential(-distance - rests) * sqrt(b / (6.2831853f * a * sum));
}`,
  // The even part of dlmf.nist.gov/8.17.E22 in terms of both x and y, of which the smaller one has all of its bits; without
  // the density.
  betaFraction: `fn betaFraction(a: f32, b: f32, x: f32, y: f32) -> f32 {
  let least = 1e-30f;
  let slope = fma(a, y, -(b * x)) + 1f;
  var value = awayFromZero(a * slope / (a + 1f), least);
  var c = value;
  var d = 0f;
  for (var i = 1; i <= 300; i++) {
    let m = f32(i);
    let before = a + 2f * m - 1f;
    let part = m * (b - m) * x / before;
    let numerator = (a + m - 1f) * (a + b + m - 1f) * x / before * part;
    let denominator = m + part + (a + m) * fma(m, 1f + y, slope) / (a + 2f * m + 1f);
    c = awayFromZero(denominator + numerator / c, least);
    d = 1f / awayFromZero(denominator + numerator * d, least);
    value *= c * d;
    if (abs(c * d - 1f) < 1e-7f) { break; }
  }
  return a / value;
}`,
  awayFromZero: `fn awayFromZero(x: f32, least: f32) -> f32 { return select(x, least, abs(x) < least); }`,
  incompleteBeta: `fn incompleteBeta(a: f32, b: f32, x: f32) -> f32 {
  if (isNan(a) || isNan(b) || isNan(x) || a < 0f || b < 0f || x < 0f || x > 1f) { return nan(); }
  let isAtZero = a == 0f || isInfinite(b);
  let isAtOne = b == 0f || isInfinite(a);
  if (isAtZero && isAtOne) { return nan(); }
  if (isAtZero) { return select(1f, 0f, x == 0f); }
  if (isAtOne || x == 0f || x == 1f) { return select(0f, 1f, x == 1f); }
  // From the end that the distribution's mean is farther from.
  let isLower = x < (a + 1f) / (a + b + 2f);
  let first = select(b, a, isLower);
  let second = select(a, b, isLower);
  let near = select(1f - x, x, isLower);
  let far = select(x, 1f - x, isLower);
  let part = betaDensity(first, second, near, far) * betaFraction(first, second, near, far);
  return select(1f - part, part, isLower);
}`,
};
