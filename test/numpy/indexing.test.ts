import { array, type NDArray, numpy as np, vjp } from "cotangent";
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertClose, assertThrows, indices, numbers, offsetOf } from "../support/arrays.ts";

const x = np.reshape(np.arange(24), [2, 3, 4]);

test("places, slices, ellipsis, new axes", () => {
  assert.equal(np.at(x, 1, 2, 3).toArray(), 23);
  assert.equal(np.at(x, -1, -1).toArray(), [20, 21, 22, 23]);
  assert.equal(np.at(x, 0, ":", 1).toArray(), [1, 5, 9]);
  assert.equal(np.at(x, "...", 0).toArray(), [
    [0, 4, 8],
    [12, 16, 20],
  ]);
  assert.equal(np.at(x, 0, "...", -1).toArray(), [3, 7, 11]);
  assert.equal(np.at(x, 1, "1:", "::2").toArray(), [
    [16, 18],
    [20, 22],
  ]);
  assert.equal(np.at(x, null, 0, "...", null).shape, [1, 3, 4, 1]);
  assert.equal(np.at(x, np.newaxis, ":", null).shape, [1, 2, 1, 3, 4]);
  assert.equal(np.at(x, 0, 0, "...", 0).toArray(), 0);
  assert.is(np.at(x), x);
  assert.is(np.at(x, ":", "..."), x);
});

test("slices have Python's meaning", () => {
  const v = np.arange(6);
  const cases: Record<string, number[]> = {
    ":": [0, 1, 2, 3, 4, 5],
    "2:": [2, 3, 4, 5],
    ":2": [0, 1],
    "1:5": [1, 2, 3, 4],
    "-2:": [4, 5],
    ":-4": [0, 1],
    "1:-1": [1, 2, 3, 4],
    "4:2": [],
    "9:": [],
    ":99": [0, 1, 2, 3, 4, 5],
    "-99:2": [0, 1],
    "::2": [0, 2, 4],
    "1::3": [1, 4],
    "::-1": [5, 4, 3, 2, 1, 0],
    "4:1:-1": [4, 3, 2],
    "4:1:-2": [4, 2],
    "5::-2": [5, 3, 1],
    ":2:-1": [5, 4, 3],
    "-2::-3": [4, 1],
    "1:4:-1": [],
    " 1 : 5 : 2 ": [1, 3],
    "::": [0, 1, 2, 3, 4, 5],
  };
  for (const [text, expected] of Object.entries(cases)) assert.equal(np.at(v, text).toArray(), expected, text);
});

/** The places that Python's `range(*slice(start, stop, step).indices(n))` gives, by trying each. */
function places(start: number | null, stop: number | null, step: number, n: number): number[] {
  const wrap = (v: number) => (v < 0 ? v + n : v);
  const found: number[] = [];
  const from = start === null ? (step > 0 ? 0 : n - 1) : wrap(start);
  const clamped = step > 0 ? Math.max(0, from) : Math.min(n - 1, from);
  const until = stop === null ? (step > 0 ? n : -1) : Math.max(-1, wrap(stop));
  for (let i = clamped; step > 0 ? i < until : i > until; i += step) if (i >= 0 && i < n) found.push(i);
  return found;
}

test("random slices", () => {
  const bound = fc.option(fc.integer({ min: -8, max: 8 }));
  const step = fc.integer({ min: -3, max: 3 }).filter((s) => s !== 0);
  fc.assert(
    fc.property(fc.nat(6), bound, bound, step, (n, start, stop, by) => {
      const text = `${start ?? ""}:${stop ?? ""}:${by}`;
      assert.equal(numbers(np.at(np.arange(n), text)), places(start, stop, by, n), `${text} of ${n}`);
    }),
    { numRuns: 200 },
  );
});

test("slices of several axes at once", () => {
  const y = np.at(x, "::-1", "2:0:-1", "1:4:2");
  assert.equal(y.shape, [2, 2, 2]);
  const expected = indices([2, 2, 2]).map(([i, j, k]) => offsetOf([1 - i, 2 - j, 1 + 2 * k], x.shape));
  assert.equal(numbers(y), expected);
});

test("derivatives flow to the places taken", () => {
  const f = (z: NDArray) => np.at(z, 1, "::-2");
  const [, pullback] = vjp(f, np.astype(np.at(x, 0), "float32")) as unknown as [NDArray, (ct: NDArray) => [NDArray]];
  assertClose(pullback(array([1, 2]))[0], [
    [0, 0, 0, 0],
    [0, 2, 0, 1],
    [0, 0, 0, 0],
  ]);
});

test("places of an array come apart into those of its axes; out of range they are the nearest, as in JAX", () => {
  // By jax.numpy.unravel_index.
  const [rows, columns] = np.unravelIndex([5, -1, -6, -7, 6, 100], [2, 3]) as [NDArray, NDArray];
  assert.equal(rows.toArray(), [1, 1, 0, 0, 1, 1]);
  assert.equal(columns.toArray(), [2, 2, 0, 0, 2, 2]);
  assertThrows(() => np.unravelIndex([0], [0, 3]), "numpy.unravelIndex", "shape (0, 3) has no elements");
  assert.equal(np.unravelIndex([], [0, 3])[1]?.shape, [0]);
});

test("bad indices", () => {
  assertThrows(() => np.at(x, 2), "numpy.at: index 2 is out of range for axis 0 of shape (2, 3, 4)");
  assertThrows(() => np.at(x, 0, -4), "index -4", "axis 1");
  assertThrows(() => np.at(x, 0.5), "index 0.5");
  assertThrows(() => np.at(x, "a:b"), '"a:b" is no slice');
  assertThrows(() => np.at(x, "::0"), '"::0"', "step not 0");
  assertThrows(() => np.at(x, "1"), '"1" is no slice');
  assertThrows(() => np.at(x, 0, 0, 0, 0), "4 indices are too many for shape (2, 3, 4)");
  assertThrows(() => np.at(x, "...", "..."), '"..." may stand once');
  assertThrows(() => np.at(x, array([0.5])), "numpy.at: an index must be integers", "float32");
  assertThrows(() => np.at(x, undefined as never), "undefined");
});

test.run();
