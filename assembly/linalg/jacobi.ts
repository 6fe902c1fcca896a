/**
 * JACOBI: rows made orthogonal to each other by rotations of pairs (Hestenes 1958), longest first (Nash 1975). Singular
 * values come out with small relative errors, the tiny ones too.
 */
import { dot, get, ITEM, put, rotate } from "./rows";

/** More than a convergent matrix ever needs: about ten do. */
const MAX_SWEEPS: u32 = 60;

/** Rotates the `n` rows of `m`; `v` gets the first `k` columns of what they were multiplied with: 0 or all of them. */
export function jacobi(a: usize, v: usize, n: usize, m: usize, k: usize): void {
  memory.fill(v, 0, n * k * ITEM);
  for (let i: usize = 0; i < k; ++i) put(v + i * (k + 1) * ITEM, 1);
  const tolerance = 2 * (ITEM == 4 ? <f64>f32.EPSILON : f64.EPSILON);
  let sweeps = MAX_SWEEPS;
  while (sweeps-- && sweep(a, v, n, m * ITEM, k * ITEM, tolerance)) {}
}

/** One rotation of every pair of rows; false if none was needed. */
function sweep(a: usize, v: usize, n: usize, rowBytes: usize, vBytes: usize, tolerance: f64): bool {
  const m = rowBytes / ITEM;
  const k = vBytes / ITEM;
  let rotated = false;
  for (let p: usize = 0; p < n; ++p) {
    const x = a + p * rowBytes;
    for (let q = p + 1; q < n; ++q) {
      const y = a + q * rowBytes;
      const xx = dot(x, x, m);
      const yy = dot(y, y, m);
      const xy = dot(x, y, m);
      if (xx >= yy && !(Math.abs(xy) > tolerance * Math.sqrt(xx) * Math.sqrt(yy))) continue;
      if (xx != xx) return false;
      rotated = true;
      // The smaller angle; where the second row is the longer one, its complement, which exchanges them.
      const ratio = Math.abs(xx - yy) / (2 * Math.abs(xy));
      const tangent = 1 / (ratio + Math.sqrt(1 + ratio * ratio));
      const major = 1 / Math.sqrt(1 + tangent * tangent);
      const minor = copysign<f64>(tangent * major, xy);
      const c = xx < yy ? minor : major;
      const s = xx < yy ? major : minor;
      rotate(x, y, c, s, m);
      rotate(v + p * vBytes, v + q * vBytes, c, s, k);
    }
  }
  return rotated;
}
