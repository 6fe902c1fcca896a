/** Powers with whole exponents in arrays: derivatives of every order, at 0 too, by every way to a derivative. */
import { array, grad, jacfwd, jit, jvp, lax, type NDArray, numpy as np, nt, vmap } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertThrows, numbers } from "../support/arrays.ts";

type Unary = (x: NDArray) => NDArray;
type Pow = (x: NDArray, n: NDArray) => NDArray;

const EXPONENTS = [0, 1, 2, 3, 4, -1];
const POINTS = [0, -2, 0.5];

/** The derivative of order `k` of `x^n`: n (n - 1) ... (n - k + 1) x^(n - k). */
function derivative(x: number, n: number, k: number): number {
  const factor = Array.from({ length: k }, (_, i) => n - i).reduce((product, v) => product * v, 1);
  return factor === 0 ? 0 : factor * x ** (n - k);
}

const forward =
  (f: Unary): Unary =>
  (x) =>
    jvp(f, [x], [np.onesLike(x)])[1] as NDArray;
const reverse = (f: Unary): Unary => grad((x: NDArray) => np.sum(f(x))) as unknown as Unary;
const compiled = (f: Unary): Unary => jit(f) as unknown as Unary;
const mapped = (f: Unary): Unary => vmap(f) as unknown as Unary;

const WAYS: Readonly<Record<string, readonly ((f: Unary) => Unary)[]>> = {
  value: [],
  "compiled value": [compiled],
  forward: [forward],
  reverse: [reverse],
  "compiled reverse": [reverse, compiled],
  "reverse of forward": [forward, reverse],
  "forward of reverse": [reverse, forward],
  "reverse of reverse": [reverse, reverse, compiled],
  "third order": [reverse, reverse, reverse],
  "mixed third order": [forward, reverse, forward],
};

const POWS: Readonly<Record<string, Pow>> = {
  power: np.power,
  pow: lax.pow,
  method: (x, n) => x.pow(n),
};

for (const dtype of ["float32", "float64"] as const) {
  for (const integer of ["int32", "uint32"] as const) {
    test(`${dtype} to the power ${integer}: derivatives of every order, everywhere`, () => {
      const grid = POINTS.flatMap((x) => EXPONENTS.map((n) => [x, n] as const)).filter(
        ([x, n]) => n >= 0 || (x !== 0 && integer !== "uint32"),
      );
      const x = array(
        grid.map(([v]) => v),
        { dtype },
      );
      const n = array(
        grid.map(([, v]) => v),
        { dtype: integer },
      );
      for (const [name, pow] of Object.entries(POWS)) {
        for (const [way, steps] of Object.entries(WAYS)) {
          const order = steps.filter((s) => s === forward || s === reverse).length;
          const f = steps.reduce<Unary>(
            (g, step) => step(g),
            (v) => pow(v, n),
          );
          const got = f(x);
          assert.is(got.dtype, dtype);
          grid.forEach(([a, b], i) => {
            const want = derivative(a, b, order);
            const error = Math.abs(numbers(got)[i]! - want) / Math.max(Math.abs(want), 1);
            assert.ok(error < (dtype === "float32" ? 1e-6 : 1e-14), `${name}, ${way}: ${a}^${b} is ${numbers(got)[i]}`);
          });
        }
      }
    });
  }
}

test("the exponent is mapped, scanned, traced, or what decides", () => {
  const x = array([0, 0, 0], { dtype: "float64" });
  const n = array([0, 1, 2], { dtype: "int32" });
  const slopes = (f: (x: NDArray) => NDArray) => numbers((grad(f) as unknown as Unary)(x));
  const each = vmap((v: NDArray, k: NDArray) => np.power(v, k)) as unknown as Pow;
  assert.equal(
    slopes((v) => np.sum(each(v, n))),
    [0, 1, 0],
  );
  assert.equal(
    slopes((v) => np.sum(mapped((k) => np.sum(np.power(v, k)))(n))),
    [1, 1, 1],
  );
  const scanned: Unary = (v) =>
    (lax.scan as never as (f: unknown, c: NDArray, xs: NDArray) => [NDArray])(
      (c: NDArray, k: NDArray) => [np.add(c, np.sum(np.power(v, k))), null],
      array(0, { dtype: "float64" }),
      n,
    )[0];
  assert.equal(slopes(scanned), [1, 1, 1]);
  const branch: Unary = (v) =>
    lax.cond(
      np.greater(n.at(2), 1),
      (w: NDArray) => np.sum(np.power(w, n)),
      (w: NDArray) => np.sum(w),
      v,
    ) as NDArray;
  assert.equal(slopes(branch), [0, 1, 0]);
  const inside = jit((v: NDArray, k: NDArray) => grad((w: NDArray) => np.sum(np.power(w, k)))(v)) as unknown as Pow;
  assert.equal(numbers(inside(x, n)), [0, 1, 0]);
  const curvature = jacfwd(grad((v: NDArray) => np.sum(np.power(v, n))))(x) as NDArray;
  assert.equal(numbers(curvature), [0, 0, 0, 0, 0, 0, 0, 0, 2]);
});

test("bools are exponents 0 and 1; numbers are bases; integers stay integers", () => {
  const flags = array([true, false]);
  const x = array([0, 0], { dtype: "float64" });
  assert.equal(numbers(np.power(x, flags)), [0, 1]);
  assert.equal(numbers(reverse((v) => np.power(v, flags))(x)), [1, 0]);
  const n = array([3, -1], { dtype: "int32" });
  assert.equal(numbers(np.power(2.5, n)), [15.625, Math.fround(0.4)]);
  assert.equal(numbers(lax.pow(2, n)), [8, 0.5]);
  assert.equal(numbers(np.floatPower(array([2, 2], { dtype: "int32" }), n)), [8, 0.5]);
  assert.is(np.power(array([2, 3], { dtype: "int32" }), array([2, 3], { dtype: "int32" })).dtype, "int32");
  assertThrows(() => lax.pow(x, flags), "lax.pow", "bool");
  assertThrows(() => lax.pow(array([1, 2], { dtype: "int32" }), n), "lax.pow", "int32");
  assertThrows(() => lax.pow(array([1, 2, 3]), n), "lax.pow", "(3,)", "(2,)");
});

test("derivatives in a float exponent stay what they are, also of the derivative in the base", () => {
  const f = (x: NDArray, y: NDArray) => np.power(x, y);
  const mixed = grad((y: NDArray) =>
    (grad(f) as unknown as Pow)(array(2, { dtype: "float64" }), y),
  ) as unknown as Unary;
  // d/dy y x^(y - 1) = x^(y - 1) (1 + y log x), also at y = 0.
  for (const y of [0, 1, 2.5]) {
    const want = 2 ** (y - 1) * (1 + y * Math.LN2);
    assert.ok(Math.abs(mixed(array(y, { dtype: "float64" })).item() - want) < 1e-14, `at ${y}`);
  }
  // 0^y has the slope y 0^(y - 1): infinite below 1, and NaN at the float 0, as in JAX.
  const slope = (y: number) => grad(f)(array(0, { dtype: "float64" }), array(y, { dtype: "float64" })) as NDArray;
  assert.equal(
    [0.5, 1, 1.5, 0].map((y) => slope(y).item()),
    [Number.POSITIVE_INFINITY, 1, 0, Number.NaN],
  );
});

test("kernels of powers of parameters that are 0", () => {
  const n = array([0, 1, 2], { dtype: "int32" });
  const kernelFn = nt.empiricalNtkFn((w: NDArray, x: NDArray) => np.matmul(x, np.power(w, n)), { traceAxes: [] });
  const x = array([[1, 2, 3]]);
  // The Jacobian is [0, 2, 0].
  assert.equal(numbers(kernelFn(x, null, array([0, 0, 0])) as NDArray), [4]);
});

test.run();
