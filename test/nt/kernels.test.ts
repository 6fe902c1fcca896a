/** Every method, and AUTO, against loops over the Jacobians. */
import { array, lax, type NDArray, numpy as np, nt, tree } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertClose, assertThrows } from "../support/arrays.ts";
import {
  type Axes,
  axesList,
  convnet,
  dense,
  METHODS,
  mlp,
  mlpParams,
  pairing,
  rowsOf,
  valuesOf,
} from "../support/kernels.ts";
import { assertSame, randomArray } from "../support/properties.ts";

// biome-ignore lint/suspicious/noExplicitAny: users' functions of trees
type Any = any;

interface Case {
  readonly f: Any;
  readonly params: Any;
  readonly x1: Any;
  readonly x2: Any;
  readonly vmapAxes?: Any[];
}

/** Every method, both kernels, both for x2 and for null, against loops. */
function check(name: string, { f, params, x1, x2, vmapAxes = [null] }: Case, axes: readonly [Axes, Axes][]): void {
  test(name, () => {
    for (const second of [x2, null]) {
      const other = second ?? x1;
      const [rows1, rows2] = [rowsOf(f, params, x1), rowsOf(f, params, other)];
      const [outs1, outs2] = [f(params, x1), f(params, other)].map((o) => tree.leaves<NDArray>(o));
      for (const [traceAxes, diagonalAxes] of axes) {
        const same = diagonalAxes !== undefined && axesList(diagonalAxes, 9).includes(0);
        if (same && (outs1[0] as NDArray).shape[0] !== (outs2[0] as NDArray).shape[0]) continue;
        const label = `${name} trace ${traceAxes} diagonal ${diagonalAxes}`;
        const nngp = tree.leaves<NDArray>(nt.empiricalNngpFn(f, { traceAxes, diagonalAxes })(x1, second, params));
        nngp.forEach((k, i) => {
          const [o1, o2] = [outs1[i] as NDArray, outs2[i] as NDArray];
          const want = pairing([o1.shape, valuesOf(o1)], [o2.shape, valuesOf(o2)], traceAxes, diagonalAxes);
          assertSame(k, array(want.values, { shape: want.shape, dtype: k.dtype }), 1e-10, `${label} nngp`);
        });
        for (const vmap of vmapAxes) {
          for (const [method, implementation] of Object.entries(METHODS)) {
            const options = { traceAxes, diagonalAxes, vmapAxes: vmap, implementation };
            const kernels = tree.leaves<NDArray>(nt.empiricalNtkFn(f, options)(x1, second, params));
            kernels.forEach((k, i) => {
              const want = pairing(rows1[i] as Any, rows2[i] as Any, traceAxes, diagonalAxes);
              const message = `${label} vmap ${JSON.stringify(vmap)} ${method} output ${i}`;
              assertSame(k, array(want.values, { shape: want.shape, dtype: k.dtype }), 1e-9, message);
            });
          }
        }
      }
    }
  });
}

check(
  "a network of two layers",
  {
    f: mlp,
    params: mlpParams,
    x1: randomArray([3, 3], 4),
    x2: randomArray([2, 3], 5),
    vmapAxes: [null, 0, [-2, 0, null]],
  },
  [
    [-1, []],
    [[], []],
    [[1], []],
    [[], 1],
    [[], [-1]],
    [1, []],
  ],
);

check(
  "the same, diagonal in the batch",
  { f: mlp, params: mlpParams, x1: randomArray([3, 3], 4), x2: randomArray([3, 3], 5), vmapAxes: [null, 0] },
  [
    [-1, 0],
    [[], [1, 0]],
    [[0], []],
    [[0, 1], []],
    [[-1, -2], []],
    [0, -1],
  ],
);

// f of shape (4, 5, 6, 3) in the design's example, smaller: every axis of another size.
const fourAxes = (p: Any, x: NDArray): NDArray =>
  np.multiply(np.multiply(np.reshape(x, [2, 3, 1, 1]), np.reshape(p.a, [1, 1, 4, 1])), np.sin(p.b));
check(
  "outputs of four axes, axes unordered and negative",
  {
    f: fourAxes,
    params: { a: randomArray([4], 1), b: randomArray([2, 3, 4, 2], 2) },
    x1: randomArray([2, 3], 3),
    x2: randomArray([2, 3], 4),
  },
  [
    [[3], [1]],
    [[], [3, 0, 2]],
    [[-1, 0], [-2]],
    [[2, 1, 0, 3], []],
    [[], [-1, 1]],
    [[1], [0, 2, 3]],
  ],
);

check(
  "a convolutional network",
  {
    f: convnet,
    params: {
      k1: randomArray([3, 3, 2, 3], 1),
      b: randomArray([3], 2),
      k2: randomArray([2, 2, 3, 2], 3),
      out: randomArray([2, 2], 4),
    },
    x1: randomArray([2, 4, 3, 2], 5),
    x2: randomArray([3, 4, 3, 2], 6),
    vmapAxes: [null, 0],
  },
  [
    [-1, []],
    [[], []],
    [[], 1],
  ],
);

check(
  "trees of outputs, of inputs and of parameters, with integer and null leaves",
  {
    f: (p: Any, x: Any) => ({
      first: [dense(p.w, x.a), null],
      second: np.multiply(np.sum(np.multiply(x.b, p.s), { axis: -1, keepdims: true }), p.n),
    }),
    params: { w: randomArray([3, 2], 1), s: randomArray([], 2), n: array(3, { dtype: "int32" }), none: null },
    x1: { a: randomArray([2, 3], 3), b: randomArray([2, 2], 4) },
    x2: { a: randomArray([4, 3], 5), b: randomArray([4, 2], 6) },
    vmapAxes: [null, 0, [{ a: 0, b: 0 }, { first: [0, null], second: 0 }, {}]],
  },
  [
    [-1, []],
    [[], []],
  ],
);

check(
  "parameters returned directly, used twice, and through a reshape",
  {
    f: (p: Any, x: NDArray) => ({
      itself: p.w,
      twice: np.add(dense(p.w, x), np.multiply(dense(np.transpose(np.reshape(p.w, [2, 3])), x), 2)),
    }),
    params: { w: randomArray([3, 2], 1) },
    x1: randomArray([2, 3], 2),
    x2: randomArray([4, 3], 3),
  },
  [[-1, []]],
);

check(
  "an axis of the batch in the middle",
  {
    f: (p: Any, x: NDArray) => np.transpose(lax.tanh(np.tensordot(p, x, { axes: [[0], [0]] } as Any)), [0, 1]),
    params: randomArray([3, 2], 1),
    x1: randomArray([3, 4], 2),
    x2: randomArray([3, 2], 3),
    vmapAxes: [null, 1, [1, -1, {}]],
  },
  [
    [0, []],
    [[], 0],
  ],
);

test("values of jax: a kernel with bias and tanh", () => {
  // jax: f(p, x) = tanh(x @ W) @ v + b; J(x1) J(x2)^T in float64.
  const p = {
    W: array(
      [
        [0.5, -1],
        [0.25, 2],
      ],
      { dtype: "float64" },
    ),
    v: array([[1], [-0.5]], { dtype: "float64" }),
    b: array([0.1], { dtype: "float64" }),
  };
  const f = (q: typeof p, x: NDArray): NDArray => np.add(dense(q.v, lax.tanh(dense(q.W, x))), q.b);
  const x1 = array(
    [
      [1, 2],
      [0.3, -0.7],
    ],
    { dtype: "float64" },
  );
  const x2 = array([[-1, 0.5]], { dtype: "float64" });
  for (const implementation of Object.values(METHODS)) {
    const k = nt.empiricalNtkFn(f as Any, { implementation })(x1, x2, p) as NDArray;
    assertClose(k, JAX_KERNEL, 1e-12);
  }
});
const JAX_KERNEL = [[1.6863373259120862], [-0.4604113338328766]];

test("empiricalKernelFn: one, several, both; per output", () => {
  const [x, y] = [randomArray([3, 3], 1), randomArray([2, 3], 2)];
  const kernel = nt.empiricalKernelFn(mlp) as Any;
  const [nngp, ntk] = [nt.empiricalNngpFn(mlp)(x, y, mlpParams), nt.empiricalNtkFn(mlp)(x, y, mlpParams)];
  assertSame(kernel(x, y, "ntk", mlpParams), ntk, 0);
  assertSame(kernel(x, y, "nngp", mlpParams), nngp, 0);
  assertSame(kernel(x, y, null, mlpParams), { nngp, ntk }, 0);
  assert.equal(Object.keys(kernel(x, y, ["ntk"], mlpParams)), ["ntk"]);
  const two = nt.empiricalKernelFn((p: Any, z: NDArray) => ({ a: mlp(p, z), b: [mlp(p, z)] })) as Any;
  const result = two(x, y, ["nngp", "ntk"], mlpParams);
  assertSame(result.b[0].ntk, ntk, 1e-12);
  assertSame(result.a.nngp, nngp, 1e-12);
  assertThrows(() => kernel(x, y, "cov", mlpParams), "get", '"cov"');
  assertThrows(() => kernel(x, y, [], mlpParams), "get");
});

test("the NNGP kernel of integers is a mean, not a quotient without remainder", () => {
  const counts = (_: unknown, x: NDArray): NDArray => x.astype("int32");
  const kernel = nt.empiricalNngpFn(counts)(array([[1, 2]]), null, []) as NDArray;
  assert.is(kernel.dtype, "float32");
  assertClose(kernel, [[2.5]], 1e-7);
});

test("products with a vector are products with the full kernel", () => {
  const [x, y] = [randomArray([3, 3], 1), randomArray([2, 3], 2)];
  const kernel = nt.empiricalNtkFn(mlp, { traceAxes: [] })(x, y, mlpParams) as NDArray;
  const v = randomArray([2, 2], 3);
  const expected = np.einsum("abij,bj->ai", kernel, v) as NDArray;
  assertSame((nt.empiricalNtkVpFn(mlp, x, y, mlpParams) as Any)(v), expected, 1e-11);
  const self = nt.empiricalNtkFn(mlp, { traceAxes: [] })(x, null, mlpParams) as NDArray;
  const w = randomArray([3, 2], 4);
  assertSame((nt.empiricalNtkVpFn(mlp, x, null, mlpParams) as Any)(w), np.einsum("abij,bj->ai", self, w), 1e-11);
});

test("a method's name stands for its number", () => {
  const [params, x] = [mlpParams, randomArray([3, 3], 1)];
  for (const [name, implementation] of Object.entries(nt.NtkImplementation)) {
    const byName = nt.empiricalNtkFn(mlp, { implementation: name as "AUTO" })(x, null, params);
    assert.equal(byName.toArray(), nt.empiricalNtkFn(mlp, { implementation })(x, null, params).toArray(), name);
  }
  assertThrows(() => nt.empiricalNtkFn(mlp, { implementation: "auto" as "AUTO" }), "one of AUTO (0)", '"auto"');
});

test.run();
