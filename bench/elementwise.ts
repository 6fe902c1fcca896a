/** Chains of elementwise operations, and reductions. */
import { jit, lax, type NDArray, nn, numpy as np, random } from "cotangent";
import { type Job, measureJobs } from "./support/subject.ts";

type Operation = (...arrays: NDArray[]) => unknown;

const draw = (seed: number, shape: readonly number[]): NDArray => random.normal(random.key(seed), shape);

/** An operation on `count` arrays of a shape. */
const on = (name: string, shape: readonly number[], count: number, operation: Operation) => (): Job => {
  const arrays = Array.from({ length: count }, (_, i) => draw(i, shape));
  const run = jit(operation);
  const elements = shape.reduce((a, b) => a * b, 1);
  return { name: `${name}, ${shape.join(" x ")}`, work: elements, call: () => run(...arrays) };
};

const sixOperations: Operation = (x, y, z) =>
  np
    .maximum(
      (x as NDArray)
        .mul(y as NDArray)
        .add(z as NDArray)
        .sub(x as NDArray)
        .mul(z as NDArray),
      0,
    )
    .add(y as NDArray);

/** Rows and columns stretched to a matrix, so that hardly anything is copied in or out. */
const sixOnBroadcasts = (n: number) => (): Job => {
  const [x, y, z] = [draw(0, [n, 1]), draw(1, [1, n]), draw(2, [n, 1])];
  const run = jit((x: NDArray, y: NDArray, z: NDArray) => np.sum(sixOperations(x, y, z) as NDArray));
  return { name: `six operations on rows and columns, summed, ${n} x ${n}`, work: n * n, call: () => run(x, y, z) };
};

const MATRIX = [1000, 1000];
const unary = (name: string, f: (x: NDArray) => NDArray) => on(name, MATRIX, 1, (x) => f(x as NDArray));

export const elementwise = measureJobs("Elementwise operations and reductions", "elements", [
  on("six operations on three arrays", [10000], 3, sixOperations),
  on("six operations on three arrays", [1000000], 3, sixOperations),
  sixOnBroadcasts(1000),
  unary("add 1", (x) => x.add(1)),
  unary("exp", np.exp),
  unary("tanh", np.tanh),
  unary("erf", lax.erf),
  unary("log(x^2)", (x) => np.log(np.square(x))),
  unary("transpose", (x) => x.T),
  unary("sum", (x) => np.sum(x)),
  unary("sum along rows", (x) => np.sum(x, { axis: 1 })),
  unary("sum along columns", (x) => np.sum(x, { axis: 0 })),
  unary("max", (x) => np.max(x)),
  unary("max along rows", (x) => np.max(x, { axis: 1 })),
  unary("softmax along rows", (x) => nn.softmax(x, { axis: 1 })),
]);
