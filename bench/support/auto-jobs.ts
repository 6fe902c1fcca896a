/** Kernels of networks of many kinds and sizes, to see which method is the fastest for each. */
import { lax, type NDArray, numpy as np, random, stax } from "cotangent";
import * as depthwise from "../../examples/models/depthwise.ts";
import * as mixer from "../../examples/models/mixer.ts";
import * as rnn from "../../examples/models/rnn.ts";
import * as transformer from "../../examples/models/transformer.ts";

export type KernelAxes = "trace" | "diagonal" | "full";

export interface AutoJob {
  readonly name: string;
  readonly f: (params: never, x: NDArray) => NDArray;
  readonly params: unknown;
  readonly x1: NDArray;
  readonly x2: NDArray | null;
  readonly axes: KernelAxes;
}

/** A network: its function, and a function for its parameters, of which few are drawn at a time. */
interface Network {
  readonly name: string;
  readonly params: () => unknown;
  readonly f: AutoJob["f"];
  readonly input: (n: number, seed: number) => NDArray;
}

const key = random.key(3);
const draw = (shape: readonly number[]) => (n: number, seed: number) => random.normal(random.key(seed), [n, ...shape]);
const words = (length: number, count: number) => (n: number, seed: number) =>
  random.randint(random.key(seed), [n, length], 0, count);

function ofLayers(name: string, input: readonly number[], layers: readonly ReturnType<typeof stax.Dense>[]): Network {
  const [initFn, f] = stax.serial(...layers);
  return { name, f: f as never, params: () => initFn(key, [1, ...input])[1], input: draw(input) };
}

function mlp(...widths: readonly number[]): Network {
  const [first, ...rest] = widths as [number, ...number[]];
  const layers = rest.flatMap((n, i) => [stax.Dense(n), ...(i + 1 < rest.length ? [stax.Relu()] : [])]);
  return ofLayers(`MLP ${widths.join("-")}`, [first], layers);
}

function cnn(size: number, channels: readonly number[], logits: number, pooled: boolean): Network {
  const layers = channels.flatMap((n) => [stax.Conv(n, [3, 3], { padding: "SAME" }), stax.Relu()]);
  const head = [pooled ? stax.GlobalAvgPool() : stax.Flatten(), stax.Dense(logits)];
  const name = `CNN ${size}x${size}, ${channels.join("-")}, ${pooled ? "pooled" : "flat"}, ${logits}`;
  return ofLayers(name, [size, size, 3], [...layers, ...head]);
}

function attention(length: number, width: number, logits: number): Network {
  const layers = [
    stax.Dense(width),
    stax.GlobalSelfAttention(width, width, width, 2),
    stax.LayerNorm(),
    stax.GlobalAvgPool(),
    stax.Dense(logits),
  ];
  return ofLayers(`attention ${length}x${width}, ${logits}`, [length, 8], layers);
}

const GRU = (steps: number, width: number, classes: number): Network => ({
  name: `GRU, ${steps} steps of ${width}, ${classes}`,
  params: () => rnn.init(key, { width, classes }),
  f: rnn.apply as never,
  input: draw([steps, 8]),
});

const MIXER = (width: number, classes: number): Network => ({
  name: `mixer of ${width}, ${classes}`,
  params: () => mixer.init(key, { imageSize: 16, width, classes, depth: 2 }),
  f: mixer.apply as never,
  input: draw([16, 16, 3]),
});

const DEPTHWISE: Network = {
  name: "depthwise, 10",
  params: () => depthwise.init(key, { widths: [16, 32] }),
  f: depthwise.apply as never,
  input: draw([16, 16, 3]),
};

/** The logits of the last token. */
const TRANSFORMER: Network = {
  name: "transformer, last of 12 tokens, 64",
  params: () => transformer.init(key, { vocabulary: 64, context: 12, width: 32, depth: 1 }),
  f: ((p: transformer.TransformerParams, x: NDArray) => np.at(transformer.apply(p, x), ":", -1)) as never,
  input: words(12, 64),
};

const EMBEDDINGS: Network = {
  name: "embeddings 1000x32, mean, 10",
  params: () => ({ table: random.normal(key, [1000, 32]), out: random.normal(key, [32, 10]) }),
  f: ((p: { table: NDArray; out: NDArray }, x: NDArray) =>
    np.matmul(np.tanh(np.mean(np.take(p.table, x, { axis: 0 }), { axis: 1 })), p.out)) as never,
  input: words(16, 1000),
};

/** One matrix, again and again. */
const SHARED: Network = {
  name: "one matrix of 128 four times",
  params: () => random.normal(key, [128, 128]),
  f: ((w: NDArray, x: NDArray) => [1, 2, 3, 4].reduce((h) => np.tanh(np.matmul(h, lax.mul(w, 0.1))), x)) as never,
  input: draw([128]),
};

const PLANS: readonly (readonly [Network, n1: number, n2: number | null, ...axes: KernelAxes[]])[] = [
  [mlp(64, 128, 128, 10), 16, null, "full", "trace"],
  [mlp(64, 128, 128, 10), 8, 64, "full"],
  [mlp(784, 512, 512, 10), 128, null, "full", "trace", "diagonal"],
  [mlp(784, 512, 512, 1), 128, null, "trace"],
  [mlp(784, 512, 512, 10), 32, 128, "full"],
  [mlp(3072, 256, 100), 8, null, "full", "trace"],
  [mlp(32, 1024, 100), 16, null, "full"],
  [mlp(16, 16, 16, 1), 256, null, "trace"],
  [mlp(8, 2048, 1), 64, 32, "trace"],
  [mlp(128, 64, 64, 64, 64, 10), 32, null, "full", "diagonal"],
  [cnn(8, [8, 8], 10, false), 8, null, "full", "trace"],
  [cnn(8, [8, 8], 10, true), 8, null, "full"],
  [cnn(16, [16, 16], 1, true), 16, null, "trace"],
  [cnn(16, [16, 16], 10, false), 4, 12, "trace"],
  [cnn(16, [32, 32], 10, true), 4, null, "full", "diagonal"],
  [cnn(12, [8, 16, 32], 4, true), 6, null, "trace"],
  [cnn(6, [4], 100, false), 4, null, "full"],
  [attention(16, 32, 10), 8, null, "full", "trace"],
  [attention(8, 64, 1), 16, null, "trace"],
  [attention(12, 16, 50), 4, 8, "full"],
  [GRU(8, 32, 10), 8, null, "full", "trace"],
  [GRU(16, 16, 1), 16, null, "trace"],
  [MIXER(32, 10), 4, null, "full", "trace"],
  [DEPTHWISE, 4, null, "full", "trace"],
  [TRANSFORMER, 4, null, "full", "trace"],
  [EMBEDDINGS, 16, null, "full", "trace"],
  [EMBEDDINGS, 4, 64, "full"],
  [SHARED, 4, null, "trace", "full"],
];

/** The jobs, each made when it is its turn. */
export const AUTO_JOBS: readonly (() => AutoJob)[] = PLANS.flatMap(([network, n1, n2, ...all]) =>
  all.map((axes) => (): AutoJob => {
    const { f, params, input } = network;
    const name = `${network.name}: ${n1} against ${n2 ?? "itself"}, ${axes}`;
    return { name, f, params: params(), x1: input(n1, 1), x2: n2 === null ? null : input(n2, 2), axes };
  }),
);
