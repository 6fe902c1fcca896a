/** Windows written out, which lets a convolution's kernel go from pixels to pixels where its weights are many. */
import { array, jacrev, lax, makeJaxpr, type NDArray, numpy as np, nt } from "cotangent";
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { unfold } from "../../src/lax/products/unfold.ts";
import { windowPadding } from "../../src/lax/products/windows.ts";
import { indices, numbers } from "../support/arrays.ts";
import { assertSame, checkVjp, randomArray } from "../support/properties.ts";

test("every element is the one that lies under the window, or zero", () => {
  const part = fc.record({ size: fc.integer({ min: 1, max: 4 }), step: fc.integer({ min: 1, max: 3 }) });
  const window = fc.record({
    first: part,
    second: part,
    low: fc.integer({ min: -2, max: 3 }),
    dilation: fc.integer({ min: 1, max: 3 }),
    size: fc.integer({ min: 1, max: 5 }),
  });
  fc.assert(
    fc.property(window, window, (a, b) => {
      // Labels 0 and 3 are the axes that the windows slide over; 6 is an axis of its own between them.
      const windows = [a, b].map(({ first, second, low, dilation }, i) => ({
        ...{ input: 3 * i, low, dilation },
        first: { label: 3 * i + 1, step: first.step },
        second: { label: 3 * i + 2, step: second.step },
      }));
      const sizes = [...[a, b].flatMap((w) => [w.size, w.first.size, w.second.size]), 2];
      const cropped = windows.map((w, i) => windowPadding(w, sizes[3 * i]!, sizes));
      // Windows that read next to nothing would leave a negative size.
      fc.pre(cropped.every(({ low, high }, i) => low > -sizes[3 * i]! && high > -sizes[3 * i]!));
      const x = randomArray([a.size, 2, b.size], 1);
      const unfolded = unfold({ array: x, labels: [0, 6, 3], windows }, sizes);
      assert.equal(
        unfolded.array.shape,
        unfolded.labels.map((label) => sizes[label]),
      );
      const [place, values] = [numbers(unfolded.array), numbers(x)];
      indices(unfolded.array.shape).forEach((index, at) => {
        const of = (label: number): number => index[unfolded.labels.indexOf(label)] as number;
        const [i, j] = windows.map(
          ({ first, second, low, dilation }) =>
            (of(first.label) * first.step + of(second.label) * second.step - low) / dilation,
        ) as [number, number];
        const inside = [i, j].every((k, axis) => Number.isInteger(k) && k >= 0 && k < [a.size, b.size][axis]!);
        const expected = inside ? values[(i * 2 + of(6)) * b.size + j] : 0;
        assert.is(place[at], expected);
      });
    }),
    { numRuns: 300 },
  );
});

const [CHANNELS, LOGITS] = [8, 3];
const conv = (x: NDArray, w: NDArray, windowStrides: number[], padding: "SAME" | "VALID", groups = 1): NDArray =>
  lax.convGeneralDilated(x, w, {
    ...{ windowStrides, padding, featureGroupCount: groups },
    dimensionNumbers: ["NHWC", "HWIO", "NHWC"],
  });

/** Few pixels and many channels. */
const NETWORKS: Readonly<Record<string, (p: readonly NDArray[], x: NDArray) => NDArray>> = {
  same: ([w, v], x) => np.matmul(np.sum(np.tanh(conv(x, w!, [1, 1], "SAME")), { axis: [1, 2] }), v!),
  strided: ([w, v], x) => np.matmul(np.sum(np.tanh(conv(x, w!, [2, 2], "SAME")), { axis: [1, 2] }), v!),
  valid: ([w, v], x) => np.matmul(np.sum(np.tanh(conv(x, w!, [1, 1], "VALID")), { axis: [1, 2] }), v!),
  twice: ([w, v], x) =>
    np.matmul(np.sum(np.tanh(conv(np.tanh(conv(x, w!, [1, 1], "SAME")), w!, [1, 2], "SAME")), { axis: [1, 2] }), v!),
};

for (const [name, f] of Object.entries(NETWORKS)) {
  const params = [randomArray([3, 3, CHANNELS, CHANNELS], 1), randomArray([CHANNELS, LOGITS], 2)];
  const [x1, x2] = [randomArray([2, 3, 3, CHANNELS], 3), randomArray([3, 3, 3, CHANNELS], 4)];
  const jacobian = (x: NDArray): NDArray[] =>
    (jacrev((p: NDArray[]) => f(p, x))(params) as NDArray[]).map((j) =>
      lax.reshape(j, { newSizes: [j.shape[0]! * LOGITS, j.size / j.shape[0]! / LOGITS] }),
    );
  const dense = (a: NDArray, b: NDArray): NDArray => {
    const [j1, j2] = [jacobian(a), jacobian(b)];
    const total = j1.map((j, i) => np.matmul(j, np.transpose(j2[i] as NDArray))).reduce((s, t) => np.add(s, t));
    const apart = lax.reshape(total, { newSizes: [a.shape[0]!, LOGITS, b.shape[0]!, LOGITS] });
    return np.transpose(apart, { axes: [0, 2, 1, 3] });
  };

  for (const method of ["JACOBIAN_CONTRACTION", "STRUCTURED_DERIVATIVES"] as const) {
    const kernel = nt.empiricalNtkFn(f, {
      ...{ vmapAxes: 0, traceAxes: [], implementation: nt.NtkImplementation[method] },
    }) as (a: NDArray, b: NDArray | null, p: readonly NDArray[]) => NDArray;

    test(`${name}, ${method}: no Jacobian is made, and the kernel is that of the Jacobians`, () => {
      const { jaxpr } = makeJaxpr((a: NDArray, b: NDArray) => kernel(a, b, params))(x1, x2);
      const largest = Math.max(
        ...jaxpr.equations.flatMap((e) => e.outputs.map((v) => v.aval.shape.reduce((m, n) => m * n, 1))),
      );
      // The Jacobians of two uses are added before they are contracted.
      const made = name === "twice" && method === "JACOBIAN_CONTRACTION";
      assert.is(largest < 2 * LOGITS * 9 * CHANNELS ** 2, !made, `${largest} elements`);
      assertSame(kernel(x1, x2, params), dense(x1, x2), 1e-12);
      assertSame(kernel(x1, null, params), dense(x1, x1), 1e-12);
    });

    test(`${name}, ${method}: the kernel's derivative`, () => {
      const short = (x: NDArray): NDArray => kernel(x, array([0.5], { dtype: "float64" }).mul(x2), params);
      checkVjp(short, [x1]);
    });
  }
}

test.run();
