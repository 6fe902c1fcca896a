/** TRIANGULAR_SOLVE, LU and LU_SOLVE: linear systems. */
import { divide, exchange, get, ITEM, put, subtract } from "./rows";

/** What TRIANGULAR_SOLVE's flags say of the matrix. */
const LOWER: u32 = 1;
const TRANSPOSED: u32 = 2;
const UNIT_DIAGONAL: u32 = 4;

/** Replaces the right-hand sides, `m` rows of `n`, by the solution; one triangle of `a` is read. */
export function solveTriangle(a: usize, x: usize, m: usize, n: usize, flags: u32): void {
  const transposed = (flags & TRANSPOSED) != 0;
  const down = ((flags & LOWER) != 0) != transposed;
  const bytes = n * ITEM;
  for (let step: usize = 0; step < m; ++step) {
    const i = down ? step : m - 1 - step;
    for (let before: usize = 0; before < step; ++before) {
      const j = down ? before : m - 1 - before;
      subtract(x + i * bytes, x + j * bytes, get(a + (transposed ? j * m + i : i * m + j) * ITEM), n);
    }
    if (!(flags & UNIT_DIAGONAL)) divide(x + i * bytes, get(a + i * (m + 1) * ITEM), n);
  }
}

/**
 * Replaces a matrix by its factors, the unit diagonal of `L` left out. `pivots[k]` is the row that was exchanged with
 * row `k`, and `pivots[n]` the sign of all exchanges.
 */
export function factorize(a: usize, pivots: usize, n: usize): void {
  const bytes = n * ITEM;
  let sign: f64 = 1;
  for (let k: usize = 0; k < n; ++k) {
    const diagonal = a + k * (bytes + ITEM);
    let pivot = k;
    let largest = Math.abs(get(diagonal));
    for (let i = k + 1; i < n; ++i) {
      const size = Math.abs(get(a + i * bytes + k * ITEM));
      if (size > largest) {
        largest = size;
        pivot = i;
      }
    }
    put(pivots + k * ITEM, <f64>pivot);
    if (pivot != k) {
      sign = -sign;
      exchange(a + k * bytes, a + pivot * bytes, n);
    }
    for (let i = k + 1; largest != 0 && i < n; ++i) {
      const element = a + i * bytes + k * ITEM;
      const factor = get(element) / get(diagonal);
      put(element, factor);
      subtract(element + ITEM, diagonal + ITEM, factor, n - k - 1);
    }
  }
  put(pivots + bytes, sign);
}

/** Replaces the right-hand sides by the solution of the factorized system, or of its transpose. */
export function solveFactorized(lu: usize, pivots: usize, x: usize, m: usize, n: usize, transposed: u32): void {
  if (!transposed) permute(pivots, x, m, n, false);
  solveTriangle(lu, x, m, n, transposed ? TRANSPOSED : LOWER | UNIT_DIAGONAL);
  solveTriangle(lu, x, m, n, transposed ? LOWER | TRANSPOSED | UNIT_DIAGONAL : 0);
  if (transposed) permute(pivots, x, m, n, true);
}

function permute(pivots: usize, x: usize, m: usize, n: usize, backwards: bool): void {
  for (let step: usize = 0; step < m; ++step) {
    const k = backwards ? m - 1 - step : step;
    exchange(x + k * n * ITEM, x + <usize>get(pivots + k * ITEM) * n * ITEM, n);
  }
}
