/**
 * Valid calls of everything that is exported, as data: what the tests over all exports, the fuzz and the table of operations
 * are made from. `missing()` is empty when nothing was forgotten.
 */
import * as cotangent from "cotangent";
import { type AnyFunction, type Example, matrix } from "./example.ts";
import { fluentExamples } from "./fluent.ts";
import { laxExamples } from "./lax.ts";
import { nnExamples } from "./nn.ts";
import { ntExamples } from "./nt.ts";
import { fieldExamples, linalgExamples, numpyExamples } from "./numpy.ts";
import { optimExamples } from "./optim.ts";
import { predictExamples, randomExamples } from "./random.ts";
import { staxExamples } from "./stax.ts";
import { transformationExamples, treeExamples } from "./transformations.ts";

export const CATALOGUE: readonly Example[] = [
  ...numpyExamples(),
  ...linalgExamples(),
  ...fieldExamples(),
  ...laxExamples(),
  ...nnExamples(),
  ...randomExamples(),
  ...transformationExamples(),
  ...treeExamples(),
  ...ntExamples(),
  ...optimExamples(),
  ...predictExamples(),
  ...staxExamples(),
  ...fluentExamples(),
];

/** What changes the machine for all later calls has tests of its own; arrays and errors are made by the library. */
const UNCALLED = /^(initThreads|initWebGPU|releaseMemory|setMemoryLimit|NDArray|\w+Error)$/;

const isNamespace = (x: unknown): x is object =>
  typeof x === "object" && x !== null && Object.getPrototypeOf(x) === null;

/** The names of the functions of a namespace and of those in it. */
function functionNames(namespace: object, prefix = ""): string[] {
  return Object.entries(namespace).flatMap(([name, value]) => {
    if (isNamespace(value)) return functionNames(value, `${prefix}${name}.`);
    return typeof value === "function" && !UNCALLED.test(name) ? [`${prefix}${name}`] : [];
  });
}

/** The methods of an array, but for `toJSON`, which `JSON.stringify` gives a key that it has no use for. */
function methodNames(): string[] {
  const properties = Object.entries(Object.getOwnPropertyDescriptors(cotangent.NDArray.prototype));
  return properties
    .filter(([name, { value }]) => typeof value === "function" && !/^(constructor|toJSON)$/.test(name))
    .map(([name]) => `NDArray.${name}`);
}

/** Exported functions and methods without an example. */
export function missing(): string[] {
  const known = new Set(CATALOGUE.map(({ name }) => name));
  return [...functionNames(cotangent), ...methodNames()].filter((name) => !known.has(name));
}

/** The functions in what an example gives, called with the arguments that the catalogue has for them. */
export function usesOf({ name }: Example, result: unknown): (() => unknown)[] {
  const functions = [result, ...(Array.isArray(result) ? result : [])].filter((f) => typeof f === "function");
  const parts = name.startsWith("stax.") ? [", initFn()", ", applyFn()"] : ["()"];
  return functions.flatMap((f: AnyFunction, i) =>
    CATALOGUE.filter((other) => other.name === `${name}${parts[i]}`).map(
      (use) => () => f(...use.args(matrix(use.dtype))),
    ),
  );
}
