/** What one side of a kernel contributes: for every use of a parameter the cotangents there, and the path to it. */

import { isFloat } from "../../base/dtypes.ts";
import { entry } from "../../base/lists.ts";
import type { ClosedJaxpr, Equation, Var } from "../../ir/jaxpr.ts";
import { keyOf } from "../../ir/key.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import type { Tangent } from "../../ir/primitive.ts";
import { zerosLike } from "../../lax/create.ts";
import { expandDims, reshape } from "../../lax/shape.ts";
import { concatenate } from "../../lax/slice.ts";
import { standardBasis } from "../../transform/jacobian.ts";
import { transposeTo } from "../../transform/transpose.ts";
import { vmapWithAux } from "../../transform/vmap.ts";
import { perLinearExample } from "../task/linear-examples.ts";
import type { Side } from "../task/problem.ts";
import { narrowest } from "./narrowest.ts";
import { identityPath, type Path, shapeOfPath } from "./path.ts";
import { type Rules, type Use, UseFinder } from "./uses.ts";

export interface Contribution {
  /** The parameter's number. */
  readonly parameter: number;
  /** `[batch?, stack?, ...output, ...value at the path's end]`; the factors begin with these two axes as well. */
  readonly cotangent: NDArray;
  /**
   * Where the cotangent is one of a narrower value that the output goes through, and has that value's axes in the place of
   * the output's: the output's derivative by it, `[batch?, ...output, ...narrower value]`.
   */
  readonly through: NDArray | null;
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

type UseOf = Omit<Found, "cotangent">;

/** The cotangents at all uses for every element of one output: `[...output, ...value]`; uses that it doesn't depend on drop out. */
function cotangents(
  fn: string,
  linear: ClosedJaxpr,
  index: number,
  uses: readonly UseOf[],
  blocked: UseFinder["blocked"],
): Found[] {
  const leaf = zerosLike(entry(linear.jaxpr.outputs, index).aval);
  const row = (e: NDArray) => {
    const basis = linear.jaxpr.outputs.map((_, i): Tangent => (i === index ? e : null));
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
function stackUses(found: readonly Found[], through: NDArray | null): Contribution[] {
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
    return { parameter, cotangent, through, path: { ...use.path, factors }, stacked: group.length };
  });
}

/** The contributions to one output, cut at `narrow` if there is such a value: those before it have cotangents of its own. */
function contributionsTo(
  fn: string,
  linear: ClosedJaxpr,
  index: number,
  uses: readonly UseOf[],
  blocked: UseFinder["blocked"],
  narrow: Equation | null,
): Contribution[] {
  if (!narrow) return stackUses(cotangents(fn, linear, index, uses, blocked), null);
  const [at] = narrow.outputs as [Var];
  const cut = { parameter: -1, use: { at, path: identityPath(at.aval.shape) } };
  const stops = narrow.inputs.map((_, input) => ({ equation: narrow, input }));
  const behind = [...uses.filter(({ use }) => use.at !== at), cut];
  const found = cotangents(fn, linear, index, behind, [...blocked, ...stops]);
  const [direct, [through]] = [found.filter((f) => f.parameter >= 0), found.filter((f) => f.parameter < 0)];
  if (!through) return stackUses(direct, null);
  const inner = { ...linear, jaxpr: { ...linear.jaxpr, outputs: [at] } };
  return [...stackUses(direct, null), ...stackUses(cotangents(fn, inner, 0, uses, blocked), through.cotangent)];
}

const known = new WeakMap<Side, Map<string, Contribution[][]>>();

/**
 * All contributions of one side, by output; `plain` tells of which parameters the structure is left aside, `pairs` how many
 * pairs of one example's outputs the kernel has. They are found once for all methods, which are traced together.
 */
export function contributionsOf(
  fn: string,
  side: Side,
  rules: Rules,
  plain: ReadonlySet<number>,
  pairs: readonly number[],
): Contribution[][] {
  const ofSide = known.get(side) ?? new Map<string, Contribution[][]>();
  known.set(side, ofSide);
  const key = rules.sRules ? keyOf([rules, [...plain], pairs]) : "";
  const found = ofSide.get(key) ?? findContributions(fn, side, rules, plain, pairs);
  ofSide.set(key, found);
  return found;
}

/** The Jacobians of every output by the parameters that it depends on, as contributions without structure. */
export const jacobiansOf = (fn: string, side: Side): Contribution[][] =>
  contributionsOf(fn, side, { jRules: false, sRules: false, fwd: null }, new Set(), []);

function findContributions(
  fn: string,
  side: Side,
  rules: Rules,
  plain: ReadonlySet<number>,
  pairs: readonly number[],
): Contribution[][] {
  const compute = (linear: ClosedJaxpr): [arrays: NDArray[][], found: Contribution[][]] => {
    const finder = new UseFinder(linear, rules);
    const uses = linear.jaxpr.inputs.flatMap((v, parameter) =>
      finder.usesOf(v, plain.has(parameter)).map((use) => ({ parameter, use })),
    );
    const found = linear.jaxpr.outputs.map((output, i) => {
      if (!isFloat(output.aval.dtype)) return [];
      const narrow = rules.sRules ? narrowest(linear.jaxpr, output, entry(pairs, i)) : null;
      return contributionsTo(fn, linear, i, uses, finder.blocked, narrow);
    });
    return [found.map((list) => list.flatMap(arraysOf)), found];
  };
  const [arrays, found] = perLinearExample(fn, [side], compute);
  // What `compute` has returned comes back with the batch axis in front.
  return found.map((list, i) => {
    const queue = [...entry(arrays, i)];
    return list.map((one) => withArrays(one, queue));
  });
}

const arraysOf = ({ cotangent, through, path }: Contribution): NDArray[] => [
  cotangent,
  ...(through ? [through] : []),
  ...path.factors.map((f) => f.array),
];

function withArrays(contribution: Contribution, queue: NDArray[]): Contribution {
  const cotangent = queue.shift()!;
  const through = contribution.through && queue.shift()!;
  const factors = contribution.path.factors.map((factor) => ({ ...factor, array: queue.shift()! }));
  return { ...contribution, cotangent, through, path: { ...contribution.path, factors } };
}
