/** Checks of a network's kernels against the tensors `ntk_same`, `ntk_other`, `nngp_same` and `nngp_other`. */

import { type NDArray, nt, tree } from "cotangent";
import { arrived, difference, PRECISIONS, type Precision, TOLERANCE } from "../compare.ts";
import type { Data } from "../data.ts";
import { METHODS, type Variant } from "../implementations.ts";
import type { AnyFunction } from "../library.ts";
import type { Report, Way } from "../report.ts";

/** What differs between the leaves of a tree and the tensor `name`, or `name/0`, `name/1`, ... */
export async function differenceInTree(
  actual: unknown,
  data: Data,
  name: string,
  precision: Precision,
): Promise<string | null> {
  const leaves = tree.leaves<NDArray>(actual);
  await arrived(leaves);
  const expected = data.has(name) ? [data.get(name)] : data.list(name);
  if (expected.length === 0) throw new Error(`the data has no tensor ${name}`);
  if (leaves.length !== expected.length) return `${leaves.length} leaves, expected ${expected.length}`;
  for (const [i, tensor] of expected.entries()) {
    const found = difference(leaves[i] as NDArray, tensor, TOLERANCE[precision], precision);
    if (found !== null) return `leaf ${i}: ${found}`;
  }
  return null;
}

/** The network's own parameters must have the structure and shapes of the reference's. */
export function checkInitialParams(report: Report, name: string, expected: unknown, actual: () => unknown): void {
  report.checkOne(`${name} params`, () => {
    const found = JSON.stringify(actual());
    return found === JSON.stringify(expected) ? null : `the tree is ${found}, expected ${JSON.stringify(expected)}`;
  });
}

/** A function and what its kernels are computed for. */
export interface Problem {
  readonly f: AnyFunction;
  readonly params: unknown;
  readonly x1: unknown;
  readonly x2: unknown;
}

export interface KernelChecks {
  readonly data: Data;
  readonly name: string;
  /** Made anew for every way to compute a kernel, so that what doesn't exist is met there. */
  readonly problem: (precision: Precision) => Problem;
  readonly axes?: { readonly traceAxes: readonly number[]; readonly diagonalAxes: readonly number[] };
  /** The NTK is computed with each of these. */
  readonly vmapAxes: readonly nt.VmapAxes[];
}

/** Checks every kernel of a network that the data has values for. */
export function checkKernels(report: Report, checks: KernelChecks): void {
  for (const inputs of ["same", "other"]) {
    const ways = { ntk: () => ntkWays(checks, inputs), nngp: () => nngpWays(checks, inputs) };
    for (const [kernel, waysOf] of Object.entries(ways)) {
      const id = `${checks.name}/${kernel}_${inputs}`;
      if (checks.data.has(`${id}/0`)) report.checkMethods(id, waysOf());
    }
  }
}

function nngpWays({ data, name, problem, axes }: KernelChecks, inputs: string): Way[] {
  return PRECISIONS.map((precision) => [
    precision,
    () => {
      const { f, x1, x2, params } = problem(precision);
      const kernel = nt.empiricalNngpFn(f, { ...axes })(x1, inputs === "same" ? null : x2, params);
      return differenceInTree(kernel, data, `${name}/nngp_${inputs}`, precision);
    },
  ]);
}

function ntkWays({ data, name, problem, axes, vmapAxes }: KernelChecks, inputs: string): Way[] {
  const way = (precision: Precision, method: Variant, mapped: nt.VmapAxes): Way => [
    `${precision} ${method.name} vmapAxes ${JSON.stringify(mapped)}`,
    () => {
      const { f, x1, x2, params } = problem(precision);
      const kernelFn = nt.empiricalNtkFn(f, { ...axes, ...method.options, vmapAxes: mapped });
      const kernel = kernelFn(x1, inputs === "same" ? null : x2, params);
      return differenceInTree(kernel, data, `${name}/ntk_${inputs}`, precision);
    },
  ];
  return PRECISIONS.flatMap((precision) =>
    METHODS.flatMap((method) => vmapAxes.map((mapped) => way(precision, method, mapped))),
  );
}
