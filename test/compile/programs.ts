/** Ten small functions as the compiler lowers them, which test/compile/golden/ holds as text. */
import { grad, lax, makeJaxpr, type NDArray, numpy as np, nt } from "cotangent";
import { formatProgram } from "../../src/compile/print.ts";
import type { Jaxpr } from "../../src/ir/jaxpr.ts";
import { lowered } from "../support/plans.ts";

interface Example {
  readonly f: (...args: NDArray[]) => unknown;
  /** The shapes of its arguments. */
  readonly shapes: readonly (readonly number[])[];
}

const conv = (x: NDArray, w: NDArray): NDArray =>
  lax.convGeneralDilated(x, w, {
    windowStrides: [1, 1],
    padding: "SAME",
    dimensionNumbers: ["NHWC", "HWIO", "NHWC"],
  });

const cumulative = (x: NDArray): NDArray => {
  const [, sums] = lax.scan((carry: NDArray, row: NDArray) => [np.tanh(carry.add(row)), carry], np.zeros([3]), x);
  return sums as NDArray;
};

const doubled = (x: NDArray): NDArray =>
  lax.whileLoop(
    (y: NDArray) => lax.lt(np.sum(y), 100),
    (y: NDArray) => y.mul(2),
    x,
  );

const chosen = (which: NDArray, x: NDArray): NDArray =>
  lax.cond(
    lax.gt(which, 0),
    (y: NDArray) => np.sin(y),
    (y: NDArray) => y.mul(3),
    x,
  );

const rowsSquared = (table: NDArray): NDArray =>
  np.sum(np.square(np.take(table, np.array([2, 0, 2], { dtype: "int32" }), { axis: 0 })));

const network = (params: readonly NDArray[], x: NDArray): NDArray =>
  np.matmul(np.tanh(np.matmul(x, params[0]!)), params[1]!);

const ntk = (x1: NDArray, x2: NDArray, w1: NDArray, w2: NDArray): unknown =>
  nt.empiricalNtkFn(network, { implementation: nt.NtkImplementation.STRUCTURED_DERIVATIVES })(x1, x2, [w1, w2]);

const EXAMPLES: Readonly<Record<string, Example>> = {
  chain: { f: (x, y) => np.exp(np.sin(x).mul(y).add(0.5)), shapes: [[2, 3], [3]] },
  reduction: { f: (x) => np.sum(np.square(x.sub(1)), { axis: 1 }), shapes: [[4, 5]] },
  matmul: {
    f: (x, y) => np.matmul(x.T, y.T).T,
    shapes: [
      [3, 2],
      [4, 3],
    ],
  },
  convolution: {
    f: conv,
    shapes: [
      [1, 4, 4, 2],
      [3, 3, 2, 3],
    ],
  },
  gram: { f: (x) => np.matmul(x, x.T), shapes: [[70, 5]] },
  scan: { f: cumulative, shapes: [[4, 3]] },
  while: { f: doubled, shapes: [[3]] },
  cond: { f: chosen, shapes: [[], [3]] },
  scatter: { f: grad(rowsSquared), shapes: [[4, 2]] },
  ntk: {
    f: ntk,
    shapes: [
      [2, 3],
      [4, 3],
      [3, 5],
      [5, 1],
    ],
  },
};

/** The traced functions by name. */
export const traced = (): Map<string, Jaxpr> =>
  new Map(
    Object.entries(EXAMPLES).map(([name, { f, shapes }]) => [
      name,
      makeJaxpr(f)(...shapes.map((shape) => np.ones(shape))).jaxpr,
    ]),
  );

/** The lowered programs as text, by name. */
export const programs = (): Map<string, string> =>
  new Map([...traced()].map(([name, jaxpr]) => [name, formatProgram(lowered(jaxpr))]));
