/** What is compiled: functions that trace, and kernels that are traced, transformed and planned. */
import { evalShape, makeJaxpr, type NDArray, numpy as np, nt, random, stax, tree, vjp } from "cotangent";
import { apply, init } from "../../examples/models/resnet.ts";
import { JOBS, setUp } from "./jobs.ts";

export interface CompileJob {
  readonly name: string;
  /** Does all of the work anew, and once more only what doesn't count. */
  readonly start: () => { readonly whole: () => unknown; readonly rest: () => unknown };
  /** Layers, where the table of depths has the job. */
  readonly depth?: number;
  /** In milliseconds. */
  readonly goal?: number;
}

type Method = "JACOBIAN_CONTRACTION" | "STRUCTURED_DERIVATIVES";

/** The first call of a kernel function compiles and runs, the second one runs. */
function kernelJob(f: unknown, x1: NDArray, x2: NDArray | null, params: unknown, method: Method): CompileJob["start"] {
  return () => {
    const implementation = nt.NtkImplementation[method];
    const kernelFn = nt.empiricalNtkFn(f as never, { vmapAxes: 0, implementation });
    const call = (): unknown => kernelFn(x1, x2, params);
    return { whole: call, rest: call };
  };
}

const zeros = (shapes: unknown): unknown => tree.map((x: NDArray) => np.zeros([...x.shape]), shapes);

export function resNet(side: number) {
  const { params, state } = zeros(evalShape((key: NDArray) => init(key, { classes: 10 }), random.key(0))) as ReturnType<
    typeof init
  >;
  const f = (p: typeof params, images: NDArray): NDArray => apply(p, images, { state })[0];
  return { f, params, x: np.zeros([1, side, side, 3]) };
}

function traceVjp(side: number): CompileJob["start"] {
  const { f, params, x } = resNet(side);
  const pulled = (p: typeof params, ct: NDArray): unknown => vjp((q: typeof params) => f(q, x), p)[1](ct);
  return () => ({ whole: () => makeJaxpr(pulled)(params, np.zeros([1, 10])), rest: () => {} });
}

function docstring(): CompileJob["start"] {
  const { f, x1, params } = setUp({ ...JOBS[0]!, n1: 1, n2: null });
  return kernelJob(f, x1, np.add(x1, 1), params, "STRUCTURED_DERIVATIVES");
}

function resNetKernel(): CompileJob["start"] {
  const { f, params, x } = resNet(32);
  return kernelJob(f, x, null, params, "STRUCTURED_DERIVATIVES");
}

function mlp(depth: number, method: Method): CompileJob["start"] {
  const layers = Array.from({ length: depth }, () => [stax.Dense(16), stax.Relu()]).flat();
  const [initFn, f] = stax.serial(...layers, stax.Dense(3));
  const x = np.ones([2, 8]);
  return kernelJob(f, x, null, initFn(random.key(0), x.shape)[1], method);
}

/** What a job needs is made when it is measured first. */
function later(make: () => CompileJob["start"]): CompileJob["start"] {
  let start: CompileJob["start"] | undefined;
  return () => {
    start ??= make();
    return start();
  };
}

export const METHODS: Readonly<Record<string, Method>> = {
  structured: "STRUCTURED_DERIVATIVES",
  "Jacobian contraction": "JACOBIAN_CONTRACTION",
};
export const DEPTHS = [2, 4, 8, 16, 32, 64];

export const COMPILE_JOBS: readonly CompileJob[] = [
  { name: "tracing ResNet18's vjp, 224x224x3", start: later(() => traceVjp(224)), goal: 100 },
  { name: "tracing ResNet18's vjp, 32x32x3", start: later(() => traceVjp(32)), goal: 100 },
  { name: "the docstring CNN's structured kernel", start: later(docstring), goal: 150 },
  { name: "ResNet18's structured kernel, 32x32x3", start: later(resNetKernel), goal: 1000 },
  ...Object.entries(METHODS).flatMap(([name, method]) =>
    DEPTHS.map((depth) => ({ name: `MLP, ${depth} layers, ${name}`, start: later(() => mlp(depth, method)), depth })),
  ),
];
