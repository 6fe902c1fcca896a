/** Vector products of x1 with itself against Jacobians: those that meet cotangents, and those that are pushed. */
import { lax, type NDArray, nn, numpy as np, nt, random, tree } from "cotangent";
import { test } from "uvu";
import { AXES, convnet } from "../support/kernels.ts";
import { assertSame, randomArray } from "../support/properties.ts";

// biome-ignore lint/suspicious/noExplicitAny: users' functions of trees
type Any = any;
const { JACOBIAN_CONTRACTION, NTK_VECTOR_PRODUCTS } = nt.NtkImplementation;

const params = { w: randomArray([3, 5], 1), b: randomArray([5], 2), v: randomArray([5, 3], 3) };
const hidden = (p: Any, x: NDArray): NDArray => np.tanh(np.add(np.matmul(x, p.w), p.b));
const mlp = (p: Any, x: NDArray): NDArray => np.matmul(hidden(p, x), p.v);

/** The function inside of a loop, where its parameters have no structure, so that directions are pushed through it. */
const inLoop =
  (f: Any) =>
  (p: Any, x: Any, kwargs: Any): Any => {
    const body = (count: NDArray): Any => [count, f(p, x, kwargs)];
    const [, stacked] = lax.scan(body, np.zeros([]), null, { length: 2 }) as [NDArray, Any];
    return tree.map((y: NDArray) => y.at(0), stacked);
  };

/** The kernel of x with itself by vector products and by Jacobians, and by vector products of x with a copy of it. */
function check(f: Any, p: Any, x: Any, options: nt.NtkOptions, kwargs: Any = {}): void {
  const kernel = (g: Any, implementation: nt.NtkImplementation, second: Any): NDArray[] =>
    tree.leaves<NDArray>(nt.empiricalNtkFn(g, { ...options, implementation })(x, second, p, kwargs));
  const expected = kernel(f, JACOBIAN_CONTRACTION, null);
  for (const g of [f, inLoop(f)]) {
    for (const second of [null, x]) {
      kernel(g, NTK_VECTOR_PRODUCTS, second).forEach((own, i) => {
        assertSame(own, expected[i] as NDArray, 1e-12);
      });
    }
  }
}

test("batches of every size: none, one, odd, even, blocks of several, the last of them filled up or not", () => {
  for (const count of [0, 1, 2, 3, 4, 5, 8, 31, 33, 63, 64, 67, 70, 100]) {
    for (const axes of AXES) {
      const traced = axes.traceAxes.includes(0);
      if (!(traced && count === 0)) check(mlp, params, randomArray([count, 3], count + 9), { vmapAxes: 0, ...axes });
    }
  }
});

test("several axes of outputs, the batch in any place", () => {
  const f = (p: Any, x: NDArray): NDArray => {
    const h = np.multiply(np.reshape(hidden(p, np.transpose(x)), [-1, 5, 1]), p.v);
    return np.transpose(h, [1, 0, 2]);
  };
  const x = randomArray([3, 7], 5);
  for (const [traceAxes, diagonalAxes] of [
    [[], []],
    [[0], [2]],
    [[2], []],
    [[], [0, 2]],
    [[], [1]],
    [[1, 0], []],
  ] as const) {
    check(f, params, x, { vmapAxes: [1, 1, {}], traceAxes, diagonalAxes });
  }
});

test("trees of inputs and outputs, of which some are paired along the batch and others not", () => {
  const f = (p: Any, x: Any) => {
    const h = hidden(p, np.multiply(x.a, x.shared));
    return {
      last: np.matmul(h, p.v),
      rest: [np.transpose(np.add(h, x.b[0])), null],
      none: np.sum(x.a, { axis: 1, keepdims: true }),
    };
  };
  const x = {
    a: randomArray([6, 3], 1),
    b: [randomArray([5, 6], 2)].map((y) => np.transpose(y)),
    shared: randomArray([3], 3),
  };
  const vmapAxes = [{ a: 0, b: [0], shared: null }, { last: 0, rest: [1, null], none: 0 }, {}];
  for (const axes of [
    { traceAxes: [] },
    { traceAxes: [0] },
    { traceAxes: [], diagonalAxes: [0] },
    { traceAxes: [1] },
  ]) {
    check(f, params, x, { vmapAxes, ...axes });
  }
});

test("keyword arguments with and without a batch, random keys", () => {
  const f = (p: Any, x: NDArray, { scale, rng }: Any): NDArray => {
    const kept = random.bernoulli(rng, 0.7, [5]);
    return np.matmul(np.where(kept, np.multiply(hidden(p, x), scale), 0), p.v);
  };
  const [x, rng] = [randomArray([9, 3], 4), random.key(3)];
  check(f, params, x, { vmapAxes: [0, 0, { scale: 0 }], traceAxes: [] }, { scale: randomArray([9, 5], 6), rng });
  check(f, params, x, { vmapAxes: 0, traceAxes: [] }, { scale: 2, rng });
  check(f, params, x, { vmapAxes: [0, 0, {}], traceAxes: [] }, { scale: randomArray([5], 6), rng });
});

test("images, parameters returned as they are, outputs that no example reaches", () => {
  const image = {
    k1: randomArray([3, 3, 2, 3], 1),
    k2: randomArray([2, 2, 3, 4], 2),
    b: randomArray([3], 3),
    out: randomArray([4, 3], 4),
  };
  for (const axes of AXES) check(convnet, image, randomArray([5, 4, 4, 2], 5), { vmapAxes: 0, ...axes });
  const bias = (p: Any, x: NDArray): NDArray => np.add(np.multiply(x, 0), p.w);
  check(bias, { w: randomArray([3], 1) }, randomArray([4, 3], 2), { vmapAxes: 0, traceAxes: [] });
  check((_: Any, x: NDArray) => x, params, randomArray([4, 3], 2), { vmapAxes: 0, traceAxes: [] });
  check((_: Any, x: NDArray) => x, {}, randomArray([4, 3], 2), { vmapAxes: 0, traceAxes: [] });
});

test("a function that couples its examples, without vmapAxes", () => {
  const f = (p: Any, x: NDArray): NDArray => {
    const h = hidden(p, x);
    return np.matmul(np.subtract(h, np.mean(h, { axis: 0 })), p.v);
  };
  for (const axes of AXES) check(f, params, randomArray([5, 3], 8), axes);
});

test("loops, tables of embeddings and branches", () => {
  const recurrent = (p: Any, x: NDArray): NDArray => {
    const step = (h: NDArray, _: unknown): [NDArray, null] => [np.tanh(np.matmul(h, p.u)), null];
    const [last] = lax.scan(step, hidden(p, x), null, { length: 3 }) as [NDArray, unknown];
    return np.matmul(nn.relu(last), p.v);
  };
  check(recurrent, { ...params, u: randomArray([5, 5], 7) }, randomArray([6, 3], 8), { vmapAxes: 0, traceAxes: [] });
  const words = random.randint(random.key(1), [5, 4], 0, 6);
  const embedded = (p: Any, x: NDArray): NDArray => mlp(p, np.mean(np.take(p.table, x, { axis: 0 }), { axis: 1 }));
  check(embedded, { ...params, table: randomArray([6, 3], 9) }, words, { vmapAxes: 0, traceAxes: [] });
});

test.run();
