/**
 * Who computes which part of a command.
 *
 * Every thread runs the same list, and every kernel takes its own slice of the results. Sums are never
 * split among threads, so that a result has the same bits whatever their number.
 */

let thread: u32 = 0;
let threads: u32 = 1;

/** Says which of how many threads this instance is. */
export function useThread(index: u32, count: u32): void {
  thread = index;
  threads = count;
}

/** Which of the threads that share the present command this one is. */
@inline
export function threadIndex(): u32 {
  return thread;
}

/** How many threads share the present command. */
@inline
export function threadCount(): u32 {
  return threads;
}

/** Where the slice of thread `index` begins. */
function cut(total: u32, granularity: u32, index: u32): u32 {
  const parts = (<u64>total + granularity - 1) / granularity;
  return min(total, <u32>(parts * index / threads * granularity));
}

/** Where this thread's slice of `total` things begins: at a multiple of `granularity`, like every slice. */
export function sliceStart(total: u32, granularity: u32): u32 {
  return cut(total, granularity, thread);
}

/** Where this thread's slice of `total` things ends: where the next thread's begins. */
export function sliceEnd(total: u32, granularity: u32): u32 {
  return cut(total, granularity, thread + 1);
}
