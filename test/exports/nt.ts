/** Valid calls of nt, and of the kernel functions that it returns. */
import { array, type NDArray, numpy as np, nt, tree } from "cotangent";
import { type Example, examplesOf, type Row, returned, vector } from "./example.ts";

type Params = { w: NDArray; b: NDArray };

// Written so that a wrong argument that reaches it meets an error of ours.
function network(params: Params, x: NDArray, kwargs: { scale?: NDArray } | null = {}): NDArray {
  const [b, w] = tree.leaves<NDArray>(params) as [NDArray, NDArray];
  return np.multiply(np.tanh(np.add(np.matmul(x, w), b)), kwargs?.scale ?? 1);
}
const params = (x: NDArray): Params => ({ w: x, b: vector(x) });
const kwargs = () => ({ scale: array(2) });

const axes = () => ({ traceAxes: [], diagonalAxes: [0] });
const ntk = () => ({
  ...axes(),
  vmapAxes: 0,
  implementation: nt.NtkImplementation.STRUCTURED_DERIVATIVES,
  jRules: false,
  sRules: false,
  fwd: true,
  memoryLimit: 1e8,
  onProgress: () => {},
  signal: new AbortController().signal,
  rates: { contract: 1e9 },
  device: "auto",
});

const ROWS: readonly Row[] = [
  ["empiricalNngpFn", () => [network], () => ({ ...axes(), device: "auto" })],
  ["empiricalNtkFn empiricalKernelFn", () => [network], ntk],
  ["empiricalNtkVpFn", (x) => [network, x, null, params(x)]],
  ["empiricalNtkVpFn", (x) => [network, x, x, params(x), kwargs()]],
  ["costOf", (x) => [network, x, null, params(x), {}], ntk],
  ["linearize", (x) => [network, params(x)]],
  ["taylorExpand", (x) => [network, params(x), 2]],
  [
    "batch",
    () => [nt.empiricalNtkFn(network), { batchSize: 2 }],
    () => ({ onProgress: () => {}, signal: new AbortController().signal }),
  ],
];

const implementations = Object.values(nt.NtkImplementation);
const one = (x: NDArray): unknown[] => [x, null, params(x)];
const pair = (x: NDArray): unknown[] => [x, x.add(1), params(x), kwargs()];
const named = (x: NDArray): unknown[] => [x, x.add(1), ["ntk", "nngp"], params(x), kwargs()];
const fixed = (): NDArray =>
  array([
    [1, 2, 3],
    [3, 2, 1],
    [0, 1, 0],
  ]);

const RETURNED: readonly Example[] = [
  returned("nt.empiricalNngpFn", () => nt.empiricalNngpFn(network), one),
  returned("nt.empiricalNngpFn", () => nt.empiricalNngpFn(network), pair),
  ...implementations.flatMap((implementation) => [
    returned("nt.empiricalNtkFn", () => nt.empiricalNtkFn(network, { implementation }), one),
    returned("nt.empiricalNtkFn", () => nt.empiricalNtkFn(network, { implementation, vmapAxes: 0 }), pair),
  ]),
  returned(
    "nt.empiricalKernelFn",
    () => nt.empiricalKernelFn(network),
    (x) => [x, null, "ntk", params(x)],
  ),
  returned("nt.empiricalKernelFn", () => nt.empiricalKernelFn(network), named),
  returned("nt.batch", () => nt.batch(nt.empiricalNtkFn(network), { batchSize: 2 }), pair),
  returned("nt.batch", () => nt.batch(nt.empiricalKernelFn(network), { batchSize: 2 }), named),
  returned(
    "nt.linearize",
    () => nt.linearize(network, params(fixed())),
    (x) => [params(x), x, kwargs()],
  ),
  returned(
    "nt.taylorExpand",
    () => nt.taylorExpand(network, params(fixed()), 2),
    (x) => [params(x), x],
  ),
  returned(
    "nt.empiricalNtkVpFn",
    () => nt.empiricalNtkVpFn(network, fixed(), null, params(fixed())),
    (x) => [x],
  ),
];

export const ntExamples = (): Example[] => [...examplesOf("nt.", nt, ROWS), ...RETURNED];
