import { array, lax, type NDArray, numpy as np } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertClose, assertThrows, indices, numbers, offsetOf, sample } from "../support/arrays.ts";

const make = (shape: number[], seed = 1): NDArray =>
  array(
    sample(
      shape.reduce((a, b) => a * b, 1),
      seed,
    ),
    { shape },
  );

/** The matrix product with loops, batch axes broadcasting. */
function matmulLoop(x: NDArray, y: NDArray): number[] {
  const [p, q] = [numbers(x), numbers(y)];
  const [n, k] = x.shape.slice(-2);
  const m = y.shape.at(-1) as number;
  const ndim = Math.max(x.ndim, y.ndim) - 2;
  const lead = (z: NDArray) => [...new Array<number>(ndim - (z.ndim - 2)).fill(1), ...z.shape.slice(0, -2)];
  const [a, b] = [lead(x), lead(y)];
  const batch = a.map((s, i) => Math.max(s, b[i]));
  const pick = (index: number[], sizes: number[]) =>
    offsetOf(
      index.map((v, i) => (sizes[i] === 1 ? 0 : v)),
      sizes,
    );
  return indices([...batch, n, m]).map((index) => {
    const [i, j] = index.slice(-2);
    const [s, t] = [pick(index.slice(0, -2), a), pick(index.slice(0, -2), b)];
    let sum = 0;
    for (let l = 0; l < k; l++) sum += p[(s * n + i) * k + l] * q[(t * k + l) * m + j];
    return sum;
  });
}

test("matmul of matrices and batches", () => {
  const cases: [number[], number[], number[]][] = [
    [
      [2, 3],
      [3, 4],
      [2, 4],
    ],
    [
      [1, 1],
      [1, 1],
      [1, 1],
    ],
    [
      [5, 2, 3],
      [3, 4],
      [5, 2, 4],
    ],
    [
      [2, 3],
      [5, 3, 4],
      [5, 2, 4],
    ],
    [
      [5, 2, 3],
      [5, 3, 4],
      [5, 2, 4],
    ],
    [
      [5, 1, 2, 3],
      [6, 3, 4],
      [5, 6, 2, 4],
    ],
    [
      [1, 2, 3],
      [6, 3, 4],
      [6, 2, 4],
    ],
    [
      [33, 17],
      [17, 29],
      [33, 29],
    ],
    [
      [2, 1],
      [1, 3],
      [2, 3],
    ],
  ];
  for (const [s, t, shape] of cases) {
    const [x, y] = [make(s, 1), make(t, 2)];
    assert.equal(np.matmul(x, y).shape, shape);
    assertClose(np.ravel(np.matmul(x, y)), matmulLoop(x, y), 1e-13, `${s} @ ${t}`);
  }
});

test("matmul of vectors", () => {
  const v = array([1, 2, 3]);
  const m = np.reshape(np.arange(6, { dtype: "float32" }), [2, 3]);
  assert.equal(np.matmul(v, v).toArray(), 14);
  assert.equal(np.matmul(m, v).toArray(), [8, 26]);
  assert.equal(np.matmul(v, np.transpose(m)).toArray(), [8, 26]);
  assert.equal(np.matmul(np.ones([4, 2, 3]), v).shape, [4, 2]);
  assert.equal(np.matmul(v, np.ones([4, 3, 2])).shape, [4, 2]);
});

test("empty sums are 0", () => {
  assert.equal(np.matmul(np.zeros([2, 0]), np.zeros([0, 2])).toArray(), [
    [0, 0],
    [0, 0],
  ]);
  assert.equal(np.matmul(np.zeros([0, 3]), np.zeros([3, 2])).shape, [0, 2]);
});

test("dtypes of products", () => {
  const i = array([[1, 2]], { dtype: "int32" });
  assert.is(np.matmul(i, np.transpose(i)).dtype, "int32");
  assert.equal(np.matmul(i, np.transpose(i)).toArray(), [[5]]);
  assert.is(np.matmul(i, np.ones([2, 1])).dtype, "float32");
  assert.is(np.matmul(np.ones([1, 2]), np.ones([2, 1], { dtype: "float64" })).dtype, "float64");
});

test("products of bools are and, sums of them or", () => {
  const b = array([
    [true, true, false],
    [false, false, false],
  ]);
  const reached = [
    [true, false],
    [false, false],
  ];
  assert.equal(np.matmul(b, np.transpose(b)).toArray(), reached);
  assert.equal(np.inner(b, b).toArray(), reached);
  assert.equal(np.tensordot(b, b, { axes: [[1], [1]] }).toArray(), reached);
  assert.equal(lax.dotGeneral(b, b, { contractingDims: [[1], [1]] }).toArray(), reached);
  assert.equal(np.vdot(b, b).toArray(), true);
  assert.equal(np.outer(array([true, false]), array([true])).toArray(), [[true], [false]]);
  assert.equal(np.einsum("ij->i", b).toArray(), [true, false]);
  assert.equal(np.einsum("ij,ij->ij", b, b).toArray(), b.toArray());
  const counts = lax.dotGeneral(b, b, { contractingDims: [[1], [1]], preferredElementType: "int32" });
  assert.equal(counts.toArray(), [
    [2, 0],
    [0, 0],
  ]);
  assert.is(lax.dotGeneral(b, np.ones([3, 1]), { contractingDims: [[1], [0]] }).dtype, "float32");
  assertThrows(() => np.cross(array([true, true, true]), array([true, true, true])), "numpy.cross", "bool");
});

test("dot, inner, vdot, outer", () => {
  const [x, y] = [make([2, 3], 1), make([4, 3, 5], 2)];
  assert.equal(np.dot(x, y).shape, [2, 4, 5]);
  assertClose(np.at(np.dot(x, y), ":", 2), np.matmul(x, np.at(y, 2)), 1e-14);
  assertClose(np.dot(2, x), np.multiply(2, x), 1e-14);
  assertClose(np.inner(x, x), np.matmul(x, np.transpose(x)), 1e-14);
  assertClose(np.vdot(x, x), np.sum(np.square(x)), 1e-14);
  assert.equal(np.outer(array([1, 2]), array([[3], [4]])).toArray(), [
    [3, 4],
    [6, 8],
  ]);
  assertThrows(() => np.dot(x, x), "numpy.dot: shapes (2, 3) and (2, 3)", "axis 1 of x and axis 0 of y");
  assertThrows(() => np.vdot(x, array([1])), "numpy.vdot: shapes (2, 3) and (1,)");
});

test("tensordot", () => {
  const [x, y] = [make([2, 3, 4], 1), make([4, 3, 5], 2)];
  const expected = np.einsum("ijk,kjl->il", x, y);
  assertClose(
    np.tensordot(x, y, [
      [1, 2],
      [1, 0],
    ]),
    expected,
    1e-14,
  );
  assertClose(
    np.tensordot(x, y, {
      axes: [
        [2, 1],
        [0, 1],
      ],
    }),
    expected,
    1e-14,
  );
  assertClose(np.tensordot(x, y, 1), np.einsum("ijk,klm->ijlm", x, y), 1e-14);
  assertClose(np.tensordot(x, y, { axes: [-1, 0] }), np.tensordot(x, y, 1), 1e-14);
  assert.equal(np.tensordot(x, y, 0).shape, [2, 3, 4, 4, 3, 5]);
  assertClose(np.tensordot(x, x, 3), np.sum(np.square(x)), 1e-14);
  assertClose(np.tensordot(x, make([3, 4], 3)), np.einsum("ijk,jk->i", x, make([3, 4], 3)), 1e-14);
  assertThrows(
    () => np.tensordot(x, y, 2),
    "numpy.tensordot: shapes (2, 3, 4) and (4, 3, 5)",
    "axis 1 of x and axis 0",
  );
  assertThrows(() => np.tensordot(x, y, 4), "from 0 to 3", "got 4");
  assertThrows(() => np.tensordot(x, y, [[0, 1], [0]]), "axes names 2 axes of x and 1 of y");
});

test("kron", () => {
  assert.equal(np.kron(array([1, 10]), array([1, 2, 3])).toArray(), [1, 2, 3, 10, 20, 30]);
  const m = np.kron(
    array([
      [1, 2],
      [3, 4],
    ]),
    np.ones([1, 2]),
  );
  assert.equal(m.toArray(), [
    [1, 1, 2, 2],
    [3, 3, 4, 4],
  ]);
  assert.equal(np.kron(array([1, 2]), np.ones([2, 1])).shape, [2, 2]);
});

test("shapes that don't fit", () => {
  assertThrows(
    () => np.matmul(np.ones([2, 3]), np.ones([4, 5])),
    "numpy.matmul: shapes (2, 3) and (4, 5)",
    "the last size of x (3) must equal the second to last size of y (4)",
  );
  assertThrows(() => np.matmul(np.ones([2, 3]), np.ones([2])), "(3)", "size of y (2)");
  assertThrows(() => np.matmul(np.ones([2, 3]), 2), "at least one dimension", "multiply");
  assertThrows(() => np.matmul(np.ones([2, 1, 3]), np.ones([3, 3, 1])), "numpy.matmul", "(2,) and (3,)");
});

test.run();
