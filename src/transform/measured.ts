/** What a call of a compiled function would take, found without running it; apart from `jit`, which does without. */
import { type Cost, costOf } from "../compile/cost.ts";
import { type Device, deviceOf } from "../device/device.ts";
import type { TreeFunction } from "./flat.ts";
import type { CompiledFunction } from "./jit.ts";

/** The bytes of memory that a call takes at its peak; endless where one of its arrays is larger than the device can hold. */
export function memoryOfCall(
  forms: CompiledFunction,
  f: TreeFunction,
  args: readonly unknown[],
  variant: string,
): number {
  const [entry, inputs] = forms.find(f, args, variant, true);
  const device = deviceOf(inputs);
  const { peakBytes, largestBuffer } = entry.planFor(device);
  return largestBuffer > device.largestBuffer() ? Number.POSITIVE_INFINITY : peakBytes;
}

/** What a call costs on a device. */
export function costOfCall(
  forms: CompiledFunction,
  f: TreeFunction,
  args: readonly unknown[],
  variant: string,
  device: Device,
): Cost {
  const [{ costs, traced }] = forms.find(f, args, variant, false);
  const cost = costs.get(device) ?? costOf(traced.program.jaxpr, device.target, device.rates());
  costs.set(device, cost);
  return cost;
}
