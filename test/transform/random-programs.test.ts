/** Small random programs of every kind of operation, against the laws of `support/properties.ts`. */
import { makeJaxpr, type NDArray } from "cotangent";
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { simplify } from "../../src/compile/simplify.ts";
import { checkJaxpr } from "../../src/ir/jaxpr.ts";
import { evalJaxpr } from "../../src/ir/trace.ts";
import { program, programs } from "../support/programs.ts";
import { type ArrayFunction, assertSame, checkJit, checkJvp, checkVjp, randomArray } from "../support/properties.ts";

const RUNS = 1500;

/** A simplified program gives the very bits that it gave before. */
function checkSimplified(f: ArrayFunction, args: readonly NDArray[]): void {
  const { jaxpr, consts } = makeJaxpr(f)(...args);
  const simplified = simplify(jaxpr);
  checkJaxpr(simplified);
  assertSame(evalJaxpr({ jaxpr: simplified, consts }, args), evalJaxpr({ jaxpr, consts }, args), 0, "simplified");
}

test(`${RUNS} programs: compiled as alone, forward mode as differences, reverse as forward mode`, () => {
  let checked = 0;
  fc.assert(
    fc.property(programs, ({ numbers, length, shapes }) => {
      const f = program(numbers, length);
      const args = shapes.map((s, i) => randomArray(s, numbers[i] as number));
      const values = f(...args);
      if (values.some((v) => [...v.dataSync()].some((e) => !(Math.abs(e) < 1e3)))) return;
      checkSimplified(f, args);
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
