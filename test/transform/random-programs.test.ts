/** Small random programs of every kind of operation, against the laws of `support/properties.ts`. */
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { simplify } from "../../src/compile/simplify.ts";
import { program, programs } from "../support/programs.ts";
import { checkJit, checkJvp, checkSimplified, checkVjp, randomArray } from "../support/properties.ts";

const RUNS = 1500;

test(`${RUNS} programs: compiled as alone, forward mode as differences, reverse as forward mode`, () => {
  let checked = 0;
  fc.assert(
    fc.property(programs, ({ numbers, length, shapes }) => {
      const f = program(numbers, length);
      const args = shapes.map((s, i) => randomArray(s, numbers[i] as number));
      const values = f(...args);
      if (values.some((v) => [...v.dataSync()].some((e) => !(Math.abs(e) < 1e3)))) return;
      checkSimplified(simplify, f, args);
      checkJit(f, args, 1e-11);
      checkVjp(f, args, 1e-8);
      checkJvp(f, args, 1e-4);
      checked++;
    }),
    { numRuns: RUNS + 150, seed: 7 },
  );
  assert.ok(checked >= RUNS, `${checked} programs`);
});

test.run();
