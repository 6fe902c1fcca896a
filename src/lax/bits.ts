/** Operations on the bits of numbers. */
import { type DType, isDType } from "../base/dtypes.ts";
import { describe, noMore } from "../base/errors.ts";
import type { MapOp } from "../ir/map-ops.ts";
import type { NDArray } from "../ir/ndarray.ts";
import type { One, Two } from "../ir/primitive.ts";
import { bind1 } from "../ir/trace.ts";
import { makeElementwise } from "./elementwise.ts";
import { integers } from "./logic.ts";
import type { Binary } from "./nary.ts";
import { type ArrayLike, asArray } from "./operands.ts";

/** The upper 32 of a product's 64 bits. Source: `jax.lax.mulhi`. @example lax.mulhi(65536, 65536) // 1 */
export const mulhi = /* @__PURE__ */ integers(
  "lax.mulhi",
  /* @__PURE__ */ makeElementwise<null, Two>({
    name: "mulhi",
    emit: (e, [x, y], [aval]) => {
      const op = (name: MapOp, a: number, b: number): number => e.op(name, dtype, [a, b]);
      const { dtype } = aval as { dtype: DType };
      const [sixteen, mask] = [e.constant(16, dtype), e.constant(0xffff, dtype)];
      const [xs, ys] = [x, y].map((v) => [op("AND", v as number, mask), op("SHR_LOGICAL", v as number, sixteen)]);
      const [xLow, xHigh, yLow, yHigh] = [...(xs as number[]), ...(ys as number[])] as [number, number, number, number];
      // By halves, as on paper: nothing overflows.
      const first = op("ADD", op("MUL", xHigh, yLow), op("SHR_LOGICAL", op("MUL", xLow, yLow), sixteen));
      const second = op("ADD", op("MUL", xLow, yHigh), op("AND", first, mask));
      const carried = op("ADD", op("SHR_LOGICAL", first, sixteen), op("SHR_LOGICAL", second, sixteen));
      const unsigned = op("ADD", op("MUL", xHigh, yHigh), carried);
      if (dtype === "uint32") return unsigned;
      const sign = e.constant(31, dtype);
      const ofNegative = (a: number, b: number): number => op("AND", op("SHR_ARITHMETIC", a, sign), b);
      return op("SUB", op("SUB", unsigned, ofNegative(x, y)), ofNegative(y, x));
    },
    derivatives: [null, null],
  }),
  2,
  false,
) as Binary;

const bitcastPrimitive = /* @__PURE__ */ makeElementwise<{ readonly newDtype: DType }, One>({
  name: "bitcast_convert_type",
  emit: (e, x, [aval], { newDtype }) => e.op("MOVE", aval.dtype, x, newDtype),
  dtype: (_, { newDtype }) => newDtype,
  weak: () => false,
  derivatives: [null],
});

/**
 * The same bits read as numbers of another dtype of 32 bits (`float32`, `int32`, `uint32`).
 * Source: `jax.lax.bitcast_convert_type`.
 * @example lax.bitcastConvertType(np.array([1]), "int32") // [1065353216]
 */
export function bitcastConvertType(x: ArrayLike, newDtype: DType, ...rest: never[]): NDArray {
  const fn = "lax.bitcastConvertType";
  noMore(fn, rest);
  const operand = asArray(fn, x);
  if (operand.dtype === newDtype) return operand;
  const short = (dtype: DType): boolean => isDType(dtype) && dtype.endsWith("32");
  if (!short(operand.dtype) || !short(newDtype)) {
    throw new TypeError(`${fn}: goes between dtypes of 32 bits, got ${operand.dtype} and ${describe(newDtype)}.`);
  }
  return bind1(bitcastPrimitive, [operand], { newDtype });
}
