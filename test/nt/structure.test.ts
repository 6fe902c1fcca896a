/** Structured derivatives: every way of using a parameter, by every combination of the switches, gives one kernel. */
import { array, lax, type NDArray, numpy as np, nt } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { randomArray } from "../support/properties.ts";

type Params = readonly NDArray[];
type Use = (p: Params, x: NDArray) => NDArray;

const { JACOBIAN_CONTRACTION, STRUCTURED_DERIVATIVES } = nt.NtkImplementation;
const indices = (x: NDArray, rows: number): NDArray =>
  lax.convertElementType(np.mod(np.floor(np.abs(np.multiply(x, 10))), rows), "int32");
const slice = (w: NDArray, axis: number, from: number, to: number): NDArray => lax.sliceInDim(w, from, to, { axis });
const conv = (x: NDArray, w: NDArray): NDArray =>
  lax.convGeneralDilated(x, w, { windowStrides: [1], padding: "SAME", dimensionNumbers: ["NWC", "WIO", "NWC"] });

const MASK = array(
  Array.from({ length: 12 }, (_, i) => i % 3 === 2),
  { shape: [4, 3] },
);

/** Inputs are [n, 4]; parameters of the shapes given. */
const USES: Readonly<Record<string, readonly [shapes: readonly (readonly number[])[], f: Use]>> = {
  "a matrix": [[[4, 3]], ([w], x) => np.matmul(x, w!)],
  "a matrix, transposed": [[[3, 4]], ([w], x) => np.matmul(x, np.transpose(w!))],
  "a matrix, reversed and transposed": [[[3, 4]], ([w], x) => np.matmul(x, np.transpose(np.flip(w!, { axis: 1 })))],
  "a matrix from both ends": [[[4, 4]], ([w], x) => np.matmul(np.matmul(x, w!), np.flip(w!, { axis: 0 }))],
  "a matrix and its transpose": [[[4, 4]], ([w], x) => np.matmul(np.tanh(np.matmul(x, w!)), np.transpose(w!))],
  "scaled weights": [
    [[4, 3], [], [3]],
    ([w, s, t], x) => np.matmul(x, np.multiply(np.multiply(np.negative(w!), s!), t!)),
  ],
  "divided weights": [[[4, 3], [3]], ([w, t], x) => np.matmul(x, np.divide(w!, np.add(np.square(t!), 1)))],
  "masked weights": [[[4, 3]], ([w], x) => np.matmul(x, np.where(MASK, w!, 0))],
  "masked the other way": [[[4, 3]], ([w], x) => np.matmul(x, np.where(MASK, 0, w!))],
  "a denominator": [[[4]], ([w], x) => np.divide(x, np.add(np.square(w!), 1))],
  "a vector, repeated and summed": [
    [[4], [4]],
    ([v, w], x) => {
      const repeated = (p: NDArray, dim: number) =>
        lax.broadcastInDim(p, { shape: dim ? [3, 4] : [4, 3], broadcastDimensions: [dim] });
      const summed = np.tanh(np.multiply(x, np.sum(repeated(v!, 1), { axis: 0 })));
      return np.add(summed, np.multiply(x, np.sum(repeated(w!, 0), { axis: 1 })));
    },
  ],
  "two rows of one matrix": [
    [[5, 3]],
    ([w], x) => np.add(np.matmul(x, slice(w!, 0, 0, 4)), np.tanh(np.matmul(x, slice(w!, 0, 1, 5)))),
  ],
  "columns of one matrix": [
    [[4, 6]],
    ([w], x) => np.multiply(np.matmul(x, slice(w!, 1, 0, 3)), np.matmul(x, slice(w!, 1, 3, 6))),
  ],
  "columns that overlap": [
    [[4, 6]],
    ([w], x) => np.multiply(np.matmul(x, slice(w!, 1, 0, 3)), np.tanh(np.matmul(x, slice(w!, 1, 1, 4)))),
  ],
  "every other column": [
    [[4, 6]],
    ([w], x) =>
      np.multiply(
        np.matmul(x, lax.sliceInDim(w!, 0, 6, { axis: 1, stride: 2 })),
        np.matmul(x, lax.sliceInDim(w!, 1, 6, { axis: 1, stride: 2 })),
      ),
  ],
  "every other column and neighbours": [
    [[4, 6]],
    ([w], x) =>
      np.multiply(np.matmul(x, lax.sliceInDim(w!, 0, 6, { axis: 1, stride: 2 })), np.matmul(x, slice(w!, 1, 0, 3))),
  ],
  "one row, and the whole": [[[4, 4]], ([w], x) => np.multiply(np.matmul(x, w!), np.reshape(slice(w!, 0, 2, 3), [4]))],
  "one vector for all parameters": [
    [[23]],
    ([w], x) =>
      np.matmul(
        np.tanh(np.add(np.matmul(x, np.reshape(w!.at("0:12"), [4, 3])), w!.at("12:15"))),
        np.reshape(w!.at("15:21"), [3, 2]),
      ),
  ],
  "a vector in two arrangements": [
    [[12]],
    ([w], x) => np.matmul(np.tanh(np.matmul(x, np.reshape(w!, [4, 3]))), np.reshape(w!, [3, 4])),
  ],
  "joined matrices": [
    [
      [4, 2],
      [4, 3],
    ],
    ([w, v], x) => np.tanh(np.matmul(x, np.concatenate([w!, v!], { axis: 1 }))),
  ],
  "split results": [
    [[4, 6]],
    ([w], x) => {
      const [a, b] = np.split(np.matmul(x, w!), 2, { axis: 1 }) as [NDArray, NDArray];
      return np.multiply(a, np.tanh(b));
    },
  ],
  "a sum of all weights": [[[4, 3]], ([w], x) => np.multiply(x, np.sum(w!))],
  "centred weights": [[[4, 3]], ([w], x) => np.matmul(x, np.subtract(w!, np.mean(w!, { axis: 0 })))],
  "column sums beside the matrix": [
    [[4, 4]],
    ([w], x) => np.add(np.matmul(x, w!), np.tanh(np.multiply(x, np.sum(w!, { axis: 0 })))),
  ],
  "rows of a table": [[[7, 3]], ([w], x) => np.take(w!, indices(x, 7), { axis: 0 })],
  "rows of a table, some outside": [
    [[7, 3]],
    ([w], x) => np.take(w!, np.subtract(indices(x, 9), 3), { axis: 0, mode: "clip" }),
  ],
  "columns of a table": [[[3, 9]], ([w], x) => np.swapaxes(np.take(w!, indices(x, 9), { axis: 1 }), 0, 1)],
  "a table twice": [
    [[9, 3]],
    ([w], x) =>
      np.multiply(np.take(w!, indices(x, 9), { axis: 0 }), np.take(w!, indices(np.add(x, 0.3), 9), { axis: 0 })),
  ],
  "a scaled table": [[[9, 3], [3]], ([w, s], x) => np.take(np.multiply(w!, s!), indices(x, 9), { axis: 0 })],
  "part of a table, and a part": [
    [[12, 3]],
    ([w], x) =>
      np.add(
        np.take(slice(w!, 0, 2, 10), indices(x, 8), { axis: 0 }),
        np.take(slice(w!, 0, 5, 12), indices(x, 7), { axis: 0 }),
      ),
  ],
  "a tied table": [[[9, 3]], ([w], x) => np.matmul(np.tanh(np.take(w!, indices(x, 9), { axis: 0 })), np.transpose(w!))],
  "a table and its sum": [
    [[9, 3]],
    ([w], x) => np.add(np.take(w!, indices(x, 9), { axis: 0 }), np.tanh(np.sum(w!, { axis: 0 }))),
  ],
  "a recurrent network": [
    [[4, 4], [4, 4], [4]],
    ([w, u, b], x) => {
      let h = np.zerosLike(x);
      for (let i = 0; i < 3; i++)
        h = np.tanh(np.add(np.add(np.matmul(h, w!), np.matmul(np.multiply(x, i + 1), u!)), b!));
      return h;
    },
  ],
  "kernels of convolutions": [
    [
      [3, 1, 2],
      [1, 2, 3],
    ],
    ([w, v], x) => conv(np.tanh(conv(np.expandDims(x, -1), w!)), v!),
  ],
  "a kernel that is used twice": [
    [
      [3, 2, 2],
      [1, 1, 2],
    ],
    ([w, v], x) => conv(np.tanh(conv(conv(np.expandDims(x, -1), v!), w!)), w!),
  ],
  "parts of a kernel": [
    [[4, 1, 2]],
    ([w], x) =>
      np.add(conv(np.expandDims(x, -1), slice(w!, 0, 0, 3)), np.tanh(conv(np.expandDims(x, -1), slice(w!, 0, 1, 4)))),
  ],
  "a kernel that is slid over": [
    [[1, 4, 1]],
    ([w], x) => conv(w!, np.reshape(np.mean(x, { axis: 0 }), [4, 1, 1])).at(0),
  ],
  "windows, prefixes, sorting": [
    [[4]],
    ([w], x) =>
      np.add(np.cumsum(np.multiply(x, w!), { axis: 1 }), np.sort(np.multiply(x, np.cumprod(w!)), { axis: 1 })),
  ],
  "the largest of windows": [
    [[4]],
    ([w], x) => lax.reduceWindowMax(np.multiply(x, w!), { windowDimensions: [1, 2], windowStrides: [1, 1] }),
  ],
  "parameters as results": [[[3, 2]], ([w], x) => np.add(w!, np.multiply(np.sum(x), 0))],
  "a parameter used by itself and in a product": [
    [[4, 4]],
    ([w], x) => np.add(np.matmul(x, w!), np.sum(np.square(w!))),
  ],
  attention: [
    [
      [1, 6],
      [2, 1],
    ],
    ([w, v], x) => {
      const h = np.matmul(np.expandDims(x, -1), w!);
      const [q, k, u] = np.split(h, 3, { axis: -1 }) as [NDArray, NDArray, NDArray];
      const scores = np.exp(np.matmul(q, np.swapaxes(k, 1, 2)));
      return np.matmul(np.matmul(np.divide(scores, np.sum(scores, { axis: -1, keepdims: true })), u), v!);
    },
  ],
};

const SWITCHES = [true, false].flatMap((jRules) =>
  [true, false].flatMap((sRules) => [null, true, false].map((fwd) => ({ jRules, sRules, fwd }))),
);

/** Functions whose outputs mix the examples. */
const COUPLED = ["parameters as results", "a kernel that is slid over"];

function assertSameKernel(actual: NDArray, expected: NDArray, message: string): void {
  assert.equal(actual.shape, expected.shape, message);
  const [a, b] = [actual, expected].map((x) => [...x.dataSync()]) as [number[], number[]];
  const scale = b.reduce((m, v) => Math.max(m, Math.abs(v)), 1e-300);
  const error = a.reduce((m, v, i) => Math.max(m, Math.abs(v - (b[i] as number))), 0) / scale;
  assert.ok(error < 1e-11, `${message}: differs by ${error}`);
}

for (const [name, [shapes, f]] of Object.entries(USES)) {
  test(name, () => {
    const params = shapes.map((shape, i) => randomArray(shape, 10 + i));
    const [x1, x2] = [randomArray([3, 4], 1), randomArray([2, 4], 2)];
    const coupled = COUPLED.includes(name);
    const same = f(params, x1).shape[0] === f(params, x2).shape[0];
    for (const second of [x2, null]) {
      for (const axes of [{ traceAxes: [] }, { traceAxes: [-1] }, { traceAxes: [], diagonalAxes: [0] }]) {
        if (axes.diagonalAxes && second && !same) continue;
        const kernel = (options: object) =>
          nt.empiricalNtkFn(f as never, { ...axes, ...options })(x1, second, params) as NDArray;
        const expected = kernel({ implementation: JACOBIAN_CONTRACTION });
        for (const vmapAxes of coupled ? [null] : [null, 0]) {
          for (const rules of SWITCHES) {
            const actual = kernel({ implementation: STRUCTURED_DERIVATIVES, vmapAxes, ...rules });
            assertSameKernel(actual, expected, JSON.stringify({ second: second === null, axes, vmapAxes, rules }));
          }
        }
      }
    }
  });
}

test.run();
