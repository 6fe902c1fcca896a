/** What JACOBI is made of: the order of pairs, and their rotations. */

/** More sweeps than a convergent matrix needs: about ten do. What comes after the last one ends at once. */
export const MAX_SWEEPS = 30;
/** Twice the distance from 1 to the next float32. */
const TOLERANCE = 2 ** -22;

/** The rounds of a tournament in which every row meets every other, among `rows` of them. */
export const roundsOf = (rows: number): number => pairsOf(rows) * 2 - 1;

/** The pairs of a round; with an odd number of rows one of them has a row that isn't there. */
export const pairsOf = (rows: number): number => Math.ceil(rows / 2);

/**
 * Rows p < q of a `pair` in a `round`, by the circle method: one player stays, the others move on by a place. A round's
 * pairs have no row in common.
 */
export const pairing = (pairs: string): string[] => [
  `let turning = 2u * ${pairs} - 1u;`,
  "let left = select((round + pair) % turning, turning, pair == 0u);",
  "let right = (round + turning - pair) % turning;",
  "let p = min(left, right);",
  "let q = max(left, right);",
];

/**
 * Functions of the squares and the product of two rows: whether they are orthogonal and in order (or spoilt), and the cosine
 * and sine of the smaller angle that makes them so; where the second row is the longer one, of its complement, which
 * exchanges them.
 */
export const ROTATION = `fn isReady(xx: f32, yy: f32, xy: f32) -> bool {
  if (isNan(xx) || isNan(yy)) { return true; }
  return xx >= yy && abs(xy) <= ${TOLERANCE}f * sqrt(xx) * sqrt(yy);
}
fn rotationOf(xx: f32, yy: f32, xy: f32) -> vec2<f32> {
  let ratio = abs(xx - yy) / (2f * abs(xy));
  var tangent = 1f / (ratio + sqrt(1f + ratio * ratio));
  if (xy == 0f || !isBounded(tangent)) { tangent = 0f; }
  let major = 1f / sqrt(1f + tangent * tangent);
  let minor = withSign(tangent * major, xy);
  return select(vec2<f32>(major, minor), vec2<f32>(minor, major), xx < yy);
}`;

/** Turns two rows, of which a thread has each `step`-th element from `start` on. */
export const turn = (
  name: string,
  first: string,
  second: string,
  count: string,
  start: string,
  step: string,
): string[] => [
  `for (var e = ${start}; e < ${count}; e += ${step}) {`,
  `let x = ${name}[${first} + e];`,
  `let y = ${name}[${second} + e];`,
  `${name}[${first} + e] = turned.x * x + turned.y * y;`,
  `${name}[${second} + e] = turned.x * y - turned.y * x;`,
  "}",
];
