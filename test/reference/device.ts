/**
 * A second device, for tests alone: the compiler's steps in plain TypeScript. It proves that what lies above a device knows
 * none, and tells right from wrong for whole plans. Its limits are those that WebGPU guarantees.
 */
import { DTYPES, itemSize } from "../../src/base/dtypes.ts";
import { arrange, outputBytes } from "../../src/compile/layout.ts";
import type { Program } from "../../src/compile/program.ts";
import type { Target } from "../../src/compile/target.ts";
import type { Device, Plan } from "../../src/device/device.ts";
import type { Aval } from "../../src/ir/aval.ts";
import { HostArray, type NDArray, storageOf } from "../../src/ir/ndarray.ts";
import { interpret } from "./interpreter.ts";

export const referenceTarget: Target = {
  name: "reference",
  itemSize: Object.fromEntries(DTYPES.map((dtype) => [dtype, itemSize(dtype)])),
  hasOwn: false,
  maxValues: 24,
  maxBuffers: 8,
  alignment: 16,
  reservedBytes: 0,
  tile: () => [1, 1],
  halves: false,
  refine: (step) => [step],
};

interface ReferencePlan extends Plan {
  readonly program: Program;
  readonly outputs: readonly Aval[];
}

function hostArray(x: NDArray): HostArray {
  if (x instanceof HostArray) return x;
  throw new TypeError("reference: an array without values");
}

/** How many plans the device has run, so that a test can tell that it was this one. */
export const runs = { count: 0 };

export const reference: Device<ReferencePlan, HostArray> = {
  name: referenceTarget.name,
  target: referenceTarget,
  plan: (program, outputs) => ({
    program,
    outputs,
    peakBytes: arrange(program, referenceTarget).end + outputBytes(program, referenceTarget),
    largestBuffer: 0,
    bytes: 1000 * program.steps.length,
  }),
  run({ program, outputs }, arrays) {
    runs.count++;
    const inputs = arrays.map((x) => storageOf(hostArray(x)));
    const results = interpret(program, inputs, [...program.constants.values()].map(storageOf));
    return results.map((storage, i) => new HostArray(storage, outputs[i]));
  },
  upload: (array) => array,
  read: (array) => array,
  memoryLimit: () => 2 ** 32,
  largestBuffer: () => Number.POSITIVE_INFINITY,
  done: () => Promise.resolve(),
  rates: () => ({ contract: 1e9, map: 1e9, memory: 1e9 }),
};
