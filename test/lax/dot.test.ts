import { array, lax, type NDArray } from "cotangent";
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertThrows, indices, offsetOf } from "../support/arrays.ts";
import { assertSame, checkAll, checkVmap, randomArray } from "../support/properties.ts";

type Pair = [number[], number[]];

/** `dotGeneral` by nested loops. */
function oracle(x: NDArray, y: NDArray, contracting: Pair, batch: Pair): NDArray {
  const free = (a: NDArray, k: number): number[] =>
    a.shape.map((_, i) => i).filter((i) => !contracting[k].includes(i) && !batch[k].includes(i));
  const [freeX, freeY] = [free(x, 0), free(y, 1)];
  const size = (a: NDArray, axes: number[]): number[] => axes.map((i) => a.shape[i]);
  const shape = [...size(x, batch[0]), ...size(x, freeX), ...size(y, freeY)];
  const [a, b] = [x.dataSync(), y.dataSync()];
  const values = indices(shape).map((index) => {
    const [i, j] = [new Array<number>(x.ndim).fill(0), new Array<number>(y.ndim).fill(0)];
    batch[0].forEach((axis, k) => {
      i[axis] = index[k];
      j[batch[1][k]] = index[k];
    });
    freeX.forEach((axis, k) => {
      i[axis] = index[batch[0].length + k];
    });
    freeY.forEach((axis, k) => {
      j[axis] = index[batch[0].length + freeX.length + k];
    });
    let sum = 0;
    for (const inner of indices(size(x, contracting[0]))) {
      contracting[0].forEach((axis, k) => {
        i[axis] = inner[k];
        j[contracting[1][k]] = inner[k];
      });
      sum += a[offsetOf(i, x.shape)] * b[offsetOf(j, y.shape)];
    }
    return sum;
  });
  return array(values, { shape, dtype: x.dtype });
}

/** Random shapes with paired axes in random places. */
const problem = fc
  .record({
    batch: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 2 }),
    contracted: fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 2 }),
    freeX: fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 2 }),
    freeY: fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 2 }),
    seed: fc.integer({ min: 1, max: 1000 }),
  })
  .map(({ batch, contracted, freeX, freeY, seed }) => {
    const shuffled = (sizes: number[], salt: number): { shape: number[]; at: number[] } => {
      const keys = sizes.map((_, i) => Math.sin(seed * (i + 1) * salt));
      const order = sizes.map((_, i) => i).sort((a, b) => keys[a] - keys[b]);
      return { shape: order.map((i) => sizes[i]), at: sizes.map((_, i) => order.indexOf(i)) };
    };
    const x = shuffled([...batch, ...contracted, ...freeX], 1.7);
    const y = shuffled([...batch, ...contracted, ...freeY], 2.9);
    const n = batch.length;
    const m = n + contracted.length;
    return {
      shapes: [x.shape, y.shape] as Pair,
      batchDims: [x.at.slice(0, n), y.at.slice(0, n)] as Pair,
      contractingDims: [x.at.slice(n, m), y.at.slice(n, m)] as Pair,
    };
  });

test("random products against loops, in four dtypes", () => {
  fc.assert(
    fc.property(problem, fc.constantFrom("float64", "float32", "int32", "uint32"), ({ shapes, ...dims }, dtype) => {
      const range = { low: dtype === "uint32" ? 0 : -5, high: 5, dtype };
      const [x, y] = shapes.map((s, i) => randomArray(s, i + 1, range as never));
      const expected = oracle(x, y, dims.contractingDims, dims.batchDims);
      assertSame(lax.dotGeneral(x, y, dims), expected, dtype === "float32" ? 1e-5 : 1e-12);
    }),
    { numRuns: 300, seed: 1 },
  );
});

test("derivatives and batches of random products", () => {
  fc.assert(
    fc.property(problem, ({ shapes, ...dims }) => {
      const f = (a: NDArray, b: NDArray): NDArray => lax.dotGeneral(a, b, dims);
      const args = shapes.map((s, i) => randomArray(s, i + 1));
      if (args.some((a) => a.size > 200)) return;
      checkAll(f, args, JSON.stringify(dims), 2);
    }),
    { numRuns: 25, seed: 2 },
  );
  const shapes: Pair = [
    [2, 3],
    [3, 4],
  ];
  checkVmap(
    (a: NDArray, b: NDArray) => lax.dotGeneral(a, b, { contractingDims: [[1], [0]] }),
    shapes.map((s, i) => randomArray(s, i)),
  );
  checkVmap(
    (a: NDArray, b: NDArray) => lax.dotGeneral(a, b, { contractingDims: [[1], [2]], batchDims: [[0], [1]] }),
    [randomArray([2, 3], 1), randomArray([2, 2, 3], 2)],
  );
});

test("sizes around the kernels' blocks", () => {
  for (const [m, k, n] of [
    [1, 1, 1],
    [4, 8, 8],
    [5, 9, 7],
    [97, 257, 33],
    [3, 300, 100],
    [130, 5, 17],
    [1, 1000, 1],
    [200, 1, 3],
  ]) {
    const [x, y] = [randomArray([m, k], 1), randomArray([k, n], 2)];
    const dims = { contractingDims: [[1], [0]] } as const;
    assertSame(lax.dotGeneral(x, y, dims), oracle(x, y, [[1], [0]], [[], []]), 1e-12, `${m} ${k} ${n}`);
  }
});

test("an empty contraction gives zeros, whatever the memory held before", () => {
  lax.dotGeneral(randomArray([40, 40], 1), randomArray([40, 40], 2), { contractingDims: [[1], [0]] });
  const out = lax.dotGeneral(lax.full([3, 0], 1), lax.full([0, 2], 1), { contractingDims: [[1], [0]] });
  assert.equal(out.toArray(), [
    [0, 0],
    [0, 0],
    [0, 0],
  ]);
});

test("operands are promoted", () => {
  const out = lax.dotGeneral(array([1, 2], { dtype: "int32" }), array([0.5, 0.25], { dtype: "float64" }), {
    contractingDims: [[0], [0]],
  });
  assert.is(out.dtype, "float64");
  assert.is(out.item(), 1);
});

test("errors name the shapes and dims", () => {
  const [x, y] = [lax.full([2, 3], 1), lax.full([2, 3], 1)];
  assertThrows(() => lax.dotGeneral(x, y, { contractingDims: [[1], [0]] }), "lax.dotGeneral", "(2, 3)", "[[1], [0]]");
  assertThrows(() => lax.dotGeneral(x, y, { contractingDims: [[1], []] }), "lax.dotGeneral");
  assertThrows(() => lax.dotGeneral(x, y, { contractingDims: [[2], [0]] }), "lax.dotGeneral", "axis of lhs 2");
  assertThrows(
    () => lax.dotGeneral(x, y, { contractingDims: [[1], [1]], batchDims: [[1], [0]] }),
    "lax.dotGeneral",
    "twice",
  );
  assertThrows(
    () => lax.dotGeneral(x, y, { contractingDims: [1, 0] as never }),
    "contractingDims",
    "[1, 0]",
    "two lists",
  );
  assertThrows(() => lax.dotGeneral(x, y, { contractingDims: [[1]] as never }), "contractingDims", "[[1]]");
  assertThrows(() => lax.dotGeneral(x, y, undefined as never), "lax.dotGeneral", "contractingDims");
  assertThrows(() => lax.dotGeneral(x, y, { dims: 1 } as never), "lax.dotGeneral", "dims");
});

test.run();
