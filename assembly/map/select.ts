/** SELECT: `dst = mask ? a : b`, with the mask's bools as 32-bit integers. */

/** Chooses between two registers of 32-bit or, if `wide`, 64-bit elements. */
export function select(dst: usize, mask: usize, a: usize, b: usize, bytes: usize, wide: bool): void {
  if (wide) {
    for (let i: usize = 0; i < bytes; i += 16) {
      // Two bools become two 64-bit masks.
      const chosen = i64x2.ne(v128.load_ext<u32>(mask + (i >> 1)), i64x2.splat(0));
      v128.store(dst + i, v128.bitselect(v128.load(a + i), v128.load(b + i), chosen));
    }
    return;
  }
  for (let i: usize = 0; i < bytes; i += 16) {
    const chosen = i32x4.ne(v128.load(mask + i), i32x4.splat(0));
    v128.store(dst + i, v128.bitselect(v128.load(a + i), v128.load(b + i), chosen));
  }
}
