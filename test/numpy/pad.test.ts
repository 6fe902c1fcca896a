import { array, numpy as np } from "cotangent";
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertThrows, numbers } from "../support/arrays.ts";

const m = array([
  [1, 2],
  [3, 4],
]);

test("constants", () => {
  assert.equal(np.pad(m, 1).toArray(), [
    [0, 0, 0, 0],
    [0, 1, 2, 0],
    [0, 3, 4, 0],
    [0, 0, 0, 0],
  ]);
  assert.equal(
    np
      .pad(
        m,
        [
          [1, 0],
          [0, 2],
        ],
        { constantValues: 9 },
      )
      .toArray(),
    [
      [9, 9, 9, 9],
      [1, 2, 9, 9],
      [3, 4, 9, 9],
    ],
  );
  assert.equal(np.pad(array([1]), [1, 2], { mode: "constant", constantValues: [7, 8] }).toArray(), [7, 1, 8, 8]);
  assert.equal(
    np
      .pad(m, {
        padWidth: [
          [0, 0],
          [1, 1],
        ],
        constantValues: [
          [0, 0],
          [5, 6],
        ],
      })
      .toArray(),
    [
      [5, 1, 2, 6],
      [5, 3, 4, 6],
    ],
  );
  assert.equal(np.pad(array([true]), 1).toArray(), [false, true, false]);
  assert.is(np.pad(array([1], { dtype: "int32" }), 1).dtype, "int32");
});

/** The source of element `i` (counted from the array's first) by the definition of each mode. */
const source: Record<string, (i: number, n: number) => number> = {
  edge: (i, n) => Math.min(n - 1, Math.max(0, i)),
  wrap: (i, n) => ((i % n) + n) % n,
  symmetric: (i, n) => {
    const p = ((i % (2 * n)) + 2 * n) % (2 * n);
    return p < n ? p : 2 * n - 1 - p;
  },
  reflect: (i, n) => {
    if (n === 1) return 0;
    const p = ((i % (2 * n - 2)) + 2 * n - 2) % (2 * n - 2);
    return p < n ? p : 2 * n - 2 - p;
  },
};

test("continuations of a vector, however long", () => {
  const arbitrary = fc.record({
    n: fc.integer({ min: 1, max: 5 }),
    low: fc.nat(12),
    high: fc.nat(12),
    mode: fc.constantFrom("edge", "wrap", "symmetric", "reflect"),
  });
  fc.assert(
    fc.property(arbitrary, ({ n, low, high, mode }) => {
      const expected = Array.from({ length: low + n + high }, (_, i) => source[mode](i - low, n));
      const padded = np.pad(np.arange(n), [low, high], { mode: mode as "edge" });
      assert.equal(numbers(padded), expected, `${mode} ${low} ${n} ${high}`);
    }),
    { numRuns: 150 },
  );
});

test("continuations of a matrix", () => {
  assert.equal(np.pad(m, 1, { mode: "edge" }).toArray(), [
    [1, 1, 2, 2],
    [1, 1, 2, 2],
    [3, 3, 4, 4],
    [3, 3, 4, 4],
  ]);
  assert.equal(
    np
      .pad(m, {
        padWidth: [
          [1, 0],
          [0, 1],
        ],
        mode: "reflect",
      })
      .toArray(),
    [
      [3, 4, 3],
      [1, 2, 1],
      [3, 4, 3],
    ],
  );
});

test("bad arguments", () => {
  assertThrows(() => np.pad(m, 1, { mode: "odd" as never }), "numpy.pad: mode", '"reflect"', '"odd"');
  assertThrows(() => np.pad(m, 1, { mode: "mean", statLength: 0 }), "numpy.pad: statLength", "0");
  assertThrows(() => np.pad(m, 1, { mode: "mean", endValues: 0 }), "numpy.pad: endValues", '"mean"');
  assertThrows(() => np.pad(m, -1), "numpy.pad: padWidth", "-1");
  assertThrows(
    () =>
      np.pad(m, [
        [1, 1],
        [1, 1],
        [1, 1],
      ]),
    "numpy.pad: padWidth",
    "2 axes",
    "[[1, 1], [1, 1], [1, 1]]",
  );
  assertThrows(() => np.pad(m, 1, { mode: "edge", constantValues: 1 }), "constantValues", '"edge"');
  assertThrows(() => np.pad(np.zeros([0]), 1, { mode: "wrap" }), "numpy.pad: axis 0 of shape (0,)");
  assertThrows(() => np.pad(m, { mode: "edge" } as never), "numpy.pad: padWidth", "undefined");
  assertThrows(() => np.pad(m, 1, { constant_values: 1 } as never), 'unknown option "constant_values"');
});

test("maximum and minimum repeat the extremum along each axis in turn, as jax.numpy.pad does", () => {
  const x = array([
    [1, 5, 2],
    [4, 3, 9],
  ]);
  const padWidth = [
    [1, 0],
    [2, 1],
  ] as const;
  assert.equal(np.pad(x, { padWidth, mode: "maximum" }).toArray(), [
    [9, 9, 4, 5, 9, 9],
    [5, 5, 1, 5, 2, 5],
    [9, 9, 4, 3, 9, 9],
  ]);
  assert.equal(np.pad(x, { padWidth: 1, mode: "minimum" }).toArray(), [
    [1, 1, 3, 2, 1],
    [1, 1, 5, 2, 1],
    [3, 4, 3, 9, 3],
    [1, 1, 3, 2, 1],
  ]);
});

test.run();
