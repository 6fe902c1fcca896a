/** Cotangents of slices: those side by side are joined, others are padded and added; the expected values are sums by hand. */
import { grad, jit, lax, linearTranspose, makeJaxpr, type NDArray, numpy as np, nt, vjp } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { indices, numbers } from "../support/arrays.ts";
import { assertSame, checkAll, randomArray } from "../support/properties.ts";

type Range = readonly [start: number, end: number, stride?: number];
/** A slice: a range for each axis. */
type Part = readonly Range[];

const SHAPE = [3, 6];
const all: Range = [0, 6];
const columns = (...ranges: Range[]): Part[] => ranges.map((range) => [[0, 3], range]);

const CASES: Readonly<Record<string, readonly Part[]>> = {
  "parts of one axis": columns([0, 1], [1, 4], [4, 6]),
  "in another order, with one of no elements": columns([4, 6], [1, 1], [0, 1], [1, 4]),
  "no part at either end": columns([2, 3], [3, 5]),
  "a gap": columns([0, 2], [4, 6]),
  "neighbours that overlap": columns([0, 5], [1, 6]),
  "one part twice": columns([0, 3], [0, 3], [3, 6]),
  "strides beside parts": columns([0, 6, 2], [1, 6, 2], [0, 3], [3, 6]),
  "rows and columns": [...columns([0, 2], [2, 6]), [[0, 1], all], [[1, 2], all], [[2, 3], all]],
  "a corner": [
    [
      [0, 1],
      [0, 3],
    ],
    [
      [1, 3],
      [0, 3],
    ],
    ...columns([3, 6]),
  ],
};

const cut = (x: NDArray, part: Part): NDArray =>
  lax.slice(x, {
    startIndices: part.map(([start]) => start),
    limitIndices: part.map(([, end]) => end),
    strides: part.map(([, , stride = 1]) => stride),
  });

/** The cotangents of the slices put where their elements come from, one by one. */
function sumsOf(parts: readonly Part[], cts: readonly NDArray[]): number[] {
  const sums = new Array<number>(18).fill(0);
  parts.forEach((part, k) => {
    const values = numbers(cts[k]!);
    indices(cts[k]!.shape).forEach((at, i) => {
      const [row, column] = at.map((n, axis) => part[axis]![0] + n * (part[axis]![2] ?? 1)) as [number, number];
      sums[6 * row + column]! += values[i]!;
    });
  });
  return sums;
}

/** How often a primitive stands in a program. */
const count = (f: (...args: never[]) => unknown, args: unknown[], name: string): number =>
  makeJaxpr(f as never)(...(args as never[])).jaxpr.equations.filter((e) => e.primitive.name === name).length;

for (const [name, parts] of Object.entries(CASES)) {
  test(`cotangents of slices: ${name}`, () => {
    const x = randomArray(SHAPE, 1);
    const f = (y: NDArray): NDArray[] => parts.map((part) => cut(y, part));
    const cts = f(x).map((y, k) => randomArray(y.shape, 2 + k));
    const expected = sumsOf(parts, cts);
    for (const back of [vjp(f, x)[1], linearTranspose(f, x)]) {
      const [ct] = back(cts) as [NDArray];
      assert.equal([...ct.shape], SHAPE);
      numbers(ct).forEach((value, i) => {
        assert.ok(Math.abs(value - expected[i]!) < 1e-14, `element ${i}: ${value}, not ${expected[i]}`);
      });
    }
  });

  test(`derivatives of slices: ${name}`, () => {
    const f = (y: NDArray): NDArray => {
      const factors = parts.map((part) => np.prod(np.add(2, np.sin(cut(y, part)))));
      return factors.reduce((a, b) => np.add(np.multiply(a, 0.1), b), np.sum(np.cos(y)));
    };
    checkAll(f, [randomArray(SHAPE, 3)], name, 2);
  });
}

test("all parts give one concatenation, and nothing is padded or added", () => {
  const x = randomArray([2, 8], 5);
  const f = (y: NDArray): NDArray => {
    const [a, b, c, d] = np.split(y, 4, { axis: 1 }) as [NDArray, NDArray, NDArray, NDArray];
    return np.sum(np.multiply(np.multiply(np.sin(a), b), np.multiply(np.cos(c), d)));
  };
  const gradient = (y: NDArray): NDArray => grad(f)(y);
  assert.is(count(gradient, [x], "concatenate"), 1);
  assert.is(count(gradient, [x], "pad"), 0);
});

test("rows that are read one by one are joined once, however many they are", () => {
  const x = randomArray([40, 3], 6);
  const rows = (y: NDArray): NDArray =>
    [...Array(40).keys()]
      .map((i) => np.sum(np.sin(np.multiply(lax.sliceInDim(y, i, i + 1), i))))
      .reduce((a, b) => np.add(a, b));
  const whole = (y: NDArray): NDArray => np.sum(np.sin(np.multiply(y, np.reshape(np.arange(40), [40, 1]))));
  assertSame(jit(grad(rows))(x), grad(whole)(x), 1e-12);
  assert.is(
    count((y: NDArray) => grad(rows)(y), [x], "concatenate"),
    1,
  );
});

test("negative zeros of a part stay what they are", () => {
  const f = (y: NDArray): NDArray[] => [cut(y, columns([0, 3])[0]!), cut(y, columns([3, 6])[0]!)];
  const zeros = np.negative(np.zeros([3, 3], { dtype: "float64" }));
  const [ct] = vjp(f, randomArray(SHAPE, 7))[1]([zeros, zeros]) as [NDArray];
  assert.ok(numbers(ct).every((value) => Object.is(value, -0)));
});

test("kernels of parameters that are used in parts, by every method", () => {
  const f = (w: NDArray, x: NDArray): NDArray => {
    const [a, b] = np.split(w, 2, { axis: 1 }) as [NDArray, NDArray];
    return np.multiply(np.tanh(np.matmul(x, a)), np.matmul(x, b));
  };
  const [w, x] = [randomArray([4, 6], 8), randomArray([5, 4], 9)];
  const [open, gate] = [
    np.tanh(np.matmul(x, lax.sliceInDim(w, 0, 3, { axis: 1 }))),
    np.matmul(x, lax.sliceInDim(w, 3, 6, { axis: 1 })),
  ];
  // d out[n, i] / d a[k, i] = x[n, k] (1 - open^2) gate, d out[n, i] / d b[k, i] = x[n, k] open; the mean over i.
  const slope = np.multiply(np.subtract(1, np.square(open)), gate);
  const inner = np.add(np.matmul(slope, slope.T), np.matmul(open, open.T));
  const expected = np.divide(np.multiply(np.matmul(x, x.T), inner), 3);
  for (const implementation of [1, 2, 3] as nt.NtkImplementation[]) {
    assertSame(nt.empiricalNtkFn(f, { implementation })(x, null, w), expected, 1e-12, `method ${implementation}`);
  }
});

test.run();
