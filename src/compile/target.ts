/** What a device tells the compiler of itself. */
import type { DType } from "../base/dtypes.ts";
import { UnsupportedError } from "../base/errors.ts";
import type { Equation } from "../ir/jaxpr.ts";
import { innerSteps, type Step } from "./program.ts";

export interface Target {
  /** The device's name, for errors and keys of caches. */
  readonly name: string;
  /** The bytes of an element in the device's memory, by dtype; a dtype that isn't there can't be computed with. */
  readonly itemSize: Readonly<Partial<Record<DType, number>>>;
  /** Whether it has the kernels that not every device has. */
  readonly hasOwn: boolean;
  /** The most values that one fused elementwise program may hold, its inputs, constants and intermediates, */
  readonly maxValues: number;
  /** and the most buffers that it may read and write. */
  readonly maxBuffers: number;
  /** Buffers begin at multiples of so many bytes, */
  readonly alignment: number;
  /** after so many that the device keeps for itself. */
  readonly reservedBytes: number;
  /** The rows and columns of the innermost block of a product: a larger side counts as the next multiple. */
  tile(dtype: DType): readonly [rows: number, columns: number];
  /** Whether a product that equals its transpose is computed by the blocks on its diagonal and on one side of it. */
  readonly halves: boolean;
  /** A step as those that the device runs in its place. */
  refine(step: Step): readonly Step[];
}

/** The bytes of an element in a device's memory. */
export function bytesOfItem(target: Target, dtype: DType): number {
  const bytes = target.itemSize[dtype];
  if (bytes === undefined) throw new Error(`internal: the device has no ${dtype}`);
  return bytes;
}

/** Throws for an equation with a dtype that a device lacks. */
export function checkSupported({ primitive, inputs, outputs }: Equation, target: Target): void {
  for (const { aval } of [...inputs, ...outputs]) {
    if (target.itemSize[aval.dtype] !== undefined) continue;
    throw new UnsupportedError(
      `${primitive.name}: the device ${target.name} has no ${aval.dtype}; use x.astype("float32") or withDevice("cpu", f).`,
    );
  }
}

/** Steps, and those inside of them, as a device runs them. */
export function refined(steps: readonly Step[], target: Target): Step[] {
  return steps.flatMap((step): readonly Step[] => {
    if (step.kind === "loop") return [{ ...step, body: refined(step.body, target) }];
    if (step.kind === "branch") return [{ ...step, bodies: innerSteps(step).map((body) => refined(body, target)) }];
    return target.refine(step);
  });
}
