/**
 * Values, first and second derivatives against JAX's in float64: at points where formulas have gaps, with ties, of
 * convolutions with all options and in batches, of decompositions. `data/reference.py` writes what is expected.
 */
import { readFileSync } from "node:fs";
import { array, jit, jvp, lax, type NDArray, nn, numpy as np, tree, vjp, vmap } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { numbers } from "../support/arrays.ts";

type Arrays = readonly NDArray[];
// biome-ignore lint/suspicious/noExplicitAny: parameters of every kind
type Make = (params: any) => (...args: NDArray[]) => unknown;
type Argument = { data: unknown; dtype?: "int32" } | { shape: number[]; seed: number };
/** All numbers of an array, or its shape and two weighted sums. */
type Written = readonly unknown[];
type Case = readonly [name: string, params: unknown, args: Argument[], results: (Written[] | null)[]];

const groups = JSON.parse(readFileSync(new URL("data/second-order.json", import.meta.url), "utf8")) as Record<
  string,
  Case[]
>;

/** The generator of `data/reference.py`. */
function generated(shape: readonly number[], seed: number, low = -1, high = 1): NDArray {
  const size = shape.reduce((a, b) => a * b, 1);
  const data = Float64Array.from({ length: size }, (_, i) => {
    const x = Math.sin(12.9898 * (i + 1) * (i + 1) + 78.233 * seed);
    return low + ((x + 1) / 2) * (high - low);
  });
  return array(data, { shape: [...shape], dtype: "float64" });
}

const number = (x: unknown): number => (x === "inf" ? Infinity : x === "-inf" ? -Infinity : Number(x));
const read = (x: Argument): NDArray =>
  "seed" in x
    ? generated(x.shape, x.seed)
    : array(tree.map(number, x.data) as number[], { dtype: x.dtype ?? "float64" });

const { linalg } = np;
const transposed = (x: NDArray): NDArray => np.swapaxes(x, -1, -2);
const positive = (x: NDArray): NDArray =>
  np.add(np.matmul(x, transposed(x)), np.eye(x.shape.at(-1) as number, { dtype: "float64" }));
const cholesky = (x: NDArray): NDArray => linalg.cholesky(positive(x));

const FUNCTIONS: Readonly<Record<string, Make>> = {
  "lax.pow": (exponent) => (x, y) => lax.pow(x, y ?? exponent),
  "np.clip": (bounds: [number, number]) => (x) => np.clip(x, ...bounds),
  "lax.clamp":
    ([low, high]) =>
    (x) =>
      lax.clamp(low, x, high),
  "lax.igamma by x": () => (x) => lax.igamma(1.5, x),
  "lax.igammac by x": () => (x) => lax.igammac(1.5, x),
  "betainc by x":
    ([a, b]) =>
    (x) =>
      lax.betainc(a, b, x),
  "polygamma by x": (order) => (x) => lax.polygamma(order, x),
  topK: () => (x) => lax.topK(x, 2)[0],
  "argmax times sum": () => (x) => np.multiply(np.argmax(x, { axis: 1 }), np.sum(x)),
  convolution: ([options, inAxes, outAxes]) => {
    const f = (x: NDArray, w: NDArray): NDArray => lax.convGeneralDilated(x, w, options);
    return inAxes.every((axis: unknown) => axis === null) ? f : vmap(f, { inAxes, outAxes });
  },
  cholesky: () => cholesky,
  slogdet: () => (x) => linalg.slogdet(x)[1],
  // What the vectors' signs don't change.
  eigh: () => (x) => {
    const [w, v] = linalg.eigh(x);
    return [np.square(v), np.matmul(np.multiply(v, np.expandDims(np.power(w, 3), -2)), transposed(v))];
  },
  svd: () => (x) => {
    const [u, s, v] = linalg.svd(x, { fullMatrices: false });
    return [np.square(u), s, np.square(v)];
  },
  lstsq: () => (a, b) => linalg.lstsq(a, b)[0],
  norm: (ord) => (x) => linalg.norm(x, { ord }),
  triangularSolve: (options) => (a, b) => lax.linalg.triangularSolve(a, b, options),
  "vmap cholesky": (inAxes) => vmap(cholesky, { inAxes }),
  "vmap inv": (inAxes) => vmap(linalg.inv, { inAxes }),
  "vmap det": (inAxes) => vmap(linalg.det, { inAxes }),
  "vmap solve": (inAxes) => vmap(linalg.solve, { inAxes }),
};

/** One of the functions above, or that of a namespace, with the parameters as its last argument. */
function functionOf(name: string, params: unknown): (...args: NDArray[]) => unknown {
  const own = FUNCTIONS[name];
  if (own) return own(params);
  const [space, key] = name.includes(".") ? name.split(".") : ["linalg", name];
  // biome-ignore lint/suspicious/noExplicitAny: functions of every kind
  const f = ({ lax, np, nn, linalg } as any)[space as string][key as string] as (...args: unknown[]) => unknown;
  return (...args) => f(...args, ...(params === null ? [] : [params]));
}

const isFloat = (x: NDArray): boolean => x.dtype === "float64";
const leaves = (x: unknown): NDArray[] => tree.leaves<NDArray>(x).filter(isFloat);
const directions = (xs: Arrays, seed: number): NDArray[] => xs.map((x, i) => generated(x.shape, seed + i, 0.5, 1.5));

type Flat = (...xs: NDArray[]) => NDArray[];
const pushed =
  (f: Flat, seed: number): Flat =>
  (...xs) =>
    jvp(f, xs, directions(xs, seed))[1];
const pulled =
  (f: Flat, seed: number): Flat =>
  (...xs) => {
    const [out, pullback] = vjp(f, ...xs);
    return pullback(directions(out, seed));
  };

/** The function and its derivatives, in the order of the reference's results. */
function derived(f: (...args: NDArray[]) => unknown, args: Arrays): readonly [name: string, Flat][] {
  const value: Flat = (...xs) => {
    let next = 0;
    return leaves(f(...args.map((x) => (isFloat(x) ? (xs[next++] as NDArray) : x))));
  };
  const [forward, backward] = [pushed(value, 31), pulled(value, 91)];
  return [
    ["value", value],
    ["jvp", forward],
    ["vjp", backward],
    ["jvp of jvp", pushed(forward, 41)],
    ["jvp of vjp", pushed(backward, 31)],
    ["vjp of vjp", pulled(backward, 71)],
  ];
}

const dot = (x: readonly number[], y: readonly number[]): number =>
  x.reduce((sum, v, i) => sum + v * (y[i] as number), 0);

/** `scale`: the size of what is summed, to which rounding is relative. */
function assertNear(got: number, want: number, scale: number, tolerance: number, message: string): void {
  const near = Object.is(got, want) || got === want || Math.abs(got - want) <= tolerance * Math.max(1, scale);
  assert.ok(near, `${message}: expected ${want}, got ${got}`);
}

function compare(got: NDArray, written: Written, summed: boolean, message: string): void {
  const data = numbers(got);
  if (!summed) {
    assert.is(data.length, written.length, message);
    written.forEach((x, i) => {
      assertNear(data[i] as number, number(x), Math.abs(number(x)), 1e-9, `${message} [${i}]`);
    });
    return;
  }
  const [shape, ...sums] = written;
  assert.equal([...got.shape], shape, message);
  [5, 6].forEach((seed, i) => {
    const weights = numbers(generated(got.shape, seed));
    const size = dot(data.map(Math.abs), weights.map(Math.abs));
    assertNear(dot(data, weights), number(sums[i]), size, 1e-9, message);
  });
}

for (const [group, cases] of Object.entries(groups)) {
  test(`${group}: ${cases.length} cases`, () => {
    assert.ok(cases.length > 40);
    for (const [k, [name, params, given, results]] of cases.entries()) {
      const args = given.map(read);
      const floats = args.filter(isFloat);
      for (const [i, [kind, f]] of derived(functionOf(name, params), args).entries()) {
        const expected = results[i];
        if (!expected) continue;
        const message = `${group} ${k}, ${name} ${JSON.stringify(params)}: ${kind}`;
        // The last one compiled: eager and compiled derivatives are compared elsewhere.
        const got = kind === "vjp of vjp" ? jit(f)(...floats) : f(...floats);
        assert.is(got.length, expected.length, message);
        expected.forEach((want, j) => {
          compare(got[j] as NDArray, want, group !== "points", message);
        });
      }
    }
  });
}

test.run();
