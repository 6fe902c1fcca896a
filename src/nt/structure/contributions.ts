/** What one side of a kernel contributes: for every use of a parameter the cotangents there, and the path to it. */

import { isFloat } from "../../base/dtypes.ts";
import { entry } from "../../base/lists.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import type { Tangent } from "../../ir/primitive.ts";
import { expandDims, reshape } from "../../lax/shape.ts";
import { concatenate } from "../../lax/slice.ts";
import { standardBasis } from "../../transform/jacobian.ts";
import type { Linearized } from "../../transform/linearize.ts";
import { transposeTo } from "../../transform/transpose.ts";
import { vmapWithAux } from "../../transform/vmap.ts";
import { linearizeBy } from "../task/linear-examples.ts";
import { type OfParameters, perExampleWithAux, type Side } from "../task/problem.ts";
import { type Path, shapeOfPath } from "./path.ts";
import { type Rules, type Use, UseFinder } from "./uses.ts";

export interface Contribution {
  /** The parameter's number. */
  readonly parameter: number;
  /** `[batch?, stack?, ...output, ...value at the path's end]`; the factors begin with these two axes as well. */
  readonly cotangent: NDArray;
  readonly path: Path;
  /** How many uses of one structure are stacked; 1 for a use by itself, without the axis. */
  readonly stacked: number;
}

/** A contribution whose arrays aren't mapped over the batch yet. */
interface Found {
  readonly parameter: number;
  readonly use: Use;
  readonly cotangent: NDArray;
}

/** The cotangents at all uses for every element of one output: `[...output, ...value]`; uses that it doesn't depend on drop out. */
function cotangents(
  fn: string,
  { outputs, linear }: Linearized,
  index: number,
  uses: readonly Omit<Found, "cotangent">[],
  blocked: UseFinder["blocked"],
): Found[] {
  const leaf = entry(outputs, index);
  if (!isFloat(leaf.dtype)) return [];
  const row = (e: NDArray) => {
    const basis = outputs.map((_, i): Tangent => (i === index ? e : null));
    const cts = transposeTo(linear, basis, { at: uses.map(({ use }) => use.at), blocked });
    return [cts.filter((ct) => ct !== null), uses.filter((_, i) => cts[i] !== null)] as const;
  };
  const [rows, reached] = vmapWithAux(fn, row)(standardBasis(leaf));
  return rows.map((x, i) => {
    return { ...entry(reached, i), cotangent: reshape(x, { newSizes: [...leaf.shape, ...x.shape.slice(1)] }) };
  });
}

const stack = (arrays: readonly NDArray[]): NDArray =>
  arrays.length === 1
    ? entry(arrays, 0)
    : concatenate(
        arrays.map((x) => expandDims(x, { axes: [0] })),
        { dimension: 0 },
      );

/** Uses of one structure, as the steps of a recurrent network are, become one. */
function stackUses(found: readonly Found[]): Contribution[] {
  const groups = new Map<string, Found[]>();
  for (const one of found) {
    const key = `${one.parameter} ${one.cotangent.shape} ${shapeOfPath(one.use.path)}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].map((group) => {
    const [{ parameter, use }] = group as [Found];
    const factors = use.path.factors.map((factor, k) => {
      return { ...factor, array: stack(group.map((one) => entry(one.use.path.factors, k).array)) };
    });
    const cotangent = stack(group.map((one) => one.cotangent));
    return { parameter, cotangent, path: { ...use.path, factors }, stacked: group.length };
  });
}

/** All contributions of one side, by output; `plain` tells of which parameters the structure is left aside. */
export function contributionsOf(fn: string, side: Side, rules: Rules, plain: ReadonlySet<number>): Contribution[][] {
  const { floats } = side.parameters;
  const compute = (single: OfParameters): [arrays: NDArray[][], found: Contribution[][]] => {
    const linearized = linearizeBy(fn, single, floats);
    const { linear, outputs } = linearized;
    const finder = new UseFinder(linear, rules);
    const uses = linear.jaxpr.inputs.flatMap((v, parameter) =>
      finder.usesOf(v, plain.has(parameter)).map((use) => ({ parameter, use })),
    );
    const found = outputs.map((_, i) => stackUses(cotangents(fn, linearized, i, uses, finder.blocked)));
    return [found.map((list) => list.flatMap(arraysOf)), found];
  };
  const [arrays, found] = perExampleWithAux([side], compute, () => 0);
  // What `compute` has returned comes back with the batch axis in front.
  return found.map((list, i) => {
    const queue = [...entry(arrays, i)];
    return list.map((one) => withArrays(one, queue));
  });
}

const arraysOf = ({ cotangent, path }: Contribution): NDArray[] => [cotangent, ...path.factors.map((f) => f.array)];

function withArrays(contribution: Contribution, queue: NDArray[]): Contribution {
  const cotangent = queue.shift()!;
  const factors = contribution.path.factors.map((factor) => ({ ...factor, array: queue.shift()! }));
  return { ...contribution, cotangent, path: { ...contribution.path, factors } };
}
