import { array, grad, hessian, jvp, type NDArray, numpy as np, vjp, vmap } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertClose, numbers, sample } from "../support/arrays.ts";

const points = [-7, -3, -1, -0.5, 0, 0.5, 1, 3, 6, 8];
const x = array(points, { dtype: "float64" });
const derivative = (f: (y: NDArray) => NDArray): ((y: NDArray) => NDArray) => grad(f as never) as never;

/** Values, first and second derivatives at `points`, from JAX in float64. */
const reference: Record<string, [number[], number[], number[]]> = {
  abs: [
    [7, 3, 1, 0.5, 0, 0.5, 1, 3, 6, 8],
    [-1, -1, -1, -1, 1, 1, 1, 1, 1, 1],
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  ],
  sign: [
    [-1, -1, -1, -1, 0, 1, 1, 1, 1, 1],
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  ],
  maximum0: [
    [0, 0, 0, 0, 0, 0.5, 1, 3, 6, 8],
    [0, 0, 0, 0, 0.5, 1, 1, 1, 1, 1],
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  ],
  clip: [
    [-1, -1, -1, -0.5, 0, 0.5, 1, 3, 6, 6],
    [0, 0, 0.5, 1, 1, 1, 1, 1, 0.5, 0],
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  ],
  fmax: [
    [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 1, 3, 6, 8],
    [0, 0, 0, 0, 0, 0, 1, 1, 1, 1],
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  ],
  mod: [
    [0.5, -0, 0.5, 1, 0, 0.5, 1, 0, 0, 0.5],
    [1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  ],
  trunc: [
    [-7, -3, -1, -0, 0, 0, 1, 3, 6, 8],
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  ],
  square: [
    [49, 9, 1, 0.25, 0, 0.25, 1, 9, 36, 64],
    [-14, -6, -2, -1, 0, 1, 2, 6, 12, 16],
    [2, 2, 2, 2, 2, 2, 2, 2, 2, 2],
  ],
  power3: [
    [-343, -27, -1, -0.125, 0, 0.125, 1, 27, 216, 512],
    [147, 27, 3, 0.75, 0, 0.75, 3, 27, 108, 192],
    [-42, -18, -6, -3, 0, 3, 6, 18, 36, 48],
  ],
  logaddexp0: [
    [
      0.000911466453774,
      0.0485873515737,
      0.313261687518,
      0.47407698418,
      Math.LN2,
      0.97407698418,
      1.31326168752,
      3.04858735157,
      6.00247568514,
      8.00033540637,
    ],
    [
      0.000911051194401, 0.0474258731776, 0.26894142137, 0.377540668798, 0.5, 0.622459331202, 0.73105857863,
      0.952574126822, 0.997527376843, 0.99966464987,
    ],
    [
      0.000910221180122, 0.0451766597309, 0.196611933241, 0.235003712202, 0.25, 0.235003712202, 0.196611933241,
      0.0451766597309, 0.00246650929136, 0.000335237670757,
    ],
  ],
  hypot0: [
    [7, 3, 1, 0.5, 0, 0.5, 1, 3, 6, 8],
    [-1, -1, -1, -1, 0.5, 1, 1, 1, 1, 1],
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  ],
};

const functions: Record<string, (y: NDArray) => NDArray> = {
  abs: np.abs,
  sign: np.sign,
  maximum0: (y) => np.maximum(y, 0),
  clip: (y) => np.clip(y, -1, 6),
  fmax: (y) => np.fmax(y, 0.5),
  mod: (y) => np.mod(y, 1.5),
  trunc: np.trunc,
  square: np.square,
  power3: (y) => np.power(y, 3),
  logaddexp0: (y) => np.logaddexp(y, 0),
  hypot0: (y) => np.hypot(y, 0),
};

for (const [name, [values, slopes, curvatures]] of Object.entries(reference)) {
  test(`${name}: derivatives at kinks are JAX's`, () => {
    const f = functions[name] as (y: NDArray) => NDArray;
    assertClose(f(x), values, 1e-11, name);
    assertClose(vmap(derivative(f))(x), slopes, 1e-10, `${name}'`);
    assertClose(vmap(derivative(derivative(f)))(x), curvatures, 1e-9, `${name}''`);
  });
}

test("where passes no NaN on from the branch that isn't chosen, made harmless first", () => {
  const f = (y: NDArray) => np.where(np.greater(y, 0), np.log(np.where(np.greater(y, 0), y, 1)), 0);
  assertClose(vmap(derivative(f))(array([-1, 0, 2])), [0, 0, 0.5]);
});

test("the largest of equal elements share the derivative", () => {
  assertClose(derivative(np.max as never)(array([1, 3, 3])), [0, 0.5, 0.5]);
  assertClose(derivative(np.min as never)(array([1, 3, 1])), [0.5, 0, 0.5]);
});

const a = array(sample(12, 1), { shape: [3, 4] });
const b = array(
  sample(12, 2).map((v) => v + 2),
  { shape: [4, 3] },
);

/** Functions of a 3 by 4 matrix that together use most of this folder. */
const programs: Record<string, (y: NDArray) => NDArray> = {
  elementwise: (y) => np.divide(np.multiply(np.sin(y), np.exp(y)), np.add(np.square(y), 1)),
  broadcast: (y) => np.subtract(np.expandDims(y, 0), np.mean(y, { axis: 1, keepdims: true })),
  reductions: (y) =>
    np.stack([np.sum(y, 0), np.var(y, 0), np.std(y, 0), np.average(y, { axis: 0, weights: array([1, 2, 3]) })]),
  extrema: (y) => np.add(np.max(y, 1), np.ptp(y, { axis: 1 })),
  matmul: (y) => np.matmul(np.tanh(np.matmul(y, b)), y),
  einsum: (y) => np.einsum("ij,jk,kl,lm,ij->im", y, b, y, b, y),
  diagonals: (y) => np.add(np.trace(np.matmul(y, b)), np.sum(np.diag(np.at(y, 0), { k: 1 }))),
  triangles: (y) => np.subtract(np.tril(y), np.triu(y, { k: 1 })),
  padding: (y) =>
    np.concatenate(
      (["edge", "wrap", "reflect", "symmetric", "constant"] as const).map((mode) =>
        np.pad(
          y,
          [
            [1, 2],
            [3, 0],
          ],
          { mode },
        ),
      ),
    ),
  movement: (y) => np.rot90(np.roll(np.flip(np.swapaxes(y, 0, 1), 0), 2, { axis: 1 })),
  repetition: (y) => np.concatenate([np.tile(y, [2, 1]), np.repeat(y, 2, 0)]),
  indexing: (y) => np.at(y, "::-2", null, "1:", null),
  splits: (y) => np.hstack(np.split(y, 2, { axis: 1 }).reverse()),
  products: (y) =>
    np.concatenate([
      np.ravel(np.kron(y, b)),
      np.ravel(np.outer(y, b)),
      np.ravel(np.tensordot(y, b, 1)),
      np.ravel(np.inner(y, y)),
    ]),
  powers: (y) => np.power(np.add(np.abs(y), 1), np.reshape(np.transpose(b), [3, 4])),
  logarithms: (y) => np.logaddexp(np.log1p(np.abs(y)), np.hypot(y, np.transpose(b))),
};

for (const [name, f] of Object.entries(programs)) {
  test(`${name}: jvp against finite differences, vjp against jvp, vmap against a loop`, () => {
    const t = array(sample(12, 3), { shape: [3, 4] });
    const [y, dy] = jvp(f as never, [a], [t]) as [NDArray, NDArray];
    assertClose(y, f(a), 1e-14, name);
    const h = 1e-5;
    const difference = np.divide(
      np.subtract(f(np.add(a, np.multiply(h, t))), f(np.subtract(a, np.multiply(h, t)))),
      2 * h,
    );
    assertClose(dy, difference, 1e-7, `${name} jvp`);
    const [, pullback] = vjp(f as never, a) as unknown as [NDArray, (ct: NDArray) => [NDArray]];
    const ct = array(sample(y.size, 4), { shape: y.shape });
    const [dx] = pullback(ct);
    assert.equal(dx.shape, a.shape);
    const [left, right] = [np.vdot(ct, dy).item(), np.vdot(dx, t).item()];
    assert.ok(Math.abs(left - right) <= 1e-11 * (1 + Math.abs(left)), `${name} vjp: ${left} and ${right}`);
    const batch = np.stack([a, t, np.multiply(a, t)], { axis: 1 });
    const mapped = vmap(f, { inAxes: 1 })(batch);
    [a, t, np.multiply(a, t)].forEach((z, i) => {
      assertClose(np.at(mapped, i), f(z), 1e-12, `${name} vmap`);
    });
  });
}

test("a hessian", () => {
  const f = (y: NDArray) => np.sum(np.multiply(np.power(y, 3), np.array([1, 2])));
  assert.equal(numbers((hessian(f as never) as (y: NDArray) => NDArray)(array([1, 2]))), [6, 0, 0, 24]);
});

test.run();
