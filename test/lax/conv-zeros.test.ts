/** NaN and infinity in a convolution's kernel: the zeros that a dilation puts between the data are no data, as in JAX. */
import { array, grad, jit, lax, type NDArray, numpy as np } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { numbers } from "../support/arrays.ts";

interface Options {
  readonly stride: number;
  readonly low: number;
  readonly high: number;
  readonly data: number;
  readonly window: number;
}

/** The sums over the elements of the kernel that meet data. */
function expected(x: number[], w: number[], { stride, low, high, data, window }: Options): number[] {
  const length = (x.length - 1) * data + 1 + low + high - (w.length - 1) * window;
  return Array.from({ length: Math.ceil(length / stride) }, (_, i) =>
    w.reduce((sum, factor, k) => {
      const place = i * stride + k * window - low;
      const value = place % data === 0 ? x[place / data] : undefined;
      return value === undefined ? sum : sum + factor * value;
    }, 0),
  );
}

for (const special of [Number.NaN, Number.POSITIVE_INFINITY]) {
  test(`${special} in the kernel, whatever the strides and the dilations`, () => {
    const [x, w] = [
      [1, 2, 3, 5],
      [1, special, 2],
    ];
    for (const stride of [1, 2, 3]) {
      for (const data of [2, 3, 4]) {
        for (const window of [1, 2, 3, 4]) {
          // Paddings that bring no kernel element with the special one over a padded zero in place of data.
          const options = { stride, low: window, high: window, data, window };
          const f = (a: NDArray, b: NDArray): NDArray =>
            lax.convGeneralDilated(np.reshape(a, [1, 1, 4]), np.reshape(b, [1, 1, 3]), {
              windowStrides: [stride],
              padding: [[window, window]],
              lhsDilation: [data],
              rhsDilation: [window],
            });
          const want = expected(x, w, options);
          for (const dtype of ["float32", "float64"] as const) {
            const [a, b] = [array(x, { dtype }), array(w, { dtype })];
            assert.equal(numbers(f(a, b)), want, JSON.stringify(options));
            assert.equal(numbers(jit(f)(a, b)), want, JSON.stringify(options));
          }
        }
      }
    }
  });
}

test("gradients by the data of a strided convolution, whose transpose is dilated", () => {
  const w = array([[[1, Number.NaN, 3]]], { dtype: "float64" });
  const f = (x: NDArray): NDArray => np.sum(lax.convGeneralDilated(x, w, { windowStrides: [2], padding: [[1, 1]] }));
  // By JAX 0.10.2: the second element meets the kernel's last and first alone.
  const x = np.ones([1, 1, 3], { dtype: "float64" });
  for (const slope of [grad(f), jit(grad(f))]) assert.equal(numbers(slope(x) as NDArray), [Number.NaN, 4, Number.NaN]);
});

test.run();
