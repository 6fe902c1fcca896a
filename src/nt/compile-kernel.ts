/** A kernel function compiled once for each structure, shape and static keyword argument. */
import { describe } from "../base/errors.ts";
import { flattenArguments } from "../base/flatten.ts";
import { allNone, flatten, formatTree, unflatten } from "../base/tree.ts";
import { keyOf } from "../ir/key.ts";
import { NDArray } from "../ir/ndarray.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import { floatNumbers } from "../transform/flat.ts";
import { CompiledFunction } from "../transform/jit.ts";
import type { Kwargs } from "./kwargs.ts";

/** Inputs `x1` and `x2` (`null`, or a tree of nulls: the same as x1), the parameters of `f`, its keyword arguments. */
export type KernelFn<Result> = (x1: unknown, x2: unknown, params: unknown, kwargs?: Kwargs) => Result;

const isArray = (x: unknown): x is ArrayLike => x instanceof NDArray || ArrayBuffer.isView(x);

function checkArrays(fn: string, name: string, tree: unknown): void {
  const [leaves, { kind }] = flattenArguments(tree);
  if (kind === "static") throw new TypeError(`${fn}: ${name} must be a tree of arrays, got ${describe(tree)}.`);
  for (const leaf of leaves) asArray(fn, leaf, `a leaf of ${name}`);
}

/** A kernel function with what tiling needs to know of it. */
export interface CompiledKernel {
  readonly call: KernelFn<unknown>;
  /** The bytes of memory that a call takes at its peak, found without running it. */
  readonly memoryBytes: (...args: Parameters<KernelFn<unknown>>) => number;
}

export function checkKwargs(fn: string, kwargs: unknown): asserts kwargs is Kwargs {
  if (kwargs === null || typeof kwargs !== "object" || Array.isArray(kwargs) || kwargs instanceof NDArray) {
    throw new TypeError(`${fn}: kwargs must be an object of keyword arguments of f, got ${describe(kwargs)}.`);
  }
}

function checkArguments(fn: string, x1: unknown, x2: unknown, params: unknown, kwargs: unknown): void {
  checkKwargs(fn, kwargs);
  if (x1 === null || x1 === undefined) {
    throw new TypeError(`${fn}: x1 must be an array or a tree of arrays, got ${x1}.`);
  }
  checkArrays(fn, "x1", x1);
  checkArrays(fn, "x2", x2 ?? null);
  checkArrays(fn, "params", params);
}

/**
 * Wraps `compute`, which is written for traced arrays, so that it runs as a compiled plan. Arrays among the keyword
 * arguments are inputs of the plan; other values (flags, names, functions) are part of what is compiled.
 */
export function compileKernel(fn: string, compute: KernelFn<unknown>): CompiledKernel {
  const compiled = new Map<string, CompiledFunction>();
  const find = (...[x1, x2, params, kwargs = {}]: Parameters<KernelFn<unknown>>): [CompiledFunction, unknown[]] => {
    checkArguments(fn, x1, x2, params, kwargs);
    const [leaves, tree] = flatten(kwargs);
    const statics = leaves.map((leaf) => (isArray(leaf) ? "*" : keyOf(leaf)));
    const key = `${formatTree(tree)} ${statics.join()}`;
    let program = compiled.get(key);
    if (!program) {
      const fixed = leaves.map((leaf) => (isArray(leaf) ? null : leaf));
      program = new CompiledFunction((a, b, p, arrays) => {
        let next = 0;
        const all = fixed.map((leaf, i) => (statics[i] === "*" ? arrays[next++] : leaf));
        return compute(a, b, p, unflatten<Kwargs>(tree, all));
      });
      compiled.set(key, program);
    }
    const second = x2 === undefined || allNone(x2) ? null : x2;
    return [program, [x1, second, floatNumbers(params), leaves.filter(isArray)]];
  };
  return {
    call: (...args) => {
      const [program, arrays] = find(...args);
      return program.call(arrays);
    },
    memoryBytes: (...args) => {
      const [program, arrays] = find(...args);
      return program.memoryBytes(arrays);
    },
  };
}
