import { lax, makeJaxpr, type NDArray, vjp } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ContractAxis, Step } from "../../src/compile/program.ts";
import { lowered } from "../support/plans.ts";
import { assertSame, randomArray } from "../support/properties.ts";

// That values are right is tested in lax/conv.test.ts, on random dilations, strides and paddings; here, that no zeros are multiplied.

type F = (...xs: NDArray[]) => NDArray;
const stepsOf = (f: F, ...args: NDArray[]): readonly Step[] => lowered(makeJaxpr(f)(...args).jaxpr).steps;
const product = (axes: readonly ContractAxis[]): number => axes.reduce((n, axis) => n * axis.size, 1);

function multiplications(steps: readonly Step[]): number {
  const of = (step: Step): number =>
    step.kind === "contract" ? [step.batch, step.m, step.n, step.k].reduce((n, axes) => n * product(axes), 1) : 0;
  return steps.reduce((n, step) => n + of(step), 0);
}

const conv =
  (stride: number, padding: "SAME" | "VALID"): F =>
  (x, w) =>
    lax.convGeneralDilated(x as NDArray, w as NDArray, {
      windowStrides: [stride, stride],
      padding,
      dimensionNumbers: ["NHWC", "HWIO", "NHWC"],
    });

/** The gradient of `f` at `x` by its first argument, from the cotangent and the second. */
const gradient =
  (f: F, x: NDArray): F =>
  (ct, w) =>
    vjp((y: NDArray) => f(y, w as NDArray), x)[1](ct as NDArray)[0];

for (const [stride, window] of [
  [2, 3],
  [2, 7],
  [3, 3],
  [4, 5],
] as const) {
  test(`a ${window}x${window} convolution by ${stride}: its gradient by the data takes its own multiplications`, () => {
    const [x, w] = [randomArray([2, 24, 24, 3], 1), randomArray([window, window, 3, 4], 2)];
    const f = conv(stride, "SAME");
    const ct = randomArray([2, 24 / stride, 24 / stride, 4], 3);
    const steps = stepsOf(gradient(f, x), ct, w);
    assert.is(multiplications(steps), multiplications(stepsOf(f, x, w)));
    assert.is(steps.filter((s) => s.kind === "contract").length, stride ** 2);
  });
}

test("where the window is smaller than the stride, the rest is zeros", () => {
  const [x, w] = [randomArray([2, 6, 6, 3], 1), randomArray([1, 1, 3, 4], 2)];
  const f = conv(2, "VALID");
  const ct = randomArray([2, 3, 3, 4], 3);
  assert.equal(
    stepsOf(gradient(f, x), ct, w).map((s) => s.kind),
    ["fill", "contract"],
  );
  const spread = lax.pad(lax.dotGeneral(ct, w, { contractingDims: [[3], [3]], batchDims: [[], []] }), 0, {
    paddingConfig: [
      [0, 0, 0],
      [0, 1, 1],
      [0, 1, 1],
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
    ],
  });
  assertSame(gradient(f, x)(ct, w), lax.reshape(spread, { newSizes: [2, 6, 6, 3] }), 1e-13);
});

test("dilations that would make very many parts are padded", () => {
  const [x, w] = [randomArray([1, 4, 4, 1], 1), randomArray([9, 9, 1, 1], 2)];
  const f: F = (x, w) =>
    lax.convGeneralDilated(x as NDArray, w as NDArray, {
      windowStrides: [1, 1],
      padding: [
        [8, 8],
        [8, 8],
      ],
      lhsDilation: [5, 5],
      dimensionNumbers: ["NHWC", "HWIO", "NHWC"],
    });
  assert.is(stepsOf(f, x, w).filter((s) => s.kind === "contract").length, 1);
});

test.run();
