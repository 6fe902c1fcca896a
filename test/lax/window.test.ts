import { array, jvp, lax, type NDArray } from "cotangent";
import fc from "fast-check";
import { test } from "uvu";
import { assertClose, assertThrows, indices, offsetOf } from "../support/arrays.ts";
import { assertSame, checkAll, checkVmap, randomArray } from "../support/properties.ts";

interface Problem {
  readonly shape: number[];
  readonly windowDimensions: number[];
  readonly windowStrides: number[];
  readonly padding: [number, number][];
  readonly baseDilation: number[];
  readonly windowDilation: number[];
}

const problems = (largest: number): fc.Arbitrary<Problem> =>
  fc.integer({ min: 1, max: 2 }).chain((rank) => {
    const each = <T>(arb: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(arb, { minLength: rank, maxLength: rank });
    return fc.record({
      shape: each(fc.integer({ min: 1, max: 7 })),
      windowDimensions: each(fc.integer({ min: 1, max: largest })),
      windowStrides: each(fc.integer({ min: 1, max: 3 })),
      padding: each(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 }))),
      baseDilation: each(fc.integer({ min: 1, max: 2 })),
      windowDilation: each(fc.integer({ min: 1, max: 2 })),
    });
  });

const OPS: [string, (x: NDArray, o: Omit<Problem, "shape">) => NDArray, (a: number, b: number) => number, number][] = [
  ["reduceWindowSum", lax.reduceWindowSum, (a, b) => a + b, 0],
  ["reduceWindowProd", lax.reduceWindowProd, (a, b) => a * b, 1],
  ["reduceWindowMax", lax.reduceWindowMax, Math.max, Number.NEGATIVE_INFINITY],
  ["reduceWindowMin", lax.reduceWindowMin, Math.min, Number.POSITIVE_INFINITY],
];

function oracle(x: NDArray, p: Problem, fold: (a: number, b: number) => number, start: number): NDArray {
  const data = x.dataSync();
  const out = p.shape.map((n, i) => {
    const room = (n - 1) * p.baseDilation[i] + 1 + p.padding[i][0] + p.padding[i][1];
    const reach = (p.windowDimensions[i] - 1) * p.windowDilation[i] + 1;
    return room < reach ? 0 : Math.floor((room - reach) / p.windowStrides[i]) + 1;
  });
  const values = indices(out).map((index) => {
    let value = start;
    for (const w of indices(p.windowDimensions)) {
      const at = index.map((o, i) => {
        const z = o * p.windowStrides[i] + w[i] * p.windowDilation[i] - p.padding[i][0];
        return z / p.baseDilation[i];
      });
      const inside = at.every((z, i) => Number.isInteger(z) && z >= 0 && z < p.shape[i]);
      value = fold(value, inside ? data[offsetOf(at, p.shape)] : start);
    }
    return value;
  });
  return array(values, { shape: out, dtype: x.dtype });
}

for (const [name, op, fold, start] of OPS) {
  test(`${name} against loops`, () => {
    fc.assert(
      fc.property(problems(4), (p) => {
        const { shape, ...options } = p;
        const x = randomArray(shape, 3, { low: 0.5, high: 1.5 });
        assertSame(op(x, options), oracle(x, p, fold, start), 1e-12, JSON.stringify(p));
      }),
      { numRuns: 60, seed: 12 },
    );
  });

  test(`${name}: large windows`, () => {
    for (const size of [17, 31, 32, 40]) {
      const p = {
        shape: [50],
        windowDimensions: [size],
        windowStrides: [3],
        padding: [[5, 2]] as [number, number][],
        baseDilation: [1],
        windowDilation: [1],
      };
      const { shape, ...options } = p;
      const x = randomArray(shape, 3, { low: 0.9, high: 1.1 });
      assertSame(op(x, options), oracle(x, p, fold, start), 1e-12, `${size}`);
    }
  });

  test(`${name}: derivatives and batches`, () => {
    const f = (x: NDArray): NDArray =>
      op(x, {
        windowDimensions: [2, 3],
        windowStrides: [1, 2],
        padding: [
          [0, 1],
          [1, 0],
        ],
      } as never);
    checkAll(f, [randomArray([3, 5], 4, { low: 0.5, high: 1.5 })], name, 2);
    checkVmap(f, [randomArray([3, 4], 4)]);
  });
}

test("the maximum's derivative goes to the first of equal elements, as in JAX", () => {
  const x = array([1, 1, 0, 1], { dtype: "float64" });
  const t = array([1, 10, 100, 1000], { dtype: "float64" });
  const f = (a: NDArray): NDArray => lax.reduceWindowMax(a, { windowDimensions: [2] });
  assertClose(jvp(f, [x], [t])[1], [1, 10, 1000]);
});

test("errors name the function and the shape", () => {
  const x = lax.full([4, 4], 1);
  assertThrows(() => lax.reduceWindowMax(x, undefined as never), "lax.reduceWindowMax", "windowDimensions");
  assertThrows(() => lax.reduceWindowMax(x, { windowDimensions: [2] }), "lax.reduceWindowMax", "(4, 4)", "[2]");
  assertThrows(() => lax.reduceWindowSum(x, { windowDimensions: [2, 2], strides: [1, 1] } as never), "strides");
});

test.run();
