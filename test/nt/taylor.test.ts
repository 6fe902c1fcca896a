/** Linearization and Taylor expansion in the parameters. */
import { array, grad, type NDArray, numpy as np, nt } from "cotangent";
import { test } from "uvu";
import { assertClose, assertThrows } from "../support/arrays.ts";

// biome-ignore lint/suspicious/noExplicitAny: users' functions of trees
type Any = any;

test("linearize and taylorExpand: exact for polynomials, values of the derivatives' series", () => {
  const f = (p: Any, x: NDArray): NDArray => np.multiply(np.multiply(p.a, p.a), np.multiply(p.a, x));
  const params = { a: array([1, 2], { dtype: "float64" }), none: null };
  const moved = { a: array([1.5, 1], { dtype: "float64" }), none: null };
  const x = array([2, 3], { dtype: "float64" });
  const series = (degree: number): number[] =>
    [1, 2].map((a, i) => {
      const d = ([1.5, 1][i] as number) - a;
      const terms = [a ** 3, 3 * a * a * d, 3 * a * d * d, d ** 3];
      return terms.slice(0, degree + 1).reduce((s, t) => s + t, 0) * ([2, 3][i] as number);
    });
  for (const degree of [0, 1, 2, 3, 4]) {
    assertClose(nt.taylorExpand(f, params, degree)(moved, x) as NDArray, series(Math.min(degree, 3)), 1e-14);
  }
  assertClose(nt.linearize(f, params)(moved, x) as NDArray, series(1), 1e-14);
  assertClose(grad((p: Any) => np.sum(nt.linearize(f, params)(p, x) as NDArray))(moved).a as NDArray, [6, 36], 1e-13);
});

test("expansions take numbers for parameters, and refuse parameters of another kind", () => {
  const f = (p: Any, x: NDArray): NDArray => np.multiply(x, np.square(p.a));
  assertClose(nt.linearize(f, { a: 2 })({ a: 3 }, array([1, 2])) as NDArray, [8, 16], 1e-6);
  assertClose(nt.taylorExpand(f, { a: 2 }, 2)({ a: 3 }, array([1, 2])) as NDArray, [9, 18], 1e-6);
  const [x, a] = [array([1, 2]), array([1, 2])];
  assertThrows(() => nt.linearize(f, { a })({ b: a }, x), "nt.linearize", "newParams", '{"a": *}', '{"b": *}');
  assertThrows(
    () => nt.taylorExpand(f, { a }, 1)({ a: array([1]) }, x),
    "nt.taylorExpand",
    "newParams",
    "(2,)",
    "(1,)",
  );
});

test.run();
