/** Derivatives of decompositions of matrices of every size: homogeneous functions' derivatives are, too. */
import { array, jit, jvp, type NDArray, numpy as np, vjp, vmap } from "cotangent";
import { test } from "uvu";
import { assertClose } from "../support/arrays.ts";
import { randomArray } from "../support/properties.ts";

const { linalg } = np;
type F = (a: NDArray) => NDArray;

const symmetric = (a: NDArray): NDArray => np.multiply(np.add(a, a.T), 0.5);
const firsts =
  (f: (a: NDArray) => readonly NDArray[], i: number): F =>
  (a) =>
    f(a)[i] as NDArray;
const reduced = (a: NDArray) => linalg.svd(a, { fullMatrices: false });
const rhs = (a: NDArray): NDArray => np.arange(1, (a.shape[0] as number) + 1, { dtype: a.dtype });

/** Functions with `f(c a) = c^degree f(a)`, of 4 x 4 matrices, or of 5 x 3 ones. */
const FUNCTIONS: Readonly<Record<string, readonly [f: F, degree: number, wide?: true]>> = {
  "svd u": [firsts(reduced, 0), 0, true],
  "svd s": [firsts(reduced, 1), 1, true],
  "svd vT": [firsts(reduced, 2), 0, true],
  "full svd u": [firsts(linalg.svd, 0), 0],
  svdvals: [linalg.svdvals, 1],
  "nuclear norm": [(a) => linalg.norm(a, { ord: "nuc" }), 1],
  "spectral norm": [(a) => linalg.norm(a, { ord: 2, axis: [0, 1] }), 1],
  cond: [(a) => linalg.cond(a), 0],
  "eigh w": [(a) => linalg.eigh(symmetric(a))[0], 1],
  "eigh v": [(a) => linalg.eigh(symmetric(a))[1], 0],
  "qr q": [(a) => linalg.qr(a)[0], 0, true],
  "qr r": [(a) => linalg.qr(a)[1], 1, true],
  cholesky: [linalg.cholesky, 0.5],
  inv: [linalg.inv, -1],
  pinv: [linalg.pinv, -1, true],
  solve: [(a) => linalg.solve(a, rhs(a)), -1],
  lstsq: [(a) => linalg.lstsq(a, rhs(a))[0], -1, true],
  "slogdet sign": [(a) => linalg.slogdet(a)[0], 0],
  "slogdet logarithm": [(a) => linalg.slogdet(a)[1], 0],
};

/** A matrix with distinct eigenvalues and singular values, positive definite where it is square. */
function matrix(wide: boolean, dtype: "float32" | "float64"): NDArray {
  const noise = randomArray(wide ? [5, 3] : [4, 4], 4, { low: -0.3, high: 0.3 });
  const given = wide ? noise : symmetric(noise);
  const strong = np.multiply(
    np.eye(given.shape[0] as number, { M: given.shape[1] as number }),
    np.arange(1, given.shape[1] + 1),
  );
  return np.astype(np.add(given, np.astype(strong, "float64")), dtype);
}

const column = (y: NDArray): NDArray => np.astype(y, "float64");

for (const [name, [f, degree, wide = false]] of Object.entries(FUNCTIONS)) {
  test(`${name}: derivatives at scales from 1e-20 to 1e20, in float64 from 1e-120 to 1e120`, () => {
    for (const [dtype, exponents] of [["float32", [-66, 66]] as const, ["float64", [-66, 66, -400, 400]] as const]) {
      const a = matrix(wide, dtype);
      const da = randomArray([...a.shape], 9, { dtype });
      const out = f(a);
      const ct = randomArray([...out.shape], 5, { dtype });
      const tangent = jvp(f, [a], [da])[1] as NDArray;
      const [cotangent] = vjp(f, a)[1](ct) as [NDArray];
      const tolerance = dtype === "float32" ? 2e-4 : 1e-10;
      for (const exponent of exponents) {
        const c = 2 ** exponent;
        // Powers of two, also their roots, change no digit.
        const scale = (x: NDArray, by: number): NDArray => np.multiply(x, by);
        const [moved, direction] = [scale(a, c), scale(da, c)];
        for (const way of [f, jit(f) as F, ((x: NDArray) => (vmap(f)(np.expandDims(x, 0)) as NDArray).at(0)) as F]) {
          const forward = jvp(way, [moved], [direction])[1] as NDArray;
          assertClose(scale(column(forward), c ** -degree), column(tangent).toArray(), tolerance, `${name} jvp ${c}`);
          const [back] = vjp(way, moved)[1](ct) as [NDArray];
          // Where c^(degree - 1) itself leaves float32 there is nothing to see.
          if (dtype === "float32" && Math.abs(exponent * (degree - 1)) > 120) continue;
          assertClose(
            scale(column(back), c ** (1 - degree)),
            column(cotangent).toArray(),
            tolerance,
            `${name} vjp ${c}`,
          );
        }
      }
    }
  });
}

test("det: cofactors that are in range, of matrices whose determinant isn't", () => {
  for (const [dtype, exponent] of [["float32", 36] as const, ["float64", 300] as const]) {
    const a = matrix(false, dtype);
    const one = array(1, { dtype });
    const [cofactors] = vjp(linalg.det, a)[1](one) as [NDArray];
    for (const c of [2 ** exponent, 2 ** -exponent]) {
      const [scaled] = vjp(linalg.det, np.multiply(a, c))[1](one) as [NDArray];
      assertClose(
        np.multiply(column(scaled), c ** -3),
        column(cofactors).toArray(),
        dtype === "float32" ? 1e-5 : 1e-13,
      );
    }
  }
});

test.run();
