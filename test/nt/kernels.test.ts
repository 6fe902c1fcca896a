import { array, grad, jacrev, lax, type NDArray, numpy as np, nt, tree } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertClose, assertThrows, indices, numbers, offsetOf } from "../support/arrays.ts";
import { assertSame, randomArray } from "../support/properties.ts";

// biome-ignore lint/suspicious/noExplicitAny: users' functions of trees
type Any = any;
type Axes = number | readonly number[];
const { JACOBIAN_CONTRACTION, NTK_VECTOR_PRODUCTS, STRUCTURED_DERIVATIVES, AUTO } = nt.NtkImplementation;
const METHODS = { JACOBIAN_CONTRACTION, NTK_VECTOR_PRODUCTS, STRUCTURED_DERIVATIVES, AUTO };

const list = (axes: Axes, ndim: number): number[] =>
  (typeof axes === "number" ? [axes] : [...axes]).map((a) => (a < 0 ? a + ndim : a));

/** The interleaved, traced, diagonal product of `[...out1, q]` and `[...out2, q]`, summed over `q`, by loops. */
function pairing(
  [shape1, a]: readonly [readonly number[], readonly number[][]],
  [shape2, b]: readonly [readonly number[], readonly number[][]],
  traceAxes: Axes,
  diagonalAxes: Axes,
): { shape: number[]; values: number[] } {
  const ndim = shape1.length;
  const [trace, diagonal] = [list(traceAxes, ndim), list(diagonalAxes, ndim)];
  const shape = shape1.flatMap((n, i) =>
    trace.includes(i) ? [] : diagonal.includes(i) ? [n] : [n, shape2[i] as number],
  );
  const traced = trace.map((i) => shape1[i] as number);
  const count = traced.reduce((x, y) => x * y, 1);
  const values = indices(shape).map((index) => {
    let sum = 0;
    for (const t of indices(traced)) {
      let next = 0;
      const [i, j] = [new Array<number>(ndim), new Array<number>(ndim)];
      for (let axis = 0; axis < ndim; axis++) {
        if (trace.includes(axis)) i[axis] = j[axis] = t[trace.indexOf(axis)] as number;
        else if (diagonal.includes(axis)) i[axis] = j[axis] = index[next++] as number;
        else [i[axis], j[axis]] = [index[next++] as number, index[next++] as number];
      }
      const [u, v] = [a[offsetOf(i, shape1)] as number[], b[offsetOf(j, shape2)] as number[]];
      for (let q = 0; q < u.length; q++) sum += (u[q] as number) * (v[q] as number);
    }
    return sum / count;
  });
  return { shape, values };
}

/** Rows of a Jacobian: for each output element its derivatives by all parameters, one after the other. */
function rowsOf(f: Any, params: Any, x: Any): [readonly number[], number[][]][] {
  const outs = tree.leaves<NDArray>(f(params, x));
  return outs.map((out, k) => {
    const leaf = (p: Any): NDArray => tree.leaves<NDArray>(f(p, x))[k] as NDArray;
    const [given, def] = tree.flatten<NDArray>(params);
    const floats = given.filter((p) => p.dtype.startsWith("float"));
    const whole = (own: readonly NDArray[]): Any => {
      let next = 0;
      return tree.unflatten(
        def,
        given.map((p) => (floats.includes(p) ? own[next++] : p)),
      );
    };
    const blocks = tree.leaves<NDArray>(jacrev((own: Any) => leaf(whole(own)))(floats)).map(numbers);
    const size = out.size;
    const rows = Array.from({ length: size }, (_, r) =>
      blocks.flatMap((b) => b.slice((r * b.length) / size, ((r + 1) * b.length) / size)),
    );
    return [out.shape, rows];
  });
}

const values = (x: NDArray): number[][] => numbers(x).map((v) => [v]);

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
        const same = diagonalAxes !== undefined && list(diagonalAxes, 9).includes(0);
        if (same && (outs1[0] as NDArray).shape[0] !== (outs2[0] as NDArray).shape[0]) continue;
        const label = `${name} trace ${traceAxes} diagonal ${diagonalAxes}`;
        const nngp = tree.leaves<NDArray>(nt.empiricalNngpFn(f, { traceAxes, diagonalAxes })(x1, second, params));
        nngp.forEach((k, i) => {
          const [o1, o2] = [outs1[i] as NDArray, outs2[i] as NDArray];
          const want = pairing([o1.shape, values(o1)], [o2.shape, values(o2)], traceAxes, diagonalAxes);
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

const dense = (w: NDArray, x: NDArray): NDArray => np.matmul(x, w);
const mlp = (p: Any, x: NDArray): NDArray => dense(p[1].w, lax.tanh(np.add(dense(p[0].w, x), p[0].b)));
const mlpParams = [
  { w: randomArray([3, 4], 1), b: randomArray([4], 2) },
  { w: randomArray([4, 2], 3), b: null },
];

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

const convnet = (p: Any, x: NDArray): NDArray => {
  const conv = (y: NDArray, w: NDArray, stride: number): NDArray =>
    lax.convGeneralDilated(y, w, {
      windowStrides: [stride, stride],
      padding: "SAME",
      dimensionNumbers: ["NHWC", "HWIO", "NHWC"],
    });
  const h = lax.tanh(np.add(conv(x, p.k1, 1), p.b));
  return dense(p.out, np.mean(conv(h, p.k2, 2), { axis: [1, 2] }));
};
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

for (const [method, implementation] of Object.entries(METHODS)) {
  const ntk = (f: Any, options: Any = {}) => nt.empiricalNtkFn(f, { implementation, ...options }) as Any;

  test(`${method}: outputs that don't depend on parameters, empty parameters, integer outputs: zeros`, () => {
    const x = randomArray([3, 2], 1);
    const zeros = ntk((_: Any, y: NDArray) => y)(x, null, { w: randomArray([2], 2) });
    assertSame(zeros, lax.full([3, 3], 0, "float64"), 0);
    assertSame(ntk((_: Any, y: NDArray) => y)(x, null, {}), lax.full([3, 3], 0, "float64"), 0);
    assertSame(ntk((_: Any, y: NDArray) => y)(x, null, null), lax.full([3, 3], 0, "float64"), 0);
    assertSame(
      ntk((_: Any, y: NDArray) => y)(x, null, [array([1], { dtype: "int32" })]),
      lax.full([3, 3], 0, "float64"),
      0,
    );
    const whole = ntk((w: NDArray, y: NDArray) => lax.convertElementType(np.multiply(y, w), "int32"))(
      x,
      null,
      array([2, 3]),
    );
    assertSame(whole, lax.full([3, 3], 0, "float32"), 0);
  });

  test(`${method}: batches of size zero and one`, () => {
    const x = randomArray([2, 3], 1);
    for (const vmapAxes of [null, 0]) {
      const kernel = ntk(mlp, { vmapAxes });
      assert.equal([...kernel(lax.full([0, 3], 1, "float64"), x, mlpParams).shape], [0, 2]);
      assert.equal([...kernel(x, lax.full([0, 3], 1, "float64"), mlpParams).shape], [2, 0]);
      assert.equal([...kernel(lax.full([0, 3], 1, "float64"), null, mlpParams).shape], [0, 0]);
      const whole = numbers(kernel(x, null, mlpParams));
      const one = numbers(kernel(np.take(x, array([1], { dtype: "int32" }), { axis: 0 }), null, mlpParams));
      assert.ok(Math.abs((one[0] as number) - (whole[3] as number)) < 1e-12);
    }
  });

  test(`${method}: the dtype is the promotion of parameters and outputs`, () => {
    const f = (w: Any, x: NDArray): NDArray => np.multiply(x, w.a ?? w);
    const dtype = (x: NDArray, w: Any): string => ntk(f)(x, null, w).dtype;
    const [x32, x64] = [randomArray([2, 2], 1, { dtype: "float32" }), randomArray([2, 2], 1)];
    const [w32, w64] = [array([1, 2]), array([1, 2], { dtype: "float64" })];
    assert.is(dtype(x32, w32), "float32");
    assert.is(dtype(x64, w32), "float64");
    assert.is(dtype(x32, w64), "float64");
    assert.is(dtype(x32, { a: w32, b: w64 }), "float64");
    assert.is(dtype(array([[1, 2]], { dtype: "int32" }), w32), "float32");
    assert.is(dtype(x32, 2), "float32");
  });

  test(`${method}: the second call does not trace again; another shape does`, () => {
    let traces = 0;
    const f = (p: Any, x: NDArray): NDArray => {
      traces++;
      return mlp(p, x);
    };
    const kernel = ntk(f, { vmapAxes: 0 });
    const first = kernel(randomArray([3, 3], 1), randomArray([2, 3], 2), mlpParams);
    const once = traces;
    const again = kernel(randomArray([3, 3], 1), randomArray([2, 3], 2), mlpParams);
    assert.is(traces, once);
    assertSame(again, first, 0);
    const other = kernel(randomArray([3, 3], 9), randomArray([2, 3], 2), mlpParams);
    assert.is(traces, once);
    assert.ok(numbers(other)[0] !== numbers(first)[0]);
    kernel(randomArray([4, 3], 1), null, mlpParams);
    assert.ok(traces > once);
  });

  test(`${method}: errors`, () => {
    const [x, y] = [randomArray([3, 3], 1), randomArray([2, 3], 2)];
    const fails = (options: Any, x1: Any, x2: Any, ...fragments: string[]): void =>
      assertThrows(() => ntk(mlp, options)(x1, x2, mlpParams), "nt.empiricalNtkFn", ...fragments);
    fails({ traceAxes: 2 }, x, y, "traceAxes", "2", "(3, 2)", "(2, 2)");
    fails({ diagonalAxes: [-3] }, x, y, "diagonalAxes", "-3", "(3, 2)");
    fails({ traceAxes: [0, -2] }, x, null, "traceAxes", "twice");
    fails({ traceAxes: [1], diagonalAxes: [-1] }, x, y, "axis 1", "traceAxes", "diagonalAxes");
    fails({ diagonalAxes: [0] }, x, y, "diagonal axis 0", "(3, 2)", "(2, 2)");
    fails({ traceAxes: [0] }, x, y, "traced axis 0", "(3, 2)", "(2, 2)");
    fails({}, [[1, 2], "x"], null, "x1", '"x"');
    fails({}, x, "x", "x2", '"x"');
    fails({}, null, x, "x1", "null");
    fails({ vmapAxes: 2 }, x, y, "vmapAxes", "2");
    fails({ vmapAxes: [0, null, {}] }, x, y, "vmapAxes", "output 0");
    fails({ vmapAxes: [0, 0, { k: 0 }] }, x, y, "vmapAxes", '"k"');
    assertThrows(() => ntk(mlp)(x, y, [{ w: "x" }]), "nt.empiricalNtkFn", "params", '"x"');
    assertThrows(() => ntk(mlp)(x, y, mlpParams, 3), "nt.empiricalNtkFn", "kwargs");
    assertThrows(() => ntk(mlp)(randomArray([3, 4], 1), y, mlpParams), "(3, 4)");
    assertThrows(() => ntk((p: Any, z: NDArray) => (p > 0 ? z : z))(x, y, array(1)), "traced array", "np.where");
    assertThrows(
      () => ntk((p: Any, z: NDArray) => (z.shape[0] === 2 ? [p] : p))(x, y, array([1])),
      "one structure",
      "[*]",
    );
  });
}

test("options and functions are checked when the kernel function is made", () => {
  assertThrows(() => nt.empiricalNtkFn(mlp, { trace_axes: 0 } as Any), "nt.empiricalNtkFn", "trace_axes", "traceAxes");
  assertThrows(
    () => nt.empiricalNtkFn(mlp, { implementation: 7 } as Any),
    "implementation",
    "JACOBIAN_CONTRACTION (1)",
    "7",
  );
  assertThrows(() => nt.empiricalNtkFn(3 as Any), "nt.empiricalNtkFn", "function");
  assertThrows(() => nt.empiricalNngpFn(mlp, { vmapAxes: 0 } as Any), "nt.empiricalNngpFn", "vmapAxes");
  assertThrows(() => nt.empiricalKernelFn(mlp, { axes: 0 } as Any), "axes");
  assertThrows(() => nt.taylorExpand(mlp, mlpParams, -1), "nt.taylorExpand", "-1");
  assertThrows(() => nt.linearize(null as Any, mlpParams), "nt.linearize", "null");
});

test("a wrong number of channels names the convolution, shapes and axes", () => {
  const params = { k1: randomArray([3, 3, 4, 3], 1), b: randomArray([3], 2) };
  assertThrows(
    () => nt.empiricalNtkFn(convnet)(randomArray([2, 4, 3, 2], 1), null, params),
    "lax.convGeneralDilated",
    "(2, 4, 3, 2)",
    "2 input features (axis 3)",
    "(3, 3, 4, 3)",
    "4 (axis 2)",
  );
});

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

test("linearize and taylorExpand: exact for polynomials, values of the derivatives' series", () => {
  const f = (p: Any, x: NDArray): NDArray => np.multiply(np.multiply(p.a, p.a), np.multiply(p.a, x));
  const params = { a: array([1, 2], { dtype: "float64" }), none: null };
  const moved = { a: array([1.5, 1], { dtype: "float64" }), none: null };
  const x = array([2, 3], { dtype: "float64" });
  const series = (degree: number): number[] =>
    [1, 2].map((a, i) => {
      const d = ([1.5, 1][i] as number) - a;
      const terms = [a ** 3, 3 * a * a * d, 3 * a * d * d, d ** 3];
      return terms.slice(0, degree + 1).reduce((s, t) => s + t, 0) * ([2, 3][i] as number);
    });
  for (const degree of [0, 1, 2, 3, 4]) {
    assertClose(nt.taylorExpand(f, params, degree)(moved, x) as NDArray, series(Math.min(degree, 3)), 1e-14);
  }
  assertClose(nt.linearize(f, params)(moved, x) as NDArray, series(1), 1e-14);
  assertClose(grad((p: Any) => np.sum(nt.linearize(f, params)(p, x) as NDArray))(moved).a as NDArray, [6, 36], 1e-13);
});

test("a batch that inputs and outputs don't share is refused by every method", () => {
  const [x, p] = [randomArray([3, 2], 1), randomArray([2, 4], 2)];
  for (const implementation of [0, 1, 2, 3] as const) {
    const refused = (f: Any, vmapAxes: unknown, inputs: unknown): void =>
      assertThrows(() => nt.empiricalNtkFn(f, { implementation, vmapAxes })(inputs, null, p), "vmapAxes", "batch");
    refused((w: NDArray) => np.expandDims(w.at(0), 0), 0, x);
    refused((w: NDArray, y: NDArray) => np.matmul(w.T, y.T), 0, x);
    refused((w: NDArray, y: NDArray) => np.matmul(y, w), [null, 0, {}], x);
    refused((w: NDArray, [y]: NDArray[]) => np.matmul(y as NDArray, w), 0, [x, randomArray([2, 2], 3)]);
  }
});

test("expansions take numbers for parameters, and refuse parameters of another kind", () => {
  const f = (p: Any, x: NDArray): NDArray => np.multiply(x, np.square(p.a));
  assertClose(nt.linearize(f, { a: 2 })({ a: 3 }, array([1, 2])) as NDArray, [8, 16], 1e-6);
  assertClose(nt.taylorExpand(f, { a: 2 }, 2)({ a: 3 }, array([1, 2])) as NDArray, [9, 18], 1e-6);
  const [x, a] = [array([1, 2]), array([1, 2])];
  assertThrows(() => nt.linearize(f, { a })({ b: a }, x), "nt.linearize", "newParams", '{"a": *}', '{"b": *}');
  assertThrows(
    () => nt.taylorExpand(f, { a }, 1)({ a: array([1]) }, x),
    "nt.taylorExpand",
    "newParams",
    "(2,)",
    "(1,)",
  );
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

test.run();
