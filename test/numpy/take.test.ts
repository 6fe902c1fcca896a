import { array, jit, type NDArray, numpy as np, vmap } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertThrows, indices, numbers, offsetOf } from "../support/arrays.ts";
import { assertSame, checkAll, checkVmap, randomArray } from "../support/properties.ts";

const x = np.reshape(np.arange(24), [2, 3, 4]);
const NOTHING = -(2 ** 31);

test("take: modes as in JAX", () => {
  const v = np.arange(6);
  const places = array([10, -1, -7], { dtype: "int32" });
  assert.equal(numbers(np.take(v, places)), [NOTHING, 5, NOTHING]);
  assert.equal(numbers(np.take(np.astype(v, "float32"), places)), [Number.NaN, 5, Number.NaN]);
  assert.equal(numbers(np.take(v, places, { mode: "clip" })), [5, 0, 0]);
  assert.equal(numbers(np.take(v, places, { mode: "wrap" })), [4, 5, 5]);
  assert.equal(np.take(x, 1, { axis: -2 }).toArray(), [
    [4, 5, 6, 7],
    [16, 17, 18, 19],
  ]);
  assert.equal(np.take(x, array([[5, 0]], { dtype: "int32" })).toArray(), [[5, 0]]);
  assert.equal(np.take(np.zeros([0]), array([], { dtype: "int32" })).shape, [0]);
  assertThrows(() => np.take(np.zeros([0]), 0), "numpy.take: the axis to take from is empty");
  assertThrows(() => np.take(v, 0.5), "numpy.take: indices must be integers");
  assertThrows(() => np.take(v, 0, { mode: "raise" } as never), 'mode must be "fill", "clip" or "wrap"');
  assertThrows(() => np.take(v, 0, { axes: 0 } as never), 'unknown option "axes"');
});

test("take and takeAlongAxis: every mode, with negative, large and unsigned indices", () => {
  const v = array([10, 11, 12]);
  const nan = Number.NaN;
  const places = array([-5, -4, -3, -1, 0, 2, 3, 7], { dtype: "int32" });
  const unsigned = array([0, 2, 3, 4294967295], { dtype: "uint32" });
  // By JAX 0.10.2, but for takeAlongAxis with "wrap", which it refuses.
  const expected = {
    clip: [
      [10, 10, 10, 10, 10, 12, 12, 12],
      [10, 10, 10, 12, 10, 12, 12, 12],
      [10, 12, 12, 12],
    ],
    wrap: [
      [11, 12, 10, 12, 10, 12, 10, 11],
      [11, 12, 10, 12, 10, 12, 10, 11],
      [10, 12, 10, 10],
    ],
    fill: [
      [nan, nan, 10, 12, 10, 12, nan, nan],
      [nan, nan, 10, 12, 10, 12, nan, nan],
      [10, 12, nan, nan],
    ],
  };
  for (const [mode, [taken, along, large]] of Object.entries(expected) as ["clip", number[][]][]) {
    for (const [f, want] of [[np.take, taken] as const, [np.takeAlongAxis, along] as const]) {
      assert.equal(numbers(f(v, places, { mode })), want, mode);
      assert.equal(numbers(jit((i: NDArray) => f(v, i, { mode }))(places)), want, mode);
      assert.equal(numbers(f(v, unsigned, { mode })), large, mode);
      const row = np.reshape(v, [1, 3]);
      const each = vmap((x: NDArray) => f(x, places, { mode }))(row) as NDArray;
      assert.equal(numbers(each), want, mode);
    }
  }
  assert.equal(numbers(v.at(unsigned)), [10, 12, 12, 12]);
});

test("takeAlongAxis broadcasts the other axes", () => {
  const y = randomArray([2, 3, 4], 1);
  for (const axis of [0, 1, 2]) {
    const shape = [2, 3, 4].map((n, i) => (i === axis ? 5 : i === (axis + 1) % 3 ? 1 : n));
    const places = randomArray(shape, 2, { low: 0, high: y.shape[axis] - 1, dtype: "int32" });
    const out = [2, 3, 4].map((n, i) => (i === axis ? 5 : n));
    const expected = indices(out).map((at) => {
      const place =
        numbers(places)[
          offsetOf(
            at.map((v, i) => (shape[i] === 1 ? 0 : v)),
            shape,
          )
        ];
      return numbers(y)[
        offsetOf(
          at.map((v, i) => (i === axis ? place : v)),
          y.shape,
        )
      ];
    });
    const f = (z: NDArray): NDArray => np.takeAlongAxis(z, places, { axis });
    assertSame(f(y), array(expected, { shape: out, dtype: "float64" }), 0, `${axis}`);
    checkAll((z: NDArray) => f(np.square(z)), [y], `${axis}`, 2);
  }
  assert.equal(numbers(np.takeAlongAxis(np.arange(3), array([7, -1], { dtype: "int32" }))), [NOTHING, 2]);
  assert.equal(numbers(np.takeAlongAxis(x, array([23, 0], { dtype: "int32" }), { axis: null })), [23, 0]);
  assertThrows(() => np.takeAlongAxis(x, array([0], { dtype: "int32" })), "numpy.takeAlongAxis", "(2, 3, 4)", "(1,)");
});

/** NumPy's result of an index of places (lists and numbers), slices `":"` and masks, by its rules and loops. */
const CASES: [unknown[], (at: number[]) => number[], number[]][] = [
  [[[1, 0, 1]], ([i, j, k]) => [[1, 0, 1][i], j, k], [3, 3, 4]],
  [[":", [2, 0]], ([i, j, k]) => [i, [2, 0][j], k], [2, 2, 4]],
  [["...", [[3], [0]]], ([i, j, k]) => [i, j, [3, 0][k]], [2, 3, 2, 1]],
  [
    [
      [0, 1],
      [2, 0],
    ],
    ([i, k]) => [[0, 1][i], [2, 0][i], k],
    [2, 4],
  ],
  [[[1], ":", [3, 1]], ([i, j]) => [1, j, [3, 1][i]], [2, 3]],
  [[1, ":", [3, 1]], ([i, j]) => [1, j, [3, 1][i]], [2, 3]],
  [[":", 1, [3, 1]], ([i, j]) => [i, 1, [3, 1][j]], [2, 2]],
  [[null, "::-1", [[-1], [0]], [0, 1]], ([, i, j, k]) => [1 - i, [2, 0][j], k], [1, 2, 2, 2]],
  [[[0, 1], null, [2, 0]], ([i, , k]) => [[0, 1][i], [2, 0][i], k], [2, 1, 4]],
  [[[5, -9, 1]], ([i, j, k]) => [[1, 0, 1][i], j, k], [3, 3, 4]],
  [[":", [true, false, true]], ([i, j, k]) => [i, [0, 2][j], k], [2, 2, 4]],
  [
    [
      [
        [true, false, false],
        [false, false, true],
      ],
    ],
    ([i, k]) => [i, [0, 2][i], k],
    [2, 4],
  ],
  [[[true, false], ":", [3, 1]], ([i, j]) => [0, j, [3, 1][i]], [2, 3]],
];

test("arrays of places and masks have NumPy's meaning", () => {
  for (const [index, place, shape] of CASES) {
    const y = np.at(x, ...(index as string[]));
    assert.equal(y.shape, shape, JSON.stringify(index));
    assert.equal(
      numbers(y),
      indices(shape).map((at) => offsetOf(place(at), x.shape)),
      JSON.stringify(index),
    );
  }
  assert.equal(np.at(x, []).shape, [0, 3, 4]);
  assert.equal(np.at(np.zeros([0, 2]), []).shape, [0, 2]);
  assert.equal(numbers(np.at(x, x.mod(5).equal(0))), [0, 5, 10, 15, 20]);
  assert.equal(numbers(x.at(array([1], { dtype: "int32" }), 0, [1, 2])), [13, 14]);
});

test("indexSet and indexAdd change what at reads", () => {
  for (const [index] of CASES) {
    const read = np.at(x, ...(index as string[]));
    const inside = JSON.stringify(index).includes("-9") ? np.at(x, [1]) : read;
    const taken = new Set(numbers(inside));
    const set = numbers(np.indexSet(x, index as string[], -1));
    assert.equal(
      set,
      numbers(x).map((v) => (taken.has(v) ? -1 : v)),
      `set ${JSON.stringify(index)}`,
    );
    const count = (v: number): number => numbers(read).filter((r) => r === v && taken.has(v)).length;
    if (inside === read) {
      assert.equal(
        numbers(np.indexAdd(x, index as string[], 100)),
        numbers(x).map((v) => v + 100 * count(v)),
      );
    }
  }
  assert.equal(np.indexSet(np.zeros([2, 3]), [0, "1:"], array([5, 6])).toArray(), [
    [0, 5, 6],
    [0, 0, 0],
  ]);
  assert.equal(numbers(np.indexSet(np.arange(3), [[1, 1]], array([7, 8], { dtype: "int32" }))), [0, 8, 2]);
  assert.equal(numbers(np.indexAdd(np.arange(3), ["::-1"], np.arange(3))), [2, 2, 2]);
});

test("derivatives and batches of indexing and updates", () => {
  const y = randomArray([3, 4], 1);
  const places = array([2, 0, 2], { dtype: "int32" });
  const f = (z: NDArray): NDArray => np.at(np.square(z), places, "1:3");
  checkAll(f, [y], "at", 2);
  checkVmap((z: NDArray, i: NDArray) => np.at(z, ":", i), [y, places], [{}, { low: -5, high: 5 }]);
  const values = randomArray([3, 2], 2);
  for (const update of [np.indexSet, np.indexAdd]) {
    const g = (z: NDArray, v: NDArray): NDArray => update(np.square(z), [places, "1:3"], np.square(v));
    checkAll(g, [y, values], "update", 2);
    checkVmap(
      (z: NDArray, i: NDArray, v: NDArray) => update(z, [i, "1:3"], v),
      [y, places, values],
      [{}, { low: -5, high: 5 }],
    );
  }
});

test("masks must be known", () => {
  const mask = array([true, false]);
  const ones = np.ones([2]);
  assert.equal(numbers(jit((z: NDArray) => np.at(z, mask))(ones)), [1]);
  assertThrows(() => jit((z: NDArray) => np.at(z, z.greater(0)))(ones), "contents of a traced array");
  assertThrows(() => np.at(x, [true, false, true]), "a mask of size 3 does not fit axis 0", "(2, 3, 4)");
  assertThrows(() => np.at(np.zeros([0]), [0]), "no such elements");
  assertThrows(() => np.at(x, [0, 1], [0, 1, 2]), "numpy.at: shapes (2,) and (3,)");
  assert.equal(vmap((z: NDArray) => np.at(z, mask))(np.ones([3, 2])).shape, [3, 1]);
});

test.run();
