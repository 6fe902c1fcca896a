import { array, jit, lax, type NDArray, numpy as np } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertThrows, numbers } from "../support/arrays.ts";
import { assertSame, checkAll, checkVmap, randomArray } from "../support/properties.ts";

const int = (value: number): NDArray => array(Int32Array.of(value), { shape: [] });

/** Where JAX moves a slice to: negative starts count from the end, then it must fit. */
const start = (given: number, n: number, size: number): number =>
  Math.max(0, Math.min(given < 0 ? given + n : given, n - size));

test("slices and updates wherever they begin", () => {
  const x = randomArray([3, 5], 1);
  const update = randomArray([2, 3], 2);
  for (const i of [-9, -2, 0, 1, 2, 9]) {
    for (const j of [-3, 0, 2, 4]) {
      const [a, b] = [start(i, 3, 2), start(j, 5, 3)];
      const expected = lax.slice(x, { startIndices: [a, b], limitIndices: [a + 2, b + 3] });
      assertSame(lax.dynamicSlice(x, [int(i), j], { sliceSizes: [2, 3] }), expected, 0, `${i} ${j}`);
      const data = numbers(x).map((v, k) => {
        const [row, column] = [Math.floor(k / 5) - a, (k % 5) - b];
        return row >= 0 && row < 2 && column >= 0 && column < 3 ? numbers(update)[row * 3 + column] : v;
      });
      const updated = array(data, { shape: [3, 5], dtype: "float64" });
      assertSame(lax.dynamicUpdateSlice(x, update, [i, int(j)]), updated, 0, `update ${i} ${j}`);
    }
  }
});

test("derivatives of both orders, batches of everything", () => {
  const [x, update] = [randomArray([3, 4], 1), randomArray([2, 4], 2)];
  const f = (y: NDArray, i: NDArray): NDArray => lax.dynamicSlice(lax.square(y), [i, 0], { sliceSizes: [2, 3] });
  const g = (y: NDArray, u: NDArray, i: NDArray): NDArray =>
    lax.dynamicUpdateSlice(lax.square(y), lax.square(u), [i, 0]);
  checkAll((y: NDArray) => f(y, int(1)), [x], "slice", 2);
  checkAll((y: NDArray, u: NDArray) => g(y, u, int(1)), [x, update], "update", 2);
  checkVmap(f, [x, int(1)], [{}, { low: -5, high: 5 }]);
  checkVmap(g, [x, update, int(1)], [{}, {}, { low: -5, high: 5 }]);
});

test("along one axis", () => {
  const x = randomArray([3, 4], 1);
  const row = (i: number): NDArray => lax.sliceInDim(x, i, i + 1);
  assertSame(lax.dynamicSliceInDim(x, int(-2), 2, 1), lax.sliceInDim(x, 2, 4, { axis: 1 }), 0);
  assertSame(lax.dynamicIndexInDim(x, int(1)), row(1), 0);
  assertSame(
    jit((i: NDArray) => lax.dynamicIndexInDim(x, i, { axis: -2, keepdims: false }))(int(2)),
    lax.squeeze(row(2)),
    0,
  );
  const doubled = lax.concatenate([row(0), lax.mul(row(1), 2), row(2)], { dimension: 0 });
  assertSame(lax.dynamicUpdateIndexInDim(x, lax.squeeze(lax.mul(row(1), 2)), int(1)), doubled, 0);
  assertSame(lax.dynamicUpdateSliceInDim(x, lax.mul(row(1), 2), 1), doubled, 0);
  assert.is(lax.dynamicSlice(x, [5, 5], { sliceSizes: [3, 4] }), x);
  assert.equal(lax.dynamicSlice(np.zeros([0, 2]), [1, 1], { sliceSizes: [0, 1] }).shape, [0, 1]);
  assertSame(lax.dynamicUpdateSlice(x, np.zeros([3, 0], { dtype: "float64" }), [0, 0]), x, 0);
});

test("mistakes", () => {
  const x = np.zeros([3, 4]);
  assertThrows(() => lax.dynamicSlice(x, [0], { sliceSizes: [1, 1] }), "lax.dynamicSlice", "(3, 4)", "got 1");
  assertThrows(() => lax.dynamicSlice(x, [0, 0], { sliceSizes: [4, 1] }), "sizes (4, 1)");
  assertThrows(() => lax.dynamicSlice(x, [0.5, 0], { sliceSizes: [1, 1] }), "startIndices must be integers");
  assertThrows(() => lax.dynamicSlice(x, [0, 0], {} as never), '"sliceSizes" is missing');
  assertThrows(() => lax.dynamicUpdateSlice(x, np.zeros([1, 5]), [0, 0]), "lax.dynamicUpdateSlice", "(1, 5)");
});

test.run();
