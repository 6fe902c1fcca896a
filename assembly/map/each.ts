/** Loops of functions over operands of type T: a pair at a time, or one number. */

/** Two numbers as a pair of float64. */
@inline
export function loadPair<T>(from: usize): v128 {
  return sizeof<T>() == 8 ? v128.load(from) : f64x2.promote_low_f32x4(v128.load64_zero(from));
}

@inline
export function storePair<T>(to: usize, x: v128): void {
  if (sizeof<T>() == 8) v128.store(to, x);
  else v128.store64_lane(to, f32x4.demote_f64x2_zero(x), 0);
}

export function pairs1<T>(f: (x: v128) => v128, dst: usize, a: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 2 * sizeof<T>()) storePair<T>(dst + i, f(loadPair<T>(a + i)));
}

export function pairs2<T>(f: (x: v128, y: v128) => v128, dst: usize, a: usize, b: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 2 * sizeof<T>()) {
    storePair<T>(dst + i, f(loadPair<T>(a + i), loadPair<T>(b + i)));
  }
}

/**
 * Applies a float64 function element by element. Float32 goes through it too: rounded once from a
 * float64 result it is as exact as float32 gets.
 */
export function each1<T>(f: (x: f64) => f64, dst: usize, a: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += sizeof<T>()) store<T>(dst + i, <T>f(<f64>load<T>(a + i)));
}

export function each2<T>(f: (x: f64, y: f64) => f64, dst: usize, a: usize, b: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += sizeof<T>()) {
    store<T>(dst + i, <T>f(<f64>load<T>(a + i), <f64>load<T>(b + i)));
  }
}
