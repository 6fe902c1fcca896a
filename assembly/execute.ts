/** The interpreter's outer loop: one command after the other. */
import { argsort } from "./move/argsort";
import { contractBy } from "./contract/index";
import { copy, fillCommand, slice } from "./move/copy";
import { gatherRows, scatterRows } from "./move/indexing";
import { useScratch } from "./scratch";
import { map } from "./map/index";
import { Command, ENDLESS, LIST, SCRATCH_BYTES, SHARED } from "./opcodes";
import { reduce } from "./reduce/index";
import { runLinalg } from "./replaceable";
import { agree, meet, takesPart, useThread } from "./threads";

/** Adds the kernels of the module that lies in so many bytes at an address, in the host's way. */
@external("env", "add")
declare function add(address: usize, bytes: u32): void;

/**
 * Runs a command list as thread number `thread` of `threads`: word 0 is the address of the first thread's scratch region,
 * word 1 that of the others' regions, one after the other; then come the commands. The list lies behind all arrays, so that
 * where an element is, a whole vector may be read.
 */
export function execute(list: usize, thread: u32, threads: u32): void {
  useThread(thread, threads);
  if (thread == 0) {
    store<u32>(LIST, list);
    meet();
  }
  useScratch(thread == 0 ? load<u32>(list) : load<u32>(list, 4) + (thread - 1) * SCRATCH_BYTES);
  run(list + 8, usize.MAX_VALUE, 0);
  meet();
}

/** Runs every list that the first thread runs, for ever. */
export function work(thread: u32, threads: u32): void {
  useThread(thread, threads);
  while (true) {
    meet();
    execute(load<u32>(LIST), thread, threads);
  }
}

/** Runs the commands up to `end` in a loop's trip number `trip`, and tells whether the loop goes on. */
function run(command: usize, end: usize, trip: u32): bool {
  while (command < end) {
    let next = command + ((<usize>load<u32>(command, 4)) << 2);
    const code = load<u32>(command);
    switch (code) {
      case Command.END:
        return true;
      case Command.LOOP: {
        const trips = load<u32>(command, 8);
        const after = next + ((<usize>load<u32>(command, 12)) << 2);
        for (let i: u32 = 0; i < trips || trips == ENDLESS; ++i) if (!run(next, after, i)) break;
        next = after;
        break;
      }
      case Command.BRANCH:
        agree();
        if (load<u32>(load<u32>(command, 8)) != load<u32>(command, 12)) next += (<usize>load<u32>(command, 16)) << 2;
        break;
      case Command.LEAVE:
        agree();
        if (!load<u8>(load<u32>(command, 8))) return false;
        break;
      case Command.ADD:
        add(load<u32>(command, 8), load<u32>(command, 12));
        break;
      case Command.SLICE:
        if (takesPart(false)) slice(command, trip);
        break;
      default:
        if (takesPart((code & SHARED) != 0)) compute(command, code & ~SHARED);
    }
    command = next;
  }
  return true;
}

/** Runs one command that computes, or this thread's part of it. */
function compute(command: usize, code: u32): void {
  switch (code) {
    case Command.COPY:
      copy(command);
      break;
    case Command.FILL:
      fillCommand(command);
      break;
    case Command.MAP:
      map(command);
      break;
    case Command.REDUCE:
      reduce(command);
      break;
    case Command.CONTRACT:
    case Command.CONTRACT_HALF:
      contractBy(command, code == Command.CONTRACT_HALF);
      break;
    case Command.GATHER:
      gatherRows(command);
      break;
    case Command.SCATTER_ADD:
      scatterRows(command);
      break;
    case Command.ARGSORT:
      argsort(command);
      break;
    case Command.CHOLESKY:
    case Command.TRIANGULAR_SOLVE:
    case Command.LU:
    case Command.LU_SOLVE:
    case Command.HOUSEHOLDER:
    case Command.JACOBI:
    case Command.EIGEN:
    case Command.SVD:
      runLinalg(command);
      break;
    default:
      // A list from another version: stopping beats computing something else.
      unreachable();
  }
}
