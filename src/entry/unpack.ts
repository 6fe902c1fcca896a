/** Unpacks bytes that stand in code as text: what scripts/pack.mjs has packed, by assembly/unpack.ts, whose module is `program`. */

const PAGE = 65536;
/** The program's own memory. */
const PROBABILITIES = 16384;

interface Program {
  unpack(text: number, length: number, output: number, size: number): void;
}

export function unpack(program: Uint8Array<ArrayBuffer>, text: string, size: number): Uint8Array<ArrayBuffer> {
  const output = PROBABILITIES;
  const source = output + size;
  const memory = new WebAssembly.Memory({ initial: Math.ceil((source + text.length) / PAGE), maximum: PAGE });
  new TextEncoder().encodeInto(text, new Uint8Array(memory.buffer, source));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(program), { env: { memory } });
  (exports as unknown as Program).unpack(source, text.length, output, size);
  return new Uint8Array(memory.buffer.slice(output, source));
}
