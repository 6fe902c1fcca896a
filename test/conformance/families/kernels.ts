/** Checks of a network's kernels against the tensors `ntk_same`, `ntk_other`, `nngp_same` and `nngp_other`. */
import { type NDArray, nt, tree } from "cotangent";
import { difference, type Precision, TOLERANCE } from "../compare.ts";
import type { Data } from "../data.ts";
import { METHODS, ntkFn } from "../implementations.ts";
import type { Report } from "../report.ts";

/** What differs between the leaves of a tree and the tensor `name`, or `name/0`, `name/1`, ... */
export function differenceInTree(actual: unknown, data: Data, name: string, precision: Precision): string | null {
  const leaves = tree.leaves<NDArray>(actual);
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
  report.check(`${name} params`, () => {
    const found = JSON.stringify(actual());
    return found === JSON.stringify(expected) ? null : `the tree is ${found}, expected ${JSON.stringify(expected)}`;
  });
}

/** A function and what its kernels are computed for. */
export interface Problem {
  // biome-ignore lint/suspicious/noExplicitAny: functions of whatever parameters and inputs
  readonly f: (params: any, x: any, kwargs?: any) => unknown;
  readonly params: unknown;
  readonly x1: unknown;
  readonly x2: unknown;
}

export interface KernelChecks {
  readonly data: Data;
  readonly name: string;
  readonly precision: Precision;
  /** Made anew in every check, so that what doesn't exist is met there. */
  readonly problem: () => Problem;
  readonly axes?: { readonly traceAxes: readonly number[]; readonly diagonalAxes: readonly number[] };
  /** The NTK is computed with each of these. */
  readonly vmapAxes: readonly unknown[];
}

/** Counts a check for every kernel that the data has, and each method and choice of `vmapAxes` for it. */
export function checkKernels(report: Report, checks: KernelChecks): void {
  const { data, name, precision, problem, axes = {}, vmapAxes } = checks;
  for (const inputs of ["same", "other"]) {
    const nngp = `${name}/nngp_${inputs}`;
    const ntk = `${name}/ntk_${inputs}`;
    if (data.has(`${nngp}/0`)) {
      report.check(`${nngp} ${precision}`, () => {
        const { f, x1, x2, params } = problem();
        const kernel = nt.empiricalNngpFn(f, { ...axes })(x1, inputs === "same" ? null : x2, params);
        return differenceInTree(kernel, data, nngp, precision);
      });
    }
    if (!data.has(`${ntk}/0`)) continue;
    for (const method of METHODS) {
      for (const mapped of vmapAxes) {
        report.check(`${ntk} ${precision} ${method.name} vmapAxes ${JSON.stringify(mapped)}`, () => {
          const { f, x1, x2, params } = problem();
          const kernelFn = ntkFn(f, { ...axes, ...method.options, vmapAxes: mapped });
          return differenceInTree(kernelFn(x1, inputs === "same" ? null : x2, params), data, ntk, precision);
        });
      }
    }
  }
}
