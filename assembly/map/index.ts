/**
 * MAP: a chain of elementwise operations as a small register program, run a block at a time (vectorized
 * interpretation, as of numexpr).
 *
 * A register is an array of BLOCK elements that lives in scratch, so intermediates never leave the L1
 * cache, and the cost of decoding an instruction is spread over a block. A contiguous input needs no
 * register of its own: its pointer walks through memory; likewise an output.
 *
 * Instructions work on whole vectors and nothing else. Where the last block is not a multiple of
 * PADDING elements, all of its inputs and outputs live in scratch, where lanes past the end are
 * harmless, and the outputs are copied out.
 */
import { copyBytes, fill, gather } from "../move/gather";
import { BLOCK, DType, MAX_REGISTERS } from "../opcodes";
import { BLOCK_BYTES, REGION_BYTES, axesAt } from "../scratch";
import { sliceEnd, sliceStart } from "../threads";
import { instruction } from "./instruction";
import { STORAGE, pointRegister, registerAt, storageOf } from "./registers";

// Elements per step of the instructions' loops: the lanes of a float32 vector.
@inline const PADDING: u32 = 4;

/** log2 of an element's size in memory. */
@inline
function shiftOf(dtype: u32): usize {
  return dtype == DType.FLOAT64 ? 3 : dtype == DType.BOOL ? 0 : 2;
}

/** Runs `[MAP, ...]`. */
export function map(list: usize): void {
  if (STORAGE + <usize>MAX_REGISTERS * BLOCK_BYTES > REGION_BYTES) ERROR("MAP's registers exceed the scratch region");
  const rank = load<i32>(list, 8);
  const inputs = load<i32>(list, 12);
  const constants = load<i32>(list, 16);
  const outputs = load<i32>(list, 20);
  const instructions = load<u32>(list, 24);
  const sizes = list + 28;
  const inputList = sizes + ((<usize>rank) << 2);
  const inputBytes = (<usize>(3 + rank)) << 2;
  const constantList = inputList + <usize>inputs * inputBytes;
  const outputList = constantList + ((<usize>constants) << 4);
  const program = outputList + <usize>outputs * 12;
  const programEnd = program + <usize>instructions * 24;

  let total: u32 = 1;
  for (let at = sizes; at < inputList; at += 4) total *= load<u32>(at);
  const first = sliceStart(total, BLOCK);
  const end = sliceEnd(total, BLOCK);
  if (first == end) return;

  for (let i = 0; i < inputs; ++i) {
    axesAt(i).read(rank, 1, sizes, inputList + <usize>i * inputBytes + 12);
    axesAt(i).seek(first);
  }
  for (let at = program; at < programEnd; at += 24) pointRegister(load<u32>(at, 4), storageOf(load<u32>(at, 4)));
  for (let at = constantList; at < outputList; at += 16) splatConstant(at);

  for (let start = first; start < end; start += BLOCK) {
    const count = min(BLOCK as u32, end - start);
    const padded = (count + PADDING - 1) & ~(PADDING - 1);
    const whole = count == padded;
    for (let i = 0; i < inputs; ++i)
      readInput(i, inputList + <usize>i * inputBytes, start, count, whole, start == first);
    for (let at = outputList; at < program; at += 12) placeOutput(at, start, whole);
    for (let at = program; at < programEnd; at += 24) instruction(at, padded);
    for (let at = outputList; at < program; at += 12) writeOutput(at, start, count, whole);
  }
}

/** Fills a constant's register: `[register, dtype, lo, hi]`. */
function splatConstant(entry: usize): void {
  const register = load<u32>(entry);
  const storage = storageOf(register);
  pointRegister(register, storage);
  if (load<u32>(entry, 4) == DType.FLOAT64) fill<u64>(storage, load<u64>(entry, 8), BLOCK);
  else fill<u32>(storage, load<u32>(entry, 8), BLOCK);
}

/** Makes an input's block available: `[register, dtype, address, strides...]`. */
function readInput(index: i32, entry: usize, start: u32, count: u32, whole: bool, first: bool): void {
  const register = load<u32>(entry);
  const dtype = load<u32>(entry, 4);
  const base = <usize>load<u32>(entry, 8);
  const axes = axesAt(index);
  if (whole && dtype != DType.BOOL && axes.isContiguous(0, (<usize>1) << shiftOf(dtype))) {
    pointRegister(register, base + ((<usize>start) << shiftOf(dtype)));
    return;
  }
  const storage = storageOf(register);
  pointRegister(register, storage);
  if (axes.isUniform(0)) {
    // The same element everywhere: the first block's fill serves them all.
    if (!first) return;
  } else if (axes.rank == 1) {
    // The blocks before may have been read in place, without the odometer.
    axes.seek(start);
  }
  if (dtype == DType.FLOAT64) gather<u64, u64>(storage, base, axes, count);
  else if (dtype == DType.BOOL) gather<u8, u32>(storage, base, axes, count);
  else gather<u32, u32>(storage, base, axes, count);
}

/** Lets an output's register be the memory itself where that is possible: `[register, dtype, address]`. */
function placeOutput(entry: usize, start: u32, whole: bool): void {
  const register = load<u32>(entry);
  const dtype = load<u32>(entry, 4);
  if (dtype == DType.BOOL) return;
  const inPlace = <usize>load<u32>(entry, 8) + ((<usize>start) << shiftOf(dtype));
  pointRegister(register, whole ? inPlace : storageOf(register));
}

/** Copies out what could not be written in place. */
function writeOutput(entry: usize, start: u32, count: u32, whole: bool): void {
  const register = load<u32>(entry);
  const dtype = load<u32>(entry, 4);
  const dst = <usize>load<u32>(entry, 8) + ((<usize>start) << shiftOf(dtype));
  const storage = storageOf(register);
  if (dtype == DType.BOOL) narrow(dst, storage, count);
  else if (!whole) copyBytes(dst, storage, (<usize>count) << shiftOf(dtype));
}

/** Writes a bool register's 32-bit elements as bytes. */
function narrow(dst: usize, src: usize, count: u32): void {
  let i: u32 = 0;
  for (; i + 16 <= count; i += 16, src += 64, dst += 16) {
    const low = v128.narrow<i32>(v128.load(src), v128.load(src, 16));
    const high = v128.narrow<i32>(v128.load(src, 32), v128.load(src, 48));
    v128.store(dst, i8x16.narrow_i16x8_u(low, high));
  }
  for (; i < count; ++i, src += 4, ++dst) store<u8>(dst, load<u32>(src));
}
