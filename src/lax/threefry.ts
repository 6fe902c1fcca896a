/** The counter-based generator behind `random`: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (2011). */
import { entry } from "../base/lists.ts";
import type { Aval } from "../ir/aval.ts";
import { makeAval } from "../ir/aval.ts";
import type { NDArray } from "../ir/ndarray.ts";
import type { Primitive } from "../ir/primitive.ts";
import { bind } from "../ir/trace.ts";
import { alignBatch } from "./elementwise.ts";

const threefryPrimitive: Primitive<null> = {
  name: "threefry2x32",
  aval: (inputs) => {
    const shape = inputs.reduce<Aval>((a, b) => (b.shape.length > a.shape.length ? b : a), entry(inputs, 0)).shape;
    return [makeAval(shape, "uint32"), makeAval(shape, "uint32")];
  },
  jvp: (primals) => [bind(threefryPrimitive, primals, null), [null, null]],
  batch: (inputs, axes) => {
    const [aligned, axis] = alignBatch(inputs, axes);
    return [bind(threefryPrimitive, aligned, null), [axis, axis]];
  },
  lowering: {
    kind: "map",
    emit: (e, x) => [e.op("THREEFRY_A", "uint32", x), e.op("THREEFRY_B", "uint32", x)],
  },
};

/** The two output words for key words `k1`, `k2` and counter words `x1`, `x2`; all `uint32` of one shape. */
export function threefry2x32(k1: NDArray, k2: NDArray, x1: NDArray, x2: NDArray): [NDArray, NDArray] {
  return bind(threefryPrimitive, [k1, k2, x1, x2], null) as [NDArray, NDArray];
}
