/** Kernels of functions that go through a value narrower than their output, against products of whole Jacobians. */
import { lax, type NDArray, nn, numpy as np, nt, random, tree } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { AXES } from "../support/kernels.ts";
import { assertSame, randomArray } from "../support/properties.ts";

// biome-ignore lint/suspicious/noExplicitAny: users' functions of trees
type Any = any;
const { AUTO, JACOBIAN_CONTRACTION, NTK_VECTOR_PRODUCTS, STRUCTURED_DERIVATIVES } = nt.NtkImplementation;

const params = {
  w: randomArray([4, 12], 1),
  v: randomArray([12, 3], 2),
  b: randomArray([3], 3),
  out: randomArray([3, 10], 4),
  c: randomArray([10], 5),
  table: randomArray([12, 4], 6),
  tied: randomArray([3, 10], 7),
};
const hidden = (p: Any, x: NDArray): NDArray => np.add(np.matmul(np.tanh(np.matmul(x, p.w)), p.v), p.b);
const logits = (p: Any, x: NDArray): NDArray => np.add(np.matmul(np.tanh(hidden(p, x)), p.out), p.c);

function check(f: Any, p: Any, [x1, x2]: readonly [Any, Any], options: nt.NtkOptions): void {
  const kernel = (implementation: nt.NtkImplementation): NDArray[] =>
    tree.leaves<NDArray>(nt.empiricalNtkFn(f, { ...options, implementation })(x1, x2, p));
  const expected = kernel(JACOBIAN_CONTRACTION);
  for (const method of [STRUCTURED_DERIVATIVES, NTK_VECTOR_PRODUCTS, AUTO]) {
    kernel(method).forEach((own, i) => {
      assertSame(own, expected[i] as NDArray, 1e-11);
    });
  }
}

/** Of x1 with itself, with a copy, and with fewer examples where no axis pairs them. */
function checkAll(f: Any, p: Any, x: NDArray, vmapAxes: number | null = 0): void {
  for (const axes of AXES) {
    const paired = axes.traceAxes.includes(0) || axes.diagonalAxes?.includes(0);
    const seconds = [null, x, ...(paired ? [] : [x.at("0:3")])];
    for (const second of seconds) check(f, p, [x, second], { vmapAxes, ...axes });
  }
}

test("many logits of a narrow layer, whose bias is used at the cut, for all axes, with and without vmapAxes", () => {
  checkAll(logits, params, randomArray([5, 4], 8));
  checkAll(logits, params, randomArray([4, 4], 9), null);
});

test("parameters that are used on both sides of the cut", () => {
  const words = random.randint(random.key(1), [5, 6], 0, 10);
  const embedded = (p: Any, x: NDArray): NDArray => np.mean(np.take(p.table, x, { axis: 0 }), { axis: 1 });
  const tiedTable = (p: Any, x: NDArray): NDArray =>
    np.matmul(np.tanh(np.matmul(embedded(p, x), p.q)), np.transpose(p.table));
  checkAll(tiedTable, { table: params.table, q: randomArray([4, 4], 2) }, words);
  // The same matrix there and back, a bias of the cut's that comes again behind, and a scale of both parts.
  const autoencoder = (p: Any, x: NDArray): NDArray => {
    const code = np.add(np.multiply(np.matmul(x, np.transpose(p.tied)), p.s), p.b);
    return np.multiply(np.add(np.matmul(np.tanh(code), p.tied), np.sum(p.b)), p.s);
  };
  checkAll(autoencoder, { tied: params.tied, b: params.b, s: randomArray([], 3) }, randomArray([4, 10], 2));
});

test("a path beside the narrow value, uses that are stacked, a loop before it", () => {
  const beside = (p: Any, x: NDArray): NDArray =>
    np.add(logits(p, x), np.matmul(np.matmul(x, p.w), np.reshape(p.wide, [12, 10])));
  checkAll(beside, { ...params, wide: randomArray([120], 1) }, randomArray([4, 4], 2));
  const shared = (p: Any, x: NDArray): NDArray => {
    let h = hidden(p, x);
    for (let i = 0; i < 3; i++) h = nn.relu(np.matmul(h, p.u));
    return np.tanh(np.matmul(h, p.out));
  };
  const p = { ...params, u: randomArray([3, 3], 4) };
  checkAll(shared, p, randomArray([4, 4], 2));
  const recurrent = ({ u, out, ...rest }: Any, x: NDArray): NDArray => {
    const step = (h: NDArray, _: unknown): [NDArray, null] => [np.tanh(np.matmul(h, u)), null];
    const [last] = lax.scan(step, hidden(rest, x), null, { length: 4 }) as [NDArray, null];
    return np.tanh(np.matmul(last, out));
  };
  checkAll(recurrent, p, randomArray([4, 4], 2));
});

test("axes beside the many that are traced or on the diagonal", () => {
  const f = (p: Any, x: NDArray): NDArray =>
    np.multiply(np.reshape(np.tanh(np.matmul(hidden(p, x), p.out)), [-1, 10, 1]), p.b);
  for (const axes of [
    { traceAxes: [2] },
    { traceAxes: [], diagonalAxes: [2] },
    { traceAxes: [0, 2] },
    { traceAxes: [2], diagonalAxes: [0] },
  ]) {
    for (const vmapAxes of [0, null]) {
      const x = randomArray([4, 4], 6);
      for (const second of [null, x]) check(f, params, [x, second], { vmapAxes, ...axes });
    }
  }
});

test("several outputs, some of them narrow, some of them wide with the batch elsewhere", () => {
  const f = (p: Any, x: NDArray) => {
    const h = hidden(p, x);
    const wide = np.multiply(np.reshape(np.tanh(np.matmul(h, p.out)), [-1, 10, 1]), p.b);
    return { h, wide: np.transpose(wide, [1, 0, 2]), rest: [np.matmul(np.sum(h, { axis: 1, keepdims: true }), p.row)] };
  };
  const p = { ...params, row: randomArray([1, 7], 5) };
  const x = randomArray([5, 4], 1);
  for (const axes of [{ traceAxes: [] }, { traceAxes: [1] }, { traceAxes: [], diagonalAxes: [1] }]) {
    for (const second of [null, x]) {
      check(f, p, [x, second], { vmapAxes: [0, { h: 0, wide: 1, rest: [0] }, {}] as Any, ...axes });
    }
  }
});

test("every pair of many logits costs what the narrow layer's kernel costs, and the products between", () => {
  const p = {
    w: np.zeros([32, 128]),
    v: np.zeros([128, 8]),
    b: np.zeros([8]),
    out: np.zeros([8, 200]),
    c: np.zeros([200]),
  };
  const costOf = (f: Any): nt.NtkCosts => nt.costOf(f, np.zeros([4, 32]), null, p, { vmapAxes: 0, traceAxes: [] });
  const [all, inner] = [costOf(logits), costOf(hidden)].map((costs) => costs.STRUCTURED_DERIVATIVES.flops) as [
    number,
    number,
  ];
  // Of 16 pairs of examples: 8 x 8 by 200, then by 200 again; the last layer's own kernel is of that order.
  const between = 2 * 16 * (8 * 8 * 200 + 8 * 200 * 200);
  assert.ok(all < inner + 1.5 * between, `${all} for ${inner} and ${between}`);
});

test.run();
