/** Calls of kernels that are modules of their own, so that only programs with them carry them. */
import { threadCount, threadIndex } from "./threads";

/** Where the host puts the function of this name of `linalg.ts`, in the table, before a list with a decomposition runs, */
export function linalg(_command: usize, _thread: u32, _threads: u32): void {
  unreachable();
}

/** and that of `special.ts`, before one with a rare function. */
export function special(_op: u32, _size: usize, _dst: usize, _a: usize, _b: usize, _c: usize, _bytes: usize): void {
  unreachable();
}

const linalgSlot: (command: usize, thread: u32, threads: u32) => void = linalg;
const specialSlot: (op: u32, size: usize, dst: usize, a: usize, b: usize, c: usize, bytes: usize) => void = special;

/** Runs a command with a decomposition, or this thread's part of it. */
export function runLinalg(command: usize): void {
  linalgSlot(command, threadIndex(), threadCount());
}

/** Runs a rare instruction on `bytes` bytes of operands of type T. */
@inline
export function runSpecial<T>(op: u32, dst: usize, a: usize, b: usize, c: usize, bytes: usize): void {
  specialSlot(op, sizeof<T>(), dst, a, b, c, bytes);
}
