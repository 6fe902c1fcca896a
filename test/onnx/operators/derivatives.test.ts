import { grad, jvp, type NDArray, numpy as np, vmap } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { isFloat } from "../../../src/base/dtypes.ts";
import { sample } from "../../support/arrays.ts";
import { arrayOf, type Case, readCases, runCase, type Tensor } from "../../support/onnx.ts";

const cases = readCases("cases.json");

/** The sum of a function's float outputs, each element with a weight of its own. */
function weighted(outputs: readonly NDArray[]): NDArray {
  const sums = outputs
    .filter((y) => isFloat(y.dtype))
    .map((y) => y.mul(np.array(sample(y.size, 3)).reshape([...y.shape])).sum());
  return sums.reduce((a, b) => a.add(b), np.array(0, { dtype: "float64" }));
}

/** A case as a function of those of its inputs that are floats and not read as numbers. */
interface Differentiable {
  readonly xs: NDArray[];
  outputs(xs: readonly NDArray[]): readonly NDArray[];
}

function differentiable(given: Case): Differentiable | null {
  const arrays = given.inputs.map((x) => (x ? arrayOf(x, "float64") : undefined));
  const read = new Set<number>();
  const results = runCase(given, "float64", arrays, read);
  // A power whose exponent is one number is multiplied, for negative numbers, too, where it has no derivative by the exponent.
  if (given.op === "Pow" && arrays[1]?.size === 1) read.add(1);
  const places = arrays.flatMap((x, i) => (x && isFloat(x.dtype) && !read.has(i) ? [i] : []));
  if (places.length === 0 || !results.some((y) => isFloat(y.dtype))) return null;
  const outputs = (xs: readonly NDArray[]): readonly NDArray[] =>
    runCase(
      given,
      "float64",
      arrays.map((x, i) => xs[places.indexOf(i)] ?? x),
    );
  return { xs: places.map((i) => arrays[i] as NDArray), outputs };
}

/** Whether a tensor has infinities or no numbers. */
const isOdd = (x: Tensor | null): boolean => x?.data.some((n) => !Number.isFinite(Number(n))) ?? false;

/** What the names of cases hold whose inputs lie on a kink or a jump. */
const AT_KINKS = ["of halves", "of equal numbers", "in the wrong order"];

const isSmooth = ({ name, inputs }: Case): boolean =>
  !inputs.some(isOdd) && !AT_KINKS.some((fragment) => name.includes(fragment));

const STEP = 1e-6;

/** Asserts that two numbers differ by no more than central differences do. */
function assertNear(got: number, want: number, what: string): void {
  assert.ok(Math.abs(got - want) <= 2e-7 * (1 + Math.abs(want)), `${what}: expected ${want}, got ${got}`);
}

function checkDerivatives(given: Case): void {
  const found = differentiable(given);
  if (!found) return;
  const { xs, outputs } = found;
  const f = (list: NDArray[]): NDArray => weighted(outputs(list));
  const direction = xs.map((x, i) => np.array(sample(x.size, i + 11)).reshape([...x.shape]));
  const moved = (step: number): number => f(xs.map((x, i) => x.add(direction[i].mul(step)))).item();
  const slope = jvp(f, [xs], [direction])[1].item();
  assertNear(slope, (moved(STEP) - moved(-STEP)) / (2 * STEP), `${given.name}, jvp`);
  const gradient = grad(f)(xs);
  const total = gradient.reduce((sum, g, i) => sum + g.mul(direction[i]).sum().item(), 0);
  assert.ok(Math.abs(total - slope) <= 1e-10 * (1 + Math.abs(slope)), `${given.name}, grad: ${total} is not ${slope}`);
  const stacked = xs.map((x, i) => np.stack([x, x.add(direction[i].mul(0.01))]));
  const apart = [0, 0.01].map((step) => f(xs.map((x, i) => x.add(direction[i].mul(step)))).item());
  vmap(f)(stacked)
    .dataSync()
    .forEach((y, i) => {
      assert.ok(Math.abs(y - apart[i]) <= 1e-10 * (1 + Math.abs(apart[i])), `${given.name}, vmap: ${y}`);
    });
}

for (const op of new Set(cases.map((c) => c.op))) {
  test(`the derivatives of ${op} are those of differences`, () => {
    for (const given of cases) if (given.op === op && isSmooth(given)) checkDerivatives(given);
  });
}

/** The derivatives of PyTorch's functions (2.13) at the points where their formulas change. */
const AT_ZERO: readonly (readonly [op: string, attributes: Case["attributes"], derivative: number])[] = [
  ["Relu", {}, 0],
  ["LeakyRelu", { alpha: { number: 0.25 } }, 0.25],
  ["Elu", { alpha: { number: 0.5 } }, 0.5],
  ["Celu", { alpha: { number: 0.5 } }, 1],
  ["Abs", {}, 0],
  ["ReduceL2", {}, 0],
];

for (const [op, attributes, derivative] of AT_ZERO) {
  test(`the derivative of ${op} at 0 is ${derivative}`, () => {
    const node = { op, opset: 13, attributes, inputs: [{ type: "float32", shape: [1], data: [0] }], outputs: [null] };
    const slope = grad((x: NDArray) => runCase(node, "float64", [x])[0].sum())(np.zeros([1], { dtype: "float64" }));
    assert.equal(slope.toArray(), [derivative]);
  });
}

test("the derivative of PRelu at 0 is its slope", () => {
  const inputs = [0, 0.25].map((n) => ({ type: "float32", shape: [1], data: [n] }));
  const node = { op: "PRelu", opset: 13, attributes: {}, inputs, outputs: [null] };
  const f = (x: NDArray, slope: NDArray): NDArray => runCase(node, "float64", [x, slope])[0].sum();
  const [x, slope] = inputs.map((t) => arrayOf(t, "float64"));
  assert.equal(grad(f)(x, slope).toArray(), [0.25]);
});

test.run();
