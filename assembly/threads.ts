/**
 * Who computes which part of a command, and when.
 *
 * Every thread runs the same list, and every kernel takes its own slice of the results. Sums are never
 * split among threads, so that a result has the same bits whatever their number. Between commands the
 * threads meet, unless the first thread alone computes both.
 */
import { ARRIVED, ROUND, SLEEPERS } from "./opcodes";

/** Sleeps until the word at an address is another value; the host knows whether and how it may. */
@external("env", "wait")
declare function wait(address: usize, value: u32): void;

// Looks at a word before going to sleep, about 50 microseconds: a thread that sleeps takes as long to wake up.
@inline const SPINS: u32 = 50000;

// What the latest commands were: none since the threads met, the first thread's alone, or of all.
@inline const NOTHING: u32 = 0;
@inline const ALONE: u32 = 1;
@inline const TOGETHER: u32 = 2;

/** This instance's number, and how many run the list. */
let self: u32 = 0;
let team: u32 = 1;

/** The same for the present command. */
let thread: u32 = 0;
let threads: u32 = 1;

let latest: u32 = NOTHING;

/** Says which of how many threads this instance is. */
export function useThread(index: u32, count: u32): void {
  self = index;
  team = count;
  thread = index;
  threads = count;
  latest = NOTHING;
}

/** Waits until all threads are here. */
export function meet(): void {
  if (team == 1) return;
  const round = atomic.load<u32>(ROUND);
  if (atomic.add<u32>(ARRIVED, 1) != team - 1) {
    awaitRound(round);
    return;
  }
  atomic.store<u32>(ARRIVED, 0);
  atomic.store<u32>(ROUND, round + 1);
  if (atomic.load<u32>(SLEEPERS) != 0) atomic.notify(ROUND, -1);
}

/** Waits until a round is over: awake for a while, then asleep. */
function awaitRound(round: u32): void {
  for (let i: u32 = 0; i < SPINS; ++i) if (atomic.load<u32>(ROUND) != round) return;
  atomic.add<u32>(SLEEPERS, 1);
  while (atomic.load<u32>(ROUND) == round) wait(ROUND, round);
  atomic.sub<u32>(SLEEPERS, 1);
}

/** Waits for the others' results where the coming command may need them, and tells whether this thread takes part in it. */
export function takesPart(shared: bool): bool {
  if (team == 1) return true;
  if (latest == TOGETHER || (shared && latest == ALONE)) meet();
  latest = shared ? TOGETHER : ALONE;
  thread = shared ? self : 0;
  threads = shared ? team : 1;
  return shared || self == 0;
}

/** Must be called before all threads read what a command has written, in order to go the same way. */
export function agree(): void {
  if (latest != NOTHING) meet();
  // The next command may overwrite what was read.
  latest = TOGETHER;
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
  return min(total, <u32>(((parts * index) / threads) * granularity));
}

/** Where this thread's slice of `total` things begins: at a multiple of `granularity`, like every slice. */
export function sliceStart(total: u32, granularity: u32): u32 {
  return cut(total, granularity, thread);
}

/** Where this thread's slice of `total` things ends: where the next thread's begins. */
export function sliceEnd(total: u32, granularity: u32): u32 {
  return cut(total, granularity, thread + 1);
}
