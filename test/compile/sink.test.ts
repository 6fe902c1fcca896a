import { jit, lax, makeJaxpr, type NDArray, numpy as np, random } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { lower } from "../../src/compile/lower.ts";
import { peakBytes } from "../../src/compile/plan.ts";
import { simplify } from "../../src/compile/simplify.ts";
import { assertClose } from "../support/arrays.ts";

type Fn = (...args: NDArray[]) => NDArray;

const draw = (seed: number, shape: number[]): NDArray => random.normal(random.key(seed), shape);

/** The operations of each elementwise step, one text for a step. */
function maps(f: Fn, ...args: NDArray[]): string[] {
  const { steps } = lower(simplify(makeJaxpr(f)(...args).jaxpr));
  return steps.flatMap((step) => (step.kind === "map" ? [step.instructions.map((i) => i.op).join(" ")] : []));
}

const square = (i: number): NDArray => draw(i, [32, 32]);
const scaled = (a: NDArray, b: NDArray, scale: NDArray): NDArray => np.matmul(a, b).mul(scale);

test("a product that only a later sum reads is scaled there", () => {
  const f: Fn = (a, b, c) => scaled(a, b, c).add(scaled(b, a, c));
  const args = [0, 1, 2].map(square);
  assert.equal(maps(f, ...args), ["MUL MUL ADD"]);
  const [a, b, c] = args as [NDArray, NDArray, NDArray];
  assertClose(jit(f)(a, b, c), np.add(scaled(a, b, c), scaled(b, a, c)), 0);
});

test("a small term that comes later costs no pass of its own", () => {
  const f: Fn = (a, b, c, row, column) =>
    scaled(a, b, c)
      .add(scaled(b, a, c))
      .add(np.matmul(row, column).sum().mul(a));
  const args = [...[0, 1, 2].map(square), draw(3, [1, 4]), draw(4, [4, 1])];
  assert.equal(maps(f, ...args), ["MUL MUL ADD MUL ADD"]);
});

test("a sum over many products keeps two of them at a time, not all", () => {
  const sumOf =
    (terms: number): Fn =>
    (a, b, c) => {
      let total = scaled(a, b, c);
      let power = a;
      for (let i = 1; i < terms; i++) {
        power = np.matmul(power, b);
        total = total.add(scaled(power, c, a));
      }
      return total;
    };
  const args = [0, 1, 2].map(square);
  const memory = (terms: number): number => peakBytes(lower(simplify(makeJaxpr(sumOf(terms))(...args).jaxpr)));
  assert.is(memory(12), memory(6));
});

test("what others read as well, other shapes and the program's outputs stay where they are", () => {
  const args = [0, 1, 2].map(square);
  const twice: Fn = (a, b, c) => {
    const x = scaled(a, b, c);
    return np.matmul(x, a).add(x);
  };
  assert.equal(maps(twice, ...args), ["MUL", "ADD"]);
  const viewed: Fn = (a, b, c) => {
    const x = scaled(a, b, c);
    return x.add(x.T);
  };
  assert.equal(maps(viewed, ...args), ["MUL", "ADD"]);
  const reshaped: Fn = (a, b, c) =>
    lax.reshape(scaled(a, b, c), { newSizes: [1024] }).add(np.matmul(b, a).reshape([1024]));
  assert.equal(maps(reshaped, ...args), ["MUL", "ADD"]);
});

test.run();
