/** Products of an array with itself, of which only one half is computed. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { costOf } from "../../src/compile/cost.ts";
import { wasmTarget } from "../../src/device/wasm/target.ts";
import { initThreads, jit, lax, makeJaxpr, type NDArray, numpy as np, random } from "../../src/entry/node.ts";

const RATES = { contract: 1, map: 1, memory: 1 };
const flopsOf = (f: (x: NDArray) => NDArray, x: NDArray): number =>
  costOf(makeJaxpr(f)(x).jaxpr, wasmTarget, RATES).flops;

/** Equation, shape of the operand. */
const SYMMETRIC: [string, number[]][] = [
  ["ik,jk->ij", [200, 30]],
  ["ki,kj->ij", [30, 200]],
  ["ik,jk->ij", [97, 5]],
  ["nck,mdk->nmcd", [33, 4, 17]],
  ["nck,mdk->cndm", [33, 4, 17]],
  ["bik,bjk->bij", [3, 150, 11]],
  ["bik,bjk->ijb", [3, 150, 11]],
  ["bkic,bkjd->ibjcd", [2, 6, 60, 3]],
];

for (const [equation, shape] of SYMMETRIC) {
  test(`${equation} of ${shape.join("x")} with itself: as with a copy, for about half the work`, () => {
    const x = random.normal(random.key(3), shape, { dtype: "float64" });
    const withItself = (a: NDArray): NDArray => np.einsum(equation, a, a);
    // Another array with the same contents is not recognised, so it takes the ordinary way.
    const expected = np.einsum(equation, x, np.add(x, 0).mul(1));
    const got = jit(withItself)(x);
    assert.equal(got.shape, expected.shape);
    const [a, b] = [got.dataSync(), expected.dataSync()];
    assert.ok(a.every((v, i) => Math.abs(v - b[i]!) < 1e-12));
    const ordinary = flopsOf((a) => np.einsum(equation, a, np.multiply(a, 2)), x);
    assert.ok(flopsOf(withItself, x) < 0.8 * ordinary, `${flopsOf(withItself, x)} of ${ordinary}`);
  });
}

test("halves have the bits of whole products, on any number of threads", async () => {
  const shapes: [string, number[]][] = [
    ["ik,jk->ij", [1003, 330]],
    ["ik,jk->ij", [80, 700]],
    ["ki,kj->ij", [400, 121]],
    ["bik,bjk->bij", [3, 205, 90]],
  ];
  for (const dtype of ["float32", "float64", "int32"] as const) {
    for (const [equation, shape] of shapes) {
      const normal = random.normal(random.key(shape[0]!), shape, { dtype: "float64" });
      // Half of it is zeros, some for all rows of a tile.
      const x = np.round(np.maximum(normal, 0).mul(dtype === "int32" ? 9 : 2 ** 20)).astype(dtype);
      const expected = np.einsum(equation, x, np.add(x, 0).mul(1)).dataSync();
      for (const threads of [2, 3, 1]) {
        await initThreads({ threads });
        const got = jit((a: NDArray) => np.einsum(equation, a, a))(x).dataSync();
        const wrong = got.findIndex((value, i) => value !== expected[i]);
        assert.is(wrong, -1, `${equation} of ${shape} in ${dtype} on ${threads} threads: ${got[wrong]} at ${wrong}`);
      }
    }
  }
});

test("what only looks symmetric is computed in full", () => {
  const x = random.normal(random.key(4), [120, 120], { dtype: "float64" });
  for (const equation of ["ik,kj->ij", "ij,ik->jk"]) {
    const got = jit((a: NDArray) => np.einsum(equation, a, a))(x).dataSync();
    const expected = np.einsum(equation, x, np.add(x, 0).mul(1)).dataSync();
    assert.ok(
      got.every((v, i) => Math.abs(v - expected[i]!) < 1e-11),
      equation,
    );
  }
  const square = flopsOf((a) => np.einsum("ik,kj->ij", a, a), x);
  assert.is(square, 2 * 120 ** 3);
});

test("two parts of one array, or one array read in two ways, are not the same operand", () => {
  const x = random.normal(random.key(5), [201, 20], { dtype: "float64" });
  const rows = (a: NDArray, start: number, stop: number, step = 1): NDArray =>
    lax.slice(a, { startIndices: [start, 0], limitIndices: [stop, 20], strides: [step, 1] });
  const operands: Record<string, (a: NDArray) => [NDArray, NDArray]> = {
    "rows one further down": (a) => [rows(a, 0, 200), rows(a, 1, 201)],
    "every second row": (a) => [rows(a, 0, 100), rows(a, 0, 200, 2)],
    "rows from below": (a) => [rows(a, 0, 200), lax.rev(rows(a, 0, 200), { dimensions: [0] })],
    "terms from behind": (a) => [rows(a, 0, 200), lax.rev(rows(a, 0, 200), { dimensions: [1] })],
  };
  for (const [name, of] of Object.entries(operands)) {
    const got = jit((a: NDArray) => np.einsum("ik,jk->ij", ...of(a)))(x).toArray() as number[][];
    const [u, v] = of(x).map((part) => part.toArray()) as [number[][], number[][]];
    u.forEach((row, i) => {
      v.forEach((other, j) => {
        const want = row.reduce((sum, value, k) => sum + value * other[k]!, 0);
        assert.ok(Math.abs(got[i]![j]! - want) < 1e-12, `${name}: ${got[i]![j]} at ${i}, ${j}, and not ${want}`);
      });
    });
  }
});

test.run();
