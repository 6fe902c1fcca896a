/** Laws that every differentiable function keeps, checked numerically at given arguments. */
import { array, type DType, jit, jvp, makeJaxpr, type NDArray, tree, vjp, vmap } from "cotangent";
import * as assert from "uvu/assert";
import { checkJaxpr, type Jaxpr } from "../../src/ir/jaxpr.ts";
import { evalJaxpr } from "../../src/ir/trace.ts";
import { indices, offsetOf, sample } from "./arrays.ts";

// biome-ignore lint/suspicious/noExplicitAny: functions of any number of arrays
export type ArrayFunction = (...args: any[]) => unknown;

/** A reproducible array with entries from `low` to `high`. */
export function randomArray(
  shape: readonly number[],
  seed: number,
  { low = -1, high = 1, dtype = "float64" as DType } = {},
): NDArray {
  const size = shape.reduce((a, b) => a * b, 1);
  const data = sample(size, seed).map((x) => low + ((x + 1) / 2) * (high - low));
  const values = dtype === "float64" || dtype === "float32" ? data : data.map(Math.round);
  return array(values, { shape: [...shape], dtype });
}

const leaves = (x: unknown): NDArray[] => tree.leaves<NDArray>(x);
const dataOf = (x: NDArray): number[] => [...x.dataSync()];

/** Asserts that two trees of arrays are equal up to `tolerance` of the largest entry. */
export function assertSame(actual: unknown, expected: unknown, tolerance = 1e-9, message = ""): void {
  const [x, y] = [leaves(actual), leaves(expected)];
  assert.is(x.length, y.length, `${message}: number of arrays`);
  x.forEach((got, k) => {
    const want = y[k];
    assert.equal([...got.shape], [...want.shape], `${message}: shape`);
    assert.is(got.dtype, want.dtype, `${message}: dtype`);
    const [a, b] = [dataOf(got), dataOf(want)];
    const scale = Math.max(1, ...b.filter(Number.isFinite).map(Math.abs));
    b.forEach((value, i) => {
      const close = Object.is(a[i], value) || a[i] === value || Math.abs(a[i] - value) <= tolerance * scale;
      assert.ok(close, `${message}: element ${i}: expected ${value}, got ${a[i]}`);
    });
  });
}

const isFloat = (x: NDArray): boolean => x.dtype === "float64" || x.dtype === "float32";

const shifted = (x: NDArray, direction: NDArray, step: number): NDArray => {
  if (!isFloat(x)) return x;
  const d = dataOf(direction);
  return array(
    Float64Array.from(dataOf(x), (v, i) => v + step * d[i]),
    { shape: [...x.shape], dtype: x.dtype },
  );
};

const directions = (args: readonly NDArray[], seed: number): NDArray[] =>
  args.map((x, i) => randomArray(x.shape, seed + 10 * i, { dtype: x.dtype }));

/** The forward derivative against central differences; float64 arguments. */
export function checkJvp(f: ArrayFunction, args: readonly NDArray[], tolerance = 2e-7, message = "jvp"): void {
  const dx = directions(args, 31);
  const [value, tangent] = jvp(f, [...args], dx);
  assertSame(value, f(...args), 1e-13, `${message} primal`);
  const h = 1e-5;
  const plus = leaves(f(...args.map((x, i) => shifted(x, dx[i], h))));
  const minus = leaves(f(...args.map((x, i) => shifted(x, dx[i], -h))));
  leaves(tangent).forEach((t, k) => {
    if (!isFloat(t)) return;
    const [p, m] = [dataOf(plus[k]), dataOf(minus[k])];
    const expected = array(
      Float64Array.from(p, (v, i) => (v - m[i]) / (2 * h)),
      { shape: [...t.shape] },
    );
    assertSame(t, expected, tolerance, message);
  });
}

const dot = (x: NDArray, y: NDArray): number => {
  const b = dataOf(y);
  return dataOf(x).reduce((sum, v, i) => sum + v * b[i], 0);
};

/** The reverse derivative against the forward one: `<ct, J dx> = <J^T ct, dx>`. */
export function checkVjp(f: ArrayFunction, args: readonly NDArray[], tolerance = 1e-10, message = "vjp"): void {
  const dx = directions(args, 57);
  const [, tangent] = jvp(f, [...args], dx);
  const [out, pullback] = vjp(f, ...args);
  const cts = tree.map((x: NDArray) => randomArray(x.shape, 91, { dtype: x.dtype }), out);
  const grads = pullback(cts) as NDArray[];
  grads.forEach((g, i) => {
    assert.equal([...g.shape], [...args[i].shape], `${message}: gradient's shape`);
    assert.is(g.dtype, args[i].dtype, `${message}: gradient's dtype`);
  });
  const pairs = (xs: NDArray[], ys: NDArray[]): number =>
    xs.reduce((sum, x, i) => sum + (isFloat(x) ? dot(x, ys[i]) : 0), 0);
  const [left, right] = [pairs(leaves(cts), leaves(tangent)), pairs(grads, dx)];
  const scale = Math.max(1, Math.abs(left));
  assert.ok(Math.abs(left - right) <= tolerance * scale, `${message}: <ct, J dx> = ${left}, <J^T ct, dx> = ${right}`);
}

/** The entries at index `i` of an axis, by plain loops. */
export function takeAt(x: NDArray, axis: number, i: number): NDArray {
  const shape = x.shape.filter((_, k) => k !== axis);
  const data = x.dataSync();
  const picked = indices(shape).map((index) => {
    const full = [...index.slice(0, axis), i, ...index.slice(axis)];
    return data[offsetOf(full, x.shape)];
  });
  return array(picked, { shape, dtype: x.dtype });
}

/** Arrays of one shape put side by side along a new axis, by plain loops. */
export function stackAt(xs: readonly NDArray[], axis: number): NDArray {
  const one = xs[0].shape;
  const shape = [...one.slice(0, axis), xs.length, ...one.slice(axis)];
  const data = xs.map((x) => x.dataSync());
  const values = indices(shape).map((index) => {
    const rest = [...index.slice(0, axis), ...index.slice(axis + 1)];
    return data[index[axis]][offsetOf(rest, one)];
  });
  return array(values, { shape, dtype: xs[0].dtype });
}

function* product<T>(choices: readonly (readonly T[])[]): Generator<T[]> {
  const [first, ...rest] = choices;
  if (first === undefined) {
    yield [];
    return;
  }
  for (const x of first) for (const tail of product(rest)) yield [x, ...tail];
}

/** `vmap` against a loop, for every choice of batch axes of the arguments, and results along their last axis too. */
export function checkVmap(
  f: ArrayFunction,
  args: readonly NDArray[],
  ranges: readonly { low?: number; high?: number }[] = [],
  tolerance = 1e-12,
  message = "vmap",
): void {
  const size = 2;
  const choices = args.map((x) => [null, ...Array.from({ length: x.ndim + 1 }, (_, i) => i)]);
  for (const inAxes of product<number | null>(choices)) {
    if (inAxes.every((a) => a === null)) continue;
    const batched = args.map((x, i) => {
      const axis = inAxes[i];
      if (axis === null) return x;
      const shape = [...x.shape.slice(0, axis), size, ...x.shape.slice(axis)];
      return randomArray(shape, 7 + i, { ...ranges[i], dtype: x.dtype });
    });
    const one = (k: number): NDArray[] =>
      leaves(f(...batched.map((x, i) => (inAxes[i] === null ? x : takeAt(x, inAxes[i], k)))));
    const rows = Array.from({ length: size }, (_, k) => one(k));
    for (const place of [0, -1]) {
      const result = leaves(vmap(f, { inAxes, outAxes: place })(...batched));
      result.forEach((r, k) => {
        const expected = stackAt(
          rows.map((row) => row[k]),
          place === 0 ? 0 : rows[0][k].ndim,
        );
        assertSame(r, expected, tolerance, `${message} inAxes ${JSON.stringify(inAxes)} outAxes ${place}`);
      });
    }
  }
}

/** `f` mapped over the axes against a loop; the number of arrays that were compared. */
export function checkBatch(
  f: ArrayFunction,
  args: readonly NDArray[],
  axes: readonly (number | null)[],
  tolerance: number,
): number {
  const one = (k: number): NDArray[] =>
    f(...args.map((x, i) => (axes[i] === null ? x : takeAt(x, axes[i] as number, k)))) as NDArray[];
  const rows = [one(0), one(1)];
  const batched = vmap(f, { inAxes: axes })(...args) as NDArray[];
  batched.forEach((b, k) => {
    const expected = stackAt(
      rows.map((row) => row[k] as NDArray),
      0,
    );
    assertSame(b, expected, tolerance);
  });
  return batched.length;
}

/** A simplified program keeps the IR's rules and gives the very bits that it gave before. */
export function checkSimplified(simplify: (jaxpr: Jaxpr) => Jaxpr, f: ArrayFunction, args: readonly NDArray[]): void {
  const { jaxpr, consts } = makeJaxpr(f)(...args);
  const simplified = simplify(jaxpr);
  checkJaxpr(simplified);
  assertSame(evalJaxpr({ jaxpr: simplified, consts }, args), evalJaxpr({ jaxpr, consts }, args), 0, "simplified");
}

/** Compiled as one program, the function gives what it gives operation by operation; its program keeps the IR's rules. */
export function checkJit(f: ArrayFunction, args: readonly NDArray[], tolerance = 1e-13, message = "jit"): void {
  checkJaxpr(makeJaxpr(f)(...args).jaxpr);
  assertSame(jit(f)(...args), f(...args), tolerance, message);
}

/** All of the laws, for first derivatives; the gradient's derivatives too with `order` 2. */
export function checkAll(f: ArrayFunction, args: readonly NDArray[], name: string, order = 1): void {
  checkJit(f, args, 1e-12, `${name}: jit`);
  checkJvp(f, args, 3e-7, `${name}: jvp`);
  checkVjp(f, args, 1e-9, `${name}: vjp`);
  if (order < 2) return;
  const gradient: ArrayFunction = (...xs) => {
    const [out, pullback] = vjp(f, ...xs);
    return pullback(tree.map((x: NDArray) => randomArray(x.shape, 5, { dtype: x.dtype }), out));
  };
  checkJit(gradient, args, 1e-12, `${name}: jit of vjp`);
  checkJvp(gradient, args, 3e-6, `${name}: jvp of vjp`);
  checkVjp(gradient, args, 1e-8, `${name}: vjp of vjp`);
}
