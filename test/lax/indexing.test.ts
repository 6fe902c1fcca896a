import { array, lax, type NDArray } from "cotangent";
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertClose, assertThrows, indices, numbers, offsetOf } from "../support/arrays.ts";
import { assertSame, checkAll, checkVmap, randomArray } from "../support/properties.ts";

const i32 = (data: number | number[] | number[][]): NDArray => array(data as number[], { dtype: "int32" });

test("scatterAdd and scatterSet against loops", () => {
  const problem = fc.record({
    shape: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
    axis: fc.nat(2),
    places: fc.array(fc.integer({ min: -6, max: 6 }), { maxLength: 6 }),
  });
  fc.assert(
    fc.property(problem, ({ shape, axis: choice, places }) => {
      const axis = choice % shape.length;
      const size = shape[axis];
      const x = randomArray(shape, 1);
      const updateShape = shape.map((n, i) => (i === axis ? places.length : n));
      const updates = randomArray(updateShape, 2);
      const [added, set] = [numbers(x), numbers(x)];
      const u = numbers(updates);
      for (const index of indices(updateShape)) {
        const place = places[index[axis]] < 0 ? places[index[axis]] + size : places[index[axis]];
        if (place < 0 || place >= size) continue;
        const at = offsetOf(
          index.map((i, k) => (k === axis ? place : i)),
          shape,
        );
        const value = u[offsetOf(index, updateShape)];
        added[at] += value;
        set[at] = value;
      }
      const list = array(places, { dtype: "int32", shape: [places.length] });
      const whole = (values: number[]): NDArray => array(values, { shape, dtype: "float64" });
      assertSame(lax.scatterAdd(x, list, updates, { axis }), whole(added), 1e-13);
      assertSame(lax.scatterSet(x, list, updates, { axis }), whole(set), 0);
    }),
    { numRuns: 200, seed: 11 },
  );
});

test("scatters: derivatives and batches", () => {
  const places = i32([2, 0, 2, 7]);
  for (const scatter of [lax.scatterAdd, lax.scatterSet]) {
    const f = (x: NDArray, u: NDArray): NDArray => scatter(x, places, u);
    checkAll(f, [randomArray([3, 2], 1), randomArray([4, 2], 2)], "scatter", 2);
    const g = (x: NDArray, u: NDArray, i: NDArray): NDArray => scatter(x, i, u, { axis: -1 });
    checkVmap(g, [randomArray([2, 3], 1), randomArray([2, 2], 2), i32([1, 0])], [{}, {}, { low: 0, high: 2 }]);
  }
  assertThrows(
    () => lax.scatterAdd(randomArray([3], 1), places, randomArray([3], 1)),
    "lax.scatterAdd",
    "(4,)",
    "(3,)",
  );
  assertThrows(
    () => lax.scatterAdd(randomArray([3], 1), array([0.5]), randomArray([1], 1)),
    "lax.scatterAdd",
    "integers",
  );
});

test("dynamicSlice: values, places moved inside, derivatives, batches", () => {
  const x = randomArray([5, 4], 1);
  const data = numbers(x);
  const at = (r: number, c: number): number => data[r * 4 + c];
  const cut = (a: NDArray, i: NDArray): NDArray => lax.dynamicSlice(a, [i, 1], { sliceSizes: [2, 3] });
  for (const [start, first] of [
    [0, 0],
    [2, 2],
    [9, 3],
    [-1, 3],
    [-9, 0],
  ]) {
    const want = [0, 1].map((r) => [1, 2, 3].map((c) => at(first + r, c)));
    assertSame(cut(x, i32(start)), array(want, { dtype: "float64" }), 0, `start ${start}`);
  }
  checkAll((a: NDArray) => cut(a, i32(2)), [x], "dynamicSlice", 2);
  checkVmap(cut, [x, i32(1)], [{}, { low: 0, high: 4 }]);
  assertThrows(() => lax.dynamicSlice(x, [0], { sliceSizes: [2, 2] }), "lax.dynamicSlice", "(5, 4)");
  assertThrows(() => lax.dynamicSlice(x, [0, 0], { sliceSizes: [6, 2] }), "lax.dynamicSlice", "(6, 2)");
  assertThrows(() => lax.dynamicSlice(x, [0, 0], undefined as never), "sliceSizes");
});

test("dynamicUpdateSlice: values, derivatives, batches", () => {
  const [x, u] = [randomArray([5, 4], 1), randomArray([2, 3], 2)];
  const put = (a: NDArray, part: NDArray, i: NDArray): NDArray => lax.dynamicUpdateSlice(a, part, [i, 1]);
  for (const [start, first] of [
    [0, 0],
    [2, 2],
    [9, 3],
    [-1, 3],
  ]) {
    const want = numbers(x);
    for (const [r, c] of indices([2, 3])) want[(first + r) * 4 + 1 + c] = numbers(u)[r * 3 + c];
    assertSame(put(x, u, i32(start)), array(want, { shape: [5, 4], dtype: "float64" }), 0, `start ${start}`);
  }
  checkAll((a: NDArray, b: NDArray) => put(a, b, i32(2)), [x, u], "dynamicUpdateSlice", 2);
  checkVmap(put, [x, u, i32(1)], [{}, {}, { low: 0, high: 4 }]);
  assertClose(lax.dynamicUpdateIndexInDim(array([1, 2, 3]), 9, 1), [1, 9, 3]);
  assertClose(
    lax.dynamicIndexInDim(
      array([
        [1, 2],
        [3, 4],
      ]),
      1,
      { keepdims: false },
    ),
    [3, 4],
  );
});

test("sort: by value with NaN last, stable, several operands, all dtypes, derivatives, batches", () => {
  const x = array([3, Number.NaN, -1, Number.POSITIVE_INFINITY, 0, -0, Number.NEGATIVE_INFINITY]);
  assert.equal(numbers(lax.sort(x)), [Number.NEGATIVE_INFINITY, -1, 0, -0, 3, Number.POSITIVE_INFINITY, Number.NaN]);
  for (const dtype of ["float32", "float64", "int32", "uint32", "bool"] as const) {
    const high = dtype === "bool" ? 1 : 50;
    const y = randomArray([3, 40], 5, { low: dtype === "uint32" || dtype === "bool" ? 0 : -50, high, dtype });
    const rows = [0, 1, 2].map((r) => numbers(y).slice(40 * r, 40 * r + 40));
    const sorted = rows.flatMap((row) => [...row].sort((a, b) => a - b));
    assertSame(lax.sort(y), array(sorted, { shape: [3, 40], dtype }), 0, dtype);
  }
  assert.equal(lax.sort(array([4294967295, 1], { dtype: "uint32" })).toArray(), [1, 4294967295]);
  const [keys, values] = lax.sort([i32([2, 1, 2, 1]), i32([0, 1, 2, 3])]);
  assert.equal(
    [keys.toArray(), values.toArray()],
    [
      [1, 1, 2, 2],
      [1, 3, 0, 2],
    ],
  );
  const two = lax.sort([i32([2, 1, 2, 1]), i32([5, 9, 4, 8]), i32([0, 1, 2, 3])], { numKeys: 2 });
  assert.equal(two[2].toArray(), [3, 1, 2, 0]);
  checkAll((a: NDArray) => lax.sort(a, { dimension: 0 }), [randomArray([5, 2], 3)], "sort", 2);
  checkVmap((a: NDArray) => lax.sort(a), [randomArray([4], 3)]);
  checkVmap((a: NDArray, b: NDArray) => lax.sort([a, b]), [randomArray([4], 3), randomArray([4], 4)]);
});

test("topK: descending, of equal ones the first, derivatives", () => {
  const [values, places] = lax.topK(array([1, 5, 5, 2, 9]), 3);
  assert.equal(
    [values.toArray(), places.toArray()],
    [
      [9, 5, 5],
      [4, 1, 2],
    ],
  );
  checkAll((a: NDArray) => lax.topK(a, 2)[0], [randomArray([3, 4], 3)], "topK", 2);
  checkVmap((a: NDArray) => lax.topK(a, 2)[0], [randomArray([3], 3)]);
  assertThrows(() => lax.topK(array([1]), 2), "lax.topK", "2");
});

test("cumulative operations against loops, in both directions, with derivatives", () => {
  const ops: [(x: NDArray, o?: { axis?: number; reverse?: boolean }) => NDArray, (a: number, b: number) => number][] = [
    [lax.cumsum, (a, b) => a + b],
    [lax.cumprod, (a, b) => a * b],
    [lax.cummax, Math.max],
    [lax.cummin, Math.min],
    [lax.cumlogsumexp, (a, b) => Math.log(Math.exp(a) + Math.exp(b))],
  ];
  for (const [op, fold] of ops) {
    for (const n of [1, 2, 3, 4, 5, 8, 13, 33]) {
      const x = randomArray([n], n, { low: 0.5, high: 1.5 });
      const run = (list: number[]): number[] => {
        let sum = list[0];
        return list.map((v, i) => {
          sum = i === 0 ? v : fold(sum, v);
          return sum;
        });
      };
      assertClose(op(x), run(numbers(x)), 1e-13);
      assertClose(op(x, { reverse: true }), run(numbers(x).reverse()).reverse(), 1e-13);
    }
    checkAll((x: NDArray) => op(x, { axis: 1 }), [randomArray([2, 5], 3, { low: 0.5, high: 1.5 })], op.name, 2);
    checkVmap((x: NDArray) => op(x), [randomArray([3, 2], 3)]);
  }
  assert.equal([...lax.cumsum(lax.full([0], 1)).shape], [0]);
});

test.run();
