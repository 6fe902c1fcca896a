/** The call of a function of the host, as an operation. Derivatives pass it by; a batch is given to the function as a whole. */
import { keyOf } from "../ir/key.ts";
import { HostArray, hostArray, type NDArray } from "../ir/ndarray.ts";
import type { Primitive } from "../ir/primitive.ts";
import { bind } from "../ir/trace.ts";
import { moveAxis } from "../lax/shape.ts";

export interface HostCallParams {
  readonly call: (values: readonly HostArray[]) => void;
}

/** Calls `perform` with arrays in the host's memory: at once where they are there, else when they have been read. */
export function whenRead(values: readonly NDArray[], perform: (values: readonly HostArray[]) => void): void {
  const read = async (x: NDArray): Promise<HostArray> => hostArray(await x.data(), x.shape, x.dtype);
  if (values.every((x) => x instanceof HostArray)) perform(values);
  else void Promise.all(values.map(read)).then(perform);
}

export const hostCallPrimitive: Primitive<HostCallParams> = {
  name: "debug_callback",
  aval: () => [],
  jvp: (primals, _, params) => {
    bind(hostCallPrimitive, primals, params);
    return [[], []];
  },
  batch: (inputs, axes, params) => {
    const front = inputs.map((x, i) => (axes[i] === null ? x : moveAxis(x, axes[i]!, 0)));
    bind(hostCallPrimitive, front, params);
    return [[], []];
  },
  effect: (values, { call }) => whenRead(values, call),
  lowering: { kind: "barrier" },
  key: ({ call }) => keyOf(call),
  format: () => "",
};
