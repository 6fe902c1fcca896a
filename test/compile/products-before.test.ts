/** Products of a loop's slices with what is the same in every trip are formed before it; values are those of the steps written out. */
import { checkpoint, grad, jacfwd, jit, lax, makeJaxpr, type NDArray, numpy as np, vmap } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { innerSteps, type Step } from "../../src/compile/program.ts";
import { lowered, planOf } from "../support/plans.ts";
import { assertSame, randomArray } from "../support/properties.ts";

type Cell = (w: NDArray, v: NDArray, h: NDArray, x: NDArray) => readonly [NDArray, NDArray];

interface Case {
  readonly cell: Cell;
  /** The shapes of the carry, which `v` multiplies from the right, and of a slice, which `w` does; 6 and 5 by default. */
  readonly carry?: readonly number[];
  readonly slice?: readonly number[];
  /** How many products there are before the loop, and in it. */
  readonly before: number;
  readonly inside: number;
}

const mm = np.matmul;

const CASES: Readonly<Record<string, Case>> = {
  "inputs by their weights": {
    cell: (w, v, h, x) => {
      const next = np.tanh(np.add(mm(x, w), mm(h, v)));
      return [next, np.sum(next)];
    },
    before: 1,
    inside: 1,
  },
  "for a few examples, with the slices used as they are as well": {
    carry: [3, 6],
    slice: [3, 5],
    cell: (w, v, h, x) => {
      const next = np.tanh(np.add(mm(x, w), mm(h, v)));
      return [next, np.add(np.sum(x), next)];
    },
    before: 1,
    inside: 1,
  },
  "weights from the left, transposed and cut": {
    cell: (w, v, h, x) => {
      const cut = lax.sliceInDim(v, 1, 6);
      return [np.tanh(np.add(mm(w.T, x), mm(v, h))), mm(cut.T, x)];
    },
    before: 2,
    inside: 1,
  },
  "products of products, one of which is a result": {
    cell: (w, v, h, x) => {
      const once = mm(x, w);
      return [np.sin(np.add(mm(once, v), h)), once];
    },
    before: 2,
    inside: 0,
  },
  "the carry is a product alone": {
    cell: (w, _, h, x) => [mm(x, w), np.multiply(h, 2)],
    before: 1,
    inside: 0,
  },
  "nothing but products with the carry, of slices, and of what was changed before": {
    cell: (w, v, h, x) => {
      const next = np.tanh(np.add(mm(np.sin(x), w), mm(h, v)));
      return [next, np.dot(x, x)];
    },
    before: 0,
    inside: 3,
  },
  "a loop inside": {
    cell: (w, v, h, x) => {
      const rows = np.multiply(np.reshape(np.linspace(0, 1, 3, { dtype: "float64" }), [3, 1]), x);
      const inner = (g: NDArray, row: NDArray): [NDArray, NDArray] => [
        np.tanh(np.add(mm(row, w), mm(g, v))),
        mm(row, w),
      ];
      return lax.scan(inner, h, rows) as [NDArray, NDArray];
    },
    before: 0,
    inside: 2,
  },
  "a checkpoint": {
    cell: (w, v, h, x) =>
      checkpoint((g: NDArray, y: NDArray): [NDArray, NDArray] => {
        const next = np.tanh(np.add(mm(g, v), mm(y, w)));
        return [next, np.square(next)];
      })(h, x),
    before: 1,
    inside: 1,
  },
};

interface Loop {
  readonly f: (w: NDArray, v: NDArray, start: NDArray, xs: NDArray) => [NDArray, NDArray];
  readonly inputs: readonly [NDArray, NDArray, NDArray, NDArray];
}

function loopOf({ cell, carry = [6], slice = [5] }: Case, length: number, options: lax.ScanOptions = {}): Loop {
  return {
    f: (w, v, start, xs) =>
      lax.scan((h: NDArray, x: NDArray) => cell(w, v, h, x) as [NDArray, NDArray], start, xs, options) as [
        NDArray,
        NDArray,
      ],
    inputs: [randomArray([5, 6], 1), randomArray([6, 6], 2), randomArray(carry, 3), randomArray([length, ...slice], 4)],
  };
}

const sumOf = ([a, b]: [NDArray, NDArray]): NDArray => np.add(np.sum(np.sin(a)), np.sum(np.cos(b)));
const argnums = [0, 1, 2, 3];

const KINDS: Readonly<Record<string, (loop: Loop) => unknown>> = {
  values: ({ f, inputs }) => jit(f)(...inputs),
  gradients: ({ f, inputs }) => jit(grad((...args: Parameters<typeof f>) => sumOf(f(...args)), { argnums }))(...inputs),
  "second derivatives": ({ f, inputs: [w, v, start, xs] }) => {
    const gradient = (x: NDArray): NDArray => grad((h: NDArray) => sumOf(f(w, v, h, xs)))(x);
    return jit(jacfwd(gradient))(start);
  },
  "a batch of slices": ({ f, inputs: [w, v, start, xs] }) =>
    jit(vmap(f, { inAxes: [null, null, null, 0] }))(w, v, start, np.stack([xs, np.sin(xs)])),
  "a batch of weights and slices": ({ f, inputs: [w, v, start, xs] }) =>
    jit(vmap(f, { inAxes: [0, null, null, 0] }))(np.stack([w, np.cos(w)]), v, start, np.stack([xs, np.sin(xs)])),
};

const stepsOf = (f: (...args: never[]) => unknown, inputs: readonly NDArray[]): readonly Step[] =>
  lowered(makeJaxpr(f as never)(...(inputs as never[])).jaxpr).steps;

const products = (steps: readonly Step[]): number => steps.filter(({ kind }) => kind === "contract").length;
const allProducts = (steps: readonly Step[]): number =>
  products(steps) + steps.flatMap(innerSteps).reduce((n, inner) => n + allProducts(inner), 0);

/** How many products there are before the loop, and in it. */
function places(f: (...args: never[]) => unknown, inputs: readonly NDArray[]): [before: number, inside: number] {
  const steps = stepsOf(f, inputs);
  const at = steps.findIndex(({ kind }) => kind === "loop");
  return [products(steps.slice(0, at)), allProducts(innerSteps(steps[at]!).flat())];
}

for (const [name, each] of Object.entries(CASES)) {
  test(`products before a loop: ${name}`, () => {
    const { f, inputs } = loopOf(each, 7);
    assert.equal(places(f as never, inputs), [each.before, each.inside]);
    for (const length of [0, 1, 4]) {
      for (const reverse of [false, true]) {
        for (const [kind, value] of Object.entries(KINDS)) {
          const [rolled, writtenOut] = [{ reverse }, { reverse, unroll: true }].map((o) =>
            value(loopOf(each, length, o)),
          );
          assertSame(rolled, writtenOut, 1e-12, `${kind}, ${length} steps, reverse: ${reverse}`);
        }
      }
    }
  });
}

test("many rows are multiplied trip by trip, and so are those whose stack would be large", () => {
  const f = (w: NDArray, xs: NDArray): unknown =>
    lax.scan((h: NDArray, x: NDArray) => [np.add(h, np.max(mm(x, w))), null], 0, xs);
  const at = (rows: number, length: number, columns: number): [number, number] =>
    places(f as never, [np.zeros([4, columns]), np.zeros([length, rows, 4])]);
  assert.equal(at(16, 8, 6), [1, 0]);
  assert.equal(at(17, 8, 6), [0, 1]);
  // 100 results of 4 numbers in each trip: twice these, and 4 times the 400 weights, are 1728 in 16 trips, 1744 in 18.
  assert.equal(at(1, 16, 100), [1, 0]);
  assert.equal(at(1, 18, 100), [0, 1]);
});

test("slices that only such products read aren't read in the loop", () => {
  const { f, inputs } = loopOf(CASES["inputs by their weights"]!, 7);
  const loop = stepsOf(f as never, inputs).find(({ kind }) => kind === "loop")!;
  const read = innerSteps(loop)[0]!.filter((step) => step.kind === "slice" && step.source.step !== 0);
  assert.equal(
    read.map((step) => step.kind === "slice" && step.size),
    [6],
  );
});

test("a condition's loop multiplies in its trips", () => {
  const [w, x] = [randomArray([6, 6], 1), randomArray([6], 2)];
  const start = [np.array(0, { dtype: "int32" }), np.zeros([6], { dtype: "float64" })] as const;
  const f = (u: NDArray, v: NDArray): NDArray =>
    lax.whileLoop(
      ([i]) => np.less(i, 3),
      ([i, h]) => [np.add(i, 1), np.add(np.multiply(h, 0.5), mm(v, u))],
      start,
    )[1];
  assert.equal(places(f as never, [w, x]), [0, 1]);
  assertSame(jit(f)(w, x), np.multiply(mm(x, w), 1.75), 1e-12);
});

test("memory: a plan counts the stacks", () => {
  const memory = (length: number): number => {
    const { f, inputs } = loopOf(CASES["inputs by their weights"]!, length);
    return planOf(makeJaxpr((...args: Parameters<typeof f>) => f(...args)[0])(...inputs).jaxpr).memoryBytes;
  };
  // A slice of 5 numbers and a product of 6 for each further step; every array fills its last line of the cache.
  assert.ok(memory(200) - memory(100) >= 8 * 100 * (5 + 6) - 2 * 64);
});

test.run();
