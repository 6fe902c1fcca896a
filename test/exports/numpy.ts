/** Valid calls of numpy and numpy.linalg. */

import type { NDArray } from "cotangent";
import { array, image, lax, numpy as np, ops, scipy } from "cotangent";
import {
  binary,
  type Example,
  examplesOf,
  integers,
  mask,
  ofList,
  type Row,
  returned,
  unary,
  vector,
  vectors,
  wanting,
} from "./example.ts";

const dtype = (): { dtype: string } => ({ dtype: "float64" });
const axis = (): { axis: number } => ({ axis: 0 });
const axisAndKeepdims = () => ({ axis: [0, 1], keepdims: true });
const masked = (x: NDArray) => ({ ...axisAndKeepdims(), where: mask(x) });
const accumulated = (x: NDArray) => ({ ...masked(x), ...dtype() });
const variance = (x: NDArray) => ({ ...accumulated(x), ddof: 1 });
const extremum = (_x: NDArray) => ({ ...axisAndKeepdims(), initial: 1 });
const ofLike = () => ({ ...dtype(), shape: [2, 2] });
const offset = () => ({ offset: 1, axis1: 0, axis2: 1 });
const close = () => ({ rtol: 0.1, atol: 0.1, equalNan: true });
const sized = () => ({ size: 4, fillValue: 7 });
const made: Example["args"] = (x) => [3, { dtype: x.dtype }];
const spaced: Example["args"] = (x) => [1, 2, 2, { dtype: x.dtype }];
const modes = () => ({ mode: "same" });
const double = (y: NDArray): NDArray => np.add(y, y);

const ROWS: readonly Row[] = [
  [
    `abs absolute acos acosh arccos arccosh arcsin arcsinh arctan arctanh asin asinh atan atanh atleast1d atleast2d atleast3d
     block broadcastArrays cbrt ceil cos cosh deg2rad degrees exp exp2 expm1 fliplr flipud floor i0
     isfinite isinf isnan log log10 log1p log2 logicalNot matrixTranspose negative positive rad2deg radians
     reciprocal rint sign signbit sin sinc sinh sqrt square tan tanh trunc`,
    unary,
  ],
  [
    `add arctan2 atan2 copysign divide divmod dot equal
     floatPower floorDivide fmax fmin fmod greater greaterEqual heaviside hypot inner kron  less lessEqual
     logaddexp logaddexp2 logicalAnd logicalOr logicalXor matmul matvec maximum minimum mod multiply nextafter notEqual outer
     power remainder  subtract trueDivide vdot vecmat`,
    binary,
  ],
  ["bitwiseInvert bitwiseNot invert", unary, undefined, "int32"],
  [
    "bitwiseAnd bitwiseLeftShift bitwiseOr bitwiseRightShift bitwiseXor leftShift rightShift",
    binary,
    undefined,
    "int32",
  ],
  ["sum prod mean nansum nanprod nanmean", unary, accumulated],
  ["sum prod nansum nanprod", unary, () => ({ initial: 2 })],
  ["sum prod mean max min any all std var argmax argmin countNonzero average ptp nansum nanmax", wanting(0)],
  ["std var nanstd nanvar", unary, variance],
  ["max min amax amin", unary, extremum],
  ["max min amax amin", wanting({ initial: 1 }), (x) => ({ where: mask(x) })],
  ["any all nanmax nanmin", unary, masked],
  ["nanmax nanmin", unary, extremum],
  ["argmax argmin nanargmax nanargmin", unary, () => ({ axis: 1, keepdims: true })],
  ["countNonzero median nanmedian ptp", unary, axisAndKeepdims],
  ["average", unary, (x) => ({ ...axisAndKeepdims(), weights: x })],
  ["cumsum cumprod", unary, () => ({ ...axis(), ...dtype() })],
  ["cumsum cumprod", wanting(1)],
  ["quantile nanquantile", wanting(0.3), () => ({ ...axisAndKeepdims(), method: "lower" })],
  ["percentile nanpercentile", wanting(30), () => ({ ...axisAndKeepdims(), method: "lower" })],
  ["cov", unary, (x) => ({ y: x, rowvar: false, bias: true, ddof: 0 })],
  ["corrcoef", unary, (x) => ({ y: x, rowvar: false })],
  ["sort argsort", unary, () => ({ ...axis(), descending: true, stable: true })],
  ["array", unary, () => ({ shape: [9], ...dtype(), device: "cpu" })],
  [
    "array",
    () => [
      [
        [1, 2],
        [3, 4],
      ],
    ],
    () => ({ shape: [4], ...dtype() }),
  ],
  ["asarray", unary, dtype],
  ["array asarray", () => [new Float32Array([1, 2, 3])], dtype],
  ["multiply", (x) => [x, new Float32Array([1, 2, 3])]],
  ["zerosLike onesLike emptyLike", unary, ofLike],
  ["fullLike", wanting(1), ofLike],
  ["fullLike", (x) => [x, np.at(x, 0, 0)]],
  ["full", (x) => [[2, 3], vector(x)], dtype],
  ["arange identity", made, dtype],
  ["arange", () => [0, 6, 2], dtype],
  ["arange", () => [integers(1), array(3)], dtype],
  ["zeros ones empty", made, dtype],
  ["zeros ones empty", () => [[2, 3]], dtype],
  ["full", (x) => [[2], 1, { dtype: x.dtype }], dtype],
  ["eye tri", made, () => ({ M: 4, k: 1, ...dtype() })],
  ["trilIndices triuIndices", () => [3], () => ({ M: 4, k: 1 })],
  ["indices", (x) => [[2, 3], { dtype: x.dtype }], dtype],
  ["linspace", spaced, () => ({ endpoint: false, ...axis(), ...dtype() })],
  ["linspace logspace geomspace", () => [1, 2], () => ({ num: 3 })],
  ["linspace logspace", (x) => [vector(x), 5], () => ({ num: 3 })],
  ["logspace", spaced, () => ({ endpoint: false, ...axis(), ...dtype(), base: 2 })],
  ["geomspace", spaced, () => ({ endpoint: false, ...dtype() })],
  ["meshgrid", (x) => [[vector(x), vector(x)]], () => ({ indexing: "ij", sparse: true })],
  ["diagIndices", () => [3], () => ({ ndim: 3 })],
  ["tril triu diag diagflat", unary, () => ({ k: 1 })],
  ["diagonal trace", unary, offset],
  ["trace", unary, dtype],
  ["fillDiagonal", wanting(1)],
  ["isin", binary, () => ({ invert: true })],
  ["vecdot", binary, axis],
  ["diff", unary, () => ({ n: 2, ...axis(), prepend: 1, append: 2 })],
  ["ediff1d", unary, () => ({ toBegin: 1, toEnd: array([1, 2]) })],
  ["gradient", unary, axis],
  ["gradient", wanting(2), axis],
  ["trapezoid", unary, (x) => ({ x: vector(x), ...axis() })],
  ["trapezoid", unary, () => ({ dx: 2 })],
  ["interp", (x) => [x, vector(x), vector(x)], () => ({ left: 1, right: 2 })],
  ["convolve correlate", vectors, modes],
  ["polyval", (x) => [vector(x), x]],
  ["choose", (x) => [integers(0, 1, 0), [x, x]], () => ({ mode: "clip" })],
  ["piecewise", (x) => [x, [lax.eq(x, x)], [double]]],
  ["astype", (x) => [array([1, 2], { dtype: "float64" }), x.dtype]],
  ["astype", wanting("float64")],
  ["at", wanting(0, "1:")],
  ["take", wanting([0, 2])],
  ["take", wanting(2), () => ({ ...axis(), mode: "clip" })],
  ["take", (x) => [x, integers(0, 2)], () => ({ ...axis(), mode: "clip" })],
  ["takeAlongAxis", (x) => [x, array([[0], [1], [0]], { dtype: "int32" })], () => ({ axis: 1, mode: "clip" })],
  ["putAlongAxis", (x) => [x, lax.full([1, 3], 0, "int32"), vector(x), { axis: 0 }], () => ({})],
  ["indexAdd indexMax indexMin indexMultiply indexSet", (x) => [x, [0], vector(x)]],
  ["concat concatenate stack", ofList, () => ({ ...axis(), ...dtype() })],
  ["concatenate stack hstack", unary],
  ["columnStack", ofList],
  ["dstack hstack vstack", ofList, dtype],
  ["append", binary, axis],
  ["split arraySplit", wanting(3), axis],
  ["split arraySplit", wanting({ sections: 3 }), axis],
  ["split arraySplit", wanting({ indices: [1, 2] }), axis],
  ["split arraySplit", wanting({ indicesOrSections: 3 }), axis],
  ["hsplit vsplit", wanting(3)],
  ["dsplit", (x) => [x.reshape([1, 3, 3]), [1]]],
  ["tile", wanting(2)],
  ["tile", wanting([2, 1])],
  ["repeat", wanting(2), () => ({ ...axis(), totalRepeatLength: 7 })],
  ["repeat roll", wanting(integers(2)), axis],
  ["repeat", wanting([1, 2, 0], { axis: 0 }), () => ({})],
  ["roll", wanting(1), axis],
  ["reshape", wanting([9]), () => ({ order: "F" })],
  ["ravel", unary, () => ({ order: "F" })],
  ["transpose permuteDims", unary, () => ({ axes: [1, 0] })],
  ["transpose permuteDims", wanting([1, 0])],
  ["swapaxes moveaxis", wanting(0, 1)],
  ["moveaxis", wanting([0, 1], [1, 0])],
  ["expandDims", wanting(0)],
  ["expandDims", wanting({ axis: [0, 1] }), () => ({})],
  ["squeeze", unary, () => ({ axis: [] })],
  ["squeeze", (x) => [x.reshape([3, 1, 3]), 1]],
  ["flip", unary, axis],
  ["flip", wanting([0, 1])],
  ["rot90", unary, () => ({ k: 2, axes: [1, 0] })],
  ["broadcastTo", wanting([2, 3, 3])],
  ["broadcastArrays", binary],
  ["broadcastShapes", () => [[3, 1], [3]]],
  ["unstack", unary, axis],
  ["pad", wanting(1), () => ({ mode: "edge", constantValues: 2 })],
  [
    "pad",
    wanting(
      [
        [1, 0],
        [0, 1],
      ],
      { mode: "linear_ramp" },
    ),
    () => ({ endValues: [1, 2] }),
  ],
  ["pad", wanting({ padWidth: 1, mode: "maximum" }), () => ({ statLength: 2 })],
  ["tensordot", binary, () => ({ axes: [[0], [1]] })],
  ["tensordot", wanting(array([1, 2, 3]), 1)],
  ["cross", binary, axis],
  ["einsum", (x) => ["ij,jk->ik", x, x]],
  ["einsum", (x) => [x, [0, 1], x, [1, 2], [0, 2]]],
  ["searchsorted", (x) => [vector(x), x], () => ({ side: "right" })],
  ["digitize", (x) => [x, vector(x)], () => ({ right: true })],
  ["bincount", (x) => [np.astype(vector(x), "int32"), { length: 4, weights: vector(x) }], () => ({ minlength: 3 })],
  ["histogram", unary, (x) => ({ bins: 3, range: [0, 4], weights: x, density: true })],
  ["unravelIndex", () => [integers(3), [2, 3]]],
  ["nonzero argwhere flatnonzero", unary, sized],
  ["unique", unary, () => ({ ...sized(), returnIndex: true, returnInverse: true, returnCounts: true })],
  ["isclose allclose", binary, close],
  ["arrayEqual", binary, () => ({ equalNan: true })],
  ["where", (x) => [mask(x), x, x]],
  ["select", (x) => [[mask(x)], [x]], () => ({ default: 2 })],
  ["clip", wanting(0, 2)],
  ["clip", unary, () => ({ min: 1, max: 2 })],
  ["round around", unary, () => ({ decimals: 1 })],
  ["nanToNum", unary, () => ({ nan: 1, posinf: 2, neginf: -2 })],
  ["applyAlongAxis", (x) => [double, 0, x]],
  ["vectorize", () => [double], () => ({ signature: "(n)->(n)" })],
  ["resultType", unary],
  ["finfo", (x) => [x.dtype]],
  ["iinfo", (x) => [x.dtype], undefined, "int32"],
];

const LINALG: readonly Row[] = [
  ["det inv matrixTranspose slogdet svdvals", unary],
  ["eigh eigvalsh", unary, () => ({ UPLO: "U", symmetrizeInput: false })],
  ["vectorNorm", unary, () => ({ ord: 1, ...axisAndKeepdims() })],
  ["matmul outer solve", binary],
  ["vecdot", binary, axis],
  ["cholesky", unary, () => ({ upper: true, symmetrizeInput: false })],
  ["cond", unary, () => ({ p: 1 })],
  ["cross", binary, axis],
  ["diagonal trace", unary, () => ({ offset: 1 })],
  ["trace", unary, dtype],
  ["lstsq", binary, () => ({ rcond: 0.1 })],
  ["matrixNorm", unary, () => ({ ord: 1, keepdims: true })],
  ["norm", unary, () => ({ ord: 1, ...axisAndKeepdims() })],
  ["matrixRank pinv", unary, () => ({ rtol: 0.1 })],
  ["matrixPower", wanting(3)],
  ["multiDot", ofList],
  ["qr", unary, () => ({ mode: "r" })],
  ["svd", unary, () => ({ fullMatrices: false, computeUv: false })],
  ["tensordot", binary, () => ({ axes: 1 })],
];

export const numpyExamples = (): Example[] => [
  ...examplesOf("numpy.", np, ROWS),
  returned("numpy.vectorize", () => np.vectorize(double), unary),
];
export const linalgExamples = (): Example[] => examplesOf("numpy.linalg.", np.linalg, LINALG);

const SEGMENT_OPTIONS = () => ({ numSegments: 4, indicesAreSorted: true, uniqueIndices: true });

/** Valid calls of ops, image and scipy. */
export const fieldExamples = (): Example[] => [
  ...examplesOf("ops.", ops, [
    ["segmentSum segmentProd segmentMax segmentMin", wanting(integers(0, 1, 2)), SEGMENT_OPTIONS],
  ]),
  ...examplesOf("image.", image, [["resize", wanting([2, 4], "linear"), () => ({ antialias: false })]]),
  ...examplesOf("scipy.linalg.", scipy.linalg, [
    ["choFactor", unary, () => ({ lower: true })],
    ["choSolve", (x) => [[x, true], x]],
  ]),
  ...examplesOf("scipy.sparse.linalg.", scipy.sparse.linalg, [
    ["cg", (x) => [x, vector(x)], (x) => ({ tol: 0.1, atol: 0.1, maxiter: 2, M: np.eye(3), x0: vector(x) })],
  ]),
];
