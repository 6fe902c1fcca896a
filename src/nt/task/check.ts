/** What kernel functions accept: their arguments, before anything is traced. */
import { describe } from "../../base/errors.ts";
import { flattenArguments } from "../../base/flatten.ts";
import { isPlainObject } from "../../base/plain.ts";
import { asArray } from "../../lax/operands.ts";
import type { Kwargs } from "./kwargs.ts";

function checkArrays(fn: string, name: string, tree: unknown): void {
  const [leaves, { kind }] = flattenArguments(tree, "everywhere", fn);
  if (kind === "static") throw new TypeError(`${fn}: ${name} must be a tree of arrays, got ${describe(tree)}.`);
  for (const leaf of leaves) asArray(fn, leaf, `a leaf of ${name}`);
}

export function checkKwargs(fn: string, kwargs: unknown): asserts kwargs is Kwargs {
  if (isPlainObject(kwargs)) return;
  throw new TypeError(`${fn}: kwargs must be an object of keyword arguments of f, got ${describe(kwargs)}.`);
}

export function checkArguments(fn: string, x1: unknown, x2: unknown, params: unknown, kwargs: unknown): void {
  checkKwargs(fn, kwargs);
  if (x1 === null || x1 === undefined) {
    throw new TypeError(`${fn}: x1 must be an array or a tree of arrays, got ${describe(x1)}.`);
  }
  if (params === undefined) {
    throw new TypeError(
      `${fn}: params is missing; it comes after x1 and x2, and x2 is null where it is the same as x1.`,
    );
  }
  checkArrays(fn, "x1", x1);
  checkArrays(fn, "x2", x2 ?? null);
  checkArrays(fn, "params", params);
}
