/** Valid calls of nn. */
import { lax, type NDArray, nn, random } from "cotangent";
import {
  type AnyFunction,
  type Example,
  examplesOf,
  mask,
  type Row,
  returned,
  unary,
  vector,
  wanting,
} from "./example.ts";

const heads = (x: NDArray): NDArray => lax.reshape(x, { newSizes: [3, 1, 3] });
const channel = (x: NDArray): NDArray => lax.reshape(x, { newSizes: [3, 3, 1] });
const masked = (x: NDArray) => ({ axis: 0, where: mask(x) });
const pooling = () => ({ strides: [2, 2], padding: "SAME" });

const ROWS: readonly Row[] = [
  [
    `hardSigmoid hardSilu hardSwish hardTanh identity log1mexp logSigmoid mish relu relu6 selu sigmoid silu softSign softplus
     sparsePlus sparseSigmoid swish tanh`,
    unary,
  ],
  ["celu elu", unary, () => ({ alpha: 2 })],
  ["gelu", unary, () => ({ approximate: false })],
  ["leakyRelu", unary, () => ({ negativeSlope: 0.1 })],
  ["squareplus", unary, () => ({ b: 1 })],
  ["glu", (x) => [lax.concatenate([x, x], { dimension: 1 })], () => ({ axis: 1 })],
  ["softmax logSoftmax", unary, masked],
  ["logmeanexp", unary, (x) => ({ ...masked(x), keepdims: true })],
  ["logsumexp", unary, (x) => ({ ...masked(x), keepdims: true, b: x })],
  ["standardize", unary, (x) => ({ ...masked(x), mean: vector(x), variance: 2, epsilon: 0.1, algorithm: "stable" })],
  ["oneHot", wanting(3), () => ({ dtype: "float64", axis: 0 })],
  ["maxPool", (x) => [channel(x), [2, 2]], pooling],
  ["avgPool", (x) => [channel(x), [2, 2]], () => ({ ...pooling(), countIncludePad: true })],
  [
    "dotProductAttention",
    (x) => [heads(x), heads(x), heads(x)],
    (x) => ({ bias: x, mask: lax.gt(x, 0), scale: 2, isCausal: true }),
  ],
];

const fans = () => ({ inAxis: 0, outAxis: 1, batchAxis: 2, dtype: "float64" });
const scales = "glorotNormal glorotUniform heNormal heUniform kaimingNormal kaimingUniform";

const INITIALIZERS: readonly Row[] = [
  ["zeros ones", () => [random.key(1), [2, 3]]],
  ["constant", (x) => [x]],
  ["uniform normal", () => [0.1, "float64"]],
  ["truncatedNormal", () => [0.1, "float64", -1, 2]],
  ["varianceScaling", () => [2, "fan_in", "normal"], fans],
  [`${scales} lecunNormal lecunUniform xavierNormal xavierUniform`, () => [], fans],
  ["orthogonal deltaOrthogonal", () => [2], () => ({ columnAxis: 1, dtype: "float64" })],
];

/** The initializers that the builders return. */
const built = (): Example[] => {
  const of = (name: string, f: () => AnyFunction, shape: readonly number[]): Example =>
    returned(`nn.initializers.${name}`, f, () => [random.key(1), [...shape]]);
  const { initializers } = nn;
  return [
    of("constant", () => initializers.constant(2), [3]),
    of("uniform", () => initializers.uniform(), [3]),
    of("normal", () => initializers.normal(), [3]),
    of("truncatedNormal", () => initializers.truncatedNormal(), [3]),
    of("varianceScaling", () => initializers.varianceScaling(1, "fan_avg", "uniform"), [2, 3]),
    of("glorotNormal", () => initializers.glorotNormal(), [2, 3]),
    of("orthogonal", () => initializers.orthogonal(), [2, 3]),
    of("deltaOrthogonal", () => initializers.deltaOrthogonal(), [3, 2, 3]),
  ];
};

export const nnExamples = (): Example[] => [
  ...examplesOf("nn.", nn, ROWS),
  ...examplesOf("nn.initializers.", nn.initializers, INITIALIZERS),
  ...built(),
];
