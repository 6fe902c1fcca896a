/** A value that derivatives don't look through. */
import { noMore } from "../base/errors.ts";
import type { NDArray } from "../ir/ndarray.ts";
import type { One, Primitive } from "../ir/primitive.ts";
import { bind1 } from "../ir/trace.ts";
import { type ArrayLike, asArray } from "./operands.ts";

const stopGradientPrimitive: Primitive<null, One> = {
  name: "stop_gradient",
  aval: ([x]) => [x],
  jvp: ([x]) => [[stopGradient(x)], [null]],
  transpose: () => [null],
  batch: ([x], [axis]) => [[stopGradient(x)], [axis]],
  lowering: { kind: "view", view: (input) => input },
};

/**
 * The array itself, as a constant for derivatives of every order. Source: `jax.lax.stop_gradient`.
 * @example grad((x) => np.multiply(stopGradient(x), x))(np.array(3)) // 3
 */
export function stopGradient(x: ArrayLike, ...rest: never[]): NDArray {
  noMore("lax.stopGradient", rest);
  return bind1(stopGradientPrimitive, [asArray("lax.stopGradient", x)], null);
}
