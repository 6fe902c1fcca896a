/** The registers of MAP: a table of pointers in scratch, and after it each one's own place. */
import { MAX_REGISTERS } from "../opcodes";
import { BLOCK_BYTES, region } from "../scratch";

/** Where the registers' own places begin. */
@inline export const STORAGE: usize = 4 * MAX_REGISTERS;

/** Where a register's elements are for this block. */
@inline
export function registerAt(register: u32): usize {
  return load<u32>(region((<usize>register) << 2));
}

@inline
export function pointRegister(register: u32, address: usize): void {
  store<u32>(region((<usize>register) << 2), address);
}

/** A register's own place in scratch, after the table of pointers. */
@inline
export function storageOf(register: u32): usize {
  return region(STORAGE + <usize>register * BLOCK_BYTES);
}
