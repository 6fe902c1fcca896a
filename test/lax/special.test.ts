import { array, grad, jit, jvp, lax, type NDArray, numpy as np } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { numbers } from "../support/arrays.ts";
import { assertSame, checkAll, checkVmap, randomArray } from "../support/properties.ts";

const points = [-2.5, -1.2, -0.3, 0.1, 0.5, 1, 2.5, 7, 30];
/** The gamma function's logarithm and its first four derivatives at `points`, from JAX in float64. */
const LGAMMA = [
  [
    -0.05624371649767, 1.57917603404, 1.464840050858, 2.252712651734, 0.5723649429247, 0, 0.2846828704729,
    6.57925121201, 71.25703896717,
  ],
  [
    1.103156640645, 4.868324766627, 2.113309779635, -10.42375494041, -1.963510026021, -0.5772156649015, 0.7031566406452,
    1.872784335098, 3.384438132686,
  ],
  [
    9.539246644989, 27.99391858195, 13.94516026781, 101.4332991508, 4.934802200545, 1.644934066848, 0.4903577561002,
    0.1535451779593, 0.03389506035774,
  ],
  [
    -0.1082040516417, 246.727291699, 67.63908119988, -2001.861457378, -16.82879664423, -2.404113806319,
    -0.2362040516417, -0.02353047298586, -0.001148765203729,
  ],
  [
    194.7478762192, 3768.264410589, 766.6198904192, 60004.51287679, 97.409091034, 6.493939402267, 0.2239058488173,
    0.007198198563125, 7.786003664736e-5,
  ],
];

test("lgamma, digamma and their derivatives up to the fourth", () => {
  type Scalar = (x: NDArray) => NDArray;
  let f: Scalar = lax.lgamma;
  LGAMMA.forEach((expected, order) => {
    points.forEach((x, i) => {
      const got = f(array(x, { dtype: "float64" })).item();
      const scale = Math.max(Math.abs(expected[i]), 1e-3);
      assert.ok(Math.abs(got - expected[i]) < 1e-11 * scale * 10 ** order, `derivative ${order} at ${x}: ${got}`);
    });
    f = grad(f as never) as never;
  });
  assertSame(lax.digamma(array(points, { dtype: "float64" })), array(LGAMMA[1], { dtype: "float64" }), 1e-12);
  const atPole = numbers(grad((x: NDArray) => np.sum(lax.digamma(x)))(array([0])) as NDArray);
  assert.equal(atPole, [Number.POSITIVE_INFINITY]);
});

test("the incomplete functions where parameters or values are tiny, large or infinite", () => {
  const { POSITIVE_INFINITY: infinity } = Number;
  const double = (x: number): NDArray => array(x, { dtype: "float64" });
  type Ternary = (a: NDArray, b: NDArray, x: NDArray) => NDArray;
  const betainc: Ternary = (a, b, x) => lax.betainc(a, b, x);
  const cases: [Ternary, number[], number, number][] = [
    // By mpmath, with 60 digits.
    [lax.igammac, [1e-12, 0.3], 9.056766516760087e-13, 1e-14],
    [betainc, [2, 1e-12, 0.5], 1.9314718056005165e-13, 1e-14],
    [betainc, [1e6, 2e6, 0.333], 0.11032283951664962, 1e-12],
    [lax.igamma, [3, 1e-107], 34 * 2 ** -1074, 0.04],
    // Half, the skewness' share (a + 1/3 is near the median), and Phi(1) of the normal distribution.
    [lax.igamma, [1e16, 1e16], 0.5 + 1 / (3 * Math.sqrt(2 * Math.PI * 1e16)), 1e-15],
    [lax.igamma, [1e30, 1e30 + 1e15], 0.841344746068543, 0.005],
    [lax.igammaGradA, [1e16, 1e16], -1 / Math.sqrt(2 * Math.PI * 1e16), 1e-15],
    [lax.randomGammaGrad, [1e16, 1e16], 1, 1e-15],
    [betainc, [1e14, 1e14, 0.5], 0.5, 1e-12],
    [betainc, [1e-310, 1e-310, 0.3], 0.5, 0],
    [betainc, [1e20, 1e20, 0.5], Number.NaN, 0],
    [lax.igamma, [infinity, 7], 0, 0],
    [lax.igammac, [infinity, 7], 1, 0],
    [lax.igamma, [7, infinity], 1, 0],
  ];
  for (const [f, x, expected, error] of cases) {
    const got = f(...(x.map(double) as [NDArray, NDArray, NDArray])).item();
    const near = Number.isNaN(expected) ? Number.isNaN(got) : Math.abs(got - expected) <= error * Math.abs(expected);
    assert.ok(near, `${x}: ${got} should be ${expected}`);
  }
});

test("the complementary error function, powers of two, logaddexp", () => {
  const x = randomArray([3, 4], 1, { low: -2, high: 2 });
  checkAll(lax.erfc, [x], "erfc", 2);
  checkAll(lax.exp2, [x], "exp2", 2);
  checkAll(lax.logaddexp, [x, randomArray([3, 4], 2)], "logaddexp", 2);
  checkVmap(lax.logaddexp, [x, randomArray([3, 4], 2)]);
  assertSame(lax.exp2(array([3, -2, 0.5])), array([8, 0.25, Math.SQRT2]), 1e-6);
  assert.is(lax.exp2(3).dtype, "float32");
});

test("the derivatives of logaddexp sum to 1, with infinities too", () => {
  const inf = Number.POSITIVE_INFINITY;
  type Binary = (x: NDArray, y: NDArray) => NDArray;
  const points: [number, number, number, number][] = [
    // x, y, and the derivatives in both.
    [-inf, -inf, 0.5, 0.5],
    [inf, inf, 0.5, 0.5],
    [inf, -inf, 1, 0],
    [-inf, inf, 0, 1],
    [-inf, 1, 0, 1],
    [1, inf, 0, 1],
    [inf, 1, 1, 0],
    [1, 1, 0.5, 0.5],
    [Number.NaN, 1, Number.NaN, Number.NaN],
    [-inf, Number.NaN, Number.NaN, Number.NaN],
  ];
  for (const dtype of ["float32", "float64"] as const) {
    const column = (i: number): NDArray =>
      array(
        points.map((p) => p[i]),
        { dtype },
      );
    const [x, y, one, zero] = [column(0), column(1), np.ones([points.length], { dtype }), np.zeros([points.length])];
    for (const f of [lax.logaddexp, np.logaddexp, np.logaddexp2] as Binary[]) {
      const total = (a: NDArray, b: NDArray) => np.sum(f(a, b));
      for (const derivative of [grad(total, { argnums: [0, 1] }), jit(grad(total, { argnums: [0, 1] }))]) {
        const [dx, dy] = (derivative as unknown as (...args: NDArray[]) => [NDArray, NDArray])(x, y);
        assert.equal(numbers(dx), numbers(column(2)));
        assert.equal(numbers(dy), numbers(column(3)));
      }
      const forward = (tx: NDArray, ty: NDArray) => numbers(jvp(f, [x, y], [tx, ty])[1]);
      assert.equal(forward(one, np.zerosLike(one)), numbers(column(2)));
      assert.equal(forward(np.astype(zero, dtype), one), numbers(column(3)));
      const values = numbers(f(x, y));
      assert.equal(values.slice(0, 7), [-inf, inf, inf, inf, 1, inf, inf]);
      assert.ok(Number.isNaN(values[8]) && Number.isNaN(values[9]));
    }
  }
  const nothing = array([-inf, -inf, -inf], { dtype: "float64" });
  const weights = numbers(grad((v: NDArray) => lax.cumlogsumexp(v).at(2))(nothing) as NDArray);
  assert.is(
    weights.reduce((a, b) => a + b, 0),
    1,
  );
});

test("bits of integers", () => {
  assert.equal(numbers(lax.populationCount(array([-1, 5, 0], { dtype: "int32" }))), [32, 2, 0]);
  assert.equal(numbers(lax.clz(array([-1, 5, 0], { dtype: "int32" }))), [0, 29, 32]);
  assert.equal(numbers(lax.clz(array([4294967295, 1], { dtype: "uint32" }))), [0, 31]);
});

test("isclose, allclose and nanToNum as in JAX", () => {
  const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
  const [x, y] = [array([1, 1, nan, inf, inf, -inf, 0]), array([1.000001, 1.1, nan, inf, 1, inf, 1e-9])];
  assert.equal(numbers(np.isclose(x, y)), [1, 0, 0, 1, 0, 0, 1]);
  assert.equal(numbers(np.isclose(x, y, { equalNan: true, rtol: 0.2 })), [1, 1, 1, 1, 0, 0, 1]);
  assert.equal(numbers(np.isclose(array([1, 2], { dtype: "int32" }), 1)), [1, 0]);
  assert.is(np.allclose(np.ones([2, 2]), 1).toArray(), true);
  assert.is(np.allclose(array([1, 2]), 1).toArray(), false);
  const largest = (2 - 2 ** -23) * 2 ** 127;
  assert.equal(numbers(np.nanToNum(array([nan, inf, -inf, 2]))), [0, largest, -largest, 2]);
  assert.equal(numbers(np.nanToNum(array([nan, inf, -inf], { dtype: "float64" }), { nan: 7, neginf: -1 })), [
    7,
    Number.MAX_VALUE,
    -1,
  ]);
  assert.equal(numbers(np.nanToNum(np.arange(2))), [0, 1]);
});

test.run();
