// The kernel of program.js, and its sums of columns, by subpaths alone, which bring the kernels of the device themselves.

import * as nt from "cotangent/nt";
import * as np from "cotangent/numpy";

const [w, x] = [
  np.array([[1], [1]]),
  np.array([
    [1, 2],
    [3, 4],
  ]),
];
const kernel = nt.empiricalNtkFn((w, x) => np.matmul(x, w), { vmapAxes: 0 })(x, null, w);
const sums = np.sum(x, { axis: 0 }).reshape([2, 1]);
globalThis.outcome = JSON.stringify([kernel.toArray(), sums.toArray(), "var" in np]);
console.log(globalThis.outcome);
