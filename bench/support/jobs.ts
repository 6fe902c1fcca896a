/** The kernels that are measured, as data that the Python program reads as well. */
import { type NDArray, random, stax } from "cotangent";

type LayerSpec = readonly ["conv", number] | readonly ["dense", number] | readonly ["relu"] | readonly ["flatten"];

export interface KernelJob {
  readonly name: string;
  /** Convolutions are 3 x 3 without padding. */
  readonly layers: readonly LayerSpec[];
  /** The shape of one example. */
  readonly input: readonly number[];
  readonly n1: number;
  /** `null` for the first examples against themselves. */
  readonly n2: number | null;
  readonly traceAxes: readonly number[];
}

const relu = ["relu"] as const;
const CNN = {
  layers: [["conv", 32], relu, ["conv", 32], relu, ["conv", 32], ["flatten"], ["dense", 10]],
  input: [32, 32, 3],
} as const;
const FCN = {
  layers: [["flatten"], ["dense", 1024], relu, ["dense", 1024], relu, ["dense", 100]],
  input: [32, 32, 3],
} as const;
const MLP = { layers: [["dense", 512], relu, ["dense", 512], relu, ["dense", 10]], input: [784] } as const;
const SMALL_MLP = { layers: [["dense", 128], relu, ["dense", 128], relu, ["dense", 10]], input: [64] } as const;
const SMALL_CNN = { layers: [["conv", 8], relu, ["conv", 8], ["flatten"], ["dense", 10]], input: [8, 8, 3] } as const;

export const JOBS: readonly KernelJob[] = [
  { ...CNN, name: "docstring CNN, 5 against 20, traced", n1: 5, n2: 20, traceAxes: [-1] },
  { ...CNN, name: "docstring CNN, 5 against 20, full", n1: 5, n2: 20, traceAxes: [] },
  { ...CNN, name: "docstring CNN, 20 against itself, traced", n1: 20, n2: null, traceAxes: [-1] },
  { ...FCN, name: "FCN 3072-1024-1024-100, 5 against itself, full", n1: 5, n2: null, traceAxes: [] },
  { ...MLP, name: "MLP 784-512-512-10, 128 against itself, full", n1: 128, n2: null, traceAxes: [] },
  { ...MLP, name: "MLP 784-512-512-10, 32 against 128, full", n1: 32, n2: 128, traceAxes: [] },
  { ...SMALL_MLP, name: "MLP 64-128-128-10, 16 against itself, full", n1: 16, n2: null, traceAxes: [] },
  { ...SMALL_CNN, name: "CNN 8x8x3, 2 convolutions of 8, 8 against itself, full", n1: 8, n2: null, traceAxes: [] },
];

const layerOf = ([kind, width]: LayerSpec) => {
  if (kind === "conv") return stax.Conv(width, [3, 3]);
  if (kind === "dense") return stax.Dense(width);
  return kind === "relu" ? stax.Relu() : stax.Flatten();
};

/** A job's function and arrays: those of the docstring for its network, drawn in the same way for the others. */
export function setUp({ layers, input, n1, n2 }: KernelJob) {
  const [initFn, f] = stax.serial(...layers.map(layerOf));
  const keys = random.split(random.key(1), 3);
  const examples = (n: number): NDArray => random.normal(keys.at(0), [n, ...input]);
  const [, params] = initFn(keys.at(2), [n1, ...input]);
  return { f, x1: examples(n1), x2: n2 === null ? null : examples(n2), params };
}
