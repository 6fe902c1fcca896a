// What every bundler bundles: a kernel of a linear function, x x^T, a gradient, the sums of x's columns, and the part that is
// loaded on demand, which says that there is no adapter.

import { array, DeviceError, grad, initWebGPU, jit, numpy as np, nt } from "cotangent";

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
initWebGPU({ gpu: { requestAdapter: async () => null } })
  .catch((error) => error instanceof DeviceError && /adapter/.test(error.message))
  .then((refused) => {
    globalThis.outcome = JSON.stringify([kernel.toArray(), gradient.toArray(), refused]);
    console.log(globalThis.outcome);
  });
