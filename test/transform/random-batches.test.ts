/** The random programs of `support/programs.ts`, and their gradients, on whole batches at once. */
import { grad, type NDArray, numpy as np } from "cotangent";
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { program, programs } from "../support/programs.ts";
import { type ArrayFunction, checkBatch, randomArray } from "../support/properties.ts";

const RUNS = 550;

test(`${RUNS} programs: batches as loops, of gradients too`, () => {
  let compared = 0;
  fc.assert(
    fc.property(programs, ({ numbers, length, shapes }) => {
      const f = program(numbers, length);
      const axes = shapes.map((s, i) =>
        (numbers[i] as number) % 3 === 0 && i > 0 ? null : (numbers[i] as number) % (s.length + 1),
      );
      const args = shapes.map((s, i) => {
        const axis = axes[i] as number | null;
        return randomArray(axis === null ? s : [...s.slice(0, axis), 2, ...s.slice(axis)], numbers[i] as number);
      });
      compared += checkBatch(f, args, axes, 1e-10);
      if ((numbers[3] as number) % 4 !== 0) return;
      const loss = (x: NDArray, ...rest: NDArray[]): NDArray => np.sum(np.tanh((f(x, ...rest) as [NDArray])[0]));
      const slopes: ArrayFunction = (...xs) => [grad(loss)(...(xs as [NDArray]))];
      compared += checkBatch(slopes, args, axes, 1e-9);
    }),
    { numRuns: RUNS, seed: 8 },
  );
  assert.ok(compared > 2 * RUNS, `${compared} arrays`);
});

test.run();
