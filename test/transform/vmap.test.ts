import { array, grad, jacrev, jit, lax, type NDArray, vmap } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertClose, assertThrows, numbers } from "../support/arrays.ts";
import { assertSame, randomArray } from "../support/properties.ts";

const dot = (x: NDArray, y: NDArray): NDArray => lax.dotGeneral(x, y, { contractingDims: [[0], [0]] });

test("axes of arguments: a number, a list, null, a tree, negative", () => {
  const [x, y] = [
    array([
      [1, 2],
      [3, 4],
    ]),
    array([
      [5, 6],
      [7, 8],
    ]),
  ];
  assertClose(vmap(dot)(x, y) as NDArray, [17, 53]);
  assertClose(vmap(dot, { inAxes: [0, 1] })(x, y) as NDArray, [19, 50]);
  assertClose(vmap(dot, { inAxes: [-1, null] })(x, array([1, 10])) as NDArray, [31, 42]);
  const ofTree = (p: { a: NDArray; b: [NDArray, NDArray] }, z: NDArray): NDArray =>
    lax.add(dot(p.a, p.b[0]), lax.mul(z, dot(p.b[1], p.b[1])));
  const tree = { a: x, b: [array([1, 10]), y] };
  assertClose(
    vmap(ofTree as (...args: unknown[]) => NDArray, { inAxes: [{ a: 1, b: [null, 0] }, null] })(tree, 2) as NDArray,
    [31 + 122, 42 + 226],
  );
  assertClose(
    vmap(ofTree as (...args: unknown[]) => NDArray, { inAxes: [{ a: 1, b: null }, null] })(
      { a: x, b: [array([1, 10]), array([1, 0])] },
      2,
    ) as NDArray,
    [33, 44],
  );
});

test("axes of results: a number, a tree, null for what is not mapped", () => {
  const x = array([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const f = (row: NDArray) => ({ row: lax.mul(row, 2), sum: lax.reduceSum(row), fixed: array([7, 8]) });
  const out = vmap(f, { outAxes: { row: 1, sum: 0, fixed: null } })(x) as Record<string, NDArray>;
  assertClose(out.row, [
    [2, 8],
    [4, 10],
    [6, 12],
  ]);
  assertClose(out.sum, [6, 15]);
  assertClose(out.fixed, [7, 8]);
  const repeated = vmap(f)(x) as Record<string, NDArray>;
  assertClose(repeated.fixed, [
    [7, 8],
    [7, 8],
  ]);
  assertThrows(() => vmap(f, { outAxes: null })(x), "vmap", "outAxes", "null");
  assertThrows(() => vmap(f, { outAxes: 1 })(x), "vmap", "outAxes", "1");
});

test("vmap of vmap, of grad, of jacrev, under jit", () => {
  const x = randomArray([2, 3, 4], 1);
  const f = (a: NDArray): NDArray => lax.reduceSum(lax.mul(lax.sin(a), a));
  const d = (v: number): number => Math.cos(v) * v + Math.sin(v);
  const expected = array(numbers(x).map(d), { shape: [2, 3, 4], dtype: "float64" });
  assertSame(vmap(vmap(grad(f)))(x), expected, 1e-12);
  assertSame(jit(vmap(jit(vmap(grad(jit(f))))))(x), expected, 1e-12);
  assertSame(vmap(vmap(grad(f), { inAxes: 1, outAxes: 1 }), { inAxes: 1, outAxes: 1 })(x), expected, 1e-12);
  const rows = vmap(jacrev((a: NDArray) => lax.mul(a, a)))(randomArray([2, 3], 2)) as NDArray;
  assert.equal([...rows.shape], [2, 3, 3]);
});

test("closures over outer batches: an outer product by two vmaps", () => {
  const [x, y] = [array([1, 2]), array([10, 20, 30])];
  const outer = vmap((a: NDArray) => vmap((b: NDArray) => lax.mul(a, b))(y))(x) as NDArray;
  assertClose(outer, [
    [10, 20, 30],
    [20, 40, 60],
  ]);
});

test("axisSize for functions of no mapped argument; size zero and one", () => {
  assertClose(vmap((x: NDArray) => lax.mul(x, 2), { inAxes: null, axisSize: 3 })(4 as never), [8, 8, 8]);
  assert.equal([...(vmap((x: NDArray) => lax.exp(x))(lax.full([0, 3], 1)) as NDArray).shape], [0, 3]);
  assertClose(vmap(dot)(array([[1, 2]]), array([[3, 4]])) as NDArray, [11]);
});

test("errors name what is wrong", () => {
  const [x, y] = [lax.full([2, 3], 1), lax.full([4, 3], 1)];
  assertThrows(() => vmap(dot)(x, y), "vmap", "one size", "(2, 3) along 0", "(4, 3) along 0");
  assertThrows(() => vmap(dot, { inAxes: [0] })(x, y), "vmap", "inAxes", "prefix");
  assertThrows(() => vmap(dot, { inAxes: [0, 2] })(x, y), "vmap", "inAxes", "2");
  assertThrows(() => vmap(dot, { inAxes: null })(x, y), "vmap", "axisSize");
  assertThrows(() => vmap(dot, { axisSize: 5 })(x, x), "vmap", "axisSize 5");
  assertThrows(() => vmap(dot, { inAxes: null, axisSize: -1 })(x, x), "vmap", "axisSize", "-1");
  assertThrows(() => vmap(dot)(x, 3 as never), "vmap", "inAxes", "0 dimension");
  assertThrows(() => vmap(dot, { in_axes: 0 } as never), "vmap", "in_axes", "inAxes");
  assertThrows(() => vmap(null as never), "vmap", "null");
});

test.run();
