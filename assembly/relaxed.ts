/** The innermost loops once more, for engines that have fused multiply-adds; see `microkernels.ts`. */
export { dots32, dots64, lanes32, lanes64, stream32, stream64, tile32, tile64 } from "./contract/microkernels";
