/** Small vector helpers that several kernels share. */

/** `x * y + z`; in one rounding where the relaxed build and the hardware agree to. */
@inline
export function multiplyAdd<T>(x: v128, y: v128, z: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD && isFloat<T>()) return v128.relaxed_madd<T>(x, y, z);
  return v128.add<T>(z, v128.mul<T>(x, y));
}

/** Transposes the 4x4 matrix of 32-bit elements whose rows begin at r0 to r3, to rows `step` bytes apart at `dst`. */
@inline
export function transpose4x4(dst: usize, step: usize, r0: usize, r1: usize, r2: usize, r3: usize): void {
  const v0 = v128.load(r0);
  const v1 = v128.load(r1);
  const v2 = v128.load(r2);
  const v3 = v128.load(r3);
  const low01 = v128.shuffle<i32>(v0, v1, 0, 4, 1, 5);
  const high01 = v128.shuffle<i32>(v0, v1, 2, 6, 3, 7);
  const low23 = v128.shuffle<i32>(v2, v3, 0, 4, 1, 5);
  const high23 = v128.shuffle<i32>(v2, v3, 2, 6, 3, 7);
  v128.store(dst, v128.shuffle<i64>(low01, low23, 0, 2));
  v128.store(dst + step, v128.shuffle<i64>(low01, low23, 1, 3));
  v128.store(dst + 2 * step, v128.shuffle<i64>(high01, high23, 0, 2));
  v128.store(dst + 3 * step, v128.shuffle<i64>(high01, high23, 1, 3));
}

/** Transposes the 2x2 matrix of 64-bit elements whose rows begin at r0 and r1, to rows `step` bytes apart at `dst`. */
@inline
export function transpose2x2(dst: usize, step: usize, r0: usize, r1: usize): void {
  const v0 = v128.load(r0);
  const v1 = v128.load(r1);
  v128.store(dst, v128.shuffle<i64>(v0, v1, 0, 2));
  v128.store(dst + step, v128.shuffle<i64>(v0, v1, 1, 3));
}
