/**
 * The table of operations in docs/operations.md, made from the code itself: every exported function is called with arrays
 * of each dtype and differentiated, as the catalogue in test/exports calls it.
 *
 *     npm run docs:operations
 */
import * as cotangent from "cotangent";
import { array, image, jvp, lax, NDArray, nn, numpy as np, ops, random, scipy, vjp } from "cotangent";
import { DTYPES, type DType, isFloat } from "../../src/base/dtypes.ts";
import { UnsupportedError } from "../../src/base/errors.ts";
import { CATALOGUE } from "../exports/catalogue.ts";
import { arraysIn, type Example, isPlainObject, matrix, vector, withOptions } from "../exports/example.ts";
import { whatPlanningSays } from "./planned-gpu.ts";

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
    ravelPytree: "a tree as one vector, and back",
  },
};

const NAMESPACES: Readonly<Record<string, object>> = {
  lax,
  "lax.linalg": lax.linalg,
  numpy: np,
  "numpy.linalg": np.linalg,
  nn,
  ops,
  image,
  "scipy.linalg": scipy.linalg,
  "scipy.sparse.linalg": scipy.sparse.linalg,
};

const functionNames = (namespace: object): string[] =>
  Object.entries(namespace)
    .filter(([, value]) => typeof value === "function")
    .map(([name]) => name)
    .sort();

/** How a function is called: as the catalogue has it, and what it returns in its place where that is a function too. */
function examplesOf(name: string): readonly [Example, ...Example[]] {
  const of = (wanted: string): Example[] => CATALOGUE.filter((example) => example.name === wanted);
  const [returned, own] = [of(`${name}()`), of(name)];
  const [first, ...others] = returned.length > 0 ? returned : own;
  if (first === undefined) throw new Error(`the catalogue in test/exports has no call of ${name}`);
  return [first, ...others];
}

const works = (f: () => unknown): boolean => {
  try {
    f();
    return true;
  } catch {
    return false;
  }
};

const call = ({ f, args }: Example, x: NDArray): unknown => f()(...args(x));

/** Whether the function takes arrays of the dtype, or makes them, or takes the dtype itself. */
function takes(example: Example, dtype: DType): boolean {
  const x = matrix(dtype);
  const given = example.args(x);
  return works(() => {
    const made = arraysIn(call(example, x));
    for (const found of made) found.dataSync();
    if (arraysIn(given).length + made.length === 0 && !given.includes(dtype)) throw new Error("no arrays");
  });
}

/** Symmetric and positive, without zeros and equal numbers. */
const GENERIC = [
  [2.3, 1.1, 0.4],
  [1.1, 3.2, 0.9],
  [0.4, 0.9, 2.7],
];
const DIRECTION = [
  [1, 2, 3],
  [4, 5, 7],
  [6, 8, 9],
];
const float64 = (rows: number[][]): NDArray => array(rows, { dtype: "float64" });

/** The arguments for `x`, but each array that they hold as for another matrix: `f(x, x)` may have no derivative. */
function distinctArguments({ args }: Example, x: NDArray): unknown[] {
  let count = 0;
  const another = (): NDArray => {
    const n = count++;
    return n === 0 ? x : np.add(np.multiply(x, 1 + n / 4), np.multiply(np.eye(3, { dtype: "float64" }), n));
  };
  const pick = (value: unknown, from: (all: unknown) => unknown): unknown => {
    if (value instanceof NDArray) return from(args(another()));
    if (Array.isArray(value)) return value.map((entry, i) => pick(entry, (all) => (from(all) as unknown[])[i]));
    if (!isPlainObject(value)) return value;
    const entries = Object.entries(value).map(([key, entry]): [string, unknown] => [
      key,
      pick(entry, (all) => (from(all) as Record<string, unknown>)[key]),
    ]);
    return Object.fromEntries(entries);
  };
  return pick(args(x), (all) => all) as unknown[];
}

/** Whether any of the arguments is made of the matrix. */
function dependsOnMatrix({ args }: Example, x: NDArray): boolean {
  const [own, others] = [x, np.multiply(x, 2)].map((y) => arraysIn(args(y)).map(String)) as [string[], string[]];
  return own.some((text, i) => text !== others[i]);
}

const DERIVATIVES = ["yes", "forwards", "zero", "no", "-"] as const;

/** "yes", or "zero" where nothing flows; "-" for results that aren't floats or don't depend on arrays; "forwards"; "no". */
function derivativeOf(example: Example): (typeof DERIVATIVES)[number] {
  const x = float64(GENERIC);
  if (!takes(example, "float64") || !dependsOnMatrix(example, x)) return "-";
  const floats = (y: NDArray): NDArray[] =>
    arraysIn(example.f()(...distinctArguments(example, y))).filter((leaf) => isFloat(leaf.dtype));
  if (floats(x).length === 0) return "-";
  let tangents: NDArray[] = [];
  const forwards = works(() => {
    tangents = jvp(floats, [x], [float64(DIRECTION)])[1] as NDArray[];
  });
  if (!forwards) return "no";
  const backwards = works(() => {
    const [outs, pullback] = vjp(floats, x) as unknown as [NDArray[], (cts: NDArray[]) => NDArray[]];
    for (const ct of pullback(outs.map((o) => np.onesLike(o)))) ct.dataSync();
  });
  if (!backwards) return "forwards";
  return tangents.some((t) => t.dataSync().some((v: number) => v !== 0)) ? "yes" : "zero";
}

/** What the best of the calls has. */
function derivative(examples: readonly Example[]): string {
  const found = examples.map(derivativeOf);
  return DERIVATIVES.find((kind) => found.includes(kind)) as string;
}

const mark = (yes: boolean): string => (yes ? "x" : "");

const NARROW = DTYPES.filter((dtype) => dtype !== "float64");

/** The arguments with float32 where an example has float64 of its own. */
const narrowed = (args: readonly unknown[]): unknown[] =>
  args.map((arg) => {
    if (arg instanceof NDArray && arg.dtype === "float64") return array(arg.toArray(), { dtype: "float32" });
    if (isPlainObject(arg)) return { ...arg, ...(arg.dtype === "float64" && { dtype: "float32" }) };
    return arg === "float64" ? "float32" : arg;
  });

/** What a call lacks on WebGPU. */
function refusal(example: Example, dtype: DType): string | null {
  const reason = whatPlanningSays((x) => example.f()(...narrowed(example.args(x))), matrix(dtype));
  if (!reason) return null;
  if (/has no float64/.test(reason.message)) return "no: it computes in float64";
  if (!(reason instanceof UnsupportedError && /can't be read at once/.test(reason.message))) throw reason;
  const names = Object.keys(example.options?.(matrix(dtype)) ?? {});
  const helpful = names.filter((name) => {
    const given = (x: NDArray) => withOptions(example, x, { [name]: example.options?.(x)[name] });
    return !whatPlanningSays((x) => example.f()(...given(x)), matrix(dtype));
  });
  return helpful.length > 0 ? `with ${helpful.map((name) => `\`${name}\``).join(" or ")}` : "no: it reads contents";
}

/** Whether derivatives that there are can be planned, too. */
function refusedDerivative(example: Example): boolean {
  const kind = derivativeOf(example);
  if (kind === "-" || kind === "no") return false;
  const floats = (y: NDArray): NDArray[] =>
    arraysIn(example.f()(...narrowed(example.args(y)))).filter((leaf) => isFloat(leaf.dtype));
  const differentiate = (x: NDArray): void => {
    jvp(floats, [x], [x]);
    if (kind === "forwards") return;
    const [outs, pullback] = vjp(floats, x) as unknown as [NDArray[], (cts: NDArray[]) => NDArray[]];
    pullback(outs.map((o) => np.onesLike(o)));
  };
  return whatPlanningSays(differentiate, matrix("float32")) !== null;
}

/** "x" where all calls can be planned in all dtypes that they take. */
function onWebGpu(examples: readonly Example[]): string {
  const refusals = examples.flatMap((example) =>
    NARROW.filter((dtype) => takes(example, dtype)).flatMap((dtype) => refusal(example, dtype) ?? []),
  );
  if (refusals.length === 0 && examples.some(refusedDerivative)) return "x, without derivatives";
  return refusals.length === 0 ? "x" : [...new Set(refusals)].join("; ");
}

/** What needs the contents of arrays to say how large its result is, beside what the table has: each is called, and refused. */
const READING: readonly (readonly [text: string, call: (x: NDArray) => unknown])[] = [
  ["a mask of bools as an index: `np.at(x, mask)`", (x) => np.at(x, np.greater(x, 1))],
  ["`np.bincount` without `length`", (x) => np.bincount(np.astype(vector(x), "int32"))],
  ["`np.repeat` by an array of the device", (x) => np.repeat(x, np.astype(vector(x), "int32"), { axis: 0 })],
  ["`x.item()`, `x.toArray()`, `x.dataSync()` and an `if` on an array", (x) => x.toArray()],
];

function webGpuSection(): string[] {
  const lines = READING.map(([text, call]) => {
    const reason = whatPlanningSays(call, matrix());
    if (reason instanceof UnsupportedError && /await x.data\(\) first/.test(reason.message)) return `- ${text}`;
    throw new Error(`test/docs/operations.ts: ${text}: needs no contents, or another error: ${reason}`);
  });
  return [
    "## On WebGPU",
    "",
    "An `x` under *WebGPU* says that a call with arrays on the device, in each dtype of the row but `float64`, becomes shaders of WebGPU's",
    "guaranteed limits, and its derivatives as well; with `size`, for instance, that it needs this option there. Nothing moves to the processor",
    "by itself. `float64` is an error that says how to convert; so is what must know an array's contents, until `await x.data()` has read it:",
    "",
    ...lines,
    "",
  ];
}

function section(name: string): string[] {
  const rows = functionNames(NAMESPACES[name] as object).map((n) => {
    const examples = examplesOf(`${name}.${n}`);
    const dtypes = DTYPES.map((dtype) => mark(takes(examples[0], dtype)));
    return `| \`${n}\` | ${[...dtypes, derivative(examples), "x", onWebGpu(examples)].join(" | ")} |`;
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
  const names = functionNames(random).map((n) => `\`${n}\``);
  const refused = functionNames(random).filter((n) => onWebGpu(examplesOf(`random.${n}`)) !== "x");
  if (refused.length > 0)
    throw new Error(`test/docs/operations.ts says that all of random runs on WebGPU: not ${refused}`);
  return [
    "## random",
    "",
    "Keys and bits are exactly JAX's (threefry, `jax_threefry_partitionable=True`), on the CPU and on WebGPU.",
    "",
    `${names.join(", ")}.`,
    "",
  ];
}

function listed(name: string): string[] {
  const texts = LISTED[name] as Record<string, string>;
  const named = Object.entries(cotangent).filter(
    ([n, f]) => typeof f === "function" && /^(?!(array|devices|init\w+|releaseMemory|set\w+|withDevice)$)[a-z]/.test(n),
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
  "- `jax.scipy` but for what `scipy` has; of its special functions `lax` has `erf`, `erfc`, `erfInv`, `lgamma`, `digamma`, `polygamma`, `zeta`, `igamma`, `igammac`, `betainc`",
  "  and Bessel's, `nn` has `logsumexp`.",
  "",
];

/** The text of docs/operations.md. */
export function operations(): string {
  return [
    "# Operations",
    "",
    "Made by `npm run docs:operations` from the code, and compared with it by a test. An `x` under a dtype says that the function takes",
    "arrays of it (or makes them). *derivative*: `yes`, forwards and backwards; `zero`, nothing flows; `forwards`, in this direction alone; `-`, the result has",
    "no floats or depends on no array; `no`, an error, as that of a result whose size depends on contents. `scan`, `cond` and the like take whatever the functions given to them take.",
    "",
    "The functions of `lax` take arrays of one dtype, `dotGeneral` aside, and JavaScript numbers beside them; the others promote.",
    "",
    ...Object.keys(NAMESPACES).flatMap(section),
    ...randomSection(),
    ...webGpuSection(),
    ...listed("transformations"),
    ...LEFT_OUT,
  ]
    .join("\n")
    .trimEnd()
    .concat("\n");
}
