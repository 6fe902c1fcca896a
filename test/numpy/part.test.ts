import { array, grad, jit, jvp, NDArray, numpy as np, vmap } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertClose, assertThrows } from "../support/arrays.ts";

const x = array([
  [1, 2, 3],
  [4, 5, 6],
]);

test("a part is an array, whose arithmetic gives the part", () => {
  const part = x.at(0);
  assert.instance(part, NDArray);
  assert.equal(part.add(10).toArray(), [11, 12, 13]);
  assert.is(String(part), "NDArray float32(3,) [1, 2, 3]");
  assert.is(JSON.stringify(part), "[1,2,3]");
  assert.equal(Object.keys(part).includes("set"), false);
  assert.equal(Object.keys({ ...part }).includes("apply"), false);
});

test("set gives the whole array with the part replaced", () => {
  assert.equal(x.at(0).set(7).toArray(), [
    [7, 7, 7],
    [4, 5, 6],
  ]);
  assert.equal(
    x
      .at(":", "::2")
      .set(array([[7], [8]]))
      .toArray(),
    [
      [7, 2, 7],
      [8, 5, 8],
    ],
  );
  assert.equal(
    x
      .at([1, 1], [0, 2])
      .set(array([8, 9]))
      .toArray(),
    [
      [1, 2, 3],
      [8, 5, 9],
    ],
  );
  assert.equal(x.at(x.greater(4)).set(0).toArray(), [
    [1, 2, 3],
    [4, 0, 0],
  ]);
  assert.equal(x.at([5]).set(0).toArray(), x.toArray(), "out of range: nothing changes");
  assert.equal(x.at("2:").set(0).toArray(), x.toArray(), "an empty part");
  assert.equal(x.toArray(), [
    [1, 2, 3],
    [4, 5, 6],
  ]);
});

test("apply puts what a function makes of the part in its place, and keeps the dtype", () => {
  assert.equal(
    x
      .at(":", 1)
      .apply((part) => part.mul(10))
      .toArray(),
    [
      [1, 20, 3],
      [4, 50, 6],
    ],
  );
  const rows = array(
    [
      [3, 1],
      [2, 5],
    ],
    { dtype: "int32" },
  );
  const sorted = rows.at(0).apply((part) => part.sort().add(0.5));
  assert.equal(sorted.toArray(), [
    [1, 3],
    [2, 5],
  ]);
  assert.is(sorted.dtype, "int32");
  let calls = 0;
  x.at([0, 0]).apply((part) => {
    calls++;
    return part.add(1);
  });
  assert.is(calls, 1);
});

test("the whole array, or a number, is a part that isn't the array itself", () => {
  for (const whole of [x.at(), x.at("..."), x.at(":", ":")]) {
    assert.is.not(whole, x);
    assert.equal(whole.toArray(), x.toArray());
    assert.equal(whole.set(1).toArray(), np.ones([2, 3]).toArray());
  }
  assert.is("set" in x, false);
  const number = array(3);
  assert.is(
    number
      .at()
      .apply((part) => part.mul(2))
      .item(),
    6,
  );
  const row = x.at(0);
  row.at("...");
  assert.equal(row.set(0).toArray()[1 as never], [4, 5, 6], "a part keeps its whole");
});

test("a list of indices that changes later changes nothing", () => {
  const places = [0];
  const part = x.at(places);
  places[0] = 1;
  assert.equal(part.set(0).toArray(), [
    [0, 0, 0],
    [4, 5, 6],
  ]);
});

test("updates in jit, grad, jvp and vmap", () => {
  const f = (y: NDArray) =>
    y
      .at(0, "1:")
      .apply((part) => part.mul(part))
      .mul(y);
  const expected = [
    [1, 8, 27],
    [16, 25, 36],
  ];
  assert.equal(jit(f)(x).toArray(), expected);
  // The derivative of y^2 and, in the part, of y^3.
  const slopes = array([
    [2, 12, 27],
    [8, 10, 12],
  ]);
  assertClose(grad((y: NDArray) => f(y).sum())(x), slopes, 1e-6);
  assertClose(jvp(f, [x], [np.ones([2, 3])])[1], slopes, 1e-6);
  const rows = vmap((row: NDArray, value: NDArray) => row.at(1).set(value))(x, array([7, 8]));
  assert.equal(rows.toArray(), [
    [1, 7, 3],
    [4, 8, 6],
  ]);
  const byPlace = vmap((row: NDArray, i: NDArray) => row.at(i).set(0))(x, array([0, 2], { dtype: "int32" }));
  assert.equal(byPlace.toArray(), [
    [0, 2, 3],
    [4, 5, 0],
  ]);
  assert.equal(grad((v: NDArray) => x.at(0).set(v).sum())(array(2)).item(), 3);
});

test("other dtypes, and what is no part or no function", () => {
  assert.is(np.zeros([2], { dtype: "float64" }).at(0).set(0.1).at(0).item(), 0.1);
  assert.is(
    np
      .zeros([2], { dtype: "float64" })
      .at(0)
      .apply(() => 0.1)
      .at(0)
      .item(),
    0.1,
  );
  assert.is(
    np
      .indexSet(np.zeros([2], { dtype: "uint32" }), [0], 4000000001)
      .at(0)
      .item(),
    4000000001,
  );
  assert.is(
    np
      .indexAdd(np.ones([2], { dtype: "int32" }), [0], -2.7)
      .at(0)
      .item(),
    -1,
  );
  assert.equal(array([true, false]).at(1).set(true).toArray(), [true, true]);
  assertThrows(
    () => x.at(0).set(array([1, 2])),
    "numpy.indexSet: y of shape (2,) cannot be broadcast to the part's, (3,)",
  );
  assertThrows(() => x.at(0).apply(3 as never), "at(...).apply: fn must be a function, got number 3");
  assertThrows(() => x.at(0).apply((() => "7") as never), "numpy.indexSet");
  assertThrows(() => (x.at(0).set as (...args: unknown[]) => unknown)(1, 2), "too many arguments");
});

test.run();
