/**
 * Who owns which bytes of the scratch region.
 *
 * The records of strided views come first, since every kernel has some; the rest belongs to whichever
 * command runs. All regions begin on a multiple of 16 bytes.
 */
import { BLOCK, MAX_REGISTERS, SCRATCH_BYTES } from "./opcodes";
import { AXES_BYTES, Axes } from "./axes";

/** The scratch region's address; `execute` sets it. */
let scratch: usize = 0;

// One record per MAP register is the most that any command needs.
@inline const FREE: usize = <usize>MAX_REGISTERS * AXES_BYTES;

/** Takes the scratch region that the command list names. */
export function useScratch(address: usize): void {
  scratch = address;
}

/** The record number `index` of a strided view. */
@inline
export function axesAt(index: i32): Axes {
  return changetype<Axes>(scratch + <usize>index * AXES_BYTES);
}

/** The address of a region that begins `offset` bytes into the part that commands share. */
@inline
export function region(offset: usize): usize {
  return scratch + FREE + offset;
}

/** Bytes available from `region(0)` on. */
@inline export const REGION_BYTES: usize = <usize>SCRATCH_BYTES - FREE;

/**
 * Bytes from one block of elements to the next. A power of two would put all MAP registers in the same
 * cache sets, and would make loads wait for unrelated stores whose addresses have the same low bits.
 */
@inline export const BLOCK_BYTES: usize = BLOCK * 8 + 2048 + 320;
