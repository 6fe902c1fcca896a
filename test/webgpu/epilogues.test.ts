/** Elementwise programs that become a part of the product before them, and those that must not. */
import { array, jit, lax, type NDArray, numpy as np, tree, withDevice } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { open, watchPlans } from "./opened.ts";

await open();
const { plans } = watchPlans();

const wave = (rows: number, columns: number): NDArray =>
  array(
    Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i + rows)),
    { shape: [rows, columns] },
  );

/** Float32 sums of 3000 terms that cancel each other differ by more. */
const tolerance = (name: string): number => (name === "sums in parts" ? 1e-4 : 1e-5);

type Case = readonly [name: string, dispatches: number, f: (...inputs: NDArray[]) => unknown, inputs: NDArray[]];

const [a, b, square, bias] = [wave(20, 12), wave(12, 20), wave(20, 20), wave(1, 20)];
const large = [wave(20, 3000), wave(3000, 20)];

const CASES: readonly Case[] = [
  ["a bias and an activation", 1, (x, y, z) => np.tanh(np.matmul(x, y).add(z)), [a, b, bias]],
  ["the product is a result, too", 1, (x, y) => [np.matmul(x, y), np.matmul(x, y).mul(2)], [a, b]],
  ["a sum of two products", 2, (x, y, z) => np.matmul(x, y).add(np.matmul(z, z)), [a, b, square]],
  ["a product and its transpose", 2, (x, y) => np.matmul(x, y).add(np.matmul(x, y).T), [a, b]],
  ["half of a product with itself", 1, (x, y) => np.exp(np.matmul(x, x.T).mul(0.1)).add(y), [a, square]],
  [
    "a product and its left operand, which it may read by vectors",
    2,
    (x, y) => x.sub(np.matmul(x, y)),
    [wave(24, 24), wave(24, 24)],
  ],
  ["and its right operand", 2, (x, y) => y.sub(np.matmul(x, y)), [wave(24, 24), wave(24, 24)]],
  ["a product with itself and the operand", 2, (x) => np.matmul(x.T, x).add(x.T), [wave(64, 64)]],
  ["sums in parts", 2, (x, y, z) => np.tanh(np.matmul(x, y).add(z)), [...large, bias]],
  ["a matrix and a vector", 1, (x, y) => np.tanh(np.matmul(x, y.at(0))), [wave(30, 3000), wave(1, 3000)]],
  ["integers", 3, (x, y) => np.matmul(x.astype("int32"), y.astype("int32")).mul(3), [a.mul(9), b.mul(9)]],
  ["two maps of one product", 3, (x, y) => [np.matmul(x, y).mul(2), np.sum(np.exp(np.matmul(x, y)))], [a, b]],
  [
    "in a loop and in a branch",
    15,
    (x, y) =>
      lax.scan(
        (carry: NDArray, row: NDArray) => {
          const next = np.tanh(np.matmul(carry, y).add(row));
          return [
            lax.cond(
              np.greater(np.sum(row), 0),
              () => next,
              () => np.matmul(next, y).mul(0.1),
            ),
            np.sum(next),
          ];
        },
        x,
        y,
      ),
    [square, square],
  ],
];

for (const [name, dispatches, f, inputs] of CASES) {
  test(name, async () => {
    const compiled = jit(f);
    const wanted = tree.leaves<NDArray>(compiled(...inputs));
    plans.length = 0;
    const got = tree.leaves<NDArray>(withDevice("webgpu", () => compiled(...inputs)));
    assert.is(plans.at(-1)?.dispatches.length, dispatches, "dispatches");
    for (const [i, want] of wanted.entries()) {
      const [values, expected] = [await got[i].data(), want.dataSync()];
      const scale = Math.max(...Array.from(expected, Math.abs));
      expected.forEach((x, k) => {
        assert.ok(
          Math.abs(values[k] - x) <= tolerance(name) * scale,
          `${name}: result ${i}[${k}] is ${values[k]}, not ${x}`,
        );
      });
    }
  });
}

test.run();
