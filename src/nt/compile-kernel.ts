/** A kernel function compiled once for each structure, shape and static keyword argument. */
import { describe } from "../base/errors.ts";
import { allNone, flatten, formatTree, unflatten } from "../base/tree.ts";
import { NDArray } from "../ir/ndarray.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import { jit } from "../transform/jit.ts";
import type { Kwargs } from "./kwargs.ts";

/** Inputs `x1` and `x2` (`null`, or a tree of nulls: the same as x1), the parameters of `f`, its keyword arguments. */
export type KernelFn<Result> = (x1: unknown, x2: unknown, params: unknown, kwargs?: Kwargs) => Result;

const isArray = (x: unknown): x is ArrayLike => x instanceof NDArray || ArrayBuffer.isView(x);

const functionIds = new WeakMap<object, number>();
let nextFunctionId = 0;

/** A static value as a part of a cache key; functions count by identity. */
function staticKey(value: unknown): string {
  if (typeof value !== "function") return `${typeof value}:${String(value)}`;
  let id = functionIds.get(value);
  if (id === undefined) {
    id = nextFunctionId++;
    functionIds.set(value, id);
  }
  return `function:${id}`;
}

function checkArrays(fn: string, name: string, tree: unknown): void {
  for (const leaf of flatten(tree)[0]) {
    if (typeof leaf !== "number") asArray(fn, leaf, `a leaf of ${name}`);
  }
}

type KernelProgram = (x1: unknown, x2: unknown, params: unknown, arrays: unknown[]) => unknown;

/**
 * Wraps `compute`, which is written for traced arrays, so that it runs as a compiled plan. Arrays among the keyword
 * arguments are inputs of the plan; other values (flags, names, functions) are part of what is compiled.
 */
export function compileKernel<Result>(fn: string, compute: KernelFn<unknown>): KernelFn<Result> {
  const compiled = new Map<string, KernelProgram>();
  return (x1, x2, params, kwargs = {}) => {
    if (kwargs === null || typeof kwargs !== "object" || Array.isArray(kwargs) || kwargs instanceof NDArray) {
      throw new TypeError(`${fn}: kwargs must be an object of keyword arguments of f, got ${describe(kwargs)}.`);
    }
    if (x1 === null || x1 === undefined)
      throw new TypeError(`${fn}: x1 must be an array or a tree of arrays, got ${x1}.`);
    checkArrays(fn, "x1", x1);
    checkArrays(fn, "x2", x2 ?? null);
    checkArrays(fn, "params", params);
    const [leaves, tree] = flatten(kwargs);
    const statics = leaves.map((leaf) => (isArray(leaf) ? "*" : staticKey(leaf)));
    const key = `${formatTree(tree)} ${statics.join()}`;
    let run = compiled.get(key);
    if (!run) {
      const fixed = leaves.map((leaf) => (isArray(leaf) ? null : leaf));
      run = jit((a, b, p, arrays) => {
        let next = 0;
        const all = fixed.map((leaf, i) => (statics[i] === "*" ? arrays[next++] : leaf));
        return compute(a, b, p, unflatten<Kwargs>(tree, all));
      });
      compiled.set(key, run);
    }
    const second = x2 === undefined || allNone(x2) ? null : x2;
    return run(x1, second, params, leaves.filter(isArray)) as Result;
  };
}
