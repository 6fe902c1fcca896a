/** Files with something wrong in them, the same for the same seed. */

/** Numbers from 0 to below 1, by the generator mulberry32. */
export function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Random = () => number;

const below = (random: Random, n: number): number => Math.floor(random() * n);

/** What sizes and places are damaged to. */
const EXTREMES = [
  0n,
  1n,
  2n,
  0x7fn,
  0xffn,
  0x7fffn,
  0xffffn,
  0x7fffffffn,
  0xffffffffn,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
];

type Mutation = (bytes: Uint8Array, random: Random) => Uint8Array;

const withCopy =
  (change: (copy: Uint8Array, random: Random) => void): Mutation =>
  (bytes, random) => {
    const copy = bytes.slice();
    if (copy.length > 0) change(copy, random);
    return copy;
  };

const spliced = (bytes: Uint8Array, at: number, removed: number, added: Uint8Array): Uint8Array => {
  const out = new Uint8Array(bytes.length - removed + added.length);
  out.set(bytes.subarray(0, at));
  out.set(added, at);
  out.set(bytes.subarray(at + removed), at + added.length);
  return out;
};

/** A stretch of a file: its place and its length, a few bytes more often than many. */
function stretch(bytes: Uint8Array, random: Random): [at: number, length: number] {
  const at = below(random, bytes.length + 1);
  return [at, below(random, Math.min(bytes.length - at, 2 ** below(random, 12)) + 1)];
}

const MUTATIONS: readonly Mutation[] = [
  withCopy((copy, random) => {
    const at = below(random, copy.length);
    copy[at] = (copy[at] ?? 0) ^ (1 << below(random, 8));
  }),
  withCopy((copy, random) => {
    copy[below(random, copy.length)] = below(random, 256);
  }),
  withCopy((copy, random) => {
    const size = [1, 2, 4, 8][below(random, 4)] ?? 1;
    let value = EXTREMES[below(random, EXTREMES.length)] ?? 0n;
    const at = below(random, copy.length);
    for (let i = at; i < Math.min(at + size, copy.length); i++, value >>= 8n) copy[i] = Number(value & 255n);
  }),
  withCopy((copy, random) => {
    // Texts hold their numbers as digits.
    const digits = [...copy.keys()].filter((i) => (copy[i] ?? 0) >= 48 && (copy[i] ?? 0) <= 57);
    const at = digits[below(random, digits.length)];
    if (at !== undefined) copy[at] = 48 + below(random, 10);
  }),
  (bytes, random) => bytes.slice(0, below(random, bytes.length + 1)),
  (bytes, random) => spliced(bytes, ...stretch(bytes, random), new Uint8Array(0)),
  (bytes, random) => {
    const [from, length] = stretch(bytes, random);
    return spliced(bytes, below(random, bytes.length + 1), 0, bytes.slice(from, from + length));
  },
  (bytes, random) => {
    const added = Uint8Array.from({ length: 2 ** below(random, 8) }, () => below(random, 256));
    return spliced(bytes, below(random, bytes.length + 1), 0, added);
  },
];

/** The bytes with a few things changed. */
export function mutated(bytes: Uint8Array, random: Random): Uint8Array {
  let changed = bytes;
  for (let count = 1 + below(random, 4); count > 0; count--) {
    const mutation = MUTATIONS[below(random, MUTATIONS.length)];
    if (mutation) changed = mutation(changed, random);
  }
  return changed;
}
