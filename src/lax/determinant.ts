/** Determinants, by LU decomposition. */

import type { NDArray } from "../ir/ndarray.ts";
import type { One, Two } from "../ir/primitive.ts";
import { abs, div, integerPow, log, mul, sign, sub } from "./arithmetic.ts";
import { withDerivative } from "./decomposition.ts";
import { addArrays } from "./elementwise.ts";
import { eq, select } from "./logic.ts";
import { diagonal, epsilon, identityLike, magnitude, matmul, matrixShape, spread, transposed } from "./matrix.ts";
import { reduceProd } from "./reduce.ts";
import { reduceSum, reshape } from "./shape.ts";
import { sliceInDim } from "./slice.ts";
import { lu, solveFactorized } from "./solve.ts";
import { stopGradient } from "./stop-gradient.ts";

/** The sign of the rows' exchanges. */
function parity(a: NDArray, pivots: NDArray): NDArray {
  const [n] = matrixShape(a);
  return reshape(sliceInDim(pivots, n, n + 1, a.ndim - 2), { newSizes: a.shape.slice(0, -2) });
}

const product = (x: NDArray): NDArray => reduceProd(x, { axes: [-1] });
const inner = (x: NDArray, y: NDArray): NDArray => reduceSum(mul(x, y), { axes: [-2, -1] });

const attachDet = /* @__PURE__ */ withDerivative<One>("det", (a, _, da) => [inner(cofactors(a), da)]);

/** By the definition, for up to three rows: exact in all derivatives, those of singular matrices too. */
function smallDet(a: NDArray, n: number): NDArray {
  const entry = (i: number, j: number): NDArray =>
    reshape(sliceInDim(sliceInDim(a, i, i + 1, a.ndim - 2), j, j + 1, a.ndim - 1), { newSizes: a.shape.slice(0, -2) });
  const minor = (i: number, k: number, l: number): NDArray =>
    sub(mul(entry(i, k), entry(i + 1, l)), mul(entry(i, l), entry(i + 1, k)));
  if (n < 3) return n === 1 ? entry(0, 0) : minor(0, 0, 1);
  return [0, 1, 2].map((j) => mul(entry(0, j), minor(1, (j + 1) % 3, (j + 2) % 3))).reduce(addArrays);
}

/** The determinants of a stack of square matrices. */
export function det(a: NDArray): NDArray {
  const [n] = matrixShape(a);
  if (n > 0 && n < 4) return smallDet(a, n);
  const [factors, pivots] = lu(a);
  return attachDet(a, [mul(parity(a, pivots), product(diagonal(factors)))])[0];
}

const attachCofactors = /* @__PURE__ */ withDerivative<One>("cofactors", (a, [values], da) => {
  const c = values;
  const change = sub(mul(c, spread(inner(c, da), c)), matmul(c, matmul(transposed(da), c)));
  const size = det(a);
  return [div(change, spread(select(eq(size, 0), Number.NaN, size), c))];
});

/**
 * The derivative of the determinant, `det(a) inv(a)^T`. A pivot of 0 is replaced by one too small to be seen in the product,
 * so that singular matrices have their cofactors, too. The derivative of these is NaN for singular matrices: a
 * difference over 0 that says nothing.
 */
function cofactors(a: NDArray): NDArray {
  const [given, pivots] = lu(a);
  const tiny = mul(magnitude(given), epsilon(a) ** 2);
  const factors = select(eq(given, 0), spread(tiny, given), given);
  // Of the matrix divided by its size, whose determinant neither overflows nor vanishes where the cofactors don't.
  const unit = magnitude(stopGradient(a));
  const size = mul(parity(a, pivots), product(diagonal(div(factors, spread(unit, factors)))));
  const inverse = solveFactorized(stopGradient(a), [factors, pivots], identityLike(a), true);
  const scaled = mul(mul(inverse, spread(unit, inverse)), spread(size, inverse));
  const power = integerPow(unit, { exponent: matrixShape(a)[0] - 1 });
  return attachCofactors(a, [mul(scaled, spread(power, scaled))])[0];
}

const attachLogDet = /* @__PURE__ */ withDerivative<Two>("slogdet", (a, _, da) => [
  null,
  reduceSum(diagonal(solveFactorized(a, lu(a), da)), { axes: [-1] }),
]);

/** The determinants' signs and the logarithms of their absolute values. */
export function slogdet(a: NDArray): [sign: NDArray, logabsdet: NDArray] {
  const [factors, pivots] = lu(a);
  const pivot = diagonal(factors);
  const size = reduceSum(log(abs(pivot)), { axes: [-1] });
  return attachLogDet(a, [mul(parity(a, pivots), product(sign(pivot))), size]);
}
