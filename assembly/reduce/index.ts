/**
 * REDUCE: folding over some axes of a strided view.
 *
 * Pairwise summation: floating-point sums are pairwise in the large and have at least 16 (float32) or 8 (float64) running
 * sums in the small: the terms are cut into runs, each run is folded with several accumulators, and
 * the runs' results are combined like the digits of a binary counter (`push` below), so that the
 * error grows with the logarithm of the number of terms. The order of the operations depends on the
 * view alone and not on the machine.
 *
 * There are two ways through the data. Where the kept axes run fastest in memory, whole blocks of
 * results are folded at once, a row of the view at a time (`reduceRows`); otherwise results are
 * computed one after the other (`reduceEach`), from memory as it lies if it is contiguous, else from a
 * gathered copy.
 */
import { Axes } from "../axes";
import { floatInstruction } from "../map/float";
import { integerInstruction } from "../map/integer";
import { copyBytes, fill, gather, gatherItems } from "../move/gather";
import { BLOCK, DType, Op, REDUCE_GRAIN, ReduceOp } from "../opcodes";
import { BLOCK_BYTES, REGION_BYTES, axesAt, region } from "../scratch";
import { sliceEnd, sliceStart } from "../threads";
import { argReduce } from "./argreduce";
import { combine, foldRun, identity } from "./fold";

// Bytes of a run that is folded in one go: 2048 floats, 128 for each of 16 running sums.
@inline const RUN_BYTES: u32 = 8192;
// Rows that are added to a block of running results before these count as a run.
@inline const RUN_ROWS: u32 = 128;
// Results side by side below which folding rows costs more than it saves.
@inline const MIN_ROW: u32 = 16;

// Scratch: a gathered run, the running block, and 32 binary digits (blocks or single values).
@inline const RUN: usize = 0;
@inline const RUNNING: usize = RUN + RUN_BYTES;
@inline const DIGITS: usize = RUNNING + BLOCK_BYTES;

// Results that threads share out at a time.
@inline const GRAIN: u32 = REDUCE_GRAIN;

/** Runs `[REDUCE, len, reduceOp, dtype, dst, src, keptRank, reducedRank, ...]`. */
export function reduce(list: usize): void {
  if (DIGITS + 32 * BLOCK_BYTES > REGION_BYTES) ERROR("REDUCE's blocks exceed the scratch region");
  const op = load<u32>(list, 8);
  const dtype = load<u32>(list, 12);
  const dst = <usize>load<u32>(list, 16);
  const src = <usize>load<u32>(list, 20);
  const keptRank = load<i32>(list, 24);
  const reducedRank = load<i32>(list, 28);
  const keptSizes = list + 32;
  const keptStrides = keptSizes + ((<usize>keptRank) << 2);
  const reducedSizes = keptStrides + ((<usize>keptRank) << 2);
  const kept = axesAt(0);
  const reduced = axesAt(1);
  kept.read(keptRank, 1, keptSizes, keptStrides);
  reduced.read(reducedRank, 1, reducedSizes, reducedSizes + ((<usize>reducedRank) << 2));
  const start = sliceStart(kept.total, GRAIN);
  const count = sliceEnd(kept.total, GRAIN) - start;
  if (count == 0) return;
  if (dtype == DType.FLOAT32) reduceAs<f32>(op, dst, src, kept, start, count, reduced);
  else if (dtype == DType.FLOAT64) reduceAs<f64>(op, dst, src, kept, start, count, reduced);
  else if (dtype == DType.INT32) reduceAs<i32>(op, dst, src, kept, start, count, reduced);
  else if (dtype == DType.UINT32) reduceAs<u32>(op, dst, src, kept, start, count, reduced);
  else reduceAs<u8>(op, dst, src, kept, start, count, reduced);
}

/** Computes `count` results from number `start` on. */
function reduceAs<T>(op: u32, dst: usize, src: usize, kept: Axes, start: u32, count: u32, reduced: Axes): void {
  const positions = op == ReduceOp.ARGMAX || op == ReduceOp.ARGMIN;
  kept.seek(start);
  dst += <usize>start * (positions ? 4 : sizeof<T>());
  if (positions) argReduce<T>(op == ReduceOp.ARGMAX, dst, src, kept, count, reduced, region(RUN), RUN_BYTES);
  else if (reduced.total == 0) fill<T>(dst, identity<T>(op), count);
  else if (rowsFirst<T>(kept, reduced)) reduceRows<T>(op, dst, src, kept, count, reduced);
  else reduceEach<T>(op, dst, src, kept, count, reduced);
}

/** Whether the kept axes run faster in memory, and far enough to be worth it. */
function rowsFirst<T>(kept: Axes, reduced: Axes): bool {
  const keptStride = abs(<i32>kept.innerStride(0));
  const reducedStride = abs(<i32>reduced.innerStride(0));
  return kept.innerSize() >= MIN_ROW && keptStride != 0 && keptStride < reducedStride;
}

/** One result after the other. */
function reduceEach<T>(op: u32, dst: usize, src: usize, kept: Axes, left: u32, reduced: Axes): void {
  const step = kept.innerStride(0);
  while (left) {
    const run = kept.run(left);
    let base = src + kept.offset0;
    for (let i: u32 = 0; i < run; ++i) {
      store<T>(dst, reduceOne<T>(op, base, reduced));
      base += step;
      dst += sizeof<T>();
    }
    kept.advance(run);
    left -= run;
  }
}

/** Folds the whole view that begins at `base`. */
function reduceOne<T>(op: u32, base: usize, axes: Axes): T {
  const limit = RUN_BYTES / <u32>sizeof<T>();
  const contiguous = axes.isContiguous(0, sizeof<T>());
  let left = axes.total;
  if (contiguous && left <= limit) return foldRun<T>(op, base, left);
  let runs: u32 = 0;
  while (left) {
    const count = min(left, limit);
    let run = base;
    if (contiguous) {
      base += <usize>count * sizeof<T>();
    } else {
      run = region(RUN);
      gatherItems<T>(run, base, axes, count);
    }
    push<T>(op, foldRun<T>(op, run, count), runs++);
    left -= count;
  }
  return collect<T>(op, runs);
}

/** Adds a run's result to a binary counter whose digit i stands for 2^i runs. */
function push<T>(op: u32, value: T, runs: u32): void {
  let digit = region(DIGITS);
  for (; runs & 1; runs >>= 1, digit += 8) value = combine<T>(op, load<T>(digit), value);
  store<T>(digit, value);
}

/** The counter's total: its digits, the smallest first. There is at least one run. */
function collect<T>(op: u32, runs: u32): T {
  const lowest = ctz(runs);
  let digit = region(DIGITS) + ((<usize>lowest) << 3);
  let value = load<T>(digit);
  for (runs >>= lowest + 1; runs; runs >>= 1) {
    digit += 8;
    if (runs & 1) value = combine<T>(op, load<T>(digit), value);
  }
  return value;
}

/** A block of results at a time. */
function reduceRows<T>(op: u32, dst: usize, src: usize, kept: Axes, left: u32, reduced: Axes): void {
  while (left) {
    const columns = kept.run(min(left, BLOCK as u32));
    reduceBlock<T>(op, dst, src + kept.offset0, kept.innerStride(0), columns, reduced);
    kept.advance(columns);
    left -= columns;
    dst += <usize>columns * sizeof<T>();
  }
}

/** Folds rows of `columns` elements, `stride` apart, that begin at each of the view's positions. */
function reduceBlock<T>(op: u32, dst: usize, base: usize, stride: usize, columns: u32, reduced: Axes): void {
  const used = <usize>columns * sizeof<T>();
  const bytes = (used + 15) & ~15;
  // Rows of whole vectors are read in place.
  const inPlace = stride == sizeof<T>() && used == bytes;
  const running = region(RUNNING);
  let left = reduced.total;
  let runs: u32 = 0;
  while (left) {
    const rows = min(left, RUN_ROWS);
    for (let row: u32 = 0; row < rows; ++row) {
      const src = base + reduced.offset0;
      if (row == 0) {
        copyRow<T>(running, src, stride, columns);
      } else if (inPlace) {
        combineBlocks<T>(op, running, running, src, bytes);
      } else {
        copyRow<T>(region(RUN), src, stride, columns);
        combineBlocks<T>(op, running, running, region(RUN), bytes);
      }
      reduced.advance(1);
    }
    pushBlock<T>(op, running, bytes, runs++);
    left -= rows;
  }
  copyBytes(dst, collectBlock<T>(op, bytes, runs), used);
}

@inline
function copyRow<T>(dst: usize, src: usize, stride: usize, columns: u32): void {
  if (stride == sizeof<T>()) {
    copyBytes(dst, src, <usize>columns * sizeof<T>());
    return;
  }
  for (let i: u32 = 0; i < columns; ++i, dst += sizeof<T>(), src += stride) store<T>(dst, load<T>(src));
}

/** The instruction of MAP that combines two elements. */
function instructionOf(op: u32): u32 {
  switch (op) {
    case ReduceOp.SUM:
      return Op.ADD;
    case ReduceOp.PROD:
      return Op.MUL;
    case ReduceOp.MAX:
      return Op.MAX;
    case ReduceOp.MIN:
      return Op.MIN;
    case ReduceOp.AND:
      return Op.AND;
    default:
      return Op.OR;
  }
}

function combineBlocks<T>(op: u32, dst: usize, a: usize, b: usize, bytes: usize): void {
  if (isFloat<T>()) floatInstruction<T>(instructionOf(op), dst, a, b, 0, bytes);
  else integerInstruction(instructionOf(op), isSigned<T>() ? DType.INT32 : DType.UINT32, dst, a, b, 0, 0, bytes);
}

/** `push` for blocks. */
function pushBlock<T>(op: u32, running: usize, bytes: usize, runs: u32): void {
  let digit = region(DIGITS);
  for (; runs & 1; runs >>= 1, digit += BLOCK_BYTES) combineBlocks<T>(op, running, digit, running, bytes);
  copyBytes(digit, running, bytes);
}

/** `collect` for blocks; returns where the total is. */
function collectBlock<T>(op: u32, bytes: usize, runs: u32): usize {
  const lowest = ctz(runs);
  const total = region(DIGITS) + <usize>lowest * BLOCK_BYTES;
  let digit = total;
  for (runs >>= lowest + 1; runs; runs >>= 1) {
    digit += BLOCK_BYTES;
    if (runs & 1) combineBlocks<T>(op, total, digit, total, bytes);
  }
  return total;
}
