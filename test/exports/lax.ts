/** Valid calls of lax and lax.linalg. */
import { array, lax, type NDArray, numpy as np } from "cotangent";
import {
  binary,
  type Example,
  examplesOf,
  image,
  integers,
  ofList,
  type Row,
  turned,
  unary,
  vector,
  wanting,
} from "./example.ts";

const dimensionNumbers = () => ["NCHW", "OIHW", "NCHW"];
/** Whole rows. */
const gathered = () => ({ offsetDims: [1], collapsedSliceDims: [0], startIndexMap: [0] });
const scattered = () => ({ updateWindowDims: [1], insertedWindowDims: [0], scatterDimsToOperandDims: [0] });
const column = (): NDArray => integers(2, 0).reshape([2, 1]);
const rows = (x: NDArray): NDArray => lax.slice(x, { startIndices: [0, 0], limitIndices: [2, 3] });
const pairs = () => [
  [1, 0],
  [0, 1],
];
const strided = () => ({ windowStrides: [1, 1], padding: pairs() });
const dilations = () => ({ lhsDilation: [2, 1], rhsDilation: [1, 2] });
const element = (x: NDArray) => ({ preferredElementType: x.dtype });
const windows = () => ({ windowStrides: [1, 1], padding: "VALID", baseDilation: [2, 1], windowDilation: [1, 2] });
const scan = () => ({ axis: 1, reverse: true });
const axis = () => ({ axis: 0 });
const oneAxis = () => ({ ...axis(), keepdims: true });
const hints = () => ({ mode: "clip", uniqueIndices: true, indicesAreSorted: false });

const ROWS: readonly Row[] = [
  [
    `abs acos acosh asin asinh atan atanh besselI0e besselI1e cbrt ceil cos cosh digamma erf erfInv erfc exp exp2
     expm1 floor isFinite lgamma log log1p logistic neg reciprocal rsqrt sign sin sinh sqrt square stopGradient
     tan tanh`,
    unary,
  ],
  [
    `add atan2 batchMatmul broadcastLike div eq ge gt igamma igammac le logaddexp lt max min mul
     ne nextafter pow rem sub`,
    binary,
  ],
  ["bitwiseNot clz populationCount", unary, undefined, "int32"],
  [
    "bitwiseAnd bitwiseOr bitwiseXor mulhi shiftLeft shiftRightArithmetic shiftRightLogical",
    binary,
    undefined,
    "int32",
  ],
  ["round", unary, () => ({ roundingMethod: lax.RoundingMethod.TO_NEAREST_EVEN })],
  ["cumlogsumexp cummax cummin cumprod cumsum", unary, scan],
  ["associativeScan", (x) => [lax.max, x], scan],
  ["reduceMax reduceMin reduceProd reduceSum", unary, () => ({ axes: [1] })],
  ["reduceAnd reduceOr reduceXor", unary, () => ({ axes: [1] }), "int32"],
  ["argmax argmin", wanting({ axis: 0 }), () => ({ indexDtype: "uint32" })],
  ["reduce", (x) => [x, lax.full([], 0, x.dtype), lax.max, [0]]],
  ["reduceWindow", (x) => [x, 0, lax.max, { windowDimensions: [2, 2] }], windows],
  ["reduceWindowMax reduceWindowMin reduceWindowProd reduceWindowSum", wanting({ windowDimensions: [2, 2] }), windows],
  ["sort", unary, () => ({ dimension: 0, numKeys: 1, isStable: true })],
  ["sort", ofList, () => ({ dimension: 0, numKeys: 2, isStable: true })],
  ["sortKeyVal", binary, () => ({ dimension: 0, isStable: true })],
  ["topK", wanting(2), axis],
  ["approxMaxK approxMinK", wanting(2), () => ({ reductionDimension: 0, recallTarget: 0.9 })],
  ["full", (x) => [[2], 1, x.dtype]],
  ["full", (x) => [[2], np.at(x, 0, 0)]],
  ["fullLike", (x) => [x, np.at(x, 0, 0)]],
  ["fullLike", wanting(1), () => ({ shape: [2], dtype: "float64" })],
  ["empty", (x) => [[2], x.dtype]],
  ["iota", (x) => [x.dtype, 3]],
  ["broadcastedIota", (x) => [x.dtype, [2, 2], 0]],
  ["clamp", (x) => [0, x, 2]],
  ["betainc", (x) => [1, 2, x]],
  ["igammaGradA polygamma randomGammaGrad zeta", (x) => [2, x]],
  ["bitcastConvertType", wanting("int32")],
  ["convertElementType", (x) => [array([1, 2], { dtype: "float64" }), x.dtype]],
  ["convertElementType", wanting("float64")],
  ["reducePrecision", wanting({ exponentBits: 5, mantissaBits: 10 }), () => ({})],
  ["integerPow", wanting({ exponent: 3 }), () => ({})],
  ["select", (x) => [lax.eq(x, x), x, x]],
  ["selectN", (x) => [lax.eq(x, x), x, x]],
  ["broadcast", wanting([2])],
  ["broadcastInDim", wanting({ shape: [2, 3, 3], broadcastDimensions: [1, 2] }), () => ({})],
  ["broadcastShapes", () => [[3, 1], [3]]],
  ["broadcastToRank", wanting(3)],
  ["collapse", wanting(0)],
  ["collapse", wanting(0, 2)],
  ["reshape", wanting({ newSizes: [9] }), () => ({ dimensions: [0, 1] })],
  ["expandDims", wanting({ axes: [0] }), () => ({})],
  ["squeeze", (x) => [x.reshape([3, 1, 3])], () => ({ dimensions: [1] })],
  ["transpose", unary, () => ({ permutation: [1, 0] })],
  ["rev", wanting({ dimensions: [0] }), () => ({})],
  ["concatenate", (x) => [[x, x], { dimension: 0 }], () => ({})],
  ["stack", ofList, axis],
  ["unstack", unary, axis],
  ["split", wanting([1, 2]), axis],
  ["tile", wanting([2, 1])],
  [
    "pad",
    (x) => [
      x,
      lax.full([], 0, x.dtype),
      {
        paddingConfig: [
          [1, 0, 0],
          [0, 1, 1],
        ],
      },
    ],
    () => ({}),
  ],
  ["slice", wanting({ startIndices: [0, 1], limitIndices: [3, 3] }), () => ({ strides: [2, 1] })],
  ["sliceInDim", wanting(0, 2), () => ({ axis: 1, stride: 2 })],
  ["indexInDim dynamicIndexInDim", wanting(1), oneAxis],
  ["dynamicSlice", wanting([0, 1], { sliceSizes: [2, 2] }), () => ({})],
  ["dynamicSliceInDim", wanting(1, 1)],
  ["dynamicSliceInDim", wanting(1, 1, 1)],
  ["dynamicUpdateSlice", (x) => [x, x, [0, 0]]],
  ["dynamicUpdateSliceInDim", (x) => [x, x, 0, 0]],
  ["dynamicUpdateIndexInDim", (x) => [x, vector(x), 1, 0]],
  ["indexTake", (x) => [x, [integers(0, 2)], [0]]],
  [
    "gather",
    (x) => [x, column(), { dimensionNumbers: gathered(), sliceSizes: [1, 3] }],
    () => ({ ...hints(), fillValue: 2 }),
  ],
  [
    "scatter scatterAdd scatterMax scatterMin scatterMul scatterSet scatterSub",
    (x) => [x, integers(0, 2), rows(x)],
    () => ({ axis: 0, ...hints() }),
  ],
  [
    "scatter scatterAdd scatterMax scatterMin scatterMul scatterSet scatterSub",
    (x) => [x, column(), rows(x), { dimensionNumbers: scattered() }],
    hints,
  ],
  [
    "scatterApply",
    (x) => [x, integers(0, 2), turned, { updateShape: [2, 3], uniqueIndices: true }],
    () => ({ axis: 0, mode: "clip", indicesAreSorted: true }),
  ],
  [
    "scatterApply",
    (x) => [x, column(), turned, { updateShape: [2, 3], uniqueIndices: true, dimensionNumbers: scattered() }],
    () => ({ mode: "clip", indicesAreSorted: true }),
  ],
  ["dot", binary, element],
  ["dot", wanting(array([1, 2, 3])), () => ({ contractingDims: [[1], [0]] })],
  [
    "dot",
    (x) => [x.reshape([1, 3, 3]), x.reshape([1, 3, 3]), { contractingDims: [[2], [1]], batchDims: [[0], [0]] }],
    element,
  ],
  ["dotGeneral", (x) => [x, x, { contractingDims: [[1], [0]] }], (x) => ({ batchDims: [[], []], ...element(x) })],
  ["raggedDot", (x) => [x, lax.reshape(x, { newSizes: [1, 3, 3] }), integers(3)], element],
  ["conv", (x) => [image(x), image(x), strided()], element],
  ["convWithGeneralPadding", (x) => [image(x), image(x), strided()], (x) => ({ ...dilations(), ...element(x) })],
  [
    "convTranspose",
    (x) => [image(x), image(x), { strides: [1, 1], padding: "SAME", dimensionNumbers: dimensionNumbers() }],
    (x) => ({ rhsDilation: [1, 2], transposeKernel: true, useConsistentPadding: true, ...element(x) }),
  ],
  [
    "convGeneralDilated",
    (x) => [image(x), image(x), strided()],
    (x) => ({
      ...dilations(),
      dimensionNumbers: dimensionNumbers(),
      featureGroupCount: 1,
      batchGroupCount: 1,
      ...element(x),
    }),
  ],
  [
    "convGeneralDilatedPatches",
    (x) => [image(x), { ...strided(), filterShape: [2, 2] }],
    (x) => ({ ...dilations(), dimensionNumbers: dimensionNumbers(), ...element(x) }),
  ],
  [
    "convGeneralDilatedLocal",
    (x) => [image(x), x.reshape([1, 1, 3, 3]), { windowStrides: [1, 1], padding: "VALID", filterShape: [1, 1] }],
    (x) => ({ rhsDilation: [1, 2], lhsDilation: [1, 1], dimensionNumbers: dimensionNumbers(), ...element(x) }),
  ],
  ["cond", (x) => [array(true), turned, (y: NDArray) => y, x]],
  ["switch", (x) => [1, [turned, (y: NDArray) => lax.transpose(y)], x]],
  ["foriLoop", (x) => [0, 2, (_: NDArray, y: NDArray) => turned(y), x], () => ({ unroll: 2 })],
  ["map", (x) => [turned, x], () => ({ batchSize: 2 })],
  [
    "scan",
    (x) => [(c: NDArray, row: NDArray) => [turned(row), c], vector(x), x],
    () => ({ length: 3, reverse: true, unroll: true }),
  ],
  ["whileLoop", (x) => [(y: NDArray) => lax.lt(np.sum(y), 0), turned, x]],
];

const LINALG: readonly Row[] = [
  ["triangularSolve", (x) => [x, x, { leftSide: true }], () => ({ lower: true, transposeA: true, unitDiagonal: true })],
];

export const laxExamples = (): Example[] => [
  ...examplesOf("lax.", lax, ROWS),
  ...examplesOf("lax.linalg.", lax.linalg, LINALG),
];
