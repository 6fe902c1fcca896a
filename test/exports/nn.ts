/** Valid calls of nn. */
import { lax, type NDArray, nn } from "cotangent";
import { type Example, examplesOf, mask, type Row, unary, vector, wanting } from "./example.ts";

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

export const nnExamples = (): Example[] => examplesOf("nn.", nn, ROWS);
