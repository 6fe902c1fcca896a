import { array, type DType, lax, type NDArray } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertClose, assertThrows, numbers } from "../support/arrays.ts";
import { checkAll, checkVmap, randomArray } from "../support/properties.ts";

type Op = (...xs: NDArray[]) => NDArray;
interface Case {
  readonly name: string;
  readonly op: Op;
  readonly oracle: (...xs: number[]) => number;
  /** Where the arguments are taken from. */
  readonly ranges: readonly { low: number; high: number }[];
  /** What the oracle itself is exact to. */
  readonly tolerance?: number;
}

const within = (low: number, high: number) => ({ low, high });
const halfEven = (x: number): number => {
  const down = Math.floor(x);
  if (x - down !== 0.5) return Math.round(x);
  return down % 2 === 0 ? down : down + 1;
};

/** Abramowitz and Stegun 7.1.5: the series of the error function, exact for small arguments. */
function erf(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < 60; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

/** Bisection on the increasing `f`. */
function inverseOf(f: (x: number) => number, y: number, low: number, high: number): number {
  let [a, b] = [low, high];
  for (let i = 0; i < 200; i++) {
    const mid = (a + b) / 2;
    if (f(mid) < y) a = mid;
    else b = mid;
  }
  return (a + b) / 2;
}

const unary = (name: string, op: Op, oracle: (x: number) => number, low: number, high: number, tolerance = 1e-14) => ({
  name,
  op,
  oracle,
  ranges: [within(low, high)],
  tolerance,
});

const CASES: readonly Case[] = [
  unary("neg", lax.neg, (x) => -x, -2, 2),
  unary("abs", lax.abs, Math.abs, -2, 2),
  unary("sign", lax.sign, Math.sign, -2, 2),
  unary("floor", lax.floor, Math.floor, -3, 3),
  unary("ceil", lax.ceil, Math.ceil, -3, 3),
  unary("round", (x) => lax.round(x, { roundingMethod: lax.RoundingMethod.TO_NEAREST_EVEN }), halfEven, -3, 3),
  unary("sqrt", lax.sqrt, Math.sqrt, 0.2, 3),
  unary("rsqrt", lax.rsqrt, (x) => 1 / Math.sqrt(x), 0.2, 3),
  unary("cbrt", lax.cbrt, Math.cbrt, 0.2, 3),
  unary("cbrt of negatives", lax.cbrt, Math.cbrt, -3, -0.2),
  unary("square", lax.square, (x) => x * x, -2, 2),
  unary("reciprocal", lax.reciprocal, (x) => 1 / x, 0.3, 2),
  unary(
    "integerPow 3",
    (x) => lax.integerPow(x, { exponent: 3 }),
    (x) => x ** 3,
    -2,
    2,
  ),
  unary(
    "integerPow 7",
    (x) => lax.integerPow(x, { exponent: 7 }),
    (x) => x ** 7,
    -1.5,
    1.5,
  ),
  unary(
    "integerPow 0",
    (x) => lax.integerPow(x, { exponent: 0 }),
    () => 1,
    -2,
    2,
  ),
  unary(
    "integerPow 1",
    (x) => lax.integerPow(x, { exponent: 1 }),
    (x) => x,
    -2,
    2,
  ),
  unary(
    "integerPow -3",
    (x) => lax.integerPow(x, { exponent: -3 }),
    (x) => x ** -3,
    0.4,
    2,
  ),
  unary("exp", lax.exp, Math.exp, -3, 3),
  unary("expm1", lax.expm1, Math.expm1, -1, 1),
  unary("log", lax.log, Math.log, 0.2, 5),
  unary("log1p", lax.log1p, Math.log1p, -0.7, 3),
  unary("sin", lax.sin, Math.sin, -4, 4),
  unary("cos", lax.cos, Math.cos, -4, 4),
  unary("tan", lax.tan, Math.tan, -1.2, 1.2),
  unary("asin", lax.asin, Math.asin, -0.9, 0.9),
  unary("acos", lax.acos, Math.acos, -0.9, 0.9),
  unary("atan", lax.atan, Math.atan, -3, 3),
  unary("sinh", lax.sinh, Math.sinh, -2, 2),
  unary("cosh", lax.cosh, Math.cosh, -2, 2),
  unary("tanh", lax.tanh, Math.tanh, -2, 2),
  unary("asinh", lax.asinh, Math.asinh, -3, 3),
  unary("acosh", lax.acosh, Math.acosh, 1.2, 4),
  unary("atanh", lax.atanh, Math.atanh, -0.8, 0.8),
  unary("logistic", lax.logistic, (x) => 1 / (1 + Math.exp(-x)), -4, 4),
  unary("erf", lax.erf, erf, -2, 2),
  unary("erfc", lax.erfc, (x) => 1 - erf(x), -2, 2),
  unary("erfInv", lax.erfInv, (y) => inverseOf(erf, y, -3, 3), -0.9, 0.9, 1e-12),
  { name: "add", op: lax.add, oracle: (x, y) => x + y, ranges: [within(-2, 2), within(-2, 2)] },
  { name: "sub", op: lax.sub, oracle: (x, y) => x - y, ranges: [within(-2, 2), within(-2, 2)] },
  { name: "mul", op: lax.mul, oracle: (x, y) => x * y, ranges: [within(-2, 2), within(-2, 2)] },
  { name: "div", op: lax.div, oracle: (x, y) => x / y, ranges: [within(-2, 2), within(0.5, 2)] },
  { name: "rem", op: lax.rem, oracle: (x, y) => x % y, ranges: [within(-5, 5), within(1.1, 2)] },
  { name: "pow", op: lax.pow, oracle: (x, y) => x ** y, ranges: [within(0.3, 3), within(-2, 2)] },
  { name: "atan2", op: lax.atan2, oracle: Math.atan2, ranges: [within(0.3, 3), within(-2, 2)] },
  { name: "max", op: lax.max, oracle: Math.max, ranges: [within(-2, 2), within(-2, 2)] },
  { name: "min", op: lax.min, oracle: Math.min, ranges: [within(-2, 2), within(-2, 2)] },
  {
    name: "clamp",
    op: (lo, x, hi) => lax.clamp(lo as NDArray, x as NDArray, hi as NDArray),
    oracle: (lo, x, hi) => Math.min(Math.max(x, lo), hi),
    ranges: [within(-1, 0), within(-2, 2), within(0.1, 1)],
  },
  {
    name: "select",
    op: (x, y) => lax.select(lax.gt(x, y), lax.mul(x, 3), lax.neg(y)),
    oracle: (x, y) => (x > y ? 3 * x : -y),
    ranges: [within(-2, 2), within(-2, 2)],
  },
];

const SHAPES = [[], [1], [5], [2, 3], [2, 1, 3], [0], [3, 0]];

for (const { name, op, oracle, ranges, tolerance = 1e-14 } of CASES) {
  const inputs = (shape: readonly number[], dtype: DType) =>
    ranges.map((r, i) => randomArray(shape, 3 + i, { ...r, dtype }));

  test(`${name}: values in float64 and float32, in shapes of every kind`, () => {
    for (const shape of [...SHAPES, [7, 150]]) {
      for (const dtype of ["float64", "float32"] as const) {
        const args = inputs(shape, dtype);
        const out = op(...args);
        assert.is(out.dtype, dtype);
        assert.equal([...out.shape], [...shape]);
        const data = args.map(numbers);
        const expected = data[0].map((_, i) => oracle(...data.map((d) => d[i])));
        assertClose(
          array(out.dataSync(), { dtype: "float64" }),
          expected,
          dtype === "float64" ? tolerance : 2e-6,
          `${name} ${shape}`,
        );
      }
    }
  });

  test(`${name}: derivatives, batches, compiled`, () => {
    for (const shape of [[], [0]]) checkAll(op, inputs(shape, "float64"), name);
    checkAll(op, inputs([2, 3], "float64"), name, 2);
    checkVmap(op, inputs([], "float64"), ranges);
    checkVmap(op, inputs([3, 2], "float64"), ranges);
  });
}

test("numbers beside arrays: values, derivatives and batches on either side", () => {
  const x = randomArray([3], 2, { low: 0.5, high: 2 });
  for (const f of [
    (a: NDArray) => lax.sub(2, a),
    (a: NDArray) => lax.div(1.5, a),
    (a: NDArray) => lax.pow(a, 2.5),
    (a: NDArray) => lax.pow(2, a),
    (a: NDArray) => lax.max(1, a),
    (a: NDArray) => lax.select(lax.gt(a, 1), 1, a),
    (a: NDArray) => lax.clamp(0.7, a, 1.4),
  ]) {
    checkAll(f, [x], String(f), 2);
    checkVmap(f, [x], [{ low: 0.5, high: 2 }]);
  }
  assertClose(lax.sub(2, array([1, 2, 4])), [1, 0, -2]);
});

test("a number beside float64 keeps all of its digits", () => {
  assert.is(lax.add(array([0], { dtype: "float64" }), 0.1).toArray()[0 as never], 0.1);
});

test("integers: truncating division, remainder with the dividend's sign, wrapping, powers", () => {
  const i32 = (v: number[]) => array(v, { dtype: "int32" });
  const u32 = (v: number[]) => array(v, { dtype: "uint32" });
  assert.equal(lax.div(i32([7, -7, 7, -7]), i32([2, 2, -2, -2])).toArray(), [3, -3, -3, 3]);
  assert.equal(lax.rem(i32([7, -7, 7, -7]), i32([3, 3, -3, -3])).toArray(), [1, -1, 1, -1]);
  assert.equal(lax.add(i32([2147483647]), 1).toArray(), [-2147483648]);
  assert.equal(lax.mul(u32([4294967295]), 2).toArray(), [4294967294]);
  assert.equal(lax.div(u32([4294967295]), 2).toArray(), [2147483647]);
  assert.equal(lax.max(u32([4294967295, 1]), u32([1, 2])).toArray(), [4294967295, 2]);
  assert.equal(lax.gt(u32([4294967295]), u32([1])).toArray(), [true]);
  assert.equal(lax.integerPow(i32([-3, 2]), { exponent: 5 }).toArray(), [-243, 32]);
  assert.equal(lax.abs(i32([-5, 5])).toArray(), [5, 5]);
  assert.equal(lax.sign(i32([-5, 0, 5])).toArray(), [-1, 0, 1]);
  assert.equal(lax.neg(i32([-5, 3])).toArray(), [5, -3]);
});

test("bitwise operations of integers and bools", () => {
  const [x, y] = [
    [12, -7, 255, 1],
    [10, 3, 16, 31],
  ];
  const i32 = (v: number[]) => array(v, { dtype: "int32" });
  const u32 = (v: number[]) =>
    array(
      v.map((n) => n >>> 0),
      { dtype: "uint32" },
    );
  const cases: [(a: NDArray, b: NDArray) => NDArray, (a: number, b: number) => number][] = [
    [lax.bitwiseAnd, (a, b) => a & b],
    [lax.bitwiseOr, (a, b) => a | b],
    [lax.bitwiseXor, (a, b) => a ^ b],
    [lax.shiftLeft, (a, b) => a << b],
  ];
  for (const [op, oracle] of cases) {
    assert.equal(
      op(i32(x), i32(y)).toArray(),
      x.map((a, i) => oracle(a, y[i])),
    );
    assert.equal(
      op(u32(x), u32(y)).toArray(),
      x.map((a, i) => oracle(a, y[i]) >>> 0),
    );
  }
  assert.equal(
    lax.shiftRightLogical(i32(x), i32(y)).toArray(),
    x.map((a, i) => (a >>> y[i]) | 0),
  );
  assert.equal(
    lax.shiftRightArithmetic(i32(x), i32(y)).toArray(),
    x.map((a, i) => a >> y[i]),
  );
  assert.equal(
    lax.bitwiseNot(i32(x)).toArray(),
    x.map((a) => ~a),
  );
  const [p, q] = [array([true, true, false, false]), array([true, false, true, false])];
  assert.equal(lax.bitwiseAnd(p, q).toArray(), [true, false, false, false]);
  assert.equal(lax.bitwiseOr(p, q).toArray(), [true, true, true, false]);
  assert.equal(lax.bitwiseXor(p, q).toArray(), [false, true, true, false]);
  assert.equal(lax.bitwiseNot(p).toArray(), [false, false, true, true]);
});

test("comparisons, with NaN, infinities and signed zeros", () => {
  const [x, y] = [
    [1, 2, Number.NaN, 0, Number.POSITIVE_INFINITY],
    [2, 2, Number.NaN, -0, Number.NEGATIVE_INFINITY],
  ];
  const cases: [(a: NDArray, b: NDArray) => NDArray, (a: number, b: number) => boolean][] = [
    [lax.eq, (a, b) => a === b],
    [lax.ne, (a, b) => a !== b],
    [lax.lt, (a, b) => a < b],
    [lax.le, (a, b) => a <= b],
    [lax.gt, (a, b) => a > b],
    [lax.ge, (a, b) => a >= b],
  ];
  for (const dtype of ["float32", "float64"] as const) {
    for (const [op, oracle] of cases) {
      const out = op(array(x, { dtype }), array(y, { dtype }));
      assert.is(out.dtype, "bool");
      assert.equal(
        out.toArray(),
        x.map((a, i) => oracle(a, y[i])),
      );
    }
  }
  assert.equal(lax.isFinite(array(x)).toArray(), [true, true, false, true, false]);
  assert.equal(lax.nextafter(array([1, 0], { dtype: "float64" }), array([2, -1], { dtype: "float64" })).toArray(), [
    1 + Number.EPSILON,
    -Number.MIN_VALUE,
  ]);
});

test("maxima and minima hand NaN on", () => {
  const [x, y] = [array([1, Number.NaN, 3]), array([Number.NaN, 2, 4])];
  assert.equal(numbers(lax.max(x, y)), [Number.NaN, Number.NaN, 4]);
  assert.equal(numbers(lax.min(x, y)), [Number.NaN, Number.NaN, 3]);
});

test("conversions between all dtypes", () => {
  const x = [-2.7, -0.5, 0, 0.5, 2.7, 3e9];
  const f = array(x, { dtype: "float64" });
  assert.equal(
    lax.convertElementType(f, "int32").toArray(),
    [-2, 0, 0, 0, 2, 2147483647].map((n) => n + 0),
  );
  assert.equal(lax.convertElementType(f, "uint32").toArray(), [0, 0, 0, 0, 2, 3000000000]);
  assert.equal(lax.convertElementType(f, "bool").toArray(), [true, true, false, true, true, true]);
  assert.equal(numbers(lax.convertElementType(f, "float32")), [...Float32Array.from(x)]);
  const i = array([-1, 0, 5], { dtype: "int32" });
  assert.equal(lax.convertElementType(i, "uint32").toArray(), [4294967295, 0, 5]);
  assert.equal(lax.convertElementType(i, "bool").toArray(), [true, false, true]);
  assert.equal(lax.convertElementType(array([4294967295], { dtype: "uint32" }), "int32").toArray(), [-1]);
  assert.equal(lax.convertElementType(array([4294967295], { dtype: "uint32" }), "float64").toArray(), [4294967295]);
  assert.equal(lax.convertElementType(array([true, false]), "float64").toArray(), [1, 0]);
  assert.equal(lax.convertElementType(true, "int32").toArray(), 1);
  assert.equal(lax.convertElementType(Number.NaN, "int32").toArray(), 0);
});

test("whole numbers too large for int32 are floats, beside uint32 they are uint32", () => {
  assert.is(lax.neg(3e9).item(), -3e9);
  assert.is(lax.add(3e9, 3e9).item(), 6e9);
  assertThrows(() => lax.add(array([1], { dtype: "int32" }), 3e9), "lax.add", "int32 and float32");
  const masked = lax.bitwiseAnd(array([4294967295], { dtype: "uint32" }), 0xfffffff0);
  assert.is(masked.dtype, "uint32");
  assert.equal(masked.toArray(), [0xfffffff0]);
});

test("arrays of different dtypes are refused, as in JAX; numbers take the arrays' dtype", () => {
  const [i, u, f, d, b] = (["int32", "uint32", "float32", "float64", "bool"] as const).map((dtype) =>
    array([1, 1], { dtype }),
  );
  const conversion = ["lax.convertElementType", "`numpy`"];
  assertThrows(() => lax.add(i, f), "lax.add", "int32 and float32", ...conversion);
  assertThrows(() => lax.mul(f, d), "lax.mul", "float32 and float64", ...conversion);
  assertThrows(() => lax.max(i, u), "lax.max", "int32 and uint32");
  assertThrows(() => lax.eq(i, b), "lax.eq", "int32 and bool");
  assertThrows(() => lax.select(b, i, f), "lax.select", "int32 and float32");
  assertThrows(() => lax.clamp(0.5, i, 2), "lax.clamp", "float32 and int32");
  assertThrows(() => lax.bitwiseAnd(i, u), "lax.bitwiseAnd", "int32 and uint32");
  assertThrows(() => lax.pad(f, i.sum(), { paddingConfig: [[1, 1, 0]] }), "lax.pad", "float32 and int32");
  assertThrows(() => lax.dynamicUpdateSlice(f, i, [0]), "lax.dynamicUpdateSlice", "float32 and int32");
  assertThrows(() => lax.concatenate([i, f], { dimension: 0 }), "lax.concatenate", "int32 and float32");
  for (const g of [lax.exp, lax.sqrt, lax.floor, lax.logistic, lax.isFinite, lax.reciprocal, lax.erf, lax.exp2]) {
    assertThrows(() => g(i), "lax.", "needs floats, got int32", ...conversion);
  }
  assertThrows(() => lax.atan2(i, i), "lax.atan2", "needs floats");
  assert.equal(lax.mul(d, 0.1).toArray(), [0.1, 0.1]);
  assert.is(lax.add(u, 1).dtype, "uint32");
  assert.is(lax.mul(d, lax.add(1, 0.5)).dtype, "float64");
  assert.is(lax.exp(1).dtype, "float32");
});

test("a Uint8Array is bools; bytes are refused", () => {
  assert.equal(lax.bitwiseNot(new Uint8Array([0, 1])).toArray(), [true, false]);
  assertThrows(
    () => lax.convertElementType(new Uint8Array([0, 5, 255]), "float32"),
    "Uint8Array",
    "bools",
    "Float32Array",
  );
});

test("typed arrays are copied, whatever their class", () => {
  const bytes = Buffer.from([0, 1]);
  const x = lax.convertElementType(bytes, "bool");
  bytes[0] = 1;
  assert.equal(x.toArray(), [false, true]);
});

test("errors name the function, the argument and the shapes", () => {
  assertThrows(() => lax.add(array([1, 2]), array([1, 2, 3])), "lax.add", "(2,)", "(3,)", "numpy");
  assertThrows(() => lax.add(array([1]), "2" as never), "lax.add", "y", '"2"');
  assertThrows(() => lax.sin([1, 2] as never), "lax.sin", "list of 2", "array([...])");
  assertThrows(() => lax.sin(null as never), "lax.sin", "null");
  const yes = array([true]);
  for (const [name, apply] of Object.entries({
    "lax.neg": () => lax.neg(yes),
    "lax.abs": () => lax.abs(yes),
    "lax.sign": () => lax.sign(yes),
    "lax.mul": () => lax.mul(yes, yes),
    "lax.rem": () => lax.rem(yes, yes),
    "lax.integerPow": () => lax.integerPow(yes, { exponent: 2 }),
    "lax.populationCount": () => lax.populationCount(yes),
    "lax.shiftLeft": () => lax.shiftLeft(yes, yes),
  })) {
    assertThrows(apply, name, "bool");
  }
  assert.equal(lax.max(yes, array([false])).toArray(), [true]);
  assertThrows(() => lax.bitwiseAnd(array([1.5]), 1), "lax.bitwiseAnd", "float32");
  assertThrows(() => lax.select(array([1.5]), 1, 2), "lax.select", "which", "bool");
  assertThrows(() => lax.integerPow(array([1.5]), { exponent: 0.5 }), "lax.integerPow", "0.5", "lax.pow");
  assertThrows(() => lax.integerPow(array([1.5]), { power: 2 } as never), "lax.integerPow", "power", "exponent");
  assertThrows(() => lax.integerPow(array([1], { dtype: "int32" }), { exponent: -1 }), "lax.integerPow", "float");
  assertThrows(() => lax.convertElementType(array([1]), "float16" as never), "lax.convertElementType", "float16");
  assertThrows(() => lax.convertElementType(array([1]), "toString" as never), "lax.convertElementType", "toString");
  assertThrows(() => lax.full([2], 1, "float16" as never), "float16", "float32");
});

test("clamp's derivative is zero on the bounds, as in JAX; that of max and min is shared", async () => {
  const { jvp } = await import("cotangent");
  const x = array([-1, 0, 0.5, 1, 2], { dtype: "float64" });
  const one = array([1, 1, 1, 1, 1], { dtype: "float64" });
  assert.equal(numbers(jvp((a: NDArray) => lax.clamp(0, a, 1), [x], [one])[1]), [0, 0, 1, 0, 0]);
  assert.equal(numbers(jvp((a: NDArray) => lax.max(a, 1), [x], [one])[1]), [0, 0, 0, 0.5, 1]);
  assert.equal(numbers(jvp((a: NDArray) => lax.min(a, 0), [x], [one])[1]), [1, 0.5, 0, 0, 0]);
  assert.equal(numbers(jvp(lax.cbrt, [0], [1])[1]), [Number.POSITIVE_INFINITY]);
  assert.equal(numbers(jvp(lax.sqrt, [0], [1])[1]), [Number.POSITIVE_INFINITY]);
  assert.equal(numbers(jvp((a: NDArray) => lax.pow(a, 0), [array(0)], [array(1)])[1]), [0]);
});

test.run();
