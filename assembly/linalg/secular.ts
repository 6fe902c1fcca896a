/**
 * Eigenvalues of a diagonal matrix plus a multiple of a vector times itself: the roots of
 * `1 / rho + sum of z_i^2 / (d_i - x)`, one behind each ascending `d_i` (Cuppen 1981).
 */

/** Bisection alone would need about as many. */
const MAX_STEPS: u32 = 100;

/** The function at a place: of the poles up to the root's, and beyond, and their derivatives. */
let below: f64 = 0;
let above: f64 = 0;
let belowSlope: f64 = 0;
let aboveSlope: f64 = 0;

/** What `sum` has found: the sum of `z_i^2 / distance_i` over some poles, and its derivative. */
let total: f64 = 0;
let slope: f64 = 0;

/** Sums over the poles from `first` up to `last`, and sets `distances[i]` to `(d_i - d_origin) - x`. */
function sum(d: usize, z: usize, first: usize, last: usize, origin: f64, x: f64, distances: usize): void {
  let totals = f64x2.splat(0);
  let slopes = f64x2.splat(0);
  const origins = f64x2.splat(origin);
  const places = f64x2.splat(x);
  let i = first << 3;
  const end = last << 3;
  for (; i + 16 <= end; i += 16) {
    const distance = f64x2.sub(f64x2.sub(v128.load(d + i), origins), places);
    v128.store(distances + i, distance);
    const part = v128.load(z + i);
    const ratio = f64x2.div(part, distance);
    totals = f64x2.add(totals, f64x2.mul(part, ratio));
    slopes = f64x2.add(slopes, f64x2.mul(ratio, ratio));
  }
  total = f64x2.extract_lane(totals, 0) + f64x2.extract_lane(totals, 1);
  slope = f64x2.extract_lane(slopes, 0) + f64x2.extract_lane(slopes, 1);
  if (i == end) return;
  const distance = load<f64>(d + i) - origin - x;
  store<f64>(distances + i, distance);
  const part = load<f64>(z + i);
  const ratio = part / distance;
  total += part * ratio;
  slope += ratio * ratio;
}

/** Sets these, the first `split` poles being those below, and returns the function. */
function evaluate(
  d: usize,
  z: usize,
  count: usize,
  split: usize,
  rho: f64,
  origin: f64,
  x: f64,
  distances: usize,
): f64 {
  sum(d, z, 0, split, origin, x, distances);
  below = total;
  belowSlope = slope;
  sum(d, z, split, count, origin, x, distances);
  above = total;
  aboveSlope = slope;
  return 1 / rho + below + above;
}

/**
 * The root behind `d_j`, and its distances from all of `count` poles. It is sought from the nearer pole, so that its distance
 * from that one has small relative errors, by rational functions with the poles at either side (Bunch, Nielsen and Sorensen
 * 1978), and by halves where these lead out of what holds it.
 */
export function root(d: usize, z: usize, count: usize, j: usize, rho: f64, distances: usize): f64 {
  const pole = load<f64>(d + (j << 3));
  const isLast = j + 1 == count;
  const gap = isLast ? rho : load<f64>(d + (j << 3), 8) - pole;
  const split = isLast ? j : j + 1;
  const middle = 0.5 * gap;
  let value = evaluate(d, z, count, split, rho, pole, middle, distances);
  const fromNext = !isLast && !(value >= 0);
  const origin = fromNext ? load<f64>(d + (j << 3), 8) : pole;
  let low: f64 = fromNext ? -middle : 0;
  let high: f64 = fromNext ? 0 : isLast ? rho : middle;
  let x = fromNext ? low : middle;
  for (let steps = MAX_STEPS; steps; --steps) {
    const error = 8 * (above - below) + 1 / rho + Math.abs(x) * (belowSlope + aboveSlope);
    if (Math.abs(value) <= f64.EPSILON * error) break;
    if (value < 0) low = max(low, x);
    else high = min(high, x);
    let next = x + (count > 1 ? step(value, distances + ((isLast ? j - 1 : j) << 3), isLast) : 0);
    if (!(next > low && next < high)) next = 0.5 * (low + high);
    if (next == x) break;
    x = next;
    value = evaluate(d, z, count, split, rho, origin, x, distances);
  }
  return origin + x;
}

/** How far the root of the rational function is that has the two poles at these distances. */
function step(value: f64, distances: usize, isLast: bool): f64 {
  const first = load<f64>(distances);
  const second = load<f64>(distances, 8);
  const c = value - first * belowSlope - second * aboveSlope;
  const a = (first + second) * value - first * second * (belowSlope + aboveSlope);
  const b = first * second * value;
  const square = Math.sqrt(Math.abs(a * a - 4 * b * c));
  // Either root, without cancellation.
  if (isLast) return a >= 0 ? (a + square) / (2 * Math.abs(c)) : (2 * b) / (a - square);
  return a <= 0 ? (a - square) / (2 * c) : (2 * b) / (a + square);
}
