/** What the NTK's methods would cost, before any runs. */

import { noMore } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import type { Cost } from "../compile/cost.ts";
import { whereTheyLive } from "../device/device.ts";
import { checkFunction, flattenArrays, traceFunctionWithAux } from "../transform/flat.ts";
import type { AnyTree, Given, Settled } from "../transform/tree-types.ts";
import { candidates, methodOf } from "./methods/choice.ts";
import { NtkImplementation } from "./methods/implementation.ts";
import { type NtkOptions, ntkSettings } from "./ntk.ts";
import type { ApplyFn } from "./task/apply.ts";
import { givenArguments, type SecondInput, sideInputs } from "./task/compile-kernel.ts";
import { type Kwargs, sidesOf } from "./task/kwargs.ts";
import { prepare, type Task } from "./task/problem.ts";
import { Recorder } from "./task/recording.ts";

type MethodName = Exclude<keyof typeof NtkImplementation, "AUTO">;

/** A cost for each method that can serve: vector products may not where `f` has a `customVjp` inside. */
export type NtkCosts = Readonly<
  Record<Exclude<MethodName, "NTK_VECTOR_PRODUCTS">, Cost> & { NTK_VECTOR_PRODUCTS?: Cost }
>;

const isMethod = (name: string): name is MethodName => name !== "AUTO";

const nameOf = (implementation: number): MethodName =>
  entry(
    Object.keys(NtkImplementation)
      .filter(isMethod)
      .filter((name) => NtkImplementation[name] === implementation),
    0,
  );

/**
 * The work of each method for a kernel of `f`: floating-point operations, bytes moved, peak memory in bytes, and the time
 * that this machine should take on one thread. Nothing but a measurement of the machine's speed (a few milliseconds, the
 * first time; none with `rates`) is computed. `AUTO` takes the method with the least predicted time. A method that can't
 * serve is left out: vector products that are pushed, as without `vmapAxes`, where `f` has a `customVjp` inside.
 * @example nt.costOf(f, x1, x2, params, { vmapAxes: 0 }).STRUCTURED_DERIVATIVES.flops
 */
export function costOf<Params = AnyTree, X = AnyTree>(
  f: ApplyFn<unknown, Params, X>,
  x1: Settled<Given<X>>,
  x2: Settled<SecondInput<X>>,
  params: Settled<Given<Params>>,
  options: NtkOptions = {},
  kwargs: Kwargs = {},
  ...rest: never[]
): NtkCosts {
  const fn = "nt.costOf";
  noMore(fn, rest);
  checkFunction(fn, f);
  const settings = ntkSettings(fn, options);
  methodOf(fn, options.implementation ?? NtkImplementation.AUTO);
  const args = givenArguments(fn, x1, x2, params, kwargs);
  const recording = new Recorder(fn, f).record(settings.vmapAxes, args[2], sideInputs(args));
  const [leaves, tree] = flattenArrays(fn, args.slice(0, 3));
  const avals = leaves.map((x) => x.aval);
  // The task is traced only for its shapes; the programs of the methods are traced and counted inside.
  const { aux: costs } = whereTheyLive(leaves, () =>
    traceFunctionWithAux(
      fn,
      (a, b, p) => {
        const task: Task = [a, b, p, sidesOf(args[3], a, b)];
        const found = candidates(fn, prepare(fn, recording.with(), settings, task), settings);
        return [[], found.map(({ implementation, cost }): [MethodName, Cost] => [nameOf(implementation), cost])];
      },
      tree,
      avals,
    ),
  );
  return Object.fromEntries(costs) as unknown as NtkCosts;
}
