import { array, jvp, lax, type NDArray, numpy as np, vjp } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertThrows, indices, numbers, offsetOf } from "../support/arrays.ts";
import { assertSame, checkAll, checkVmap, randomArray } from "../support/properties.ts";

const order = (a: number, b: number): number =>
  Number.isNaN(a) || Number.isNaN(b) ? Number(Number.isNaN(a)) - Number(Number.isNaN(b)) : Math.sign(a - b);

/** The places along an axis in ascending (or descending) order, equal elements as they stand. */
function places(x: NDArray, axis: number, descending = false): NDArray {
  const data = numbers(x);
  const result = new Int32Array(x.size);
  for (const index of indices(x.shape).filter((i) => i[axis] === 0)) {
    const at = (i: number): number =>
      offsetOf(
        index.map((v, a) => (a === axis ? i : v)),
        x.shape,
      );
    const sorted = Array.from({ length: x.shape[axis] }, (_, i) => i).sort((i, j) => {
      const by = order(data[at(i)], data[at(j)]);
      return (descending ? -by : by) || i - j;
    });
    sorted.forEach((from, i) => {
      result[at(i)] = from;
    });
  }
  return array(result, { shape: [...x.shape] });
}

test("numpy.sort and argsort along every axis, both ways, for every dtype", () => {
  for (const dtype of ["float32", "float64", "int32", "uint32", "bool"] as const) {
    const x = np.astype(randomArray([3, 7, 4], 2, { low: 0, high: 5, dtype: "int32" }), dtype);
    for (const axis of [0, 1, 2]) {
      for (const descending of [false, true]) {
        const expected = places(x, axis, descending);
        assertSame(np.argsort(x, { axis, descending }), expected, 0, `argsort ${dtype} ${axis}`);
        const values = np.takeAlongAxis(x, expected, { axis });
        assertSame(np.sort(x, { axis, descending }), values, 0, `sort ${dtype} ${axis}`);
      }
    }
    assertSame(np.sort(x, { axis: null }), np.sort(np.ravel(x)), 0);
    assertSame(lax.sort(x, { dimension: 1 }), np.sort(x, { axis: 1 }), 0);
  }
});

test("NaN is the largest and the zeros are equal, as in JAX", () => {
  const x = array([3, Number.NaN, -0, 0, Number.NEGATIVE_INFINITY, Number.NaN, -0]);
  assert.equal(numbers(np.argsort(x)), [4, 2, 3, 6, 0, 1, 5]);
  assert.ok(Object.is(numbers(np.sort(x))[1], -0) && Object.is(numbers(np.sort(x))[2], 0));
  const y = array([1, 2, 1, 2, Number.NaN]);
  assert.equal(numbers(np.argsort(y, { descending: true })), [4, 1, 3, 0, 2]);
  assert.equal(numbers(np.sort(y, { descending: true })), [Number.NaN, 2, 2, 1, 1]);
});

test("derivatives follow the elements, with ties as in JAX", () => {
  const x = randomArray([3, 4], 5);
  for (const axis of [0, 1]) {
    checkAll((y: NDArray) => lax.square(np.sort(y, { axis })), [x], `sort ${axis}`, 2);
    checkVmap((y: NDArray) => [np.sort(y, { axis }), np.argsort(y, { axis, descending: true })], [x]);
  }
  const [, pullback] = vjp(np.sort, array([2, 1, 1])) as unknown as [NDArray, (ct: NDArray) => [NDArray]];
  assert.equal(numbers(pullback(array([1, 2, 3]))[0]), [3, 1, 2]);
  const [, tangent] = jvp(np.argsort, [array([2, 1, 1])], [array([1, 1, 1])]) as [NDArray, NDArray];
  assert.equal(numbers(tangent), [0, 0, 0]);
});

test("several arrays by one or more keys", () => {
  const [a, b] = [array([1, 1, 0], { dtype: "int32" }), array([3, 2, 1])];
  assert.equal(lax.sort([a, b]).map(numbers), [
    [0, 1, 1],
    [1, 3, 2],
  ]);
  assert.equal(lax.sort([a, b], { numKeys: 2 }).map(numbers), [
    [0, 1, 1],
    [1, 2, 3],
  ]);
  const x = randomArray([3, 2], 1);
  checkAll(
    (y: NDArray, z: NDArray) => lax.sort([y, lax.square(z)], { dimension: 0 }),
    [x, randomArray([3, 2], 2)],
    "2",
    2,
  );
});

test("topK, as in JAX", () => {
  const x = array([1, 2, Number.NaN, 1, 2]);
  assert.equal(lax.topK(x, 4).map(numbers), [
    [Number.NaN, 2, 2, 1],
    [2, 1, 4, 0],
  ]);
  const y = randomArray([3, 5], 2);
  const sorted = np.argsort(y, { axis: 0, descending: true });
  assertSame(lax.topK(y, 2, { axis: 0 })[1], np.at(sorted, ":2"), 0);
  checkAll((z: NDArray) => lax.topK(lax.square(z), 2)[0], [y], "topK", 2);
  assert.equal(lax.topK(y, 0)[0].shape, [3, 0]);
});

test("empty and single", () => {
  assert.equal(np.sort(np.zeros([2, 0])).shape, [2, 0]);
  assert.equal(np.argsort(np.zeros([0, 3])).shape, [0, 3]);
  assert.equal(numbers(np.sort(array([7]))), [7]);
});

test("mistakes", () => {
  assertThrows(() => np.sort(array([1, 2]), { axis: 1 }), "numpy.sort: axis 1");
  assertThrows(() => np.sort(array([1, 2]), { order: 1 } as never), 'numpy.sort: unknown option "order"');
  assertThrows(() => lax.topK(array([1, 2]), 3), "lax.topK: k", "up to 2");
  assertThrows(() => lax.sort([array([1]), array([1, 2])]), "lax.sort", "(1,), (2,)");
  assertThrows(() => lax.sort([array([1])], { numKeys: 2 }), "numKeys (2)");
});

test.run();
