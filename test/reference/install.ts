/** Makes the reference device the one that programs run on; for `--device reference` of the test runners. */
import "../../src/entry/node.ts";
import { setStandardDevice } from "../../src/device/device.ts";
import { reference, runs } from "./device.ts";

setStandardDevice(reference);

/** How many plans have run on it. */
export const runsOnReference = (): number => runs.count;
