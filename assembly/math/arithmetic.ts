/** Functions of two arguments that are arithmetic rather than analysis. */

/** The remainder with the dividend's sign; exact. */
export function fmod(x: f64, y: f64): f64 {
  return NativeMath.mod(x, y);
}

/** The next representable number from x towards y. */
export function nextAfter<T>(x: T, y: T): T {
  if (x != x || y != y) return x + y;
  if (x == y) return y;
  // Adding 1 to the bits goes away from zero.
  const up = x < y == x > 0;
  if (sizeof<T>() == 8) {
    if (x == 0) return <T>copysign<f64>(reinterpret<f64>(<u64>1), <f64>y);
    const bits = reinterpret<u64>(<f64>x);
    return <T>reinterpret<f64>(up ? bits + 1 : bits - 1);
  }
  if (x == 0) return <T>copysign<f32>(reinterpret<f32>(<u32>1), <f32>y);
  const bits = reinterpret<u32>(<f32>x);
  return <T>reinterpret<f32>(up ? bits + 1 : bits - 1);
}
