/** The work of a transformation grows with the number of branches inside of branches, and not with a power of it. */
import { grad, jit, jvp, lax, type NDArray, numpy as np, vmap } from "cotangent";
import { test } from "uvu";
import { assertClose, f64 } from "../support/arrays.ts";

type F = (x: NDArray) => NDArray;

/** `x * x` behind branches of which each stands in the one before, all of which 0.9 takes; 0.01 ends in the sine. */
const nested = (depth: number): F =>
  depth === 0 ? (x) => np.multiply(x, x) : (x) => lax.cond(np.greater(x, 0.1), nested(depth - 1), np.sin, x);
const DEPTH = 40;
const f = nested(DEPTH);

/** With work of 2 to the 40th none of these would ever end. */
const soon = (name: string, check: () => void): void => {
  test(`${name} of ${DEPTH} branches, each inside of the one before`, check);
};

soon("jit", () => assertClose(jit(f)(f64(0.9)), 0.81));
soon("grad", () => assertClose(grad(f)(f64(0.9)), 1.8));
soon("jit of grad", () => assertClose(jit(grad(f))(f64(0.01)), Math.cos(0.01)));
soon("jvp", () => assertClose(jvp(f, [f64(0.9)], [f64(2)])[1], 3.6));
soon("vmap", () => assertClose(vmap(f)(f64([0.9, 0.01])), [0.81, Math.sin(0.01)]));
soon("grad of vmap", () => {
  const gradient = grad((x: NDArray) => np.sum(vmap(f)(x)))(f64([0.9, 0.01]));
  assertClose(gradient, [1.8, Math.cos(0.01)]);
});
soon("vmap of grad", () => assertClose(vmap(grad(f))(f64([0.9, 0.01])), [1.8, Math.cos(0.01)]));
soon("the second derivative", () => assertClose(grad(grad(f))(f64(0.01)), -Math.sin(0.01)));

soon("vmap with one predicate for all", () => {
  const along = (depth: number, p: NDArray): F =>
    depth === 0 ? (x) => np.multiply(x, x) : (x) => lax.cond(np.greater(p, 0), along(depth - 1, p), np.sin, x);
  const mapped = vmap((p: NDArray, x: NDArray) => along(DEPTH, p)(x), { inAxes: [null, 0] });
  assertClose(mapped(f64(1), f64([2, 3])), [4, 9]);
});

soon("numbers as results", () => {
  const or = (depth: number): F =>
    depth === 0 ? (x) => x : (x) => lax.cond(np.greater(x, 0), or(depth - 1), () => 0 as never, x);
  assertClose(jit(grad(or(DEPTH)))(f64(2)), 1);
});

test.run();
