import { array, grad, jit, lax, type NDArray, numpy as np, vjp, vmap } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { takeAlong, takeFromRows } from "../../src/lax/gather.ts";
import { assertThrows, numbers } from "../support/arrays.ts";
import { assertSame, checkAll, checkVmap, randomArray } from "../support/properties.ts";

const ints = (values: number[], shape = [values.length]): NDArray => array(Int32Array.from(values), { shape });

test("slices along every axis, derivatives of both orders, batches", () => {
  const index = ints([2, 0, 2, 9, -1, 1], [2, 3]);
  for (const axis of [0, 1, 2]) {
    const x = randomArray([3, 4, 5], axis + 1);
    const f = (y: NDArray): NDArray => takeAlong(y, index, axis);
    const rows = numbers(index).map((i) => {
      const rest = lax.expandDims(
        np.zeros(
          [3, 4, 5].filter((_, a) => a !== axis),
          { dtype: "float64" },
        ),
        { axes: [axis] },
      );
      return i < 0 || i >= x.shape[axis] ? rest : lax.sliceInDim(x, i, i + 1, { axis });
    });
    const newSizes = [...x.shape.slice(0, axis), 2, 3, ...x.shape.slice(axis + 1)];
    assertSame(f(x), lax.reshape(lax.concatenate(rows, { dimension: axis }), { newSizes }), 0, `axis ${axis}`);
    checkAll((y: NDArray) => lax.mul(f(y), f(lax.square(y))), [x], `axis ${axis}`, 2);
    checkVmap((y: NDArray, i: NDArray) => takeAlong(y, i, axis), [x, index], [{}, { low: -1, high: 5 }]);
  }
});

test("rows of their own, derivatives of both orders, batches", () => {
  const x = randomArray([2, 3, 4], 3);
  const index = ints([3, 3, 0, 1, 2, 9, -1, 0, 1, 1, 1, 1], [2, 3, 2]);
  const data = numbers(x);
  const expected = numbers(index).map((i, k) => (i < 0 || i > 3 ? 0 : data[Math.floor(k / 2) * 4 + i]));
  assertSame(takeFromRows(x, index), array(expected, { shape: [2, 3, 2], dtype: "float64" }), 0);
  const f = (y: NDArray): NDArray => takeFromRows(y, index);
  checkAll((y: NDArray) => lax.mul(f(y), f(lax.square(y))), [x], "rows", 2);
  checkVmap((y: NDArray, i: NDArray) => takeFromRows(y, i), [x, index], [{}, { low: -1, high: 5 }]);
});

test("every dtype, and what stands for places outside", () => {
  const outside = {
    float32: Number.NaN,
    float64: Number.NaN,
    int32: -(2 ** 31),
    uint32: 2 ** 32 - 1,
    bool: 1,
  } as const;
  for (const dtype of ["float32", "float64", "int32", "uint32", "bool"] as const) {
    const x = np.astype(array([0, 1, 0, 1]), dtype);
    assert.equal(numbers(takeAlong(x, ints([3, 0, 4, -1]), 0)), [1, 0, 0, 0]);
    assert.equal(numbers(takeAlong(x, ints([3, 0, 4, -1]), 0, true)), [1, 0, outside[dtype], outside[dtype]]);
  }
});

test("arrays without elements", () => {
  assert.equal(takeAlong(np.zeros([0, 3]), ints([]), 0).shape, [0, 3]);
  assert.equal(numbers(takeAlong(np.zeros([0, 2]), ints([0]), 0)), [0, 0]);
  assert.equal(takeAlong(np.zeros([4, 0]), ints([1, 2]), 0).shape, [2, 0]);
  const [, pullback] = vjp((y: NDArray) => takeAlong(y, ints([]), 0), np.ones([3])) as unknown as [
    NDArray,
    (ct: NDArray) => [NDArray],
  ];
  assert.equal(numbers(pullback(np.zeros([0]))[0]), [0, 0, 0]);
  assert.equal(vmap((y: NDArray) => takeAlong(y, ints([1]), 0))(np.zeros([0, 3])).shape, [0, 1]);
});

test("scatterAdd and scatterSet against loops", () => {
  const index = ints([2, 0, 2, 9, -1, -9], [2, 3]);
  for (const axis of [0, 1, -1]) {
    const x = randomArray([3, 4, 5], 1);
    const along = axis < 0 ? 2 : axis;
    const updates = randomArray([...x.shape.slice(0, along), 2, 3, ...x.shape.slice(along + 1)], 2);
    const n = x.shape[along];
    const after = x.shape.slice(along + 1).reduce((a, b) => a * b, 1);
    const [sum, last] = [[...numbers(x)], [...numbers(x)]];
    numbers(updates).forEach((u, place) => {
      const k = Math.floor(place / after) % 6;
      const given = numbers(index)[k];
      const i = given < 0 ? given + n : given;
      if (i < 0 || i >= n) return;
      const at = (Math.floor(place / after / 6) * n + i) * after + (place % after);
      sum[at] += u;
      last[at] = u;
    });
    const like = (values: number[]): NDArray => array(values, { shape: [3, 4, 5], dtype: "float64" });
    assertSame(lax.scatterAdd(x, index, updates, { axis }), like(sum), 1e-15, "add");
    assertSame(lax.scatterSet(x, index, updates, { axis }), like(last), 0, "set");
    for (const f of [lax.scatterAdd, lax.scatterSet]) {
      const g = (y: NDArray, u: NDArray): NDArray => f(lax.square(y), index, lax.square(u), { axis });
      checkAll(g, [x, updates], `${f.name} ${axis}`, 2);
    }
  }
  const [x, updates] = [randomArray([3, 2], 3), randomArray([2, 2], 4)];
  for (const f of [lax.scatterAdd, lax.scatterSet]) {
    checkVmap(
      (y: NDArray, i: NDArray, u: NDArray) => f(y, i, u),
      [x, ints([1, 2]), updates],
      [{}, { low: -4, high: 4 }],
    );
  }
});

test("scatter of integers and bools", () => {
  assert.equal(numbers(lax.scatterAdd(ints([1, 2, 3]), ints([0, 0]), ints([10, 20]))), [31, 2, 3]);
  assert.equal(numbers(lax.scatterSet(array([true, false]), ints([1, 0]), array([true, false]))), [0, 1]);
  assert.equal(numbers(lax.scatterSet(np.zeros([2]), ints([]), np.zeros([0]))), [0, 0]);
});

test("an embedding's gradient adds up the rows of equal tokens", () => {
  const tokens = ints([1, 3, 1]);
  const loss = (w: NDArray): NDArray => np.sum(np.take(w, tokens, { axis: 0 }));
  const expected = [0, 0, 2, 2, 0, 0, 1, 1];
  assert.equal(numbers(grad(loss)(np.ones([4, 2])) as NDArray), expected);
  assert.equal(numbers(jit(grad(loss))(np.ones([4, 2])) as NDArray), expected);
});

test("mistakes", () => {
  assertThrows(
    () => lax.scatterAdd(np.zeros([3, 2]), ints([0]), np.zeros([2, 1])),
    "lax.scatterAdd",
    "(1, 2)",
    "(2, 1)",
  );
  assertThrows(() => lax.scatterAdd(np.zeros([3]), np.zeros([1]), np.zeros([1])), "lax.scatterAdd: indices", "float32");
  assertThrows(
    () => lax.scatterSet(np.zeros([3]), ints([0]), np.zeros([1]), { axes: 0 } as never),
    'unknown option "axes"',
  );
  const bools = array([true]);
  assertThrows(() => lax.scatterAdd(bools, ints([0]), bools), "lax.scatterAdd: needs numbers");
});

test.run();
