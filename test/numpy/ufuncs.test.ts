import { array, type DType, type NDArray, numpy as np, vmap } from "cotangent";
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertClose, assertThrows, indices, numbers, offsetOf, sample } from "../support/arrays.ts";

type Binary = (x: number, y: number) => number;
const binaries: Record<string, [(x: NDArray, y: NDArray) => NDArray, Binary]> = {
  add: [np.add, (x, y) => x + y],
  subtract: [np.subtract, (x, y) => x - y],
  multiply: [np.multiply, (x, y) => x * y],
  divide: [np.divide, (x, y) => x / y],
  maximum: [np.maximum, Math.max],
  minimum: [np.minimum, Math.min],
  arctan2: [np.arctan2, Math.atan2],
  hypot: [np.hypot, Math.hypot],
  floorDivide: [np.floorDivide, (x, y) => Math.floor(x / y)],
  remainder: [np.remainder, (x, y) => x - y * Math.floor(x / y)],
  fmod: [np.fmod, (x, y) => x % y],
  logaddexp: [np.logaddexp, (x, y) => Math.log(Math.exp(x) + Math.exp(y))],
};

/** `f` over two arrays by NumPy's rule, with loops: axes are aligned at the end, size 1 repeats. */
function broadcastLoop(f: Binary, x: NDArray, y: NDArray): { shape: number[]; values: number[] } {
  const ndim = Math.max(x.ndim, y.ndim);
  const padded = (z: NDArray) => [...new Array<number>(ndim - z.ndim).fill(1), ...z.shape];
  const [a, b] = [padded(x), padded(y)];
  const shape = a.map((n, i) => (n === 1 ? (b[i] as number) : n));
  const [p, q] = [numbers(x), numbers(y)];
  const at = (data: number[], sizes: number[], index: number[]) =>
    data[
      offsetOf(
        index.map((k, i) => (sizes[i] === 1 ? 0 : k)),
        sizes,
      )
    ] as number;
  return { shape, values: indices(shape).map((index) => f(at(p, a, index), at(q, b, index))) };
}

const make = (shape: number[], seed: number): NDArray =>
  array(
    sample(
      shape.reduce((a, b) => a * b, 1),
      seed,
    ).map((v) => 3 * v),
    { shape },
  );

test("binary functions broadcast as loops do", () => {
  const pairs = [
    [
      [2, 3],
      [2, 3],
    ],
    [[2, 3], [3]],
    [
      [2, 1],
      [1, 4],
    ],
    [[3], [2, 1, 3]],
    [[], [2, 2]],
    [[1, 1], [5]],
    [
      [0, 3],
      [1, 3],
    ],
  ] as [number[], number[]][];
  for (const [name, [f, loop]] of Object.entries(binaries)) {
    for (const [s, t] of pairs) {
      const [x, y] = [make(s, 1), make(t, 2)];
      const expected = broadcastLoop(loop, x, y);
      const actual = f(x, y);
      assert.equal(actual.shape, expected.shape, name);
      assertClose(np.ravel(actual), expected.values, 1e-12, `${name} ${s} ${t}`);
    }
  }
});

test("broadcasting of random shapes", () => {
  const shapes = fc
    .array(fc.integer({ min: 1, max: 3 }), { maxLength: 4 })
    .chain((shape) =>
      fc.tuple(
        ...[0, 1].map(() =>
          fc.tuple(fc.nat(shape.length), ...shape.map((n) => fc.constantFrom(1, n))).map(([cut, ...s]) => s.slice(cut)),
        ),
      ),
    );
  fc.assert(
    fc.property(shapes, ([s, t]) => {
      const [x, y] = [make(s as number[], 3), make(t as number[], 4)];
      const expected = broadcastLoop((a, b) => a - b, x, y);
      assert.equal(np.subtract(x, y).shape, expected.shape);
      assert.equal(numbers(np.subtract(x, y)), expected.values);
    }),
    { numRuns: 60 },
  );
});

test("shapes that don't broadcast are an error that names both", () => {
  assertThrows(() => np.add(np.ones([2, 3]), np.ones([2])), "numpy.add", "(2, 3) and (2,)", "broadcast");
  assertThrows(() => np.add([1, 2] as never, 1), "numpy.add: x must be an array or a number", "array([...])");
  assertThrows(() => np.multiply(1, undefined as never), "numpy.multiply: y", "undefined");
  assertThrows(() => np.exp("1" as never), "numpy.exp: x", '"1"');
});

const names = { b: "bool", i: "int32", u: "uint32", f: "float32", d: "float64", "-": "error" };
const of = (dtype: DType) => np.ones([1], { dtype });
const operands = [of("bool"), of("int32"), of("uint32"), of("float32"), of("float64"), 1, 0.5];
// From JAX, with 64-bit types where a float64 takes part. Rows and columns: bool, int32, uint32, float32, float64, 1, 0.5.
const promotion: Record<string, [(x: never, y: never) => NDArray, string]> = {
  add: [np.add, "biufdif iiifdif uiufduf ffffdff ddddddd iiufd.. ffffd.."],
  subtract: [np.subtract, "-iufdif iiifdif uiufduf ffffdff ddddddd iiufd.. ffffd.."],
  multiply: [np.multiply, "biufdif iiifdif uiufduf ffffdff ddddddd iiufd.. ffffd.."],
  divide: [np.divide, "ffffdff ffffdff ffffdff ffffdff ddddddd ffffd.. ffffd.."],
  maximum: [np.maximum, "biufdif iiifdif uiufduf ffffdff ddddddd iiufd.. ffffd.."],
  floorDivide: [np.floorDivide, "iiufdif iiifdif uiufduf ffffdff ddddddd iiufd.. ffffd.."],
  remainder: [np.remainder, "iiufdif iiifdif uiufduf ffffdff ddddddd iiufd.. ffffd.."],
  power: [np.power, "iiufdif iiifdif uiufduf ffffdff ddddddd iiufd.. ffffd.."],
  arctan2: [np.arctan2, "ffffdff ffffdff ffffdff ffffdff ddddddd ffffd.. ffffd.."],
  less: [np.less, "bbbbbbb bbbbbbb bbbbbbb bbbbbbb bbbbbbb bbbbb.. bbbbb.."],
  logicalAnd: [np.logicalAnd, "bbbbbbb bbbbbbb bbbbbbb bbbbbbb bbbbbbb bbbbb.. bbbbb.."],
  fmax: [np.fmax, "biufdif iiifdif uiufduf ffffdff ddddddd iiufd.. ffffd.."],
};

test("dtypes are promoted as in JAX", () => {
  for (const [name, [f, table]] of Object.entries(promotion)) {
    table.split(" ").forEach((row, i) => {
      [...row].forEach((code, j) => {
        if (code === ".") return;
        const expected = names[code as keyof typeof names];
        const compute = () => f(operands[i] as never, operands[j] as never);
        if (expected === "error") assert.throws(compute, "needs numbers");
        else assert.is(compute().dtype, expected, `${name} of operands ${i} and ${j}`);
      });
    });
  }
});

test("a number beside a float64 array keeps its digits", () => {
  assert.is(np.multiply(array([3], { dtype: "float64" }), 0.1).item(), 3 * 0.1);
});

test("unary functions", () => {
  const x = sample(20, 5).map((v) => 0.9 * v);
  const y = x.map((v) => 1 + Math.abs(v));
  const cases: [(x: NDArray) => NDArray, (v: number) => number, Float64Array][] = [
    [np.exp, Math.exp, x],
    [np.exp2, (v) => 2 ** v, x],
    [np.expm1, Math.expm1, x],
    [np.log, Math.log, y],
    [np.log2, Math.log2, y],
    [np.log10, Math.log10, y],
    [np.log1p, Math.log1p, x],
    [np.sin, Math.sin, x],
    [np.cos, Math.cos, x],
    [np.tan, Math.tan, x],
    [np.arcsin, Math.asin, x],
    [np.arccos, Math.acos, x],
    [np.arctan, Math.atan, x],
    [np.sinh, Math.sinh, x],
    [np.cosh, Math.cosh, x],
    [np.tanh, Math.tanh, x],
    [np.arcsinh, Math.asinh, x],
    [np.arccosh, Math.acosh, y],
    [np.arctanh, Math.atanh, x],
    [np.sqrt, Math.sqrt, y],
    [np.cbrt, Math.cbrt, x],
    [np.square, (v) => v * v, x],
    [np.reciprocal, (v) => 1 / v, y],
    [np.abs, Math.abs, x],
    [np.sign, Math.sign, x],
    [np.negative, (v) => -v, x],
    [np.positive, (v) => v, x],
    [np.floor, Math.floor, x],
    [np.ceil, Math.ceil, x],
    [np.trunc, Math.trunc, x],
  ];
  for (const [f, math, points] of cases) {
    assertClose(f(array(points)), [...points].map(math), 1e-12, math.name);
    assertClose(f(array(Float32Array.from(points))), [...Float32Array.from(points)].map(math), 2e-6, math.name);
  }
  assert.is(np.exp(array([1], { dtype: "int32" })).dtype, "float32");
  assert.is(np.sqrt(4).item(), 2);
});

test("powers", () => {
  const x = array([-2, 0, 3]);
  assert.equal(np.power(x, 2).toArray(), [4, 0, 9]);
  assert.equal(np.power(x, 3).toArray(), [-8, 0, 27]);
  assert.equal(np.power(x, 0).toArray(), [1, 1, 1]);
  assert.equal(np.power(array([2, 4]), -1).toArray(), [0.5, 0.25]);
  assert.is(np.power(2, -1).item(), 0.5);
  assertClose(np.power(array([2, 9]), 0.5), [Math.SQRT2, 3]);
  const whole = array([0, 2, -3], { dtype: "int32" });
  assert.equal(np.power(whole, array([3, 5, 3], { dtype: "int32" })).toArray(), [0, 32, -27]);
  assert.equal(np.power(whole, 2).toArray(), [0, 4, 9]);
  assertThrows(() => np.power(whole, -1), "negative exponent", "int32");
  assertClose(np.floatPower(whole, 2), [0, 4, 9]);
  assertClose(np.power(x, array([2, 2, 2], { dtype: "int32" })), [4, 0, 9]);
});

test("integers divide towards minus infinity", () => {
  const x = array([7, -7, 7, -7, 6, -6], { dtype: "int32" });
  const y = array([2, 2, -2, -2, 3, 3], { dtype: "int32" });
  assert.equal(np.floorDivide(x, y).toArray(), [3, -4, -4, 3, 2, -2]);
  assert.equal(np.remainder(x, y).toArray(), [1, 1, -1, -1, 0, 0]);
  assert.equal(np.mod(x, y).toArray(), [1, 1, -1, -1, 0, 0]);
  assert.equal(np.fmod(x, y).toArray(), [1, -1, 1, -1, 0, 0]);
  assert.equal(np.divide(x, y).toArray(), [3.5, -3.5, -3.5, 3.5, 2, -2]);
});

test("bools add as or, multiply as and", () => {
  const x = array([true, true, false, false]);
  const y = array([true, false, true, false]);
  assert.equal(np.add(x, y).toArray(), [true, true, true, false]);
  assert.equal(np.multiply(x, y).toArray(), [true, false, false, false]);
  assert.equal(np.maximum(x, y).toArray(), [true, true, true, false]);
  assert.equal(np.minimum(x, y).toArray(), [true, false, false, false]);
  assert.is(np.abs(x), x);
  assertThrows(() => np.negative(x), "numpy.negative", "bool");
});

test("rounding", () => {
  const x = array([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5]);
  assert.equal(np.round(x).toArray(), [-2, -2, -0, 0, 2, 2]);
  assert.equal(np.rint(x).toArray(), [-2, -2, -0, 0, 2, 2]);
  assertClose(np.round(array([1.24, 15.26]), { decimals: 1 }), [1.2, 15.3]);
  assertClose(np.round(array([12, 26]), { decimals: -1 }), [10, 30]);
  const whole = array([3], { dtype: "int32" });
  for (const f of [np.round, np.floor, np.ceil, np.trunc]) assert.is(f(whole), whole);
  assert.is(np.rint(whole).dtype, "float32");
  assertThrows(() => np.round(x, { decimals: 0.5 }), "numpy.round: decimals", "0.5");
});

test("clip", () => {
  const x = array([-2, 0.5, 3]);
  assert.equal(np.clip(x, -1, 1).toArray(), [-1, 0.5, 1]);
  assert.equal(np.clip(x, { min: 0 }).toArray(), [0, 0.5, 3]);
  assert.equal(np.clip(x, null, 1).toArray(), [-2, 0.5, 1]);
  assert.equal(np.clip(x, { max: array([[0], [1]]) }).toArray(), [
    [-2, 0, 0],
    [-2, 0.5, 1],
  ]);
  assertThrows(() => np.clip(x, { minimum: 1 } as never), 'unknown option "minimum"');
});

test("extrema, NaN and infinities", () => {
  const nan = Number.NaN;
  const inf = Number.POSITIVE_INFINITY;
  const x = array([nan, 1, nan, 2]);
  const y = array([1, nan, nan, 1]);
  assert.equal(np.maximum(x, y).toArray(), [nan, nan, nan, 2]);
  assert.equal(np.fmax(x, y).toArray(), [1, 1, nan, 2]);
  assert.equal(np.fmin(x, y).toArray(), [1, 1, nan, 1]);
  assert.equal(np.logaddexp(array([inf, -inf, -inf, nan]), array([inf, -inf, 2, 0])).toArray(), [inf, -inf, 2, nan]);
  assert.equal(np.hypot(array([inf, nan, 0]), array([nan, 1, 0])).toArray(), [inf, nan, 0]);
  assertClose(np.hypot(3e30, 4e30), 5e30);
  assertClose(np.logaddexp(1000, 1000), 1000 + Math.LN2);
  assertClose(np.logaddexp(array([-40], { dtype: "float64" }), 0), [Math.exp(-40)], 1e-9);
});

test("functions map over batches", () => {
  const x = make([3, 4], 1);
  const y = make([4], 2);
  const mapped = vmap((row: NDArray) => np.logaddexp(np.power(row, 2), y))(x) as NDArray;
  assertClose(mapped, np.logaddexp(np.square(x), y), 1e-14);
});

test.run();
