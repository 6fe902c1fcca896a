import { readFileSync } from "node:fs";
import { array, grad, jit, jvp, type NDArray, numpy as np, random, vmap } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { close, equal } from "./reference.ts";

interface Flat {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** JAX's draws, by `write_draws.py`. */
const reference: Readonly<Record<"float32" | "float64" | "whole", Readonly<Record<string, Flat>>>> = JSON.parse(
  readFileSync(new URL("draws.json", import.meta.url), "utf8"),
);

const key = random.key(12);
const A = [0.05, 0.5, 1, 2.5, 30];
const B = [0.5, 1, 2.5];
const SPREAD = [[0.3], [2]];
const COV = [
  [2, 0.3, 0],
  [0.3, 1, -0.2],
  [0, -0.2, 0.5],
];
const MEAN = [1, -2, 0.5];
const TABLE = array([
  [1, 2, 3, 4],
  [5, 6, 7, 8],
]);
const P = array([0.1, 0.2, 0.3, 0.4]);

type Draw = (of: (data: Parameters<typeof array>[0]) => NDArray, dtype: random.FloatDType) => NDArray;

const sumGrad = (draw: (a: NDArray) => NDArray, a: NDArray): NDArray => grad((x: NDArray) => np.sum(draw(x)))(a);

const FLOATS: Readonly<Record<string, Draw>> = {
  gamma: (of, dtype) => random.gamma(key, of(A), { dtype }),
  "gamma of a shape": (of, dtype) => random.gamma(key, of(SPREAD), [2, 3], { dtype }),
  "gamma of many": (_, dtype) => random.gamma(key, 0.7, { shape: 200, dtype }),
  loggamma: (of, dtype) => random.loggamma(key, of(A), { dtype }),
  "loggamma near 0": (_, dtype) => random.loggamma(key, 1e-3, [4], { dtype }),
  beta: (of, dtype) => random.beta(key, of(A), of(SPREAD), { dtype }),
  t: (of, dtype) => random.t(key, of(A), { dtype }),
  chisquare: (of, dtype) => random.chisquare(key, of(A), { dtype }),
  dirichlet: (of, dtype) => random.dirichlet(key, of(A), { dtype }),
  "dirichlet of a shape": (of, dtype) =>
    random.dirichlet(
      key,
      of([
        [0.2, 0.5],
        [3, 4],
      ]),
      { shape: [3, 2], dtype },
    ),
  laplace: (_, dtype) => random.laplace(key, [6], { dtype }),
  cauchy: (_, dtype) => random.cauchy(key, [6], { dtype }),
  logistic: (_, dtype) => random.logistic(key, [6], { dtype }),
  pareto: (of, dtype) => random.pareto(key, of(B), { dtype }),
  rayleigh: (of, dtype) => random.rayleigh(key, of(A), { dtype }),
  weibullMin: (_, dtype) => random.weibullMin(key, 2, 1.5, [6], { dtype }),
  lognormal: (of, dtype) => random.lognormal(key, of(B), { dtype }),
  multivariateNormal: (of) => random.multivariateNormal(key, of(MEAN), of(COV), [4]),
  "multivariateNormal of many": (of) => random.multivariateNormal(key, of([MEAN, MEAN]), of([[COV], [COV]])),
  orthogonal: (_, dtype) => random.orthogonal(key, 3, { dtype }),
  "orthogonal wide": (_, dtype) => random.orthogonal(key, 2, [2], { dtype, m: 3 }),
  "orthogonal tall": (_, dtype) => random.orthogonal(key, 3, { dtype, m: 2 }),
  "gradient of gamma": (of, dtype) => sumGrad((a) => random.gamma(key, a, { dtype }), of(A)),
  "gradient of loggamma": (of, dtype) => sumGrad((a) => random.loggamma(key, a, { dtype }), of(A)),
  "gradient of beta": (of, dtype) => sumGrad((a) => random.beta(key, a, 2, { dtype }), of(A)),
  "gradient of t": (of, dtype) => sumGrad((df) => random.t(key, df, { dtype }), of(B)),
  "gradient of dirichlet": (of, dtype) =>
    sumGrad((alpha) => np.at(random.dirichlet(key, alpha, { dtype }), "...", 0), of(A)),
};

const WHOLE: Readonly<Record<string, () => NDArray>> = {
  "poisson small": () => random.poisson(key, array([0, 0.1, 1, 5, 9.9])),
  "poisson large": () => random.poisson(key, array([10, 20, 100, 1000])),
  "poisson of many": () => random.poisson(key, array([[3], [40]]), [2, 100]),
  choice: () => random.choice(key, 10, [2, 4]),
  "choice without replacement": () => random.choice(key, 10, [2, 4], { replace: false }),
  "choice by probability": () => random.choice(key, 4, { shape: [2, 20], p: P }),
  "choice by probability, once": () => random.choice(key, 4, { shape: 3, replace: false, p: P }),
  "choice of slices": () => random.choice(key, TABLE, [2, 3], { axis: 1 }),
  "choice of slices, once": () => random.choice(key, TABLE, 3, { replace: false, axis: 1 }),
};

/** Powers, logarithms near 1 and series multiply what the two libraries round differently. */
const ULPS = { float32: 32, float64: 128 };
/** Draws that are sums of numbers of size 1. */
const DIFFERENCES = /multivariate|orthogonal|logistic/;

test("every reference value is compared", () => {
  assert.equal(Object.keys(reference.float32), Object.keys(FLOATS));
  assert.equal(Object.keys(reference.float64), Object.keys(FLOATS));
  assert.equal(Object.keys(reference.whole), Object.keys(WHOLE));
});

for (const dtype of ["float32", "float64"] as const) {
  for (const [name, draw] of Object.entries(FLOATS)) {
    test(`${name} in ${dtype} is that of JAX`, () => {
      const { shape, data } = reference[dtype][name] as Flat;
      const drawn = draw((values) => array(values, { dtype }), dtype);
      assert.is(drawn.dtype, dtype);
      const scale = DIFFERENCES.test(name) ? 1 : 0;
      close(drawn, shape, data, { name, ulps: ULPS[dtype], scale });
    });
  }
}

for (const [name, draw] of Object.entries(WHOLE)) {
  test(`${name} is that of JAX`, () => {
    const { shape, data } = reference.whole[name] as Flat;
    equal(draw(), shape, data, name);
  });
}
test("gamma's draws and derivatives are the same under jit and vmap, for keys and for shapes", () => {
  const a = array([0.4, 3]);
  const draw = (a: NDArray): NDArray => random.gamma(key, a, [2]);
  const slope = (a: NDArray): NDArray => jvp(draw, [a], [np.onesLike(a)])[1];
  for (const f of [draw, slope]) {
    equal(jit(f)(a), [2], f(a).dataSync());
    const rows = np.stack([a, a.mul(2)]);
    equal(vmap(f)(rows), [2, 2], np.stack([f(a), f(a.mul(2))]).dataSync());
  }
  const keys = random.split(key, 3);
  const each = [0, 1, 2].map((i) => random.loggamma(np.at(keys, i), 0.3));
  equal(
    vmap((k: NDArray) => random.loggamma(k, 0.3))(keys),
    [3],
    each.map((x) => x.item()),
  );
});

test("poisson under vmap draws what it draws for each key", () => {
  const keys = random.split(key, 2);
  const each = [0, 1].map((i) => random.poisson(np.at(keys, i), 12, [5]));
  equal(vmap((k: NDArray) => random.poisson(k, 12, [5]))(keys), [2, 5], np.stack(each).dataSync());
});

test("a second derivative of gamma is an error", () => {
  const slope = (a: NDArray): NDArray => sumGrad((x) => random.gamma(key, x), a);
  assert.throws(() => sumGrad(slope, array([2])), /randomGammaGrad has no derivative/);
});

test("whole numbers have no derivative", () => {
  const scaled = (lam: NDArray): NDArray => np.multiply(random.poisson(key, lam), lam);
  equal(sumGrad(scaled, array([3, 20])), [2], random.poisson(key, array([3, 20])).dataSync());
});

test("multivariateNormal by eigenvectors and singular values draws from the same distribution", () => {
  for (const method of ["eigh", "svd"] as const) {
    const draws = random.multivariateNormal(key, array(MEAN), array(COV), { shape: 20000, method });
    // 20,000 draws: 5 standard errors of a mean and of a covariance.
    close(np.mean(draws, { axis: 0 }), [3], MEAN, { ulps: 1, scale: 0.05 * 2 ** 23 });
    close(np.cov(draws, { rowvar: false }), [3, 3], COV.flat(), { ulps: 1, scale: 0.1 * 2 ** 23 });
  }
});

test("numbers keep their digits as parameters in float64", () => {
  const dtype = "float64";
  equal(random.pareto(key, 0.7, { dtype }), [], random.pareto(key, array(0.7, { dtype }), { dtype }).dataSync());
});

test("orthogonal matrices are orthogonal", () => {
  const q = random.orthogonal(key, 5, { dtype: "float64" });
  close(np.matmul(q, q.T), [5, 5], np.eye(5).dataSync(), { ulps: 16, scale: 1 });
});

test("draws of no elements have their shapes", () => {
  const none = [0, 3];
  const drawn = [
    random.gamma(key, 2, none),
    random.loggamma(key, 2, none),
    random.beta(key, 2, 3, none),
    random.t(key, 2, none),
    random.poisson(key, 2, none),
    random.laplace(key, none),
    random.choice(key, 5, none),
    random.choice(key, 0, none),
    random.choice(key, 5, none, { p: np.ones([5]), replace: false }),
    random.multivariateNormal(key, np.zeros([3]), np.eye(3), [0]),
    random.dirichlet(key, np.ones([3]), [0]),
    random.orthogonal(key, 0, { m: 3 }),
  ];
  for (const x of drawn) assert.equal([...x.shape], x.ndim === 2 ? [...x.shape] : none);
});

test("choice keeps the axes around the one that it draws from", () => {
  const x = np.reshape(np.arange(24), [2, 3, 4]);
  assert.equal([...random.choice(key, x, [5, 6], { axis: 1 }).shape], [2, 5, 6, 4]);
  assert.equal([...random.choice(key, x, { axis: -1 }).shape], [2, 3]);
});

test("an unlikely element is never drawn, a certain one always", () => {
  const p = array([0, 1, 0]);
  equal(random.choice(key, 3, { shape: 50, p }), [50], Array(50).fill(1));
  assert.equal(random.choice(key, 3, { p, replace: false }).item(), 1);
});

test("poisson of what is no rate is -1", () => {
  const lam = array([-1, Number.NaN, Number.POSITIVE_INFINITY, 0]);
  equal(random.poisson(key, lam), [4], [-1, -1, -1, 0]);
});

test("errors name the function and the argument", () => {
  const wrong: readonly (readonly [() => unknown, RegExp])[] = [
    [() => random.gamma(key, array([1, 2]), [3]), /random\.gamma: a of shape \(2,\) does not broadcast to \(3,\)/],
    [() => random.gamma(array([1, 2]), 1), /random\.gamma: key must be a uint32 array/],
    [() => random.beta(key, 1, array([1, 2]), [3]), /random\.beta: b of shape/],
    // @ts-expect-error a dtype of whole numbers
    [() => random.laplace(key, { dtype: "int32" }), /random\.laplace: dtype must be "float32" or "float64"/],
    // @ts-expect-error a dtype of floats
    [() => random.poisson(key, 1, { dtype: "float32" }), /random\.poisson: dtype must be "int32" or "uint32"/],
    [() => random.dirichlet(key, 1), /random\.dirichlet: alpha must have a last axis/],
    [() => random.dirichlet(key, np.ones([2, 3]), [4]), /random\.dirichlet: alpha of shape \(2, 3\)/],
    [() => random.choice(key, -1), /random\.choice: a must be an array or a non-negative whole number, got/],
    [() => random.choice(key, 0), /random\.choice: cannot draw \(\) elements of 0/],
    [() => random.choice(key, 3, [4], { replace: false }), /cannot draw \(4,\) elements of 3 without replacement/],
    [() => random.choice(key, 3, { p: array([1, 2]) }), /p must be a vector of 3 probabilities, got shape \(2,\)/],
    [() => random.choice(key, 3, { axis: 1 }), /random\.choice: .*axis/],
    [() => random.multivariateNormal(key, 0, np.eye(2)), /mean must be \(\.\.\., n\).*got \(\) and \(2, 2\)/],
    [
      () => random.multivariateNormal(key, np.zeros([3, 2]), np.eye(2), [2]),
      /mean \(3, 2\) and cov \(2, 2\) do not broadcast to shape \(2,\)/,
    ],
    // @ts-expect-error no such method
    [() => random.multivariateNormal(key, np.zeros([2]), np.eye(2), { method: "lu" }), /"cholesky", "eigh" or "svd"/],
    [() => random.orthogonal(key, 1.5), /random\.orthogonal: n must be .*1\.5/],
  ];
  for (const [call, message] of wrong) assert.throws(call, message);
});

test.run();
