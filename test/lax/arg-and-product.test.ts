import { array, hessian, jit, jvp, lax, type NDArray, numpy as np, vjp } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertThrows, indices, numbers, offsetOf } from "../support/arrays.ts";
import { assertSame, checkAll, checkVmap, randomArray } from "../support/properties.ts";

/** The elements that share a place of the other axes, in row-major order. */
function groups(x: NDArray, axes: readonly number[]): number[][] {
  const kept = x.shape.filter((_, i) => !axes.includes(i));
  const found: number[][] = Array.from({ length: kept.reduce((a, b) => a * b, 1) }, () => []);
  const data = numbers(x);
  indices(x.shape).forEach((index, i) => {
    found[
      offsetOf(
        index.filter((_, k) => !axes.includes(k)),
        kept,
      )
    ].push(data[i]);
  });
  return found;
}

test("argmax and argmin along every axis, for every dtype", () => {
  for (const dtype of ["float32", "float64", "int32", "uint32", "bool"] as const) {
    const x = np.astype(randomArray([3, 4, 5], 2, { low: 0, high: 4, dtype: "int32" }), dtype);
    for (const axis of [0, 1, 2]) {
      const rows = groups(x, [axis]);
      const shape = x.shape.filter((_, i) => i !== axis);
      const at = (pick: (...v: number[]) => number) =>
        array(
          Int32Array.from(rows, (v) => v.indexOf(pick(...v))),
          { shape },
        );
      assertSame(lax.argmax(x, { axis }), at(Math.max), 0, `argmax ${dtype} ${axis}`);
      assertSame(lax.argmin(x, { axis }), at(Math.min), 0, `argmin ${dtype} ${axis}`);
      assertSame(np.argmax(x, { axis: axis - 3 }), at(Math.max), 0);
    }
    assert.is(np.argmin(x).item(), numbers(x).indexOf(Math.min(...numbers(x))));
    assert.equal(np.argmax(x, { keepdims: true }).shape, [1, 1, 1]);
    assert.equal(np.argmax(x, { axis: 1, keepdims: true }).shape, [3, 1, 5]);
  }
  assert.is(lax.argmax(array([1, 2]), { axis: 0, indexDtype: "uint32" }).dtype, "uint32");
  const x = array([1, Number.NaN, 3, Number.NaN]);
  assert.is(np.argmax(x).item(), 1);
  assert.is(np.argmin(x).item(), 1);
});

test("argmax and argmin along an axis of size 1 are 0, for every dtype", () => {
  for (const dtype of ["float32", "float64", "int32", "uint32", "bool"] as const) {
    const x = np.astype(array([[3], [0], [5]]), dtype);
    for (const f of [lax.argmax, lax.argmin]) {
      const along = (y: NDArray): NDArray => f(y, { axis: 1 });
      assert.equal(along(x).toArray(), [0, 0, 0], dtype);
      assert.equal(jit(along)(x).toArray(), [0, 0, 0], dtype);
      assert.equal(f(array([7], { dtype: "int32" }), { axis: 0 }).item(), 0);
    }
  }
});

test("argmax has no derivative, and batches", () => {
  const x = randomArray([3, 4], 1);
  checkVmap((y: NDArray) => [np.argmax(y, { axis: 0 }), np.argmin(y)], [x]);
  const [out, tangent] = jvp(
    (y: NDArray) => lax.mul(lax.convertElementType(np.argmax(y), "float64"), np.sum(y)),
    [x],
    [np.onesLike(x)],
  ) as [NDArray, NDArray];
  assert.is(tangent.item(), 12 * np.argmax(x).item());
  assert.is(out.ndim, 0);
  assertThrows(() => lax.argmax(np.zeros([2, 0]), { axis: 1 }), "lax.argmax: axis 1", "(2, 0)", "empty");
  assertThrows(() => np.argmin(np.zeros([0])), "numpy.argmin", "axis 0", "(0,)");
  assertThrows(() => np.argmax(x, { axes: 0 } as never), 'numpy.argmax: unknown option "axes"');
});

test("products over every set of axes", () => {
  for (const dtype of ["float64", "float32", "int32", "uint32"] as const) {
    const x = randomArray([2, 3, 4], 4, { low: 1, high: 3, dtype });
    for (const axes of [[], [0], [1], [2], [0, 2], [1, 2], [0, 1, 2]]) {
      const shape = x.shape.filter((_, i) => !axes.includes(i));
      const wanted = groups(x, axes).map((v) => v.reduce((a, b) => a * b, 1));
      const expected = array(wanted, { shape, dtype });
      assertSame(lax.reduceProd(x, { axes }), expected, 1e-6, `${dtype} ${axes}`);
      assertSame(np.prod(x, { axis: axes }), expected, 1e-6);
    }
  }
  assert.is(np.prod(array([true, false])).dtype, "int32");
  assert.is(np.prod(np.zeros([0])).item(), 1);
  assert.equal(np.prod(np.ones([2, 3]), { axis: 1, keepdims: true }).shape, [2, 1]);
});

test("derivatives of products of both orders, with zeros too", () => {
  for (const axes of [[0], [1], [2], [0, 2], [0, 1, 2]]) {
    checkAll(
      (y: NDArray) => lax.reduceProd(y, { axes }),
      [randomArray([2, 3, 5], 6, { low: 0.5, high: 1.5 })],
      `${axes}`,
      2,
    );
  }
  checkVmap((y: NDArray) => lax.reduceProd(y, { axes: [1] }), [randomArray([2, 3], 1)]);
  const gradient = (values: number[]): number[] => {
    const [out, pullback] = vjp((y: NDArray) => lax.reduceProd(y), array(values)) as unknown as [
      NDArray,
      (ct: NDArray) => [NDArray],
    ];
    return numbers(pullback(np.onesLike(out))[0]);
  };
  assert.equal(gradient([0, 2, 3]), [6, 0, 0]);
  assert.equal(gradient([0, 2, 3, 0]), [0, 0, 0, 0]);
  assert.equal(gradient([7]), [1]);
  assert.equal(gradient([]), []);
  const h = hessian((y: NDArray) => lax.reduceProd(y))(array([0, 2, 0])) as NDArray;
  assert.equal(h.toArray(), [
    [0, 0, 2],
    [0, 0, 0],
    [2, 0, 0],
  ]);
});

test.run();
