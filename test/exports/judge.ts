/** Whether what a function does with wrong arguments is what a user should meet. */
import * as cotangent from "cotangent";
import { CATALOGUE } from "./catalogue.ts";
import type { Example } from "./example.ts";

/** `numpy.sum` of `numpy.sum()`, and `stax.Dense` of `stax.Dense, initFn()`. */
const ownName = ({ name }: Example): string => name.replace(/(, \w+)?(\(\))?$/, "");

/** The functions that the catalogue's callbacks call, whose errors are the callbacks' own. */
const CALLED_BACK = ["numpy.multiply", "numpy.add", "numpy.sum", "numpy.matmul", "numpy.tanh", "numpy.exp", "numpy.at"];
const OF_LAX = ["lax.rev", "lax.transpose", "lax.max", "lax.lt"];

/** Methods whose function has another name. */
const METHODS: Readonly<Record<string, string>> = {
  sub: "subtract",
  mul: "multiply",
  div: "divide",
  pow: "power",
  neg: "negative",
  mod: "remainder",
  flatten: "ravel",
};

const takesCallback = ({ args, name }: Example): boolean => name.endsWith(")") || /function|=>/.test(String(args));

/**
 * Names that are exports of the very same function: `numpy.amax` is `numpy.max`. A function that an export returned has the
 * names of that export: `jacobian()` those of `jacrev`.
 */
function synonyms(example: Example): string[] {
  const maker = CATALOGUE.find(({ name }) => name === ownName(example)) ?? example;
  const f = maker.f();
  return CATALOGUE.filter((other) => other.f() === f).map(ownName);
}

/** The names by which a user knows what was called. */
export function namesOf(example: Example): string[] {
  const own = ownName(example);
  const method = own.replace("NDArray.", "");
  const ofMethod = own === method ? [] : [`numpy.${METHODS[method] ?? method}`, method];
  const layers = /^stax\.(serial|parallel|repeat)$/.test(own) ? ["stax.Dense", "stax.Relu"] : [];
  const kernels = own === "nt.batch" ? ["nt.empiricalNtkFn", "nt.empiricalKernelFn"] : [];
  const rules = /^def[jv]/.test(own) ? ["customJvp", "customVjp"] : [];
  const called = takesCallback(example) ? [...CALLED_BACK, ...OF_LAX] : [];
  return [...synonyms(example), own, ...ofMethod, ...layers, ...kernels, ...rules, ...called];
}

/** What is wrong with the error, or `null` if it is one of ours that names the function. */
export function faultOf(names: readonly string[], error: unknown): string | null {
  if (!(error instanceof Error)) return `throws what is no Error: ${String(error)}`;
  const { message } = error;
  if (/internal/i.test(message)) return `internal error: ${message}`;
  // What doesn't fit into memory is found when the plan is known, of whatever functions: it tells the bytes and what to do.
  if (/^cotangent: this computation needs \d+ MiB of WebAssembly memory/.test(message)) return null;
  if (names.some((name) => message.startsWith(name) && /^[:,( ]/.test(message.slice(name.length)))) return null;
  return `${error.name}, names nothing that was called: ${message}`;
}

const bytes = (x: cotangent.NDArray): string => Buffer.from(x.dataSync().buffer).toString("base64");

/** A result as text, contents and all; functions in it are left out. */
export function snapshot(result: unknown): string {
  return JSON.stringify(result, (_, value) => {
    if (value instanceof cotangent.NDArray) return `${value.dtype}${JSON.stringify(value.shape)}${bytes(value)}`;
    // A program: it prints the same names each time.
    if (typeof value === "object" && value !== null && Object.hasOwn(value, "toString")) return String(value);
    if (typeof value === "number") return String(value);
    return ArrayBuffer.isView(value) ? [...(value as unknown as number[])].map(String) : value;
  });
}

/** Throws with one line for each failure. */
export function none(failures: readonly string[]): void {
  if (failures.length > 0) throw new Error(`${failures.length} failures\n${failures.join("\n")}`);
}
