import { array, jvp, lax, type NDArray, nn, numpy as np, vjp } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertThrows, indices, numbers, offsetOf } from "../support/arrays.ts";
import { assertSame, checkAll, checkVmap, randomArray } from "../support/properties.ts";

type Options = Parameters<typeof lax.reduceWindowSum>[1] & { padding: [number, number][] };

/** Windows by loops; `fold` gets the elements of one window. */
function oracle(x: NDArray, options: Options, fold: (v: number[]) => number): NDArray {
  const { windowDimensions: window, padding } = options;
  const ones = x.shape.map(() => 1);
  const [strides, base, dilation] = [
    options.windowStrides ?? ones,
    options.baseDilation ?? ones,
    options.windowDilation ?? ones,
  ];
  const shape = x.shape.map((n, i) => {
    const room = (n - 1) * base[i] + 1 + padding[i][0] + padding[i][1] - (window[i] - 1) * dilation[i] - 1;
    return room < 0 ? 0 : Math.floor(room / strides[i]) + 1;
  });
  const data = numbers(x);
  const out = indices(shape).map((at) =>
    fold(
      indices(window).flatMap((k) => {
        const place = at.map((o, i) => (o * strides[i] + k[i] * dilation[i] - padding[i][0]) / base[i]);
        const inside = place.every((p, i) => Number.isInteger(p) && p >= 0 && p < x.shape[i]);
        return inside ? [data[offsetOf(place, x.shape)]] : [];
      }),
    ),
  );
  return array(out, { shape, dtype: x.dtype });
}

const OPS: [typeof lax.reduceWindowSum, (v: number[]) => number][] = [
  [lax.reduceWindowSum, (v) => v.reduce((a, b) => a + b, 0)],
  [lax.reduceWindowProd, (v) => v.reduce((a, b) => a * b, 1)],
  [lax.reduceWindowMax, (v) => Math.max(...v)],
  [lax.reduceWindowMin, (v) => Math.min(...v)],
];

const CASES: [number[], Options][] = [
  [[5], { windowDimensions: [2], padding: [[0, 0]] }],
  [
    [5, 4],
    {
      windowDimensions: [2, 2],
      windowStrides: [2, 2],
      padding: [
        [0, 0],
        [1, 0],
      ],
    },
  ],
  [
    [5, 6],
    {
      windowDimensions: [3, 2],
      windowStrides: [2, 1],
      padding: [
        [1, 1],
        [0, 1],
      ],
      windowDilation: [2, 3],
    },
  ],
  [
    [4, 3],
    {
      windowDimensions: [3, 2],
      windowStrides: [1, 2],
      padding: [
        [1, 0],
        [1, 1],
      ],
      baseDilation: [2, 3],
    },
  ],
  [
    [6, 3],
    {
      windowDimensions: [1, 1],
      windowStrides: [4, 1],
      padding: [
        [0, 0],
        [1, -1],
      ],
    },
  ],
  [
    [2, 4, 4, 3],
    {
      windowDimensions: [1, 2, 3, 1],
      windowStrides: [1, 2, 1, 1],
      padding: [
        [0, 0],
        [0, 0],
        [1, 1],
        [0, 0],
      ],
    },
  ],
  [[3], { windowDimensions: [4], padding: [[0, 0]] }],
  [
    [0, 2],
    {
      windowDimensions: [1, 2],
      padding: [
        [0, 0],
        [0, 0],
      ],
    },
  ],
  ...[17, 18, 21, 32, 40].map((n): [number[], Options] => [
    [45],
    { windowDimensions: [n], windowStrides: [3], padding: [[2, 5]], windowDilation: n === 21 ? [2] : [1] },
  ]),
];

test("values against loops, for every dtype of numbers", () => {
  for (const [shape, options] of CASES) {
    for (const [f, fold] of OPS) {
      const x = randomArray(shape, 3, { low: 0.5, high: 1.5 });
      assertSame(f(x, options), oracle(x, options, fold), 1e-12, `${shape} ${JSON.stringify(options)}`);
    }
  }
  for (const dtype of ["float32", "int32", "uint32"] as const) {
    const x = randomArray([6, 5], 1, { low: 0, high: 9, dtype });
    const options: Options = {
      windowDimensions: [2, 3],
      padding: [
        [0, 0],
        [0, 0],
      ],
    };
    for (const [f, fold] of OPS)
      assertSame(f(x, options), oracle(x, options, fold), dtype === "float32" ? 1e-6 : 0, dtype);
  }
  const padded = { windowDimensions: [2], padding: [[1, 0]] as [number, number][] };
  assert.equal(numbers(lax.reduceWindowMax(array([-5, -7], { dtype: "int32" }), padded)), [-5, -5]);
  assert.equal(numbers(lax.reduceWindowMin(array([5, 7], { dtype: "uint32" }), padded)), [5, 5]);
});

test("derivatives of both orders and batches", () => {
  for (const [shape, options] of CASES.filter(([shape]) => !shape.includes(0))) {
    for (const [f] of OPS) {
      const x = randomArray(shape, 3, { low: 0.5, high: 1.5 });
      // Finite differences know nothing of windows over padding alone.
      if (!numbers(f(x, options)).every(Number.isFinite)) continue;
      checkAll((y: NDArray) => f(y, options), [x], `${shape} ${JSON.stringify(options)}`, shape[0] > 6 ? 1 : 2);
    }
  }
  const [, options] = CASES[2];
  for (const [f] of OPS) checkVmap((y: NDArray) => f(y, options), [randomArray([5, 6], 2)]);
});

test("of equal elements the first has the derivative, as in JAX", () => {
  const x = array([0, 0, 1, 1, 0, 0, 1, 1, 1, 0, 2, 2], { shape: [3, 4] });
  const w = np.reshape(np.arange(1, 13, 1, { dtype: "float32" }), [3, 4]);
  const f = (y: NDArray): NDArray => lax.reduceWindowMax(y, { windowDimensions: [2, 2], padding: "SAME" });
  const [, pullback] = vjp(f, x) as unknown as [NDArray, (ct: NDArray) => [NDArray]];
  assert.equal(pullback(w)[0].toArray(), [
    [1, 0, 5, 4],
    [0, 0, 0, 0],
    [14, 0, 34, 20],
  ]);
  const [, tangent] = jvp(f, [x], [w]) as [NDArray, NDArray];
  assert.equal(tangent.toArray(), [
    [1, 3, 3, 4],
    [9, 11, 11, 12],
    [9, 11, 11, 12],
  ]);
});

test("NaN in a window is its extremum", () => {
  const x = array([1, Number.NaN, 2, 3]);
  assert.equal(numbers(lax.reduceWindowMax(x, { windowDimensions: [2] })), [Number.NaN, Number.NaN, 3]);
  assert.equal(numbers(lax.reduceWindowMin(x, { windowDimensions: [2] })), [Number.NaN, Number.NaN, 2]);
});

test("reduceWindow with a function of one's own", () => {
  const x = array([true, false, false, true]);
  assert.equal(
    numbers(lax.reduceWindow(x, false, lax.bitwiseOr, { windowDimensions: [2], padding: "SAME" })),
    [1, 0, 1, 1],
  );
});

test("pooling as in flax", () => {
  const x = randomArray([2, 5, 4, 3], 1);
  const options = { windowDimensions: [1, 2, 2, 1], windowStrides: [1, 2, 1, 1], padding: "SAME" as const };
  const pool = { strides: [2, 1], padding: "SAME" as const };
  assertSame(nn.maxPool(x, [2, 2], pool), lax.reduceWindowMax(x, options), 0);
  assertSame(nn.avgPool(x, [2, 2], pool), lax.div(lax.reduceWindowSum(x, options), 4), 1e-15);
  const inside = lax.reduceWindowSum(lax.full(x.shape, 1, "float64"), options);
  const mean = lax.div(lax.reduceWindowSum(x, options), inside);
  assertSame(nn.avgPool(x, [2, 2], { ...pool, countIncludePad: false }), mean, 1e-15);
  const row = np.at(x, 0, 0);
  assert.equal(nn.maxPool(row, [2], { padding: [[1, 0]] }).shape, [4, 3]);
  checkAll((y: NDArray) => nn.avgPool(nn.maxPool(y, [2, 2]), [2, 2]), [x], "pool", 2);
});

test("mistakes", () => {
  const x = np.zeros([4, 4]);
  assertThrows(
    () => lax.reduceWindowSum(x, { windowDimensions: [2] }),
    "lax.reduceWindowSum: windowDimensions",
    "(4, 4)",
  );
  assertThrows(() => lax.reduceWindowMax(x, {} as never), '"windowDimensions" is missing');
  assertThrows(() => lax.reduceWindowMax(array([true]), { windowDimensions: [1] }), "needs numbers");
  assertThrows(() => nn.maxPool(np.zeros([4]), [2]), "nn.maxPool: windowShape (2,)", "(4,)");
  assertThrows(() => nn.maxPool(x, [2], { stride: [1] } as never), 'nn.maxPool: unknown option "stride"');
});

test("a padding by name beside a base dilation", () => {
  // From jax.lax.reduce_window(x, 0., lax.add, (w,), (2,), "SAME", (2,), (1,)).
  const sums = (n: number, w: number): unknown =>
    lax
      .reduceWindowSum(array(Array.from({ length: n }, (_, i) => i + 1)), {
        windowDimensions: [w],
        windowStrides: [2],
        padding: "SAME",
        baseDilation: [2],
      })
      .toArray();
  assert.equal(sums(2, 2), [1]);
  assert.equal(sums(2, 3), [3]);
  assert.equal(sums(3, 3), [1, 2, 3]);
});

test("reduceWindow of two arrays at once: where each window's largest element stands", () => {
  const x = array([3, 1, 4, 1, 5, 9, 2, 6]);
  const places = lax.iota("int32", 8);
  type Pair = [NDArray, NDArray];
  const larger = ([a, i]: Pair, [b, j]: Pair): Pair => {
    const first = lax.ge(a, b);
    return [lax.select(first, a, b), lax.select(first, i, j)];
  };
  const options = { windowDimensions: [3], windowStrides: [2], padding: [[1, 1]] as [number, number][] };
  const [largest, at] = lax.reduceWindow([x, places] as Pair, [Number.NEGATIVE_INFINITY, -1], larger, options);
  assert.equal(largest.toArray(), [3, 4, 9, 9]);
  assert.equal(at.toArray(), [0, 2, 5, 5]);
  const wide = { windowDimensions: [20], padding: [[12, 0]] as [number, number][] };
  assert.equal(lax.reduceWindow([x, places] as Pair, [Number.NEGATIVE_INFINITY, -1], larger, wide)[1].toArray(), [5]);
  assertThrows(() => lax.reduceWindow([x, np.zeros([3])], [0, 0], (a) => a, options), "lax.reduceWindow", "(8,), (3,)");
  assertThrows(() => lax.reduceWindow([x, x], [0], (a) => a, options as never), "lax.reduceWindow", "1 value");
});

test.run();
