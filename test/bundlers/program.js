// What every bundler bundles: a kernel of a linear function, x x^T, and a gradient, the sums of x's columns.

import { array, grad, jit, numpy as np, nt } from "cotangent";

const f = (w, x) => np.matmul(x, w);
const [w, x] = [
  array([[1], [1]]),
  array([
    [1, 2],
    [3, 4],
  ]),
];
const kernel = nt.empiricalNtkFn(f, { vmapAxes: 0 })(x, null, w);
const gradient = jit(grad((w) => np.sum(f(w, x))))(w);
globalThis.outcome = JSON.stringify([kernel.toArray(), gradient.toArray()]);
console.log(globalThis.outcome);
