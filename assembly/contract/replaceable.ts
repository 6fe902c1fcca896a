/**
 * Calls of the innermost loops, through the module's table, so that a host may replace them.
 *
 * The rest of the kernels thus exists once, and runs strictly where the engine has no fused multiply-adds, or where
 * the bits of results must not depend on it. One call serves a whole tile or stretch.
 */
import { multiplyTile } from "./microkernel";
import { dots32, dots64, lanes32, lanes64, stream32, stream64, tile32, tile64 } from "./microkernels";

type Tile = (a: usize, b: usize, steps: usize, count: u32, accumulate: bool, c: usize, rowTable: usize) => u32;
type Dots = (a: usize, b: usize, rowTable: usize, columnTable: usize, inner: u32, dst: usize, pitch: usize) => void;
type Stream = (
  a: usize,
  b: usize,
  c: usize,
  items: u32,
  stepA: usize,
  stepB: usize,
  stepC: usize,
  rows: u32,
  from: u32,
  to: u32,
  columns: u32,
  inner: u32,
  rowTableA: usize,
  rowTableC: usize,
  innerTableA: usize,
  innerTableB: usize,
  accumulate: bool,
) => void;
type Lanes = (
  a: usize,
  b: usize,
  c: usize,
  rows: u32,
  from: u32,
  to: u32,
  columns: u32,
  inner: u32,
  rowTableA: usize,
  rowTableC: usize,
  innerTableA: usize,
  innerTableB: usize,
) => void;

const tile32Slot: Tile = tile32;
const tile64Slot: Tile = tile64;
const dots32Slot: Dots = dots32;
const dots64Slot: Dots = dots64;
const stream32Slot: Stream = stream32;
const stream64Slot: Stream = stream64;
const lanes32Slot: Lanes = lanes32;
const lanes64Slot: Lanes = lanes64;

/** Calls `multiplyTile`, or what the host has put in its place; integers have no other. */
@inline
export function tile<T>(
  a: usize,
  b: usize,
  steps: usize,
  count: u32,
  accumulate: bool,
  c: usize,
  rowTable: usize,
): void {
  if (isInteger<T>()) multiplyTile<T>(a, b, steps, count, accumulate, c, rowTable);
  else if (sizeof<T>() == 4) tile32Slot(a, b, steps, count, accumulate, c, rowTable);
  else tile64Slot(a, b, steps, count, accumulate, c, rowTable);
}

/** Calls `multiplyDots`, or what the host has put in its place. */
@inline
export function dots<T>(
  a: usize,
  b: usize,
  rowTable: usize,
  columnTable: usize,
  inner: u32,
  dst: usize,
  pitch: usize,
): void {
  if (sizeof<T>() == 4) dots32Slot(a, b, rowTable, columnTable, inner, dst, pitch);
  else dots64Slot(a, b, rowTable, columnTable, inner, dst, pitch);
}

/** Calls `multiplyStream`, or what the host has put in its place. */
@inline
export function stream<T>(
  a: usize,
  b: usize,
  c: usize,
  items: u32,
  stepA: usize,
  stepB: usize,
  stepC: usize,
  rows: u32,
  from: u32,
  to: u32,
  columns: u32,
  inner: u32,
  rowTableA: usize,
  rowTableC: usize,
  innerTableA: usize,
  innerTableB: usize,
  accumulate: bool,
): void {
  if (sizeof<T>() == 4)
    stream32Slot(
      a,
      b,
      c,
      items,
      stepA,
      stepB,
      stepC,
      rows,
      from,
      to,
      columns,
      inner,
      rowTableA,
      rowTableC,
      innerTableA,
      innerTableB,
      accumulate,
    );
  else
    stream64Slot(
      a,
      b,
      c,
      items,
      stepA,
      stepB,
      stepC,
      rows,
      from,
      to,
      columns,
      inner,
      rowTableA,
      rowTableC,
      innerTableA,
      innerTableB,
      accumulate,
    );
}

/** Calls `multiplyLanes`, or what the host has put in its place. */
@inline
export function lanes<T>(
  a: usize,
  b: usize,
  c: usize,
  rows: u32,
  from: u32,
  to: u32,
  columns: u32,
  inner: u32,
  rowTableA: usize,
  rowTableC: usize,
  innerTableA: usize,
  innerTableB: usize,
): void {
  if (sizeof<T>() == 4)
    lanes32Slot(a, b, c, rows, from, to, columns, inner, rowTableA, rowTableC, innerTableA, innerTableB);
  else lanes64Slot(a, b, c, rows, from, to, columns, inner, rowTableA, rowTableC, innerTableA, innerTableB);
}
