/**
 * The innermost loops as functions that can be exported: by the kernels, which call them through their table, and by
 * `relaxed.ts`, which is built with relaxed multiply-adds. A host may put functions of the latter in the places of
 * those that have the same names.
 */
import { multiplyDots } from "./dots";
import { multiplyTile } from "./microkernel";
import { multiplyLanes, multiplyStream } from "./stream";

export function tile32(a: usize, b: usize, steps: usize, count: u32, accumulate: bool, c: usize, rowTable: usize): u32 {
  return multiplyTile<f32>(a, b, steps, count, accumulate, c, rowTable);
}

export function tile64(a: usize, b: usize, steps: usize, count: u32, accumulate: bool, c: usize, rowTable: usize): u32 {
  return multiplyTile<f64>(a, b, steps, count, accumulate, c, rowTable);
}

export function dots32(
  a: usize,
  b: usize,
  rowTable: usize,
  columnTable: usize,
  inner: u32,
  dst: usize,
  pitch: usize,
): void {
  multiplyDots<f32>(a, b, rowTable, columnTable, inner, dst, pitch);
}

export function dots64(
  a: usize,
  b: usize,
  rowTable: usize,
  columnTable: usize,
  inner: u32,
  dst: usize,
  pitch: usize,
): void {
  multiplyDots<f64>(a, b, rowTable, columnTable, inner, dst, pitch);
}

export function stream32(
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
  multiplyStream<f32>(
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

export function stream64(
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
  multiplyStream<f64>(
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

export function lanes32(
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
  multiplyLanes<f32>(a, b, c, rows, from, to, columns, inner, rowTableA, rowTableC, innerTableA, innerTableB);
}

export function lanes64(
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
  multiplyLanes<f64>(a, b, c, rows, from, to, columns, inner, rowTableA, rowTableC, innerTableA, innerTableB);
}
