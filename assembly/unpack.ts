/**
 * Unpacks the kernels where they stand in code as text (`scripts/pack.mjs`). A module of its own that imports nothing but a
 * memory of zeros; the stream is LZMA's with 3 bits of the byte before and 2 bits of the position as context, without its
 * header. Source: the LZMA specification in 7-Zip's SDK.
 */

/** Probabilities are words of 16 bits in units of 1/2048, kept as the difference from this, so that zeros are a beginning. */
const HALF: u32 = 1024;

/** Where the probabilities of each kind of decision begin, in words. */
const IS_MATCH: usize = 0;
const IS_REP: usize = 192;
const IS_REP0: usize = IS_REP + 12;
const IS_REP1: usize = IS_REP0 + 12;
const IS_REP2: usize = IS_REP1 + 12;
const IS_LONG: usize = IS_REP2 + 12;
const SLOTS: usize = IS_LONG + 192;
const SPECIAL: usize = SLOTS + 256;
const ALIGN: usize = SPECIAL + 128;
const LENGTHS: usize = ALIGN + 16;
const REP_LENGTHS: usize = LENGTHS + 514;
const LITERALS: usize = REP_LENGTHS + 514;

/** The largest code of a character below the one that the alphabet leaves out. */
const BEFORE_GAP: u32 = 91;
const FIRST: u32 = 35;

/** In place of the byte that would have continued a match. */
const NONE: u32 = 0xffffffff;

let range: u32 = 0;
let code: u32 = 0;
let next: usize = 0;

/** Four characters of 6 bits are three bytes; these take the characters' place. */
function decode(text: usize, length: usize): void {
  let to = text;
  for (let at = text; at < text + length; at += 4) {
    let bits: u32 = 0;
    for (let i: usize = 0; i < 4; i++) {
      const character: u32 = load<u8>(at + i);
      bits = (bits << 6) | (character - FIRST - <u32>(character > BEFORE_GAP));
    }
    for (let shift: u32 = 0; shift < 24; shift += 8) store<u8>(to++, bits >>> (16 - shift));
  }
}

/** Keeps the range wide enough for the next decision. */
function normalize(): void {
  if (range < 1 << 24) {
    range <<= 8;
    code = (code << 8) | load<u8>(next++);
  }
}

/** One decision, whose probability follows what was decided. */
function bit(place: usize): u32 {
  const p = <u32>load<u16>(place << 1) ^ HALF;
  const bound = (range >>> 11) * p;
  let moved: u32;
  let result: u32 = 0;
  if (code < bound) {
    range = bound;
    moved = p + ((2048 - p) >>> 5);
  } else {
    range -= bound;
    code -= bound;
    moved = p - (p >>> 5);
    result = 1;
  }
  store<u16>(place << 1, moved ^ HALF);
  normalize();
  return result;
}

/** A number of so many bits, the highest first. */
function tree(base: usize, bits: i32): u32 {
  let m: u32 = 1;
  for (let i = 0; i < bits; i++) m = (m << 1) | bit(base + m);
  return m - (1 << bits);
}

/** The same, the lowest first. */
function reversed(base: usize, bits: i32): u32 {
  let m: u32 = 1;
  let sum: u32 = 0;
  for (let i = 0; i < bits; i++) {
    const b = bit(base + m);
    m = (m << 1) | b;
    sum |= b << i;
  }
  return sum;
}

/** How many bytes a match has. */
function matchLength(base: usize, position: u32): u32 {
  if (bit(base) == 0) return 2 + tree(base + 2 + (position << 3), 3);
  if (bit(base + 1) == 0) return 10 + tree(base + 34 + (position << 3), 3);
  return 18 + tree(base + 66, 8);
}

/** How far back a match of a length begins, less one. */
function distance(length: u32): u32 {
  const slot = tree(SLOTS + (min<u32>(length, 5) - 2) * 64, 6);
  if (slot < 4) return slot;
  const bits = (slot >> 1) - 1;
  const base = (2 | (slot & 1)) << bits;
  if (slot < 14) return base + reversed(SPECIAL + base - slot, bits);
  let direct: u32 = 0;
  for (let i: u32 = 4; i < bits; i++) {
    range >>>= 1;
    const b = <u32>(code >= range);
    code -= range & (0 - b);
    direct = (direct << 1) | b;
    normalize();
  }
  return base + (direct << 4) + reversed(ALIGN, 4);
}

/** A byte that is no part of a match; after a match, in the context of the byte that would have continued it. */
function literal(at: usize, before: u32, match: u32): void {
  const base = LITERALS + 768 * (before >>> 5);
  let symbol: u32 = 1;
  let same: u32 = match == NONE ? 0 : 256;
  while (symbol < 256) {
    match <<= 1;
    const expected = match & same;
    const b = bit(base + same + expected + symbol);
    symbol = (symbol << 1) | b;
    same &= b ? match : ~match;
  }
  store<u8>(at, symbol);
}

/** Writes to `output` the `size` bytes that the `length` characters at `text` hold. The probabilities lie before `output`. */
export function unpack(text: usize, length: usize, output: usize, size: usize): void {
  decode(text, length);
  next = text + 1;
  range = 0xffffffff;
  code = bswap(load<u32>(next));
  next += 4;
  // Which kinds of packets were the last ones, and the last four distances.
  let state: u32 = 0;
  let r0: u32 = 0;
  let r1: u32 = 0;
  let r2: u32 = 0;
  let r3: u32 = 0;
  const end = output + size;
  for (let at = output; at < end; ) {
    const position = <u32>(at - output) & 3;
    if (bit(IS_MATCH + (state << 4) + position) == 0) {
      const before: u32 = at == output ? 0 : load<u8>(at - 1);
      literal(at, before, state < 7 ? NONE : load<u8>(at - r0 - 1));
      at++;
      state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
      continue;
    }
    let count: u32 = 1;
    if (bit(IS_REP + state) == 0) {
      r3 = r2;
      r2 = r1;
      r1 = r0;
      count = matchLength(LENGTHS, position);
      r0 = distance(count);
      state = state < 7 ? 7 : 10;
    } else {
      let short = false;
      if (bit(IS_REP0 + state) == 0) {
        short = bit(IS_LONG + (state << 4) + position) == 0;
      } else {
        let d = r1;
        if (bit(IS_REP1 + state)) {
          d = r2;
          if (bit(IS_REP2 + state)) {
            d = r3;
            r3 = r2;
          }
          r2 = r1;
        }
        r1 = r0;
        r0 = d;
      }
      if (short) state = state < 7 ? 9 : 11;
      else {
        count = matchLength(REP_LENGTHS, position);
        state = state < 7 ? 8 : 11;
      }
    }
    for (const stop = at + count; at < stop; at++) store<u8>(at, load<u8>(at - r0 - 1));
  }
}
