/** The three methods and AUTO give one kernel: random networks, random axes. */
import { type NDArray, nt, tree } from "cotangent";
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { randomNetwork } from "../support/networks.ts";
import { Choices } from "../support/programs.ts";

const RUNS = 500;
/** AUTO runs one of the others, and looks at all of them first. */
const RUNS_PER_AUTO = 4;

function largestDifference(x: NDArray, y: NDArray): number {
  assert.equal(x.shape, y.shape);
  assert.is(x.dtype, y.dtype);
  const [a, b] = [Array.from(x.dataSync()), y.dataSync()];
  const scale = a.reduce((m, v) => Math.max(m, Math.abs(v)), 1e-300);
  return a.reduce((m, v, i) => Math.max(m, Math.abs(v - (b[i] as number))), 0) / scale;
}

/** Axes as a user would give them: each output axis free, traced or diagonal, some counted from the end. */
function randomAxes(choices: Choices, ndims: readonly number[], pairable: boolean) {
  const ndim = Math.min(...ndims);
  const roles = Array.from({ length: ndim }, () => choices.of(["free", "free", "trace", "diagonal"]));
  // The batch may be any axis; where the sizes of both sides differ, no axis that could be it is paired.
  const fromEnd = ndims.every((n) => n === ndim) && choices.below(2) === 1;
  const pick = (role: string): number[] =>
    roles.flatMap((r, i) => (r === role && pairable ? [fromEnd ? i - ndim : i] : []));
  return { traceAxes: pick("trace"), diagonalAxes: pick("diagonal") };
}

test(`the methods agree on ${RUNS} random networks`, () => {
  let run = 0;
  const numbers = fc.array(fc.nat(5040), { minLength: 30, maxLength: 60 });
  fc.assert(
    fc.property(numbers, (list) => {
      const choices = new Choices(list);
      const { f, params, inputs, outAxes } = randomNetwork(choices);
      const n1 = choices.of([2, 2, 3, 4, 1, 0]);
      const same = choices.below(2) === 1;
      const n2 = same ? n1 : choices.of([n1, n1, 3, 0]);
      const [x1, x2] = [inputs(n1, 1), same ? null : inputs(n2, 2)];
      const outs = tree.leaves<NDArray>(f(params, inputs(2, 1)));
      // Convolutions may leave nothing of an image, and the mean of nothing is no number.
      fc.pre(outs.every((y) => y.size > 0 && y.dataSync().every(Number.isFinite)));
      const axes = randomAxes(
        choices,
        outs.map((x) => x.ndim),
        n1 === n2 && n1 > 0,
      );
      const vmapAxes = choices.of([null, [0, outAxes, {}]]);
      const kernels = (options: object): NDArray[] =>
        tree.leaves<NDArray>(nt.empiricalNtkFn(f as never, { ...axes, ...options })(x1, x2, params));
      const reference = kernels({ implementation: 1 });
      const methods = run++ % RUNS_PER_AUTO === 0 ? [0, 1, 2, 3] : [1, 2, 3];
      for (const implementation of methods.filter((m) => m !== 1 || vmapAxes !== null)) {
        kernels({ vmapAxes, implementation }).forEach((kernel, i) => {
          const error = largestDifference(reference[i] as NDArray, kernel);
          const setting = JSON.stringify({ implementation, output: i, ...axes, vmapAxes, n1, n2, same });
          assert.ok(error < 1e-10, `${setting}: differs by ${error}`);
        });
      }
    }),
    { numRuns: RUNS, seed: 2022, includeErrorInReport: true },
  );
});

test.run();
