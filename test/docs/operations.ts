/**
 * The table of operations in docs/operations.md, made from the code itself: every exported function is called with arrays
 * of each dtype and differentiated. A function that isn't in these lists is an error, so that none is forgotten.
 *
 *     npm run docs:operations
 */
import * as cotangent from "cotangent";
import { array, jvp, lax, type NDArray, nn, numpy as np, random, tree, vjp } from "cotangent";
import { DTYPES, type DType, isFloat } from "../../src/base/dtypes.ts";

// biome-ignore lint/suspicious/noExplicitAny: functions of whatever signature
type AnyFunction = (...args: any[]) => unknown;
/** Calls a function with arrays made of `x`, a symmetric 3 x 3 matrix. */
type Call = (f: AnyFunction, x: NDArray) => unknown;

const words = (text: string): string[] => text.trim().split(/\s+/);
const integers = (...values: number[]): NDArray => array(values, { dtype: "int32" });
const image = (x: NDArray): NDArray => lax.reshape(x, { newSizes: [1, 1, 3, 3] });
const vector = (x: NDArray): NDArray => np.at(x, 0);
const turned = (x: NDArray): NDArray => lax.rev(x, { dimensions: [0] });
const mask = (x: NDArray): NDArray => lax.gt(lax.iota("int32", x.shape[0]), 0);

/** `f(x)` unless a list below says how else a function is called. */
const unary: Call = (f, x) => f(x);
const binary: Call = (f, x) => f(x, x);
const ofList: Call = (f, x) => f([x, x]);
const vectors: Call = (f, x) => f(vector(x), vector(x));
const made: Call = (f, x) => f(3, { dtype: x.dtype });
const wanting =
  (...more: readonly unknown[]): Call =>
  (f, x) =>
    f(x, ...more);

/** Whole rows, as the dimension numbers of a gather. */
const ROWS = { offsetDims: [1], collapsedSliceDims: [0], startIndexMap: [0] };
const IMAGES = ["NCHW", "OIHW", "NCHW"];
const WINDOWS = { windowStrides: [1, 1], padding: "VALID" };

type Calls = Readonly<Record<string, readonly [names: string, call: Call][]>>;

const CALLS: Calls = {
  lax: [
    [
      `abs cbrt ceil cummax cummin cumprod cumlogsumexp cumsum digamma erf erfInv erfc exp exp2 expm1 floor isFinite lgamma log
       log1p logistic neg reciprocal reduceMax reduceMin reduceProd reduceSum round rsqrt sign sin sinh sort sqrt square squeeze
       stopGradient tan tanh transpose acos acosh asin asinh atan atanh bitwiseNot clz cos cosh populationCount reduceAnd reduceOr
       besselI0e besselI1e reduceXor unstack`,
      unary,
    ],
    [
      `add atan2 bitwiseAnd bitwiseOr bitwiseXor div eq ge gt le logaddexp lt max min mul ne nextafter pow rem shiftLeft
       shiftRightArithmetic shiftRightLogical sub dot broadcastLike igamma igammac mulhi`,
      binary,
    ],
    ["argmax argmin", wanting({ axis: 0 })],
    ["associativeScan", (f, x) => f(lax.max, x)],
    ["broadcastInDim", wanting({ shape: [2, 3, 3], broadcastDimensions: [1, 2] })],
    ["broadcastedIota", (f, x) => f(x.dtype, [2, 2], 0)],
    ["iota", (f, x) => f(x.dtype, 3)],
    ["full", (f, x) => f([2], 1, x.dtype)],
    ["clamp", (f, x) => f(0, x, 2)],
    ["batchMatmul", (f, x) => f(lax.expandDims(x, { axes: [0] }), lax.expandDims(x, { axes: [0] }))],
    ["betainc", (f, x) => f(1, 2, x)],
    ["igammaGradA polygamma randomGammaGrad zeta", (f, x) => f(2, x)],
    ["bitcastConvertType", wanting("int32")],
    ["broadcast", wanting([2])],
    ["broadcastShapes", (f) => f([3, 1], [3])],
    ["broadcastToRank", wanting(3)],
    ["collapse", wanting(0)],
    ["fullLike", wanting(1)],
    ["gather", wanting(integers(2, 0).reshape([2, 1]), { dimensionNumbers: ROWS, sliceSizes: [1, 3] })],
    ["indexInDim", wanting(1)],
    ["indexTake", wanting([integers(0, 2)], [0])],
    ["reduce", (f, x) => f(x, lax.full([], 0, x.dtype), lax.max, [0])],
    ["reducePrecision", wanting({ exponentBits: 5, mantissaBits: 10 })],
    ["scatterApply", wanting(integers(0, 2), turned, { updateShape: [2, 3], uniqueIndices: true })],
    ["selectN", (f, x) => f(lax.eq(x, x), x, x)],
    ["sortKeyVal", (f, x) => f(x, x)],
    ["split", wanting([1, 2])],
    ["stack", ofList],
    ["tile", wanting([2, 1])],
    ["concatenate", (f, x) => f([x, x], { dimension: 0 })],
    ["cond", (f, x) => f(array(true), turned, (y: NDArray) => y, x)],
    ["conv convWithGeneralPadding", (f, x) => f(image(x), image(x), { windowStrides: [1, 1], padding: "SAME" })],
    ["convTranspose", (f, x) => f(image(x), image(x), { strides: [1, 1], padding: "SAME", dimensionNumbers: IMAGES })],
    ["convGeneralDilatedPatches", (f, x) => f(image(x), { ...WINDOWS, filterShape: [2, 2] })],
    ["convGeneralDilatedLocal", (f, x) => f(image(x), x.reshape([1, 1, 3, 3]), { ...WINDOWS, filterShape: [1, 1] })],
    ["convGeneralDilated", (f, x) => f(image(x), image(x), { windowStrides: [1, 1], padding: "SAME" })],
    ["convertElementType", (f, x) => f(array([1, 2], { dtype: "float64" }), x.dtype)],
    ["dotGeneral", (f, x) => f(x, x, { contractingDims: [[1], [0]] })],
    ["dynamicIndexInDim", wanting(1)],
    ["dynamicSliceInDim", wanting(1, 1)],
    ["dynamicSlice", wanting([0, 1], { sliceSizes: [2, 2] })],
    ["dynamicUpdateIndexInDim", (f, x) => f(x, vector(x), 1, 0)],
    ["dynamicUpdateSlice", (f, x) => f(x, x, [0, 0])],
    ["dynamicUpdateSliceInDim", (f, x) => f(x, x, 0, 0)],
    ["expandDims", wanting({ axes: [0] })],
    ["foriLoop", (f, x) => f(0, 2, (_: NDArray, y: NDArray) => turned(y), x)],
    ["integerPow", wanting({ exponent: 3 })],
    ["map", (f, x) => f(turned, x)],
    [
      "pad",
      (f, x) =>
        f(x, lax.full([], 0, x.dtype), {
          paddingConfig: [
            [1, 0, 0],
            [0, 1, 1],
          ],
        }),
    ],
    ["reduceWindow", (f, x) => f(x, 0, lax.max, { windowDimensions: [2, 2] })],
    ["reduceWindowMax reduceWindowMin reduceWindowProd reduceWindowSum", wanting({ windowDimensions: [2, 2] })],
    ["reshape", wanting({ newSizes: [9] })],
    ["rev", wanting({ dimensions: [0] })],
    ["scan", (f, x) => f((c: NDArray, row: NDArray) => [turned(row), c], vector(x), x)],
    [
      "scatter scatterAdd scatterMax scatterMin scatterMul scatterSet scatterSub",
      (f, x) => f(x, integers(0, 2), lax.slice(x, { startIndices: [0, 0], limitIndices: [2, 3] })),
    ],
    ["select", (f, x) => f(lax.eq(x, x), x, x)],
    ["slice", wanting({ startIndices: [0, 1], limitIndices: [3, 3] })],
    ["sliceInDim", wanting(0, 2)],
    ["switch", (f, x) => f(1, [turned, lax.transpose], x)],
    ["approxMaxK approxMinK topK", wanting(2)],
    ["raggedDot", (f, x) => f(x, lax.reshape(x, { newSizes: [1, 3, 3] }), integers(3))],
    ["empty", (f, x) => f([2], x.dtype)],
    ["whileLoop", (f, x) => f((y: NDArray) => lax.lt(np.sum(y), 0), turned, x)],
  ],
  "lax.linalg": [["triangularSolve", (f, x) => f(x, x, { leftSide: true })]],
  numpy: [
    [
      `abs absolute acos acosh around asin asinh atan atanh bitwiseInvert block degrees ediff1d emptyLike gradient i0 invert nanargmax
       nanargmin permuteDims radians unstack all amax amin any arccos arccosh arcsin arcsinh arctan arctanh argmax argmin argsort argwhere array asarray
       atleast1d atleast2d atleast3d average bitwiseNot cbrt ceil corrcoef cos cosh countNonzero cov cumprod cumsum deg2rad diag
       diagonal diff exp exp2 expm1 flatnonzero flip fliplr flipud floor histogram isfinite isinf isnan log log10 log1p log2
       logicalNot matrixTranspose max mean median min nanToNum nanmax nanmean nanmedian nanmin nanprod nanstd nansum nanvar negative
       nonzero onesLike positive prod ptp rad2deg ravel reciprocal rint rot90 round sign signbit sin sinc sinh sort sqrt square
       squeeze std sum tan tanh trace transpose trapezoid tril triu trunc unique var zerosLike`,
      unary,
    ],
    [
      `add allclose append arctan2 atan2 bitwiseLeftShift bitwiseRightShift divmod matvec nextafter trueDivide vecdot vecmat arrayEqual bitwiseAnd bitwiseOr bitwiseXor broadcastArrays copysign cross divide dot equal floatPower
       floorDivide fmax fmin fmod greater greaterEqual heaviside hypot inner isclose isin kron leftShift less lessEqual logaddexp
       logaddexp2 logicalAnd logicalOr logicalXor matmul maximum minimum mod multiply notEqual outer power remainder rightShift
       subtract tensordot vdot`,
      binary,
    ],
    ["broadcastShapes", (f) => f([1], [2])],
    ["choose", (f, x) => f(integers(0, 1, 0), [x, x])],
    ["piecewise", (f, x) => f(x, [lax.eq(x, x)], [turned])],
    ["putAlongAxis", (f, x) => f(x, lax.full([1, 3], 0, "int32"), vector(x), { axis: 0 })],
    ["fillDiagonal", wanting(1)],
    ["columnStack concat concatenate dstack hstack stack vstack", ofList],
    ["meshgrid", (f, x) => f([vector(x), vector(x)])],
    ["convolve correlate", vectors],
    ["digitize polyval searchsorted", (f, x) => f(...(f === np.digitize ? [x, vector(x)] : [vector(x), x]))],
    ["interp", (f, x) => f(x, vector(x), vector(x))],
    ["bincount", (f, x) => f(np.astype(vector(x), "int32"), { length: 4, weights: vector(x) })],
    ["applyAlongAxis", (f, x) => f(turned, 0, x)],
    ["vectorize", (f, x) => (f(lax.transpose) as AnyFunction)(x)],
    ["arange empty identity ones zeros eye tri", made],
    ["indices", (f, x) => f([2, 3], { dtype: x.dtype })],
    ["full", (f, x) => f([2], 1, { dtype: x.dtype })],
    ["fullLike", wanting(1)],
    ["linspace logspace geomspace", (f, x) => f(1, 2, 2, { dtype: x.dtype })],
    ["astype", (f, x) => f(array([1, 2], { dtype: "float64" }), x.dtype)],
    ["arraySplit split", wanting(3)],
    ["at", wanting(0, "1:")],
    ["broadcastTo", wanting([2, 3, 3])],
    ["clip", wanting(0, 2)],
    ["einsum", (f, x) => f("ij,jk->ik", x, x)],
    ["expandDims", wanting(0)],
    ["indexAdd indexMax indexMin indexMultiply indexSet", (f, x) => f(x, [0], vector(x))],
    ["moveaxis swapaxes", wanting(0, 1)],
    ["pad", wanting(1)],
    ["nanquantile percentile quantile", wanting(0.3)],
    ["repeat tile", wanting(2)],
    ["reshape", wanting([9])],
    ["resultType", (f, x) => array(String(f(x)).length)],
    ["finfo iinfo", (f, x) => array((f(x.dtype) as { bits: number }).bits)],
    ["roll", wanting(1)],
    ["select", (f, x) => f([mask(x)], [x])],
    ["take", wanting(integers(0, 2))],
    ["takeAlongAxis", wanting(array([[0], [1], [0]], { dtype: "int32" }))],
    ["trilIndices triuIndices", (f) => f(3)],
    ["unravelIndex", (f) => f(integers(3), [2, 3])],
    ["where", (f, x) => f(mask(x), x, x)],
  ],
  "numpy.linalg": [
    [
      "cholesky cond det diagonal matrixNorm matrixTranspose trace eigh eigvalsh inv matrixRank norm pinv slogdet svdvals",
      unary,
    ],
    ["qr svd", unary],
    ["cross lstsq matmul outer solve tensordot vecdot", binary],
    ["matrixPower", wanting(3)],
    ["multiDot", ofList],
  ],
  nn: [
    [
      `celu elu gelu hardSigmoid hardSilu hardSwish hardTanh identity leakyRelu log1mexp logSigmoid logSoftmax logmeanexp logsumexp mish relu relu6 selu
       sigmoid silu softSign softmax softplus sparsePlus sparseSigmoid squareplus standardize swish tanh`,
      unary,
    ],
    ["glu", (f, x) => f(lax.concatenate([x, x], { dimension: 1 }))],
    ["avgPool maxPool", (f, x) => f(lax.reshape(x, { newSizes: [3, 3, 1] }), [2, 2])],
    [
      "dotProductAttention",
      (f, x) => {
        const heads = lax.reshape(x, { newSizes: [3, 1, 3] });
        return f(heads, heads, heads);
      },
    ],
    ["oneHot", wanting(3)],
  ],
};

/** What is listed without being called: what it does. */
const LISTED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  transformations: {
    jvp: "values and directional derivatives, forwards",
    vjp: "values and the function from cotangents to those of the arguments, backwards",
    linearize: "values and the derivative as a linear function",
    linearTranspose: "the transpose of a linear function",
    grad: "the gradient of a scalar function",
    valueAndGrad: "value and gradient",
    jacfwd: "the Jacobian, forwards",
    jacrev: "the Jacobian, backwards",
    jacobian: "the same as `jacrev`",
    hessian: "all second derivatives",
    vmap: "a function over a batch",
    jit: "a function compiled as a whole, once for each shape, dtype and structure",
    checkpoint: "recomputes instead of keeping residuals",
    customJvp: "a derivative of one's own, forwards",
    customVjp: "a derivative of one's own, backwards",
    stopGradient: "a constant for derivatives",
    evalShape: "shapes and dtypes without computing",
    makeJaxpr: "the traced program, readable",
  },
};

const NAMESPACES: Readonly<Record<string, object>> = {
  lax,
  "lax.linalg": lax.linalg,
  numpy: np,
  "numpy.linalg": np.linalg,
  nn,
};

const functionsOf = (namespace: object): [string, AnyFunction][] =>
  Object.entries(namespace)
    .filter((entry): entry is [string, AnyFunction] => typeof entry[1] === "function")
    .sort(([a], [b]) => (a < b ? -1 : 1));

/** How each function of a namespace is called. Throws where a list and the namespace differ. */
function callsOf(name: string): [string, AnyFunction, Call][] {
  const known = new Map((CALLS[name] as Calls[string]).flatMap(([names, call]) => words(names).map((n) => [n, call])));
  const functions = functionsOf(NAMESPACES[name] as object);
  const exported = functions.map(([n]) => n);
  const unlisted = exported.filter((n) => !known.has(n));
  const gone = [...known.keys()].filter((n) => !exported.includes(n));
  if (unlisted.length + gone.length > 0) {
    throw new Error(`CALLS in test/docs/operations.ts lacks ${name}: [${unlisted}], and has what is gone: [${gone}]`);
  }
  return functions.map(([n, f]) => [n, f, known.get(n) as Call]);
}

const matrix = (dtype: DType): NDArray =>
  array(
    [
      [2, 1, 0],
      [1, 3, 1],
      [0, 1, 2],
    ],
    { dtype },
  );

const works = (f: () => unknown): boolean => {
  try {
    f();
    return true;
  } catch {
    return false;
  }
};

/** Whether the function takes arrays of the dtype, or makes them. */
function takes(call: Call, f: AnyFunction, dtype: DType): boolean {
  return works(() => {
    for (const leaf of tree.leaves<NDArray>(call(f, matrix(dtype)))) leaf.dataSync();
  });
}

const DIRECTION = [
  [1, 2, 3],
  [4, 5, 7],
  [6, 8, 9],
];

/** "yes", or "zero" where nothing flows; "-" for results that aren't floats or don't depend on arrays; "forwards"; "no". */
function derivative(call: Call, f: AnyFunction): string {
  if (!takes(call, f, "float64")) return "-";
  const x = matrix("float64");
  const floats = (y: NDArray): NDArray[] => tree.leaves<NDArray>(call(f, y)).filter((leaf) => isFloat(leaf.dtype));
  if (floats(x).length === 0) return "-";
  let tangents: NDArray[] = [];
  const forwards = works(() => {
    tangents = jvp(floats, [x], [array(DIRECTION, { dtype: "float64" })])[1] as NDArray[];
  });
  if (!forwards) return "no";
  const backwards = works(() => {
    const [outs, pullback] = vjp(floats, x) as unknown as [NDArray[], (cts: NDArray[]) => NDArray[]];
    for (const ct of pullback(outs.map((o) => np.onesLike(o)))) ct.dataSync();
  });
  if (!backwards) return "forwards";
  return tangents.some((t) => t.dataSync().some((v: number) => v !== 0)) ? "yes" : "zero";
}

const mark = (yes: boolean): string => (yes ? "x" : "");

function section(name: string): string[] {
  const rows = callsOf(name).map(([n, f, call]) => {
    const dtypes = DTYPES.map((dtype) => mark(takes(call, f, dtype)));
    return `| \`${n}\` | ${[...dtypes, derivative(call, f), "x", "not yet"].join(" | ")} |`;
  });
  return [
    `## ${name}`,
    "",
    `| function | ${DTYPES.join(" | ")} | derivative | CPU | WebGPU |`,
    `|---|${DTYPES.map(() => ":-:|").join("")}---|:-:|---|`,
    ...rows,
    "",
  ];
}

function randomSection(): string[] {
  const names = functionsOf(random).map(([n]) => `\`${n}\``);
  return [
    "## random",
    "",
    "Keys and bits are exactly JAX's (threefry, `jax_threefry_partitionable=True`); on the CPU, on WebGPU not yet.",
    "",
    `${names.join(", ")}.`,
    "",
  ];
}

function listed(name: string): string[] {
  const texts = LISTED[name] as Record<string, string>;
  const named = Object.entries(cotangent).filter(
    ([n, f]) => typeof f === "function" && /^(?!array$|init)[a-z]/.test(n),
  );
  const unlisted = named.map(([n]) => n).filter((n) => !(n in texts));
  const gone = Object.keys(texts).filter((n) => !named.some(([m]) => m === n));
  if (unlisted.length + gone.length > 0) {
    throw new Error(`LISTED in test/docs/operations.ts lacks ${name}: [${unlisted}], and has what is gone: [${gone}]`);
  }
  const rows = Object.entries(texts).map(([n, text]) => `| \`${n}\` | ${text} |`);
  return [`## ${name}`, "", "| function | what it gives |", "|---|---|", ...rows, ""];
}

/** What JAX has under these namespaces and this library has not. */
const LEFT_OUT = [
  "## Left out on purpose",
  "",
  "- Complex numbers and what gives them: `complex`, `real`, `imag`, `conj`, `angle`, `fft`, `linalg.eig`, `linalg.eigvals`, `roots`.",
  "- 64-bit integers and dtypes of 8 and 16 bits, `bitcastConvertType` of `float64`, the scaled products of `nn`.",
  "- More devices than one: `psum`, `allGather` and the like; sharding.",
  "- The hardware's generators `rngUniform` and `rngBitGenerator`; `random` is reproducible everywhere.",
  "- `customLinearSolve` and `customRoot`: `customJvp` and `customVjp` give solvers a derivative.",
  "- `lax.linalg` but for `triangularSolve`: `numpy.linalg` has the factorizations. The Schur and Hessenberg forms.",
  "- In `numpy`: polynomials but for `polyval`, sets but for `unique` and `isin`, spectral windows (`hanning`, ...), histograms of several",
  "  dimensions, `insert`, `delete`, `resize` and functions that change an array in place, packed bits, files, printing, dtype classes.",
  "- Options: `reflectType` and functions as modes of `pad`, `axis` of `unique`, `left`, `right` and `period` of `interp`, `edgeOrder` of `gradient`.",
  "- `jax.scipy`; of its special functions `lax` has `erf`, `erfc`, `erfInv`, `lgamma`, `digamma`, `polygamma`, `zeta`, `igamma`, `igammac`, `betainc`",
  "  and Bessel's, `nn` has `logsumexp`.",
  "",
];

/** The text of docs/operations.md. */
export function operations(): string {
  return [
    "# Operations",
    "",
    "Made by `npm run docs:operations` from the code, and compared with it by a test. An `x` under a dtype says that the function takes",
    "arrays of it (or makes them). *derivative*: `yes`, forwards and backwards; `zero`, piecewise constant; `forwards`, in this direction alone; `-`, the result has",
    "no floats or depends on no array; `no`, an error, as that of a result whose size depends on contents. `scan`, `cond` and the like take whatever the functions given to them take.",
    "",
    "The functions of `lax` take arrays of one dtype, `dotGeneral` aside, and JavaScript numbers beside them; those of `numpy`, `nn` and `stax` promote.",
    "",
    ...Object.keys(CALLS).flatMap(section),
    ...randomSection(),
    ...listed("transformations"),
    ...LEFT_OUT,
  ]
    .join("\n")
    .trimEnd()
    .concat("\n");
}
