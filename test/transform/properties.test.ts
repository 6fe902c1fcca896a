/** The laws that random programs are held to notice what breaks them. */
import { array, customJvp, lax, type NDArray } from "cotangent";
import { test } from "uvu";
import { assertThrows } from "../support/arrays.ts";
import { assertSame, checkJit, checkJvp, checkVjp, checkVmap } from "../support/properties.ts";

const x = array([0.3, -0.7, 1.1], { dtype: "float64" });
const square = (y: NDArray): NDArray => lax.mul(y, y);

test("a wrong derivative is no difference quotient", () => {
  const wrong = customJvp(square);
  wrong.defjvp(([y], [t]) => [square(y), lax.mul(lax.mul(t, y), 2.001)]);
  checkJvp(square, [x], 1e-6);
  assertThrows(() => checkJvp(wrong as never, [x], 1e-4), "jvp: element");
});

test("a pullback of something else is no transpose", () => {
  let calls = 0;
  const changing = (y: NDArray): NDArray => lax.mul(y, ++calls);
  assertThrows(() => checkVjp(changing, [x], 1e-8), "<J^T ct, dx>");
  checkVjp(square, [x], 1e-12);
});

test("what differs when compiled or in a batch is found, and the smallest difference of values", () => {
  let calls = 0;
  const impure = (y: NDArray): NDArray => lax.mul(y, ++calls);
  assertThrows(() => checkJit(impure, [x], 1e-11), "jit: element");
  assertThrows(() => checkVmap(impure, [x]), "vmap");
  checkVmap(square, [x]);
  assertThrows(() => assertSame(x, lax.add(x, 1e-9), 1e-10), "element 0");
  assertThrows(() => assertSame(x, lax.convertElementType(x, "float32"), 1), "dtype");
});

test.run();
