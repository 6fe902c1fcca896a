import type { nt } from "cotangent";
import type { Precision } from "../compare.ts";
import type { Data } from "../data.ts";
import { type Layer, nestedNetwork, networkOfKind, parallelNetwork, type Shape } from "../layers.ts";
import type { Report } from "../report.ts";
import { arranged, arrays, initialShapes, input, inputShape, shapes } from "../trees.ts";
import { checkInitialParams, checkKernels, type Problem } from "./kernels.ts";
import { checkTaylor, checkTaylorOfNetwork, checkVectorProducts } from "./networks-linear.ts";
import { checkMixedAxes } from "./networks-mixed.ts";

interface Case {
  readonly name: string;
  /** `FLAT`, `POOLING` or `CONV`; networks with several inputs have none. */
  readonly network?: string;
  readonly params: unknown;
}

interface Axes {
  readonly name: string;
  readonly diagonalAxes: readonly number[];
  readonly traceAxes: readonly number[];
}

interface Index {
  readonly cases: readonly Case[];
  readonly axes: readonly Axes[];
}

/** What the inputs of a network look like, the batch axes for them, and the network for its parameters' shapes. */
interface Kind {
  readonly inputs: unknown;
  readonly vmapAxes: nt.VmapAxes;
  readonly network: (shapes: readonly Shape[], inputDims: number) => Layer;
  /** Without, the last axis is traced, as by default. */
  readonly axes?: { readonly traceAxes: readonly number[]; readonly diagonalAxes: readonly number[] };
}

const ofKind = (kind: string) => (params: readonly Shape[], inputDims: number) =>
  networkOfKind(kind, inputDims, params);

function kindOf({ name, network }: Case): Kind | null {
  if (network !== undefined) {
    return { inputs: 0, vmapAxes: 0, network: ofKind(network), axes: { traceAxes: [], diagonalAxes: [] } };
  }
  if (/^parallel\b/.test(name)) return { inputs: [0, 0], vmapAxes: [0, 0], network: parallelNetwork };
  if (/^nested\b/.test(name)) return { inputs: [[0, 0], 0], vmapAxes: [[0, 0], 0], network: nestedNetwork };
  return null;
}

const dimsOf = (data: Data, name: string): number => (data.has(name) ? data.get(name).shape.length : 0);

function runCase(data: Data, report: Report, spec: Case): void {
  const { name, params } = spec;
  const kind = kindOf(spec);
  if (kind === null) {
    report.skip(name, "the runner has no network for this case");
    return;
  }
  const network = () => kind.network(shapes(data, `${name}/params`), dimsOf(data, `${name}/x1`));
  checkInitialParams(report, name, params, () => initialShapes(network(), inputShape(data, `${name}/x1`, kind.inputs)));
  const problem = (precision: Precision): Problem => ({
    f: network()[1],
    params: arranged(params, arrays(data, `${name}/params`, precision)),
    x1: input(data, `${name}/x1`, kind.inputs, precision),
    x2: input(data, `${name}/x2`, kind.inputs, precision),
  });
  const vmapAxes = [null, kind.vmapAxes];
  checkKernels(report, { data, name, problem, vmapAxes, ...(kind.axes && { axes: kind.axes }) });
}

/** One convolutional network, many choices of axes. */
function runAxes(data: Data, report: Report, { name, ...axes }: Axes): void {
  const root = name.split("/")[0] as string;
  const network = () => networkOfKind("CONV", dimsOf(data, `${root}/x1`), shapes(data, `${root}/params`));
  const problem = (precision: Precision): Problem => {
    const leaves = arrays(data, `${root}/params`, precision);
    return {
      f: network()[1],
      params: [leaves.slice(0, 2), [], leaves.slice(2)],
      x1: input(data, `${root}/x1`, 0, precision),
      x2: input(data, `${root}/x2`, 0, precision),
    };
  };
  checkKernels(report, { data, name, problem, vmapAxes: [null, 0], axes });
}

export function runNetworks(data: Data, report: Report): void {
  const { cases, axes } = data.index<Index>();
  for (const spec of cases) {
    if (/^vmap\b/.test(spec.name)) checkMixedAxes(data, report, spec.name, spec.params);
    else runCase(data, report, spec);
  }
  for (const spec of axes) runAxes(data, report, spec);
  checkVectorProducts(data, report);
  checkTaylor(data, report);
  checkTaylorOfNetwork(data, report);
}
