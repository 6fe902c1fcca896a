/**
 * The table of operations in docs/operations.md, made from the code itself: every exported function is called with arrays
 * of each dtype and differentiated, as the catalogue in test/exports calls it.
 *
 *     npm run docs:operations
 */
import * as cotangent from "cotangent";
import { array, jvp, lax, NDArray, nn, numpy as np, random, vjp } from "cotangent";
import { DTYPES, type DType, isFloat } from "../../src/base/dtypes.ts";
import { CATALOGUE } from "../exports/catalogue.ts";
import { arraysIn, type Example, isPlainObject, matrix } from "../exports/example.ts";

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

function section(name: string): string[] {
  const rows = functionNames(NAMESPACES[name] as object).map((n) => {
    const examples = examplesOf(`${name}.${n}`);
    const dtypes = DTYPES.map((dtype) => mark(takes(examples[0], dtype)));
    return `| \`${n}\` | ${[...dtypes, derivative(examples), "x", "not yet"].join(" | ")} |`;
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
    "arrays of it (or makes them). *derivative*: `yes`, forwards and backwards; `zero`, nothing flows; `forwards`, in this direction alone; `-`, the result has",
    "no floats or depends on no array; `no`, an error, as that of a result whose size depends on contents. `scan`, `cond` and the like take whatever the functions given to them take.",
    "",
    "The functions of `lax` take arrays of one dtype, `dotGeneral` aside, and JavaScript numbers beside them; those of `numpy`, `nn` and `stax` promote.",
    "",
    ...Object.keys(NAMESPACES).flatMap(section),
    ...randomSection(),
    ...listed("transformations"),
    ...LEFT_OUT,
  ]
    .join("\n")
    .trimEnd()
    .concat("\n");
}
