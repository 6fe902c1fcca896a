/** EIGEN and SVD alone, in the memory of the kernels, whose products they call. */
import { symmetric } from "./linalg/eigen";
import { singular } from "./linalg/singular";
import { Command } from "./opcodes";

export function eigen(command: usize): void {
  if (load<u32>(command) == Command.SVD) singular(command);
  else symmetric(command);
}
