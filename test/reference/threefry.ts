/** Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror, Shaw 2011). */

const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24];

/** The two output words for a key and a counter of two words each. */
export function threefry(key0: number, key1: number, counter0: number, counter1: number): [number, number] {
  const keys = [key0, key1, key0 ^ key1 ^ 0x1bd11bda];
  let x = (counter0 + key0) | 0;
  let y = (counter1 + key1) | 0;
  for (let round = 0; round < 20; ++round) {
    const distance = ROTATIONS[round % 8];
    x = (x + y) | 0;
    y = ((y << distance) | (y >>> (32 - distance))) ^ x;
    if (round % 4 !== 3) continue;
    const group = (round + 1) / 4;
    x = (x + keys[group % 3]) | 0;
    y = (y + keys[(group + 1) % 3] + group) | 0;
  }
  return [x, y];
}
