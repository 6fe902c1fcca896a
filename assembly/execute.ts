/** The interpreter's outer loop: one command after the other. */
import { argsort } from "./argsort";
import { contractCommand } from "./contract";
import { copy, fillCommand } from "./copy";
import { gatherRows, scatterRows } from "./indexing";
import { useScratch } from "./layout";
import { linalg } from "./linalg";
import { map } from "./map";
import { Command } from "./opcodes";
import { reduce } from "./reduce";

/** Runs a command list: word 0 is the scratch region's address, word 1 is reserved, then come the commands. */
export function execute(list: usize): void {
  useScratch(load<u32>(list));
  let command = list + 8;
  while (true) {
    switch (load<u32>(command)) {
      case Command.END:
        return;
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
        contractCommand(command);
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
        linalg(command);
        break;
      default:
        // A list from another version: stopping beats computing something else.
        unreachable();
    }
    command += <usize>load<u32>(command, 4) << 2;
  }
}
