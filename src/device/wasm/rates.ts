/** How fast this machine computes: measured once, in a few milliseconds, when somebody asks. */
import { allocate } from "../../base/dtypes.ts";
import { sizeOf } from "../../base/shapes.ts";
import type { Rates } from "../../compile/cost.ts";
import { lower } from "../../compile/lower.ts";
import { simplify } from "../../compile/simplify.ts";
import { makeAval } from "../../ir/aval.ts";
import { outputAvals } from "../../ir/jaxpr.ts";
import { hostArray, type NDArray } from "../../ir/ndarray.ts";
import { traceToJaxpr } from "../../ir/trace.ts";
import { add, mul } from "../../lax/arithmetic.ts";
import { dotGeneral } from "../../lax/products/dot.ts";
import { reduceSum } from "../../lax/shape.ts";
import { planProgram } from "./plan.ts";
import { runPlan } from "./run.ts";
import { wasmTarget } from "./target.ts";

/** The best of a few runs after a first one, which the engine spends on compiling. */
const RUNS = 5;
/** Engines optimise the innermost loop of products in the background while it runs; this is long enough for them, in milliseconds. */
const OPTIMISING = 15;
/** A clock that stands still, as it does in Workers, ends nothing. */
const LIMIT = 50;

function secondsOf(
  fn: (...inputs: NDArray[]) => NDArray,
  shapes: readonly (readonly number[])[],
  atLeast: number,
): number {
  const avals = shapes.map((shape) => makeAval(shape, "float32"));
  const { jaxpr } = traceToJaxpr((inputs) => [fn(...inputs)], avals);
  const plan = planProgram(lower(simplify(jaxpr), wasmTarget), outputAvals(jaxpr));
  const inputs = shapes.map((shape) => hostArray(allocate("float32", sizeOf(shape)).fill(1), shape, "float32"));
  let best = Number.POSITIVE_INFINITY;
  const begin = performance.now();
  for (let run = 0; run < RUNS || (performance.now() - begin < atLeast && run < LIMIT); run++) {
    const start = performance.now();
    runPlan(plan, inputs);
    best = Math.min(best, (performance.now() - start) / 1000);
  }
  // A clock that was made coarse against timing attacks may show no time at all.
  return Math.max(best, 1e-6);
}

const N = 256;
const LONG = 1 << 18;
/** Short enough that a few runs of many instructions are done before another process interrupts them. */
const MAPPED = 1 << 16;
/** Enough instructions for their own time to show beside that of reading the inputs. */
const CHAIN = 16;

let measured: Rates | undefined;

/** The machine's rates for one thread. */
export function measureRates(): Rates {
  measured ??= {
    contract:
      (2 * N ** 3) /
      secondsOf(
        (a, b) => dotGeneral(a, b, { contractingDims: [[1], [0]] }),
        [
          [N, N],
          [N, N],
        ],
        OPTIMISING,
      ),
    map:
      (2 * CHAIN * MAPPED) /
      secondsOf(
        (x) => {
          let y = x;
          for (let i = 0; i < CHAIN; i++) y = add(mul(y, x), x);
          return y;
        },
        [[MAPPED]],
        0,
      ),
    memory: (4 * LONG) / secondsOf((x) => reduceSum(x), [[LONG]], 0),
  };
  return measured;
}
