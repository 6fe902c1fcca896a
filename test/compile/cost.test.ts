/** What is known of a program's time before it is lowered. */
import { grad, lax, makeJaxpr, type NDArray, nn, numpy as np, nt } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { costOf, leastSeconds } from "../../src/compile/cost.ts";
import { simplify } from "../../src/compile/simplify.ts";
import { standardDevice } from "../../src/device/device.ts";

const RATES = { contract: 4e9, map: 8e8, memory: 16e9 };
const ones = (...shape: number[]): NDArray => lax.full(shape, 1);

const conv = (stride: number) => (x: NDArray, w: NDArray) =>
  lax.convGeneralDilated(x, w, {
    ...{ windowStrides: [stride, stride], padding: "SAME" },
    dimensionNumbers: ["NHWC", "HWIO", "NHWC"],
  });

const [image, filters] = [ones(2, 12, 12, 3), ones(3, 3, 3, 8)];

const PROGRAMS: Readonly<Record<string, readonly [f: (...args: NDArray[]) => unknown, args: NDArray[]]>> = {
  "a matrix with itself": [(x) => np.matmul(x, x.T), [ones(96, 40)]],
  "a product in float64": [(x, y) => np.matmul(x, y), [np.ones([20, 30], { dtype: "float64" }), ones(30, 5)]],
  softmax: [(x) => nn.softmax(x), [ones(30, 50)]],
  "a convolution": [conv(1), [image, filters]],
  "both gradients of a strided one": [
    (x, w) => grad((p: NDArray[]) => np.sum(nn.gelu(conv(2)(p[0]!, p[1]!))))([x, w]),
    [image, filters],
  ],
  "a loop": [
    (x, w) => lax.scan((h: NDArray) => [np.tanh(np.matmul(h, w)), null], x, null, { length: 5 })[0],
    [ones(4, 6), ones(6, 6)],
  ],
  ...Object.fromEntries(
    (["JACOBIAN_CONTRACTION", "NTK_VECTOR_PRODUCTS", "STRUCTURED_DERIVATIVES"] as const).map((implementation) => {
      const f = (w: NDArray, x: NDArray): NDArray => np.mean(nn.relu(conv(2)(x, w)), { axis: [1, 2] });
      const kernelFn = nt.empiricalNtkFn(f, { vmapAxes: 0, traceAxes: [], implementation });
      return [`a kernel by ${implementation}`, [(x: NDArray, w: NDArray) => kernelFn(x, null, w), [image, filters]]];
    }),
  ),
};

test("the least time of a program is found without lowering, and is never more than its time", () => {
  for (const [name, [f, args]] of Object.entries(PROGRAMS)) {
    const { jaxpr } = makeJaxpr(f as never)(...args);
    const { predictedSeconds } = costOf(jaxpr, standardDevice().target, RATES);
    const least = leastSeconds(simplify(jaxpr), RATES);
    assert.ok(least >= 0 && least <= predictedSeconds, `${name}: ${least} s at least, ${predictedSeconds} s predicted`);
    if (name !== "a loop") assert.ok(least > 0.1 * predictedSeconds, `${name}: ${least} of ${predictedSeconds} s`);
  }
});

test.run();
