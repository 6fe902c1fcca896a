/**
 * The least that is needed to run command lists by hand: a module, its memory, an allocator that never frees, and
 * strided views whose elements JavaScript can enumerate.
 */
import { readFileSync } from "node:fs";
import { ARRIVED, Command, DType, KERNEL_BYTES, ROUND, SCRATCH_BYTES, SHARED } from "../../assembly/opcodes.ts";
import { relax } from "../../src/device/wasm/relaxed.ts";

export type TypedArray = Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array;
type TypedArrayConstructor = {
  new (buffer: ArrayBuffer, offset: number, length: number): TypedArray;
  BYTES_PER_ELEMENT: number;
};

/** The typed array that holds a dtype in memory. */
export const ARRAYS: Record<DType, TypedArrayConstructor> = {
  [DType.FLOAT32]: Float32Array,
  [DType.FLOAT64]: Float64Array,
  [DType.INT32]: Int32Array,
  [DType.UINT32]: Uint32Array,
  [DType.BOOL]: Uint8Array,
};

export const NAMES: Record<DType, string> = {
  [DType.FLOAT32]: "float32",
  [DType.FLOAT64]: "float64",
  [DType.INT32]: "int32",
  [DType.UINT32]: "uint32",
  [DType.BOOL]: "bool",
};

type Microkernel = (...words: number[]) => number | undefined;
type Exports = {
  execute(list: number, thread: number, threads: number): void;
  table: WebAssembly.Table;
};

const memory = new WebAssembly.Memory({ initial: 2, maximum: 65536 });

function instantiate(file: string, env: WebAssembly.ModuleImports): WebAssembly.Exports {
  const bytes = readFileSync(new URL(`../../${file}`, import.meta.url));
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory, ...env } }).exports;
}

const kernels = instantiate(process.env.KERNELS ?? "dist/kernels.wasm", { wait: arrive, add: () => {} });
const { execute, table } = kernels as Exports;
for (const file of ["dist/linalg.wasm", "dist/special.wasm"]) {
  relax(kernels, instantiate(file, { contract: kernels.contract }));
}

const scratch = KERNEL_BYTES;
// Two regions: a third thread has the second, the others, who are never at work at once, share the first.
const start = scratch + 2 * SCRATCH_BYTES;
let next = start;

// Garbage in scratch must not matter: here it is NaN in every float type, and later whatever earlier commands left.
allocate(0);
view(DType.UINT32, scratch, SCRATCH_BYTES / 2).fill(0x7fffdead);

/** Forgets everything that was allocated. */
export function reset(): void {
  next = start;
}

/** Takes `bytes` bytes at a multiple of 16. */
export function allocate(bytes: number): number {
  const address = next;
  next = (next + bytes + 15) & ~15;
  const missing = next - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / 65536));
  return address;
}

/** A fresh look at memory: growing it detaches earlier ones. */
export function view(dtype: DType, address: number, length: number): TypedArray {
  return new ARRAYS[dtype](memory.buffer, address, length);
}

/** Copies values into memory. */
export function put(dtype: DType, values: ArrayLike<number>): number {
  const address = allocate(values.length * ARRAYS[dtype].BYTES_PER_ELEMENT);
  view(dtype, address, values.length).set(values);
  return address;
}

/** Gives a command its length word. */
export function command(opcode: Command, ...operands: number[]): number[] {
  return [opcode, operands.length + 2, ...operands];
}

/** For a thread that waits: all others arrive. */
function arrive(): void {
  view(DType.UINT32, ARRIVED, 1)[0] = 0;
  ++view(DType.UINT32, ROUND, 1)[0];
}

function write(commands: readonly (readonly number[])[]): number {
  const words = [scratch, scratch, ...commands.flat(), Command.END, 2];
  const list = allocate(words.length * 4);
  view(DType.INT32, list, words.length).set(words.map((word) => word | 0));
  return list;
}

/** Writes a command list and returns what runs it. */
export function prepare(...commands: number[][]): () => void {
  const list = write(commands);
  return () => execute(list, 0, 1);
}

/** Whether two pieces of memory are equal but for the bits of NaN, which an engine may choose anew each time it optimises. */
function isSameMemory(x: Uint8Array, y: Uint8Array): boolean {
  if (Buffer.compare(x, y) === 0) return true;
  const [singles, doubles] = [Float32Array, Float64Array].map((Floats) =>
    [x, y].map((bytes) => new Floats(bytes.slice(0, bytes.length & -8).buffer)),
  );
  const bothNaN = ([a, b]: (Float32Array | Float64Array)[], i: number): boolean =>
    Number.isNaN(a[i]) && Number.isNaN(b[i]);
  const words = x.length & -8;
  return x.every((byte, i) => byte === y[i] || (i < words && (bothNaN(singles, i >> 2) || bothNaN(doubles, i >> 3))));
}

/**
 * Writes a command list and runs it. A single command runs again as several threads would, one thread after the other,
 * and must leave the same bytes in memory.
 */
export function run(...commands: number[][]): void {
  const end = next;
  const before = new Uint8Array(memory.buffer).slice(start, end);
  prepare(...commands)();
  if (commands.length !== 1) return;
  const [[code, ...operands]] = commands;
  const expected = new Uint8Array(memory.buffer).slice(start, end);
  for (const threads of [2, 3]) {
    const list = write([[code | SHARED, ...operands]]);
    new Uint8Array(memory.buffer).set(before, start);
    for (let thread = threads - 1; thread >= 0; --thread) execute(list, thread, threads);
    if (!isSameMemory(expected, new Uint8Array(memory.buffer, start, end - start)))
      throw new Error(`${threads} threads leave other bytes than one does (command ${code})`);
  }
}

/** The 32-bit words of one number of a dtype. */
export function bits(dtype: DType, value: number): [number, number] {
  const bytes = new ArrayBuffer(8);
  if (dtype === DType.FLOAT32) new Float32Array(bytes)[0] = value;
  else if (dtype === DType.FLOAT64) new Float64Array(bytes)[0] = value;
  else new Uint32Array(bytes)[0] = value;
  const words = new Uint32Array(bytes);
  return [words[0], words[1]];
}

/** Numbers that look random and are the same every time (mulberry32). */
export function generator(seed: number): {
  uniform(): number;
  below(n: number): number;
  pick<T>(from: readonly T[]): T;
} {
  let state = seed;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (n: number) => Math.floor(uniform() * n);
  return { uniform, below, pick: (from) => from[below(from.length)] };
}

/** Offsets of all positions in row-major order, in the strides' unit. */
export function offsets(sizes: readonly number[], strides: readonly number[]): number[] {
  let list = [0];
  sizes.forEach((size, axis) => {
    list = list.flatMap((offset) => Array.from({ length: size }, (_, i) => offset + i * strides[axis]));
  });
  return list;
}

export function product(sizes: readonly number[]): number {
  return sizes.reduce((a, b) => a * b, 1);
}

/** Row-major strides in elements. */
export function rowMajor(sizes: readonly number[]): number[] {
  return sizes.map((_, axis) => product(sizes.slice(axis + 1)));
}

/** How a view lies in its buffer, in elements: a length, the first element's place and the strides. */
export type Layout = { length: number; first: number; strides: number[] };

/** How `layout` may place the elements; with "distinct" no two share a place. */
export type Manner = "distinct" | "any";

/** A random layout for an array of these sizes. */
export function layout(random: ReturnType<typeof generator>, sizes: readonly number[], manner: Manner): Layout {
  const order = sizes.map((_, axis) => axis);
  if (random.uniform() < 0.5) {
    for (let i = order.length - 1; i > 0; --i) {
      const j = random.below(i + 1);
      [order[i], order[j]] = [order[j], order[i]];
    }
  }
  const strides = sizes.map(() => 0);
  let step = random.uniform() < 0.3 ? 2 : 1;
  for (const axis of order.reverse()) {
    strides[axis] = step;
    step *= Math.max(sizes[axis], 1);
    if (random.uniform() < 0.2) step += random.below(3);
  }
  if (manner === "any") {
    sizes.forEach((_, axis) => {
      const kind = random.uniform();
      if (kind < 0.12) strides[axis] = 0;
      // Two axes that step over the same memory, as the patches of a convolution do.
      else if (kind < 0.24 && axis > 0) strides[axis] = strides[axis - 1];
    });
  }
  sizes.forEach((_, axis) => {
    if (random.uniform() < 0.15) strides[axis] = -strides[axis];
  });
  const reach = sizes.map((size, axis) => Math.max(size - 1, 0) * strides[axis]);
  const lowest = reach.reduce((sum, r) => sum + Math.min(r, 0), 0);
  const highest = reach.reduce((sum, r) => sum + Math.max(r, 0), 0);
  return { length: highest - lowest + 1, first: -lowest, strides };
}

/** A function of WebAssembly that calls one of JavaScript: a table takes no other. All its parameters are words. */
function wrap(parameters: number, results: number, call: Microkernel): unknown {
  const [i32, none] = [0x7f, [] as number[]];
  const section = (id: number, ...content: number[]) => [id, content.length, ...content];
  const type = [0x60, parameters, ...Array(parameters).fill(i32), results, ...(results ? [i32] : none)];
  const name = [1, "f".charCodeAt(0)];
  const bytes = Uint8Array.of(
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, 1, ...type),
    ...section(2, 1, ...name, ...name, 0, 0),
    ...section(7, 1, ...name, 0, 0),
  );
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), { f: { f: call } }).exports.f;
}

const RESULTS: Record<string, number> = { tile: 1, dots: 0, stream: 0, lanes: 0 };

/** Runs something, and returns the words that each call of a microkernel got, by the microkernel's name without its dtype. */
export function microkernelCalls(work: () => void): Record<string, number[][]> {
  const calls: Record<string, number[][]> = {};
  const own = Array.from({ length: table.length }, (_, i) => table.get(i));
  for (const [name, exported] of Object.entries(kernels)) {
    const place = own.indexOf(exported);
    const kind = name.replace(/\d+$/, "");
    if (place < 0 || !(kind in RESULTS)) continue;
    const microkernel = exported as Microkernel;
    const spy = wrap(microkernel.length, RESULTS[kind], (...words) => {
      calls[kind] ??= [];
      calls[kind].push(words);
      return microkernel(...words);
    });
    table.set(place, spy);
  }
  try {
    work();
  } finally {
    own.forEach((entry, i) => {
      if (entry) table.set(i, entry);
    });
  }
  return calls;
}
