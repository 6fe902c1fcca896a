// Packs bytes into text for code: LZMA, which packs the kernels to 24 KB where gzip needs 31, in characters of 6 bits, of
// which gzip makes 6 bits again on the way to a page. assembly/unpack.ts unpacks it.

import lzma from "lzma";

/** What stands before the stream: its parameters, which are always the same, and the size of what is packed. */
const HEADER = 13;
/** From "#" on, without the "\\" that would be two characters in code. */
const character = (value) => String.fromCharCode(value + (value < 57 ? 35 : 36));

export function pack(bytes) {
  // The packer gives bytes with a sign.
  const stream = Uint8Array.from(lzma.compress(bytes, 9)).subarray(HEADER);
  let text = "";
  for (let i = 0; i < stream.length; i += 3) {
    const bits = (stream[i] << 16) | ((stream[i + 1] ?? 0) << 8) | (stream[i + 2] ?? 0);
    for (const shift of [18, 12, 6, 0]) text += character((bits >> shift) & 63);
  }
  return text;
}
