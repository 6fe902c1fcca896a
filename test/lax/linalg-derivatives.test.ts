/** Linear algebra: the determinant's derivatives, third derivatives, and what has none. */
import { array, grad, hessian, jvp, type NDArray, numpy as np, vjp } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertClose, assertThrows, f64 } from "../support/arrays.ts";
import { type ArrayFunction, checkAll, checkJvp, checkVjp, randomArray } from "../support/properties.ts";

const { linalg } = np;
const positive = (x: NDArray): NDArray =>
  np.add(np.matmul(x, np.swapaxes(x, -1, -2)), np.eye(x.shape.at(-1) as number, { dtype: x.dtype }));
const wellConditioned = (x: NDArray): NDArray =>
  np.add(x, np.multiply(3, np.eye(x.shape.at(-1) as number, { dtype: x.dtype })));

const slope = grad((x: NDArray) => linalg.det(x));
const curvature = hessian((x: NDArray) => linalg.det(x));

test("the gradient of the determinant of singular matrices", () => {
  // By hand: the cofactors. Values as jax.grad(jnp.linalg.det) gives them.
  const rankThree = f64([
    [1, 2, 3, 4],
    [5, 6, 7, 8],
    [2, 4, 6, 8],
    [1, 0, 1, 3],
  ]);
  const expected = [
    [8, -32, 40, -16],
    [0, 0, 0, 0],
    [-4, 16, -20, 8],
    [0, 0, 0, 0],
  ];
  assertClose(slope(rankThree), expected, 1e-13);
  assertClose(slope(np.zeros([3, 3], { dtype: "float64" })), np.zeros([3, 3]).toArray(), 1e-13);
  assertClose(slope(f64([[0]])), [[1]]);
  assertClose(
    slope(
      array([
        [0, 0],
        [0, 3],
      ]),
    ),
    [
      [3, 0],
      [0, 0],
    ],
    1e-6,
  );
  for (const n of [1, 2, 3])
    checkAll((x: NDArray) => linalg.det(x), [np.ones([n, n], { dtype: "float64" })], `singular, ${n} rows`, 2);
  const second = curvature(np.zeros([4, 4], { dtype: "float64" })) as NDArray;
  assert.not(np.any(np.isfinite(second)).item(), "the second derivative is refused");
});

test("the hessian of the determinant", () => {
  const expected = [
    [
      [
        [0, 0],
        [0, 1],
      ],
      [
        [0, 0],
        [-1, 0],
      ],
    ],
    [
      [
        [0, -1],
        [0, 0],
      ],
      [
        [1, 0],
        [0, 0],
      ],
    ],
  ];
  assertClose(
    curvature(
      f64([
        [2, 1],
        [0.5, 3],
      ]),
    ) as NDArray,
    expected,
    1e-14,
  );
});

test("third derivatives", () => {
  const third = (f: ArrayFunction, x: NDArray): void => {
    const along =
      (g: ArrayFunction): ArrayFunction =>
      (y: NDArray) =>
        jvp(g, [y], [x])[1];
    checkAll(along(along(f)), [x], "third", 1);
  };
  const x = wellConditioned(randomArray([3, 3], 19));
  third((y: NDArray) => linalg.det(y), x);
  third(linalg.inv, x);
  third((y: NDArray) => linalg.cholesky(positive(y)), x);
});

test("derivatives of Hessians, and what is NaN where matrices are singular", () => {
  const x = wellConditioned(randomArray([3, 3], 8));
  for (const [name, f] of [
    ["cholesky", (a: NDArray) => linalg.cholesky(positive(a))],
    ["inv", linalg.inv],
    ["det", (a: NDArray) => linalg.det(np.kron(a, np.eye(2, { dtype: "float64" })))],
    ["slogdet", (a: NDArray) => linalg.slogdet(a)[1]],
    ["eigvalsh", linalg.eigvalsh],
    ["svdvals", linalg.svdvals],
    ["norm", (a: NDArray) => linalg.norm(a)],
  ] as [string, ArrayFunction][]) {
    const second = hessian(f as never) as ArrayFunction;
    checkJvp(second, [x], 1e-6, `${name}: jvp of the Hessian`);
    checkVjp(second, [x], 1e-9, `${name}: vjp of the Hessian`);
  }
  const singular = np.diag(f64([1, 2, 3, 0]));
  const cofactors = grad((a: NDArray) => linalg.det(a));
  assertClose(cofactors(singular), np.diag(f64([0, 0, 0, 6])), 1e-14);
  assert.ok(np.all(np.isnan(jvp(cofactors, [singular], [singular])[1])).item());
});

test("what has no derivative says so", () => {
  const x = randomArray([4, 2], 21);
  const complete: ArrayFunction = (a: NDArray) => linalg.qr(a, { mode: "complete" });
  assertThrows(() => jvp(complete, [x], [x]), "qr", "complete", "reduced");
  assertThrows(() => vjp((a: NDArray) => linalg.svd(a), x), "svd", "fullMatrices");
});

test.run();
