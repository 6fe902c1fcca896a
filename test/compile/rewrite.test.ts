/** Rewriting: what is left of a program, and that its results stay the same to the bit. */
import { array, jacfwd, jacrev, jit, lax, makeJaxpr, type NDArray, numpy as np } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { simplify } from "../../src/compile/simplify.ts";
import { checkJaxpr, type Jaxpr, Literal } from "../../src/ir/jaxpr.ts";
import { evalJaxpr } from "../../src/ir/trace.ts";
import { basisMatrix } from "../../src/lax/basis.ts";
import { numbers } from "../support/arrays.ts";
import { assertSame, randomArray } from "../support/properties.ts";

type F = (...xs: NDArray[]) => unknown;

/** The simplified program, which must compute what the program does, to the bit. */
function simplified(f: F, ...args: NDArray[]): Jaxpr {
  const { jaxpr, consts } = makeJaxpr(f)(...args);
  const result = simplify(jaxpr);
  checkJaxpr(result);
  const [got, want] = [result, jaxpr].map((j) => evalJaxpr({ jaxpr: j, consts }, args)) as [NDArray[], NDArray[]];
  got.forEach((x, i) => {
    const expected = numbers(want[i]);
    assert.equal(x.shape, (want[i] as NDArray).shape);
    assert.ok(
      numbers(x).every((v, k) => Object.is(v, expected[k])),
      `${f}: ${numbers(x)}, before ${expected}`,
    );
  });
  return result;
}

const left = (f: F, ...args: NDArray[]): string[] => simplified(f, ...args).equations.map((e) => e.primitive.name);

const x = randomArray([2, 3, 4], 1);
const special = array([0, -0, 1, -1, 0.1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY], {
  dtype: "float64",
});

test("movements of movements are one, or none", () => {
  const turn = (a: NDArray): NDArray => lax.transpose(a, { permutation: [1, 2, 0] });
  assert.equal(
    left((a) => turn(turn(turn(a))), x),
    [],
  );
  const [twice] = simplified((a) => turn(turn(a)), x).equations;
  assert.equal(twice?.params, { permutation: [2, 0, 1] });
  // These two don't commute.
  const [both] = simplified((a) => lax.transpose(turn(a), { permutation: [1, 0, 2] }), x).equations;
  assert.equal(both?.params, { permutation: [2, 1, 0] });
  assert.equal(
    left((a) => lax.reshape(lax.reshape(a, { newSizes: [24] }), { newSizes: [4, 6] }), x),
    ["reshape"],
  );
  assert.equal(
    left((a) => lax.reshape(lax.reshape(a, { newSizes: [24] }), { newSizes: [2, 3, 4] }), x),
    [],
  );
  const spread = (a: NDArray): NDArray =>
    lax.broadcastInDim(lax.broadcastInDim(a, { shape: [2, 5, 3, 4], broadcastDimensions: [0, 2, 3] }), {
      shape: [7, 2, 5, 3, 4],
      broadcastDimensions: [1, 2, 3, 4],
    });
  const [broadcast] = simplified(spread, x).equations;
  assert.equal(broadcast?.params, { shape: [7, 2, 5, 3, 4], broadcastDimensions: [1, 3, 4] });
  assert.equal(
    left((a) => lax.transpose(lax.reshape(a, { newSizes: [6, 4] })), x),
    ["reshape", "transpose"],
  );
});

test("reductions over axes of size 1 are views, to the bit; others stay", () => {
  const columns = lax.reshape(special, { newSizes: [1, 8, 1] });
  for (const reduce of [np.sum, np.prod, np.max, np.min]) {
    assert.equal(
      left((a) => reduce(a, { axis: [0, 2] }), columns),
      ["reshape"],
    );
  }
  assert.equal(
    left((a) => np.sum(a, { axis: [0, 1] }), columns),
    ["reduce_sum"],
  );
  assert.equal(
    left((a) => np.argmax(a, { axis: 0 }), columns),
    ["argmax"],
  );
  assert.equal(
    left((a) => np.sum(a, { axis: 0 }), np.zeros([1, 0])),
    ["reduce_sum"],
  );
});

test("neutral operands go, and only where they are neutral for every number", () => {
  const none: F[] = [
    (a) => lax.mul(a, 1),
    (a) => lax.mul(1, a),
    (a) => lax.div(a, 1),
    (a) => lax.sub(a, 0),
    (a) => lax.add(a, -0),
    (a) => lax.add(-0, a),
    (a) => lax.mul(a, lax.full(a.shape, 1, "float64")),
  ];
  for (const f of none) assert.equal(left(f, special), [], `${f}`);
  const one: F[] = [
    (a) => lax.add(a, 0),
    (a) => lax.add(0, a),
    (a) => lax.sub(a, -0),
    (a) => lax.sub(0, a),
    (a) => lax.div(1, a),
    (a) => lax.mul(a, 0),
    (a) => lax.mul(a, -1),
    (a) => lax.sub(a, a),
    (a) => lax.div(a, a),
  ];
  for (const f of one) assert.is(left(f, special).length, 1, `${f}`);
  const whole = array([3, -2, 0], { dtype: "int32" });
  for (const f of [(a: NDArray) => lax.add(a, 0), (a: NDArray) => lax.sub(a, 0), (a: NDArray) => lax.mul(1, a)]) {
    assert.equal(left(f as F, whole), [], `${f}`);
  }
});

test("conversions to the dtype that is there already go; the result's dtype stays strong", () => {
  const f = (a: NDArray): NDArray => lax.convertElementType(lax.add(lax.convertElementType(2, "float32"), 1), a.dtype);
  assert.equal(left(f as F, array([1])), []);
  const strong = jit(() => lax.convertElementType(lax.mul(1.5, 2), "float32"))();
  assert.is(strong.aval.weak, false);
  assert.is(
    np.add(array([1, 2], { dtype: "int32" }), lax.broadcastInDim(strong, { shape: [2], broadcastDimensions: [] }))
      .dtype,
    "float32",
  );
});

test("numbers are computed beforehand, whole arrays of them too", () => {
  const constant = (f: () => NDArray): number | undefined => {
    const [out] = simplify(makeJaxpr(f)().jaxpr).outputs;
    return out instanceof Literal ? out.value : undefined;
  };
  assert.is(
    constant(() => lax.add(lax.mul(2, 3), 4)),
    10,
  );
  assert.is(
    constant(() => lax.select(lax.lt(2, 1), 5, lax.max(-1, -3))),
    -1,
  );
  assert.is(
    constant(() => lax.mul(np.array(0.1), np.array(0.1))),
    Math.fround(Math.fround(0.1) * Math.fround(0.1)),
  );
  assert.is(
    constant(() => lax.convertElementType(lax.sub(2, 2.5), "bool")),
    1,
  );
  assert.is(
    constant(() => lax.integerPow(np.array(2), { exponent: -3 })),
    0.125,
  );
  // What JavaScript rounds otherwise, or does otherwise, is the kernels' task.
  assert.is(
    constant(() => lax.exp(1)),
    undefined,
  );
  assert.is(
    constant(() => lax.add(2 ** 31 - 1, 1)),
    undefined,
  );
  assert.is(
    constant(() => lax.div(7, 2)),
    undefined,
  );
  const f = (a: NDArray): NDArray => lax.mul(a, lax.add(lax.full(a.shape, 2, a.dtype), lax.full(a.shape, 3, a.dtype)));
  const { equations } = simplified(f as F, x);
  assert.equal(
    equations.map((e) => e.primitive.name),
    ["mul"],
  );
  assert.is((equations[0]?.inputs[1] as Literal | undefined)?.value, 5);
  assert.equal(
    left((a) => [a, lax.mul(lax.full([3], 2), 2)], x),
    ["broadcast_in_dim"],
  );
});

const eye = (n: number): NDArray => basisMatrix(n, "float64");
const dot = (a: NDArray, b: NDArray, i: number, j: number, batch: [number[], number[]] = [[], []]): NDArray =>
  lax.dotGeneral(a, b, { contractingDims: [[i], [j]], batchDims: batch });
/** How many products are left; the compiled results are those of the operations one by one. */
const products = (f: F, ...args: NDArray[]): number => {
  assertSame(jit(f)(...args), f(...args), 1e-15);
  return left(f, ...args).filter((name) => name === "contract").length;
};

test("a product with an identity only renames axes", () => {
  const renamings: F[] = [
    (a) => dot(a, eye(4), 2, 0),
    (a) => dot(a, eye(3), 1, 1),
    (a) => dot(eye(2), a, 1, 0),
    (a) => dot(eye(2), a, 0, 0),
    (a) => dot(lax.mul(eye(2), 3), a, 0, 0),
    (a) => dot(lax.neg(lax.div(eye(2), 4)), a, 0, 0),
    (a) => dot(lax.transpose(eye(2)), a, 0, 0),
    (a) => dot(eye(4), dot(a, eye(4), 2, 0), 0, 2),
    () => dot(eye(3), eye(3), 0, 1),
    // The identity of two axes together, in both forms, and one that is repeated along further axes.
    (a) =>
      lax.dotGeneral(a, lax.reshape(eye(6), { newSizes: [2, 3, 2, 3] }), {
        contractingDims: [
          [0, 1],
          [2, 3],
        ],
      }),
    (a) =>
      lax.dotGeneral(lax.reshape(eye(6), { newSizes: [6, 2, 3] }), a, {
        contractingDims: [
          [1, 2],
          [0, 1],
        ],
      }),
    (a) => dot(a, lax.broadcastInDim(eye(4), { shape: [5, 4, 4], broadcastDimensions: [1, 2] }), 2, 1),
    (a) => dot(a, lax.broadcastInDim(eye(4), { shape: [2, 4, 4], broadcastDimensions: [1, 2] }), 2, 1, [[0], [0]]),
    (a) => np.einsum("abc,cd,be->ade", a, eye(4), eye(3)),
  ];
  for (const f of renamings) assert.is(products(f, x), 0, `${f}`);
});

test("an identity of the user's is multiplied by, as without compilation: 0 times NaN is NaN", () => {
  const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
  for (const dtype of ["float32", "float64"] as const) {
    const y = array(
      [
        [nan, 1],
        [2, inf],
      ],
      { dtype },
    );
    const identities = [
      (): NDArray => np.eye(2, { dtype }),
      (): NDArray => np.identity(2, { dtype }),
      (): NDArray => {
        const [row, column] = [0, 1].map((i) => lax.broadcastedIota("int32", [2, 2], i)) as [NDArray, NDArray];
        return lax.convertElementType(lax.eq(row, column), dtype);
      },
    ];
    for (const identity of identities) {
      // 1 NaN + 0 2, 1 1 + 0 Infinity; 0 NaN + 1 2, 0 1 + 1 Infinity.
      const before = (v: NDArray): NDArray => np.matmul(identity(), v);
      const after = (v: NDArray): NDArray => np.einsum("ij,jk->ik", v, identity());
      for (const [f, want] of [[before, [nan, nan, nan, inf]] as const, [after, [nan, nan, nan, inf]] as const]) {
        assert.equal(numbers(f(y)), want);
        assert.equal(numbers(jit(f)(y)), want);
        assert.equal(numbers(jit((v: NDArray) => lax.cond(np.array(true), f, f, v))(y)), want);
      }
    }
  }
  // A Jacobian is what the function multiplies by, and no product with its basis' zeros.
  const a = array([nan, 2, inf]);
  const jacobian = jit(jacrev((v: NDArray) => np.multiply(a, v)))(array([1, 1, 1])) as NDArray;
  assert.equal(
    [0, 4, 8].map((i) => numbers(jacobian)[i]),
    [nan, 2, inf],
  );
});

test("a diagonal, a trace, a sum or another matrix is no renaming", () => {
  const others: F[] = [
    (a) => dot(a, np.eye(4, { dtype: "float64", k: 1 }), 2, 0),
    (a) => dot(a, np.eye(4, { M: 5, dtype: "float64" }), 2, 0),
    (a) => dot(a, lax.add(eye(4), 1), 2, 0),
    (a) => {
      const row = lax.broadcastedIota("int32", [4, 4], 0);
      return dot(a, lax.convertElementType(lax.eq(row, row), "float64"), 2, 0);
    },
    (a) => dot(a, lax.mul(eye(4), Number.POSITIVE_INFINITY), 2, 0),
    (a) => {
      const zeros = lax.broadcastInDim(lax.iota("int32", 1), { shape: [4, 4], broadcastDimensions: [0] });
      return dot(a, lax.convertElementType(lax.eq(zeros, lax.broadcastedIota("int32", [4, 4], 1)), "float64"), 2, 0);
    },
    (a) => dot(a, lax.div(2, eye(4)), 2, 0),
    (a) => dot(a, lax.div(eye(4), 0), 2, 0),
    (a) => {
      const halves = lax.convertElementType(lax.mul(eye(4), 0.5), "int32");
      return dot(a, lax.convertElementType(halves, "float64"), 2, 0);
    },
    (a) => {
      const repeated = lax.broadcastInDim(eye(2), { shape: [2, 2, 12], broadcastDimensions: [0, 1] });
      return dot(lax.reshape(repeated, { newSizes: [2, 24] }), lax.reshape(a, { newSizes: [24] }), 1, 0);
    },
    (a) => dot(a, eye(4), 2, 0, [[], []]).sub(dot(a, lax.mul(eye(4), lax.sub(eye(4), 2)), 2, 0)),
    (a) =>
      lax.dotGeneral(dot(a, a, 2, 2), eye(2), {
        contractingDims: [
          [0, 2],
          [0, 1],
        ],
      }),
    (a) => lax.dotGeneral(dot(a, a, 2, 2), eye(2), { contractingDims: [[0], [0]], batchDims: [[2], [1]] }),
    (a) =>
      lax.dotGeneral(a, lax.broadcastInDim(eye(4), { shape: [3, 4, 4], broadcastDimensions: [1, 2] }), {
        contractingDims: [
          [1, 2],
          [0, 1],
        ],
      }),
    // Half of the indices of an identity of two axes, and the axes of one in another order.
    (a) => dot(a, lax.reshape(eye(6), { newSizes: [2, 3, 2, 3] }), 0, 0),
    (a) => {
      const turned = lax.transpose(lax.reshape(eye(6), { newSizes: [2, 3, 6] }), { permutation: [1, 0, 2] });
      return dot(lax.reshape(turned, { newSizes: [6, 6] }), lax.reshape(a, { newSizes: [6, 4] }), 1, 0);
    },
  ];
  for (const f of others) assert.ok(products(f, x) > 0, `${f}`);
});

test("Jacobians of linear functions contain no product of the basis", () => {
  const w = randomArray([4, 5], 2);
  const f = (a: NDArray): NDArray => lax.mul(lax.dotGeneral(a, w, { contractingDims: [[2], [0]] }), 0.5);
  const g = (b: NDArray): NDArray => lax.dotGeneral(b, w, { contractingDims: [[0], [0]] });
  const b = randomArray([4], 3);
  assert.is(
    products((v) => jacrev(g)(v as NDArray), b),
    0,
  );
  assert.is(
    products((v) => jacfwd(g)(v as NDArray), b),
    0,
  );
  assert.ok(left((a) => jacrev(f)(a as NDArray), x).length > 0);
  assertSame(jit(jacrev(f))(x), jacrev(f)(x), 0);
});

test.run();
