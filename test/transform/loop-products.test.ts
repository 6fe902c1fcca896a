/** Loops run backwards: products of a trip's values are summed over the trips after the loop, where that is less. */
import {
  array,
  checkpoint,
  checkpointPolicies,
  grad,
  jacrev,
  jit,
  jvp,
  lax,
  makeJaxpr,
  type NDArray,
  numpy as np,
  nt,
  vmap,
} from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Atom, type Equation, type Jaxpr, Var } from "../../src/ir/jaxpr.ts";
import type { LoopParams } from "../../src/ir/primitive.ts";
import { opened } from "../../src/transform/open-calls.ts";
import { assertSame, randomArray } from "../support/properties.ts";

type Weights = Readonly<Record<string, NDArray>>;
type Step = (w: Weights, h: NDArray, x: NDArray) => readonly [NDArray, NDArray];

interface Case {
  readonly weights: Readonly<Record<string, readonly number[]>>;
  readonly carry: readonly number[];
  readonly slice: readonly number[];
  readonly step: Step;
}

const conv = (x: NDArray, w: NDArray): NDArray =>
  lax.convGeneralDilated(x, w, {
    windowStrides: [2],
    padding: "SAME",
    dimensionNumbers: ["NWC", "WIO", "NWC"],
  });

/** A cell of 6 units over 5 features. */
const cell = { carry: [6], slice: [5] };

const CASES: Readonly<Record<string, Case>> = {
  "a simple cell with a bias": {
    ...cell,
    weights: { u: [6, 6], w: [5, 6], b: [6] },
    step: ({ u, w, b }, h, x) => {
      const next = np.tanh(np.add(np.add(np.matmul(h, u!), np.matmul(x, w!)), b!));
      return [next, np.sum(next)];
    },
  },
  "gates in one matrix, for a batch": {
    carry: [3, 6],
    slice: [3, 5],
    weights: { w: [11, 12], b: [12] },
    step: ({ w, b }, h, x) => {
      const [open, next] = np.split(np.add(np.matmul(np.concatenate([x, h], { axis: 1 }), w!), b!), 2, { axis: 1 });
      const gate = np.divide(1, np.add(1, np.exp(np.negative(open!))));
      const out = np.add(h, np.multiply(gate, np.subtract(np.tanh(next!), h)));
      return [out, out];
    },
  },
  "one weight used three times: as it is, transposed, and in part": {
    ...cell,
    weights: { u: [6, 6] },
    step: ({ u }, h, x) => {
      const once = np.tanh(np.matmul(h, u!));
      const twice = np.add(np.matmul(np.transpose(u!), once), np.matmul(x, lax.sliceInDim(u!, 1, 6)));
      return [np.sin(twice), once];
    },
  },
  "weights that are divided, negated, joined, reversed and added to": {
    ...cell,
    weights: { u: [3, 6], v: [3, 6], s: [6, 6] },
    step: ({ u, v, s }, h, x) => {
      const joined = np.concatenate([np.divide(u!, Math.sqrt(6)), np.negative(v!)], { axis: 0 });
      const next = np.tanh(np.matmul(h, np.subtract(np.flip(joined, { axis: 1 }), np.multiply(s!, 0.3))));
      return [
        np.add(next, x.mean()),
        np.matmul(
          h,
          np.pad(u!, [
            [1, 2],
            [0, 0],
          ]),
        ),
      ];
    },
  },
  "a weight in what isn't linear": {
    ...cell,
    weights: { u: [6, 6] },
    step: ({ u }, h, x) => {
      const next = np.matmul(np.exp(np.multiply(u!, 0.2)), np.tanh(h));
      return [np.divide(next, np.add(1, np.sum(np.square(u!)))), np.multiply(np.sum(x), u!)];
    },
  },
  "a constant factor and one that every trip multiplies alike": {
    ...cell,
    weights: { u: [6, 6], fixed: [4, 5], w: [5, 6], g: [6] },
    step: ({ u, fixed, w, g }, h, x) => {
      const same = np.mean(np.matmul(fixed!, w!), { axis: 0 });
      return [np.tanh(np.add(np.matmul(np.multiply(h, g!), u!), same)), np.add(np.sum(x), np.sum(u!))];
    },
  },
  "a carry that is multiplied as it is": {
    ...cell,
    weights: { u: [6, 6], b: [6] },
    step: ({ u, b }, h, x) => [
      np.add(np.matmul(u!, np.multiply(h, 0.4)), b!),
      np.dot(np.matmul(x, np.take(u!, np.array([5, 1, 2, 3, 3], { dtype: "int32" }), { axis: 0 })), b!),
    ],
  },
  convolutions: {
    carry: [2, 8, 3],
    slice: [2, 4, 3],
    weights: { k: [3, 3, 3] },
    step: ({ k }, h, x) => {
      const down = np.add(np.tanh(conv(h, k!)), x);
      return [np.repeat(down, 2, { axis: 1 }), np.sum(down)];
    },
  },
  "a loop inside": {
    ...cell,
    weights: { u: [6, 6], w: [5, 6] },
    step: ({ u, w }, h, x) => {
      const inner = (g: NDArray, part: NDArray) => [np.tanh(np.add(np.matmul(g, u!), part)), np.matmul(g, u!)];
      const parts = np.multiply(np.matmul(x, w!), np.reshape(np.linspace(0, 1, 3, { dtype: "float64" }), [3, 1]));
      return lax.scan(inner as never, h, parts) as unknown as [NDArray, NDArray];
    },
  },
  "a loop inside, over layers with one bias": {
    ...cell,
    weights: { layers: [3, 6, 6], w: [5, 6], b: [6] },
    step: ({ layers, w, b }, h, x) => {
      const inner = (g: NDArray, u: NDArray) => [np.tanh(np.add(np.matmul(g, u), b!)), np.sum(g)];
      return lax.scan(inner as never, np.add(h, np.matmul(x, w!)), layers!) as unknown as [NDArray, NDArray];
    },
  },
  "a checkpointed cell": {
    ...cell,
    weights: { u: [6, 6], w: [5, 6] },
    step: ({ u, w }, h, x) =>
      checkpoint((g: NDArray, v: NDArray): [NDArray, NDArray] => {
        const next = np.tanh(np.add(np.matmul(np.tanh(np.matmul(g, u!)), u!), np.matmul(v, w!)));
        return [next, np.square(next)];
      })(h, x),
  },
  "checkpoints in one another, beside what is in none": {
    ...cell,
    weights: { u: [6, 6], w: [5, 6], b: [6] },
    step: ({ u, w, b }, h, x) => {
      const inner = checkpoint((g: NDArray): NDArray => np.sin(np.matmul(np.cos(np.matmul(g, u!)), np.transpose(u!))));
      const outer = checkpoint((g: NDArray, v: NDArray): [NDArray, NDArray] => {
        const next = np.tanh(np.add(inner(np.multiply(g, b!)), np.matmul(v, w!)));
        return [next, np.matmul(next, u!)];
      });
      const [next, y] = outer(h, x);
      return [np.add(np.matmul(next, u!), b!), np.add(y, inner(h))];
    },
  },
  "a checkpoint that keeps its products, and passes values and numbers through": {
    ...cell,
    weights: { u: [6, 6], w: [5, 6], b: [6] },
    step: ({ u, w, b }, h, x) => {
      const policy = checkpointPolicies.dotsSaveable;
      const part = checkpoint(
        (g: NDArray, v: NDArray, c: NDArray) => [
          np.tanh(np.matmul(np.tanh(np.matmul(g, u!)), u!)),
          np.matmul(v, w!),
          c,
          2,
        ],
        {
          policy,
        },
      );
      const [next, y, same, two] = part(h, x, b!) as [NDArray, NDArray, NDArray, NDArray];
      return [np.add(next, np.multiply(same, two)), np.multiply(y, same)];
    },
  },
};

const LENGTHS = [0, 1, 4];

interface Loop {
  readonly weights: Weights;
  readonly start: NDArray;
  readonly xs: NDArray;
  /** The weighted sum of all that the loop returns. */
  readonly f: (weights: Weights, start: NDArray, xs: NDArray) => NDArray;
}

function loopOf(
  { weights, carry, slice, step }: Case,
  length: number,
  options: { readonly reverse?: boolean; readonly unroll?: boolean },
): Loop {
  const f = (w: Weights, start: NDArray, xs: NDArray): NDArray => {
    const [last, ys] = lax.scan((h: NDArray, x: NDArray) => step(w, h, x) as [NDArray, NDArray], start, xs, options);
    const all = ys as NDArray;
    return np.add(
      np.sum(np.sin(last)),
      np.sum(np.multiply(all, np.cos(np.reshape(np.arange(all.size, { dtype: "float64" }), all.shape)))),
    );
  };
  return {
    f,
    weights: Object.fromEntries(
      Object.entries(weights).map(([name, shape], i) => [name, randomArray(shape, 7 + i, { low: -0.6, high: 0.6 })]),
    ),
    start: randomArray(carry, 3),
    xs: randomArray([length, ...slice], 4),
  };
}

const byAll = { argnums: [0, 1, 2] };

/** Derivatives of every kind: of one loop, of loops mapped over each of their inputs, and of derivatives. */
const DERIVATIVES: Readonly<Record<string, (loop: Loop) => unknown>> = {
  gradient: ({ f, weights, start, xs }) => jit(grad(f, byAll))(weights, start, xs),
  "gradients of a batch": ({ f, weights, start, xs }) => {
    const batch = (x: NDArray) => np.stack([x, np.multiply(x, 0.5)]);
    return vmap(grad(f, byAll), { inAxes: [null, 0, 0] })(weights, batch(start), batch(xs));
  },
  "gradients of a batch of weights": ({ f, weights, start, xs }) => {
    const batch = Object.fromEntries(Object.entries(weights).map(([k, w]) => [k, np.stack([w, np.sin(w)])]));
    return vmap(grad(f, byAll), { inAxes: [0, null, null] })(batch, start, xs);
  },
  "Jacobian of the gradient by the weights": ({ f, weights, start, xs }) =>
    jit(jacrev((x: NDArray) => grad(f)(weights, x, xs)))(start),
  "tangent of the gradient": ({ f, weights, start, xs }) => {
    const directions = Object.fromEntries(Object.entries(weights).map(([k, w]) => [k, np.cos(w)]));
    return jvp((w: Weights) => grad(f, byAll)(w, start, xs), [weights], [directions])[1];
  },
};

for (const [name, each] of Object.entries(CASES)) {
  test(`derivatives are those of the steps written out: ${name}`, () => {
    for (const length of LENGTHS) {
      for (const reverse of [false, true]) {
        const loop = loopOf(each, length, { reverse });
        const writtenOut = loopOf(each, length, { reverse, unroll: true });
        for (const [kind, derivative] of Object.entries(DERIVATIVES)) {
          assertSame(derivative(loop), derivative(writtenOut), 1e-12, `${kind}, ${length} steps, reverse: ${reverse}`);
        }
      }
    }
  });
}

const isLoop = (equation: Equation): equation is Equation<LoopParams> => equation.primitive.name === "scan";
const products = (jaxpr: Jaxpr): Equation[] => jaxpr.equations.filter(({ primitive }) => primitive.name === "contract");

/** The program of a loop's gradient by its weights, and the loop that runs backwards. */
function backwards(each: Case, length: number): { readonly jaxpr: Jaxpr; readonly loop: LoopParams } {
  const { f, weights, start, xs } = loopOf(each, length, {});
  const { jaxpr } = makeJaxpr((w: Weights) => grad(f)(w, start, xs))(weights);
  return { jaxpr, loop: jaxpr.equations.filter(isLoop).at(-1)!.params };
}

test("the weights' cotangents are products after the loop, which carries none of them", () => {
  const each = CASES["a simple cell with a bias"]!;
  const { jaxpr, loop } = backwards(each, 20);
  // The cotangent of the state is multiplied by u; those of u and w wait for all trips, and that of b is a sum of stacks.
  assert.is(products(loop.body).length, 1);
  assert.is(loop.carries, 1);
  const after = products(jaxpr).filter(({ inputs }) => inputs.every(({ aval }) => aval.shape[0] === 20));
  assert.equal(
    after.map(({ outputs }) => outputs[0]!.aval.shape),
    [
      [5, 6],
      [6, 6],
    ],
  );
});

test("a checkpointed cell's products wait for all trips, and the loop computes again what it doesn't keep", () => {
  const each = CASES["a checkpointed cell"]!;
  const { jaxpr, loop } = backwards(each, 20);
  assert.is(loop.carries, 1);
  const after = products(jaxpr).filter(({ inputs }) => inputs.every(({ aval }) => aval.shape[0] === 20));
  assert.equal(
    after.map(({ outputs }) => outputs[0]!.aval.shape),
    [
      [5, 6],
      [6, 6],
      [6, 6],
    ],
  );
  // Twice h u and once x w again, and back by u twice; what only the weights' cotangents needed isn't there any more.
  const again = loop.body.equations.filter(({ primitive }) => primitive.name === "checkpoint");
  assert.is(again.length, 1);
  assert.is(products((again[0]!.params as { body: Jaxpr }).body).length, 5);
});

test("memory: a checkpoint whose products aren't worth a stack stays as it is", () => {
  const scales = randomArray([1000], 1);
  const cell = (w: NDArray, h: NDArray, x: NDArray): NDArray => np.sin(np.add(h, np.dot(np.matmul(x, w), scales)));
  const f = (w: NDArray, xs: NDArray) =>
    lax.scan((h: NDArray, x: NDArray) => [checkpoint(cell)(w, h, x), null], array(0, { dtype: "float64" }), xs)[0];
  const { jaxpr } = makeJaxpr(grad(f as never))(
    np.zeros([5, 1000], { dtype: "float64" }),
    np.zeros([1000, 5], { dtype: "float64" }),
  );
  const { carries, body } = jaxpr.equations.filter(isLoop).at(-1)!.params;
  assert.is(carries, 2);
  const again = body.equations.find(({ primitive }) => primitive.name === "checkpoint")!;
  assert.is(again.outputs.length, 2);
});

test("a program that stands in two checkpoints is not looked into", () => {
  const { jaxpr } = makeJaxpr(checkpoint((x: NDArray): NDArray => np.matmul(np.sin(x), x)))(np.zeros([3, 3]));
  const [equation] = jaxpr.equations as [Equation];
  const looked = opened(jaxpr);
  assert.equal(
    looked.equations.map(({ primitive }) => primitive.name),
    ["sin", "contract"],
  );
  assert.is(looked.outputs[0], looked.equations[1]!.outputs[0]);
  const twice = { ...jaxpr, equations: [equation, { ...equation, outputs: [new Var(equation.outputs[0]!.aval)] }] };
  assert.is(opened(twice), twice);
});

test("a loop over layers stacks what their weights' cotangents are products of", () => {
  const f = (w: NDArray, x: NDArray) => lax.scan((h: NDArray, v: NDArray) => [np.tanh(np.matmul(h, v)), null], x, w)[0];
  const { jaxpr } = makeJaxpr((w: NDArray, x: NDArray) => grad((v: NDArray) => np.sum(f(v, x)))(w))(
    np.zeros([7, 6, 6]),
    np.zeros([6]),
  );
  const loop = jaxpr.equations.filter(isLoop).at(-1)!;
  assert.equal(
    loop.outputs.slice(1).map(({ aval }) => aval.shape),
    [[7, 6]],
  );
  assert.equal(products(jaxpr).at(-1)!.outputs[0]!.aval.shape, [7, 6, 6]);
});

test("memory: slices that the way back needs are read where they lie, not stacked again", () => {
  const f = (w: NDArray, x: NDArray) =>
    np.sum(lax.scan((h: NDArray, v: NDArray) => [np.tanh(np.matmul(h, v)), np.sum(v)], x, w)[0]);
  const { jaxpr } = makeJaxpr(grad(f))(np.zeros([7, 6, 6]), np.zeros([6]));
  const [there, back] = jaxpr.equations.filter(isLoop) as [Equation<LoopParams>, Equation<LoopParams>];
  const isWeights = ({ aval }: Atom): boolean => aval.shape.length === 3;
  assert.is(there.outputs.filter(isWeights).length, 0);
  assert.equal(back.inputs.filter(isWeights), [jaxpr.inputs[0]]);
});

test("memory: cotangents are added up in the loop where stacks would be much larger than what it reads", () => {
  const scales = randomArray([1000], 1);
  const f = (w: NDArray, xs: NDArray) =>
    lax.scan((h: NDArray, x: NDArray) => [np.sin(np.add(h, np.dot(np.matmul(x, w), scales))), null], 0, xs)[0];
  const carried = (length: number): number => {
    const { jaxpr } = makeJaxpr(grad(f as never))(np.zeros([5, 1000]), np.zeros([length, 5]));
    return jaxpr.equations.filter(isLoop).at(-1)!.params.carries;
  };
  assert.is(carried(2), 1);
  assert.is(carried(1000), 2);
});

test("memory: what a kernel is predicted to take counts the stacks", () => {
  const f = (w: NDArray, x: NDArray): NDArray =>
    lax.scan(
      (h: NDArray, v: NDArray) => [np.tanh(np.add(np.matmul(h, w), v)), null],
      np.zeros([x.shape[0]!, 16]),
      np.swapaxes(x, 0, 1),
    )[0];
  const peak = (length: number): number => {
    const costs = nt.costOf(f, np.zeros([5, length, 16]), null, np.zeros([16, 16]), {
      vmapAxes: 0,
      traceAxes: [],
    });
    return costs.JACOBIAN_CONTRACTION.peakMemory;
  };
  // For each of 5 examples, 16 outputs and 16 units a number for each further step.
  assert.ok(peak(200) - peak(100) >= 4 * 100 * 5 * 16 * 16);
});

test.run();
