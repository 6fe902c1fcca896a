/** What the methods would cost, counted without running them. */
import { type NDArray, numpy as np, nt } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";

/** A network of dense layers without biases; its parameters are zeros, of which only the shapes matter here. */
function mlp(widths: readonly number[]): { f: (p: NDArray[], x: NDArray) => NDArray; params: NDArray[] } {
  const params = widths.slice(1).map((n, i) => np.zeros([widths[i] as number, n]));
  const f = (p: NDArray[], x: NDArray): NDArray =>
    p.reduce((h, w, i) => (i + 1 < p.length ? np.maximum(np.matmul(h, w), 0) : np.matmul(h, w)), x);
  return { f, params };
}

const GIB = 2 ** 30;

test("wide networks stay within 1 GiB by every method", () => {
  for (const [widths, n] of [
    [[3072, 2048, 2048, 2048, 8], 16],
    [[512, 1024, 1000], 8],
  ] as const) {
    const { f, params } = mlp(widths);
    const costs = nt.costOf(f, np.zeros([n, widths[0]]), null, params, { vmapAxes: 0, traceAxes: [] });
    for (const [method, { peakMemory }] of Object.entries(costs)) {
      assert.ok(peakMemory < GIB, `${widths.join("-")} by ${method}: ${Math.round(peakMemory / 2 ** 20)} MiB`);
    }
  }
});

test("the Jacobian of a dense layer is never made, nor the direction that a column pushes through it", () => {
  const widths = [256, 512, 512, 10];
  const [n, outputs] = [4, 10];
  const { f, params } = mlp(widths);
  const costs = nt.costOf(f, np.zeros([n, 256]), null, params, { vmapAxes: 0, traceAxes: [] });
  const parameters = params.reduce((sum, p) => sum + p.size, 0);
  for (const { flops, peakMemory } of Object.values(costs)) {
    assert.ok(flops < 2 * (n * outputs) ** 2 * parameters * 0.1);
    assert.ok(peakMemory < 4 * n * outputs * 512 * 512);
  }
});

test.run();
