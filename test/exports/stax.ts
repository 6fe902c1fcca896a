/** Valid calls of stax, and of the two functions of every layer that it makes. */
import { type NDArray, numpy as np, random, stax } from "cotangent";
import { type Example, examplesOf, matrix, type Row, returned, withOptions } from "./example.ts";

const axes = () => ({ batchAxis: 0, channelAxis: 1 });
const imageAxes = () => ({ batchAxis: 0, channelAxis: 3 });
const scale = () => ({ a: 2, b: 3 });
const affine = () => ({ ...scale(), c: 1 });
const parameters = () => ({ WStd: 2, bStd: 0.5, parameterization: "standard", s: [1, 2] });
const convolution = () => ({
  strides: [1, 2],
  padding: "SAME",
  ...parameters(),
  dimensionNumbers: ["NHWC", "HWIO", "NHWC"],
});
const pooling = () => ({ strides: [2, 2], padding: "SAME", ...imageAxes() });
const stabilize = () => ({ doStabilize: false });
const cube = (x: NDArray): NDArray => np.multiply(np.multiply(x, x), x);

/** Layers of (examples, features). */
const FLAT: readonly Row[] = [
  ["Dense", () => [2], () => ({ ...parameters(), ...axes() })],
  ["Dense", () => [2, 1.5, 0.1]],
  ["Identity Gabor Sign Sigmoid_like", () => []],
  ["Flatten", () => [], () => ({ batchAxis: 0, batchAxisOut: 0 })],
  ["Erf Sin Cos", () => [], affine],
  ["Exp Gaussian", () => [], scale],
  ["Rbf", () => [], () => ({ gamma: 2 })],
  ["Gelu", () => [], () => ({ approximate: true })],
  ["ABRelu", () => [0.5, 1], stabilize],
  ["Relu Abs", () => [], stabilize],
  ["LeakyRelu", () => [0.1], stabilize],
  ["Polynomial", () => [[1, 2, 3]]],
  ["Hermite Monomial RectifiedMonomial", () => [2]],
  ["Elementwise ElementwiseNumerical", () => [cube]],
  ["LayerNorm", () => [], () => ({ axis: [1], eps: 0.1, ...axes() })],
  ["Dropout", () => [0.5], () => ({ mode: "test" })],
  ["Index", () => [stax.Slice(":", 0)], axes],
  ["DotGeneral", () => [], () => axes()],
  [
    "DotGeneral",
    () => [
      {
        rhs: np.ones([3, 2]),
        dimensionNumbers: [
          [[1], [0]],
          [[], []],
        ],
      },
    ],
    axes,
  ],
  [
    "DotGeneral",
    () => [
      {
        lhs: np.ones([2, 3]),
        dimensionNumbers: [
          [[1], [1]],
          [[], []],
        ],
      },
    ],
    axes,
  ],
  ["FanOut", () => [2]],
  ["serial", () => [stax.Dense(2), stax.Relu()]],
  ["repeat", () => [stax.Dense(3), 2]],
];

/** Layers of images: (examples, height, width, channels). */
const IMAGES: readonly Row[] = [
  ["Conv ConvLocal ConvTranspose", () => [2, [2, 2]], convolution],
  ["Conv", () => [2, [2, 2], [1, 1], "SAME"]],
  ["SumPool", () => [[2, 2]], pooling],
  ["AvgPool", () => [[2, 2]], () => ({ ...pooling(), normalizeEdges: true })],
  ["GlobalAvgPool GlobalSumPool", () => [], imageAxes],
  ["ImageResize", () => [[-1, 5, 5, -1], "linear"], () => ({ antialias: false, ...imageAxes() })],
  [
    "GlobalSelfAttention",
    () => [4, 4, 4, 2],
    () => ({
      linearScaling: true,
      WKeyStd: 2,
      WValueStd: 2,
      WQueryStd: 2,
      WOutStd: 2,
      bStd: 0.1,
      attentionMechanism: "RELU",
      posEmbType: "SUM",
      posEmbPNorm: 1,
      posEmbDecayFn: (x: NDArray) => np.exp(np.multiply(x, -1)),
      nChanPosEmb: 2,
      WPosEmbStd: 2,
      valPosEmb: true,
      ...imageAxes(),
    }),
  ],
];

/** Layers with several inputs, and one with a keyword argument. */
const SEVERAL: readonly Row[] = [
  ["FanInSum FanInProd", () => []],
  ["parallel", () => [stax.Dense(2), stax.Relu()]],
  ["FanInConcat", () => []],
  ["FanInConcat", () => [1]],
];

const GRAPHS: readonly Row[] = [
  [
    "Aggregate",
    () => [],
    () => ({
      aggregateAxis: 1,
      batchAxis: 0,
      channelAxis: 2,
      toDense: (pattern: NDArray) => pattern,
      implementation: "SPARSE",
    }),
  ],
];

const ones = (shape: readonly number[]): NDArray => np.ones(shape);

/** A layer's own functions: with its options, where they go together, it is another layer. */
function functionsOf(layer: Example, shape: () => unknown, inputs: () => unknown, kwargs: object): Example[] {
  const make = (): stax.Layer => {
    const x = matrix();
    return layer.f()(...(layer.options ? withOptions(layer, x, {}) : layer.args(x)));
  };
  return [
    returned(
      `${layer.name}, initFn`,
      () => make()[0],
      () => [random.key(1), shape()],
    ),
    returned(
      `${layer.name}, applyFn`,
      () => make()[1],
      () => [make()[0](random.key(1), shape() as number[])[1], inputs(), { rng: random.key(2), ...kwargs }],
    ),
  ];
}

const withFunctions = (rows: readonly Row[], shape: () => unknown, inputs: () => unknown, kwargs = {}): Example[] =>
  examplesOf("stax.", stax, rows).flatMap((layer) => [layer, ...functionsOf(layer, shape, inputs, kwargs)]);

export const staxExamples = (): Example[] => [
  ...withFunctions(
    FLAT,
    () => [3, 3],
    () => ones([3, 3]),
  ),
  ...withFunctions(
    IMAGES,
    () => [1, 3, 3, 4],
    () => ones([1, 3, 3, 4]),
  ),
  ...withFunctions(
    SEVERAL,
    () => [
      [2, 3],
      [2, 3],
    ],
    () => [ones([2, 3]), ones([2, 3])],
  ),
  ...withFunctions(
    GRAPHS,
    () => [2, 3, 4],
    () => ones([2, 3, 4]),
    { pattern: ones([2, 3, 3]) },
  ),
  ...examplesOf("stax.", stax, [["Slice", () => [1, 2]]]),
];
