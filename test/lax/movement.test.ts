import { array, jit, lax, type NDArray } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertThrows, indices, numbers, offsetOf } from "../support/arrays.ts";
import { assertSame, checkAll, checkVmap, randomArray } from "../support/properties.ts";

type Movement = (x: NDArray) => NDArray;

/** Checks values against `expected`, which tells for an index of the result where it comes from (`null`: 0). */
function check(
  name: string,
  shape: readonly number[],
  op: Movement,
  outShape: readonly number[],
  source: (index: number[]) => number[] | null,
): void {
  test(name, () => {
    for (const dtype of ["float64", "float32", "int32", "uint32", "bool"] as const) {
      const low = dtype === "uint32" || dtype === "bool" ? 0 : -9;
      const x = randomArray(shape, 4, { low, high: dtype === "bool" ? 1 : 9, dtype });
      const data = x.dataSync();
      const values = indices(outShape).map((index) => {
        const from = source(index);
        return from === null ? 0 : data[offsetOf(from, shape)];
      });
      assertSame(op(x), array(values, { shape: [...outShape], dtype }), 0, `${name} ${dtype}`);
    }
    checkAll(op, [randomArray(shape, 4)], name, 2);
    checkVmap(op, [randomArray(shape, 4)]);
  });
}

check(
  "transpose",
  [2, 3, 4],
  (x) => lax.transpose(x, { permutation: [2, 0, 1] }),
  [4, 2, 3],
  ([a, b, c]) => [b, c, a],
);
check(
  "transpose reverses by default",
  [2, 3, 4],
  (x) => lax.transpose(x),
  [4, 3, 2],
  ([a, b, c]) => [c, b, a],
);
check(
  "transpose of nothing",
  [0, 3],
  (x) => lax.transpose(x),
  [3, 0],
  ([a, b]) => [b, a],
);
check(
  "transpose of a number",
  [],
  (x) => lax.transpose(x),
  [],
  () => [],
);

const split = (index: number[], shape: number[], from: number[]): number[] => {
  let rest = offsetOf(index, shape);
  return from
    .map((_, i) => {
      const inner = from.slice(i + 1).reduce((a, b) => a * b, 1);
      const digit = Math.floor(rest / inner);
      rest %= inner;
      return digit;
    })
    .slice();
};
check(
  "reshape",
  [2, 6],
  (x) => lax.reshape(x, { newSizes: [3, 2, 2] }),
  [3, 2, 2],
  (i) => split(i, [3, 2, 2], [2, 6]),
);
check(
  "reshape with -1",
  [2, 6],
  (x) => lax.reshape(x, { newSizes: [4, -1] }),
  [4, 3],
  (i) => split(i, [4, 3], [2, 6]),
);
check(
  "reshape to no axes",
  [1, 1],
  (x) => lax.reshape(x, { newSizes: [] }),
  [],
  () => [0, 0],
);
check(
  "reshape of a transposed array",
  [3, 4],
  (x) => lax.reshape(lax.transpose(x), { newSizes: [12] }),
  [12],
  ([i]) => [i % 3, Math.floor(i / 3)],
);
check(
  "reshape with dimensions",
  [3, 4],
  (x) => lax.reshape(x, { newSizes: [12], dimensions: [1, 0] }),
  [12],
  ([i]) => [i % 3, Math.floor(i / 3)],
);
check(
  "reshape of nothing",
  [0, 3],
  (x) => lax.reshape(x, { newSizes: [5, 0] }),
  [5, 0],
  () => null,
);
check(
  "expandDims",
  [2, 3],
  (x) => lax.expandDims(x, { axes: [0, -1] }),
  [1, 2, 3, 1],
  ([, a, b]) => [a, b],
);
check(
  "squeeze",
  [1, 2, 1],
  (x) => lax.squeeze(x, { dimensions: [0] }),
  [2, 1],
  ([a, b]) => [0, a, b],
);
check(
  "squeeze of all",
  [1, 2, 1],
  (x) => lax.squeeze(x),
  [2],
  ([a]) => [0, a, 0],
);
check(
  "broadcastInDim",
  [2, 1],
  (x) => lax.broadcastInDim(x, { shape: [3, 2, 4], broadcastDimensions: [1, 2] }),
  [3, 2, 4],
  ([, b]) => [b, 0],
);
check(
  "broadcastInDim of a number",
  [],
  (x) => lax.broadcastInDim(x, { shape: [3, 2], broadcastDimensions: [] }),
  [3, 2],
  () => [],
);
check(
  "broadcastInDim to nothing",
  [1],
  (x) => lax.broadcastInDim(x, { shape: [0], broadcastDimensions: [0] }),
  [0],
  () => [0],
);
check(
  "slice",
  [5, 7],
  (x) => lax.slice(x, { startIndices: [1, 0], limitIndices: [4, 7], strides: [1, 3] }),
  [3, 3],
  ([a, b]) => [a + 1, 3 * b],
);
check(
  "slice of nothing",
  [5],
  (x) => lax.slice(x, { startIndices: [2], limitIndices: [2] }),
  [0],
  () => null,
);
check(
  "slice of the end",
  [5],
  (x) => lax.slice(x, { startIndices: [5], limitIndices: [5] }),
  [0],
  () => null,
);
check(
  "sliceInDim",
  [2, 5],
  (x) => lax.sliceInDim(x, 1, 5, { axis: 1, stride: 2 }),
  [2, 2],
  ([a, b]) => [a, 1 + 2 * b],
);
check(
  "rev",
  [3, 4],
  (x) => lax.rev(x, { dimensions: [1] }),
  [3, 4],
  ([a, b]) => [a, 3 - b],
);
check(
  "rev of both",
  [3, 4],
  (x) => lax.rev(x, { dimensions: [0, -1] }),
  [3, 4],
  ([a, b]) => [2 - a, 3 - b],
);
check(
  "rev of nothing",
  [0, 2],
  (x) => lax.rev(x, { dimensions: [0] }),
  [0, 2],
  () => null,
);

/** Where padded elements come from, by walking. */
const unpadded =
  (shape: readonly number[], config: readonly (readonly [number, number, number])[]) =>
  (index: number[]): number[] | null => {
    const from = index.map((i, k) => (i - config[k][0]) / (config[k][2] + 1));
    return from.every((i, k) => Number.isInteger(i) && i >= 0 && i < shape[k]) ? from : null;
  };
const paddings: [readonly number[], [number, number, number][]][] = [
  [[3], [[1, 2, 0]]],
  [[3], [[0, 0, 2]]],
  [[5], [[-1, -2, 0]]],
  [[5], [[-1, 3, 1]]],
  [[5], [[-3, -2, 1]]],
  [[4], [[2, -3, 2]]],
  [[3], [[-4, 5, 0]]],
  [[3], [[5, -7, 0]]],
  [[0], [[2, 1, 3]]],
  [[1], [[0, 0, 4]]],
  [
    [2, 3],
    [
      [1, -1, 0],
      [0, 2, 1],
    ],
  ],
  [
    [2, 0],
    [
      [1, 1, 1],
      [1, 0, 0],
    ],
  ],
  [
    [3, 3],
    [
      [-3, 0, 0],
      [1, 1, 0],
    ],
  ],
];
for (const [shape, paddingConfig] of paddings) {
  const out = shape.map((n, i) => {
    const [low, high, interior] = paddingConfig[i];
    return low + high + n + Math.max(0, n - 1) * interior;
  });
  check(
    `pad ${shape} by ${JSON.stringify(paddingConfig)}`,
    shape,
    (x) => lax.pad(x, x.dtype === "bool" ? false : 0, { paddingConfig }),
    out,
    unpadded(shape, paddingConfig),
  );
}

const DTYPES = ["float64", "float32", "int32", "uint32", "bool"] as const;

/** Small whole numbers, none of them 0 in the larger dtypes, so that each tells where it comes from. */
const numbered = (shape: readonly number[], dtype: (typeof DTYPES)[number]): NDArray => {
  const size = shape.reduce((n, m) => n * m, 1);
  const data = Array.from({ length: size }, (_, i) => (dtype === "bool" ? Number(i % 7 < 3) : i + 1));
  return array(data, { shape: [...shape], dtype });
};

test("what is turned goes to places with gaps, in tiles: pad, slice and transpose as one program", () => {
  const shapes = [
    [40, 40],
    [32, 64],
    [33, 71],
    [3, 40, 35],
  ];
  const gaps: readonly (readonly [number, number, number])[][] = [
    [[0, 0, 1]],
    [
      [0, 0, 0],
      [0, 0, 1],
    ],
    [
      [0, 0, 1],
      [0, 0, 0],
    ],
    [
      [2, 1, 2],
      [-1, 3, 1],
    ],
    [[0, 0, 0]],
  ];
  for (const shape of shapes) {
    const rank = shape.length;
    for (const permutation of rank === 2
      ? [[1, 0]]
      : [
          [0, 2, 1],
          [2, 1, 0],
          [1, 2, 0],
        ]) {
      for (const step of [1, 2]) {
        for (const gap of gaps) {
          const config = permutation.map((_, i) => gap[i % gap.length]);
          const sliced = shape.map((n) => Math.ceil(n / step));
          const turned = permutation.map((axis) => sliced[axis]);
          const out = turned.map((n, i) => n + config[i][0] + config[i][1] + (n - 1) * config[i][2]);
          const inner = unpadded(turned, config);
          for (const dtype of DTYPES) {
            const x = numbered(shape, dtype);
            const data = x.dataSync();
            const f = jit((v: NDArray) => {
              const part = lax.slice(v, {
                startIndices: shape.map(() => 0),
                limitIndices: shape,
                strides: shape.map(() => step),
              });
              const value = dtype === "bool" ? false : 0;
              return lax.pad(lax.transpose(part, { permutation }), value, { paddingConfig: config.map((c) => [...c]) });
            });
            const values = indices(out).map((index) => {
              const from = inner(index);
              if (from === null) return 0;
              const source = permutation.reduce<number[]>((to, axis, i) => {
                to[axis] = from[i] * step;
                return to;
              }, []);
              return data[offsetOf(source, shape)];
            });
            const name = `${dtype} ${shape} turned ${permutation} step ${step} gaps ${JSON.stringify(config)}`;
            assertSame(f(x), array(values, { shape: out, dtype }), 0, name);
          }
        }
      }
    }
  }
});

test("pad with a value that has derivatives and batches", () => {
  const f = (x: NDArray, value: NDArray): NDArray =>
    lax.pad(x, value, {
      paddingConfig: [
        [1, -1, 1],
        [2, 0, 0],
      ],
    });
  const args = [randomArray([2, 3], 1), randomArray([], 2)];
  assert.equal(f(array([[1, 2]]), array(9)).toArray(), [[9, 9, 9, 9]]);
  checkAll(f, args, "pad", 2);
  checkVmap(f, args);
  assert.equal(lax.pad(array([1, 2]), 7, { paddingConfig: [[1, 1, 1]] }).toArray(), [7, 1, 7, 2, 7]);
});

test("concatenate: values, derivatives, batches", () => {
  const f = (...xs: NDArray[]): NDArray => lax.concatenate(xs, { dimension: 1 });
  const args = [randomArray([2, 1], 1), randomArray([2, 3], 2), randomArray([2, 0], 3)];
  const [a, b] = args.map(numbers);
  assert.equal(numbers(f(...args)), [a[0], ...b.slice(0, 3), a[1], ...b.slice(3)]);
  checkAll(f, args, "concatenate", 2);
  checkVmap(f, args);
  checkVmap((x: NDArray) => lax.concatenate([x, lax.mul(x, 2), x], { dimension: -1 }), [randomArray([2], 1)]);
});

test("views of views are read right by every kind of kernel", () => {
  const x = randomArray([4, 6], 3);
  const view = (a: NDArray): NDArray =>
    lax.rev(lax.transpose(lax.slice(a, { startIndices: [0, 1], limitIndices: [4, 6], strides: [3, 2] })), {
      dimensions: [0],
    });
  const data = numbers(x);
  const at = (i: number, j: number): number => data[3 * j * 6 + 1 + 2 * (2 - i)];
  const expected = [0, 1, 2].map((i) => [0, 1].map((j) => at(i, j)));
  assertSame(view(x), array(expected, { dtype: "float64" }), 0);
  checkAll((a: NDArray) => lax.exp(view(a)), [x], "map", 2);
  checkAll((a: NDArray) => lax.reduceSum(view(a), { axes: [0] }), [x], "reduce", 1);
  checkAll((a: NDArray) => lax.dotGeneral(view(a), view(a), { contractingDims: [[0], [0]] }), [x], "contract", 2);
  checkAll((a: NDArray) => lax.concatenate([view(a), view(a)], { dimension: 0 }), [x], "place", 1);
  checkAll((a: NDArray) => lax.reshape(view(a), { newSizes: [2, 3] }), [x], "view", 1);
});

test("errors name the function and the shapes", () => {
  const x = array([[1, 2, 3]]);
  assertThrows(() => lax.transpose(x, { permutation: [0] }), "lax.transpose", "(1, 3)");
  assertThrows(() => lax.transpose(x, { permutation: [0, 0] }), "lax.transpose", "twice");
  assertThrows(() => lax.transpose(x, { axes: [0] } as never), "lax.transpose", "axes", "permutation");
  assertThrows(() => lax.reshape(x, { newSizes: [2, 2] }), "reshape", "(1, 3)", "(2, 2)");
  assertThrows(() => lax.reshape(x, { newSizes: [-1, -1] }), "reshape");
  assertThrows(() => lax.reshape(x, undefined as never), "lax.reshape", "newSizes");
  assertThrows(() => lax.squeeze(x, { dimensions: [1] }), "lax.squeeze", "(1, 3)");
  assertThrows(() => lax.squeeze(x, { axes: [0] } as never), "lax.squeeze", "axes");
  assertThrows(() => lax.expandDims(x, { dimensions: [0] } as never), "lax.expandDims", "dimensions");
  assertThrows(() => lax.rev(x, { axes: [0] } as never), "lax.rev", "axes");
  assertThrows(() => lax.rev(x, undefined as never), "lax.rev", "dimensions");
  assertThrows(() => lax.slice(x, { startIndices: [0, 0], limitIndices: [1, 4] }), "lax.slice", "(1, 3)");
  assertThrows(() => lax.slice(x, { startIndices: [0], limitIndices: [1] }), "lax.slice");
  assertThrows(() => lax.slice(x, {} as never), "lax.slice", "startIndices");
  assertThrows(
    () => lax.broadcastInDim(x, { shape: [3, 1], broadcastDimensions: [0, 1] }),
    "lax.broadcastInDim",
    "(1, 3)",
  );
  assertThrows(() => lax.broadcastInDim(x, { shape: [3, 1], broadcastDimensions: [1, 0] }), "lax.broadcastInDim");
  assertThrows(() => lax.broadcastInDim(x, { shape: [3, 3] } as never), "lax.broadcastInDim", "broadcastDimensions");
  assertThrows(() => lax.pad(x, 0, { paddingConfig: [[0, 0, 0]] }), "lax.pad", "(1, 3)");
  assertThrows(
    () =>
      lax.pad(x, 0, {
        paddingConfig: [
          [0, 0, 0],
          [-2, -2, 0],
        ],
      }),
    "lax.pad",
    "negative",
  );
  assertThrows(() => lax.pad(x, 0, undefined as never), "lax.pad", "paddingConfig");
  assertThrows(
    () =>
      lax.concatenate(
        [
          x,
          array([
            [1, 2],
            [3, 4],
          ]),
        ],
        { dimension: 0 },
      ),
    "lax.concatenate",
    "(1, 3)",
    "(2, 2)",
  );
  assertThrows(() => lax.concatenate([], { dimension: 0 }), "lax.concatenate");
  assertThrows(() => lax.concatenate([x], undefined as never), "lax.concatenate", "dimension");
  assertThrows(() => lax.broadcastedIota("int32", [3], 5), "lax.broadcastedIota", "5");
  assertThrows(() => lax.full([-1], 0), "lax.full", "-1");
  assertThrows(() => lax.reshape(x, { newSizes: 3 as never }), "lax.reshape", "newSizes", "list");
  assertThrows(() => lax.slice(x, { startIndices: 0 as never, limitIndices: [1, 3] }), "lax.slice", "startIndices");
  assertThrows(
    () => lax.broadcastInDim(x, { shape: [1, 3], broadcastDimensions: 1 as never }),
    "lax.broadcastInDim",
    "broadcastDimensions",
  );
});

test("numbers that an integer array can't hold, and bools that count, are refused", () => {
  assertThrows(() => lax.full([1], 2 ** 31, "int32"), "lax.full", "2147483648", "int32");
  assertThrows(() => lax.full([1], 2 ** 32, "uint32"), "lax.full", "4294967296", "uint32");
  assertThrows(() => lax.full([1], Number.NaN, "int32"), "lax.full", "NaN");
  assertThrows(() => lax.iota("bool", 3), "bool");
  assert.equal(lax.full([2], 2 ** 32 - 1, "uint32").toArray(), [4294967295, 4294967295]);
  assert.equal(lax.full([1], -1, "uint32").toArray(), [4294967295]);
  assert.equal(lax.full([1], -(2 ** 31), "int32").toArray(), [-2147483648]);
});

test("iota and full", () => {
  assert.equal(lax.iota("float64", 4).toArray(), [0, 1, 2, 3]);
  assert.equal(lax.broadcastedIota("int32", [2, 3], 1).toArray(), [
    [0, 1, 2],
    [0, 1, 2],
  ]);
  assert.equal(lax.broadcastedIota("int32", [2, 3], -2).toArray(), [
    [0, 0, 0],
    [1, 1, 1],
  ]);
  assert.equal(lax.full([2, 1], 1.5, "float64").toArray(), [[1.5], [1.5]]);
  assert.equal(lax.full([0, 3], 1).toArray(), []);
  assert.equal(lax.full([], true, "bool").toArray(), true);
});

test.run();
