/**
 * Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as
 * 1, 2, 3", 2011), four counters at a time.
 */

// The key schedule's parity constant, from the Skein hash function.
@inline const PARITY: i32 = 0x1bd11bda;

@inline
function rotated(x: v128, distance: i32): v128 {
  return v128.or(v128.shl<u32>(x, distance), v128.shr<u32>(x, 32 - distance));
}

/** Writes the first or, if `second`, the second output word for keys (k0, k1) and counters (c0, c1). */
export function threefry(dst: usize, k0: usize, k1: usize, c0: usize, c1: usize, bytes: usize, second: bool): void {
  for (let i: usize = 0; i < bytes; i += 16) {
    const key0 = v128.load(k0 + i);
    const key1 = v128.load(k1 + i);
    let now = key1;
    let next = v128.xor(v128.xor(key0, key1), i32x4.splat(PARITY));
    let last = key0;
    let x = i32x4.add(v128.load(c0 + i), key0);
    let y = i32x4.add(v128.load(c1 + i), key1);
    for (let group = 1; group <= 5; ++group) {
      // Four rounds; odd and even groups rotate by different distances.
      const odd = (group & 1) != 0;
      x = i32x4.add(x, y);
      y = v128.xor(rotated(y, odd ? 13 : 17), x);
      x = i32x4.add(x, y);
      y = v128.xor(rotated(y, odd ? 15 : 29), x);
      x = i32x4.add(x, y);
      y = v128.xor(rotated(y, odd ? 26 : 16), x);
      x = i32x4.add(x, y);
      y = v128.xor(rotated(y, odd ? 6 : 24), x);
      // Inject the key: its three words (the third is the parity of the others) take turns.
      x = i32x4.add(x, now);
      y = i32x4.add(i32x4.add(y, next), i32x4.splat(group));
      const first = now;
      now = next;
      next = last;
      last = first;
    }
    v128.store(dst + i, second ? y : x);
  }
}
