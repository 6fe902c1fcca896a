/** Integers of two kinds in functions with float results: each becomes a float itself, never by way of the other's dtype. */
import { array, jit, type NDArray, nn, numpy as np, vmap } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertClose, numbers } from "../support/arrays.ts";

const [x, y] = [
  [4294967295, 3, 2147483648],
  [-1, 2, -2147483648],
];
const unsigned = array(x, { dtype: "uint32" });
const signed = array(y, { dtype: "int32" });

const log = (a: number, b: number): number => Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));
const step = (a: number, b: number): number => (a < 0 ? 0 : a > 0 ? 1 : b);

const FUNCTIONS: Readonly<Record<string, [(a: NDArray, b: NDArray) => NDArray, (a: number, b: number) => number]>> = {
  divide: [np.divide, (a, b) => a / b],
  trueDivide: [np.trueDivide, (a, b) => a / b],
  hypot: [np.hypot, Math.hypot],
  arctan2: [np.arctan2, Math.atan2],
  logaddexp: [np.logaddexp, log],
  logaddexp2: [np.logaddexp2, (a, b) => log(a * Math.LN2, b * Math.LN2) / Math.LN2],
  copysign: [np.copysign, (a, b) => Math.abs(a) * Math.sign(b)],
  floatPower: [np.floatPower, (a, b) => a ** b],
  heaviside: [np.heaviside, step],
};

for (const [name, [f, exact]] of Object.entries(FUNCTIONS)) {
  test(`${name} of uint32 and int32, on either side`, () => {
    const mapped = vmap(f) as unknown as typeof f;
    for (const way of [f, jit(f) as unknown as typeof f, mapped]) {
      for (const [a, b, p, q] of [[unsigned, signed, x, y] as const, [signed, unsigned, y, x] as const]) {
        const got = way(a, b);
        assert.is(got.dtype, "float32");
        const [r, s] = [p.map(Math.fround), q.map(Math.fround)];
        r.forEach((v, i) => {
          const want = Math.fround(exact(v, s[i] as number));
          const error = Math.abs((numbers(got)[i] as number) - want) / Math.max(Math.abs(want), 1e-38);
          assert.ok(numbers(got)[i] === want || error < 4e-7, `${v}, ${s[i]}: ${numbers(got)[i]}, expected ${want}`);
        });
      }
    }
  });
}

test("nextafter, averages, interpolation, and functions of one operand", () => {
  assert.equal(numbers(np.nextafter(unsigned, signed)), [4294967040, 2.999999761581421, 2147483520]);
  assertClose(np.mean(unsigned), (4294967295 + 3 + 2147483648) / 3);
  assertClose(
    np.average(unsigned, { weights: array([1, 2, 1], { dtype: "int32" }) }),
    (4294967295 + 6 + 2147483648) / 4,
  );
  assertClose(np.interp(unsigned, array([-1, 4], { dtype: "int32" }), array([5, 6], { dtype: "int32" })), [6, 5.8, 6]);
  assertClose(np.sqrt(unsigned), x.map(Math.sqrt));
  assertClose(np.log(unsigned), x.map(Math.log));
  assert.equal(numbers(nn.sigmoid(unsigned)), [1, Math.fround(1 / (1 + Math.exp(-3))), 1]);
  assertClose(np.divide(unsigned, array([-1, 2, 4])), [-4294967295, 1.5, 536870912]);
  assertClose(np.divide(unsigned, -1), [-4294967295, -3, -2147483648]);
});

test("extrema of integers and bools without NaN keep their dtype and their digits", () => {
  const large = array([16777217, 16777216, -3], { dtype: "int32" });
  assert.equal(
    [np.nanmax(large), np.nanmin(large)].map((v) => [v.dtype, v.item()]),
    [
      ["int32", 16777217],
      ["int32", -3],
    ],
  );
  assert.is(np.nanargmax(large).item(), 0);
  assert.is(np.nanargmin(array([16777217, 16777216], { dtype: "int32" })).item(), 1);
  assert.equal([np.nanmax(unsigned).item(), np.nanmin(unsigned).item()], [4294967295, 3]);
  const flags = array([true, false]);
  assert.equal(
    [np.nanmax(flags), np.nanmin(flags)].map((v) => [v.dtype, v.item()]),
    [
      ["bool", 1],
      ["bool", 0],
    ],
  );
});

test("signbit and copysign see the sign of NaN", () => {
  const floats = {
    float32: new Float32Array(
      Uint32Array.of(0x7fc00000, 0xffc00000, 0, 0x80000000, 0x3f800000, 0xff800000, 1, 0x80000001).buffer,
    ),
    float64: new Float64Array(
      Uint32Array.from(
        [0x7ff80000, 0xfff80000, 0, 0x80000000, 0x3ff00000, 0xfff00000, 0x00000001, 0x80000001].flatMap((high) => [
          0,
          high,
        ]),
      ).buffer,
    ),
  };
  const negative = [0, 1, 0, 1, 0, 1, 0, 1];
  for (const dtype of ["float32", "float64"] as const) {
    const v = array(floats[dtype], { dtype });
    const signs = (f: (z: NDArray) => NDArray, of = v): number[] => numbers(f(of));
    assert.is(np.signbit(v).dtype, "bool");
    for (const f of [np.signbit, jit(np.signbit), vmap(np.signbit)] as ((z: NDArray) => NDArray)[]) {
      assert.equal(signs(f), negative, dtype);
      assert.equal(
        signs((z) => f(np.flip(z))),
        [...negative].reverse(),
      );
      assert.equal(
        signs((z) => f(np.reshape(z, [2, 4]).T)),
        [0, 0, 1, 1, 0, 0, 1, 1],
      );
      assert.equal(
        signs((z) => f(np.negative(z))),
        negative.map((bit) => 1 - bit),
      );
      assert.equal(
        signs((z) => f(np.abs(z))),
        negative.map(() => 0),
      );
    }
    for (const f of [np.copysign, jit(np.copysign)] as ((a: NDArray, b: NDArray) => NDArray)[]) {
      const two = np.full([8], 2, { dtype });
      assert.equal(
        numbers(f(two, v)),
        negative.map((bit) => (bit ? -2 : 2)),
      );
      assert.equal(
        numbers(np.signbit(f(v, two))),
        negative.map(() => 0),
      );
      assert.equal(
        numbers(np.signbit(f(v, np.negative(two)))),
        negative.map(() => 1),
      );
    }
  }
  assert.equal(numbers(np.signbit(array([-1, 0, 5], { dtype: "int32" }))), [1, 0, 0]);
});

test.run();
