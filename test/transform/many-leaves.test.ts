/** Trees of more leaves than a call can have arguments: 125,000, where the engine's stack takes about 120,000. */
import { array, grad, jit, jvp, lax, type NDArray, numpy as np, vmap } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { numbers } from "../support/arrays.ts";

const COUNT = 125_000;
const many = (shape: number[] = []): NDArray[] => {
  const x = np.ones(shape);
  return Array.from({ length: COUNT }, () => x);
};
/** Twice the first leaf and three times the last. */
const ends = (xs: NDArray[]): NDArray => np.add(np.multiply(2, xs[0]!), np.multiply(3, xs[COUNT - 1]!));

test("jit", () => assert.is(jit(ends)(many()).item(), 5));

test("jit gives as many", () => {
  const out = jit((x: NDArray) => Array.from({ length: COUNT }, (_, i) => (i === 7 ? np.add(x, 1) : x)))(array(1));
  assert.equal([out.length, out[7]!.item(), out[COUNT - 1]!.item()], [COUNT, 2, 1]);
});

test("grad", () => {
  const d = grad(ends)(many());
  assert.equal([d.length, d[0]!.item(), d[1]!.item(), d[COUNT - 1]!.item()], [COUNT, 2, 0, 3]);
});

test("jvp", () => assert.is(jvp(ends, [many()], [many()])[1].item(), 5));

test("vmap", () => assert.equal(numbers(vmap(ends)(many([2]))), [5, 5]));

test("a loop carries them", () => {
  const [carry] = lax.scan((xs: NDArray[]) => [[ends(xs), ...xs.slice(1)], null], many(), null, { length: 2 });
  assert.is((carry as NDArray[])[0]!.item(), 13);
});

test.run();
