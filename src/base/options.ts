/** What each optional argument must be. A name means the same in every function, so its check stands here once. */
import type { DType } from "./dtypes.ts";
import { typedArrayName } from "./plain.ts";

/** A test, and what passes it. */
type Kind = readonly [holds: (x: unknown) => boolean, what: string];

/** Whether `x` has a dtype and a shape, as arrays do. */
export const isArrayShaped = (x: unknown): x is { dtype: string; shape: readonly number[] } =>
  typeof x === "object" && x !== null && "dtype" in x && "shape" in x && Array.isArray(x.shape);

const isArrayLike = (x: unknown): boolean =>
  typeof x === "number" || typeof x === "boolean" || isArrayShaped(x) || typedArrayName(x) !== undefined;

/** Whether every place of a list, holes included, passes a test. */
const isListOf = (x: unknown, holds: (entry: unknown) => boolean): boolean =>
  Array.isArray(x) && Array.from(x).every(holds);

const orNull = ([holds, what]: Kind): Kind => [(x) => x === null || holds(x), `${what} or null`];

const BOOLEAN: Kind = [(x) => typeof x === "boolean", "true or false"];
const STRING: Kind = [(x) => typeof x === "string", "a string"];
const SIGNAL: Kind = [
  (x) => typeof x === "object" && x !== null && "aborted" in x && "throwIfAborted" in x,
  "an AbortSignal",
];
const FUNCTION: Kind = [(x) => typeof x === "function", "a function"];
const DTYPES: readonly DType[] = ["float32", "float64", "int32", "uint32", "bool"];
const DTYPE: Kind = [(x) => DTYPES.includes(x as DType), '"float32", "float64", "int32", "uint32" or "bool"'];
const NUMBER: Kind = [Number.isFinite, "a finite number"];
const WHOLE: Kind = [Number.isInteger, "a whole number"];
const COUNT: Kind = [(x) => Number.isInteger(x) && (x as number) >= 0, "a whole number that isn't negative"];
const LIST: Kind = [(x) => isListOf(x, Number.isInteger), "a list of whole numbers"];
const PLACES: Kind = [(x) => WHOLE[0](x) || LIST[0](x), "a whole number or a list of them"];
const ARRAY: Kind = [isArrayLike, "an array or a number"];
const NUMBERS: Kind = [
  (x) => isArrayLike(x) && typeof x !== "boolean" && (x as { dtype?: string }).dtype !== "bool",
  "a number or an array of numbers",
];
/** How many numbers an array or typed array holds. */
const countOf = (x: { readonly size?: number; readonly length?: number }): number => x.size ?? x.length ?? 1;
const SCALAR: Kind = [(x) => isArrayLike(x) && countOf(x as object) === 1, "a number"];
const MASK: Kind = [
  (x) => typeof x === "boolean" || typedArrayName(x) === "Uint8Array" || (isArrayShaped(x) && x.dtype === "bool"),
  "a mask: an array of bools, such as a comparison gives",
];
const [AXES, ARRAY_OR_NULL, LIST_OR_NULL] = [orNull(PLACES), orNull(ARRAY), orNull(LIST)];

const KINDS: Readonly<Record<string, Kind>> = {
  antialias: BOOLEAN,
  approximate: BOOLEAN,
  computeUv: BOOLEAN,
  countIncludePad: BOOLEAN,
  density: BOOLEAN,
  descending: BOOLEAN,
  diagRegAbsoluteScale: BOOLEAN,
  doStabilize: BOOLEAN,
  endpoint: BOOLEAN,
  equalNan: BOOLEAN,
  fullMatrices: BOOLEAN,
  hasAux: BOOLEAN,
  indicesAreSorted: BOOLEAN,
  invert: BOOLEAN,
  isCausal: BOOLEAN,
  isStable: BOOLEAN,
  jRules: BOOLEAN,
  keepdims: BOOLEAN,
  leftSide: BOOLEAN,
  linearScaling: BOOLEAN,
  lower: BOOLEAN,
  nesterov: BOOLEAN,
  normalizeEdges: BOOLEAN,
  replace: BOOLEAN,
  returnCounts: BOOLEAN,
  returnIndex: BOOLEAN,
  returnInverse: BOOLEAN,
  reverse: BOOLEAN,
  rowvar: BOOLEAN,
  sRules: BOOLEAN,
  sparse: BOOLEAN,
  stable: BOOLEAN,
  staircase: BOOLEAN,
  symmetrizeInput: BOOLEAN,
  transposeA: BOOLEAN,
  transposeKernel: BOOLEAN,
  uniqueIndices: BOOLEAN,
  unitDiagonal: BOOLEAN,
  upper: BOOLEAN,
  useConsistentPadding: BOOLEAN,
  valPosEmb: BOOLEAN,
  fwd: /* @__PURE__ */ orNull(BOOLEAN),

  /** A number of columns, or a matrix by which a system is preconditioned. */
  M: [
    (x) => x === null || FUNCTION[0](x) || (typeof x === "number" ? COUNT : ARRAY)[0](x),
    "a whole number that isn't negative, or a matrix or function",
  ],
  signature: STRING,

  onProgress: FUNCTION,
  signal: SIGNAL,
  toDense: FUNCTION,
  posEmbDecayFn: /* @__PURE__ */ orNull(FUNCTION),

  dtype: DTYPE,
  indexDtype: DTYPE,
  preferredElementType: /* @__PURE__ */ orNull(DTYPE),

  ddof: NUMBER,
  diagReg: NUMBER,
  b1: NUMBER,
  b2: NUMBER,
  endValue: /* @__PURE__ */ orNull(NUMBER),
  eps: NUMBER,
  epsRoot: NUMBER,
  learningRate: NUMBER,
  momentum: /* @__PURE__ */ orNull(NUMBER),
  recallTarget: NUMBER,
  s: [(x) => Array.isArray(x) && x.length === 2 && isListOf(x, Number.isFinite), "two numbers"],
  scale: /* @__PURE__ */ orNull(NUMBER),
  tol: NUMBER,
  transitionBegin: NUMBER,
  weightDecay: NUMBER,

  axis1: WHOLE,
  axis2: WHOLE,
  batchAxis: WHOLE,
  batchAxisOut: WHOLE,
  channelAxis: WHOLE,
  columnAxis: WHOLE,
  decimals: WHOLE,
  dimension: WHOLE,
  offset: WHOLE,
  reductionDimension: WHOLE,
  axisSize: COUNT,
  batchGroupCount: COUNT,
  featureGroupCount: COUNT,
  minlength: COUNT,
  numKeys: COUNT,
  ndim: COUNT,
  num: COUNT,
  length: /* @__PURE__ */ orNull(COUNT),
  maxiter: /* @__PURE__ */ orNull(COUNT),
  numSegments: /* @__PURE__ */ orNull(COUNT),
  maxSteps: COUNT,
  size: /* @__PURE__ */ orNull(COUNT),
  yTrainSize: /* @__PURE__ */ orNull(COUNT),
  totalRepeatLength: /* @__PURE__ */ orNull(COUNT),

  axis: AXES,
  aggregateAxis: AXES,
  dimensions: AXES,
  argnums: PLACES,
  inAxis: PLACES,
  outAxis: PLACES,
  diagonalAxes: PLACES,
  traceAxes: PLACES,
  nondiffArgnums: PLACES,
  staticArgnums: PLACES,

  broadcastDimensions: LIST,
  filterShape: LIST,
  limitIndices: LIST,
  newSizes: LIST,
  sliceSizes: LIST,
  startIndices: LIST,
  windowDimensions: LIST,
  baseDilation: LIST_OR_NULL,
  lhsDilation: LIST_OR_NULL,
  permutation: LIST_OR_NULL,
  rhsDilation: LIST_OR_NULL,
  strides: LIST_OR_NULL,
  windowDilation: LIST_OR_NULL,
  windowStrides: LIST_OR_NULL,

  alpha: ARRAY,
  append: ARRAY,
  atol: ARRAY,
  default: ARRAY,
  base: ARRAY,
  rtol: ARRAY,
  toBegin: ARRAY,
  toEnd: ARRAY,
  dx: ARRAY,
  epsilon: NUMBERS,
  negativeSlope: ARRAY,
  left: ARRAY,
  right: ARRAY,
  mask: /* @__PURE__ */ orNull(MASK),
  prepend: ARRAY,
  weights: ARRAY_OR_NULL,
  initial: SCALAR,
  nan: SCALAR,
  neginf: SCALAR,
  posinf: SCALAR,
  fillValue: /* @__PURE__ */ orNull(SCALAR),
  where: MASK,
};

/** What the argument called `name` must be, where `value` isn't that. */
export function expected(name: string, value: unknown): string | undefined {
  if (value === undefined || !Object.hasOwn(KINDS, name)) return undefined;
  const [holds, what] = KINDS[name]!;
  return holds(value) ? undefined : what;
}
