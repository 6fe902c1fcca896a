/** Models of examples/models on the parameters of `reference.py`, their outputs and derivatives. */
import { array, type NDArray, numpy as np, tree, vjp } from "cotangent";
import * as assert from "uvu/assert";
import { numbers } from "../support/arrays.ts";
import { checkJvp } from "../support/properties.ts";

/** The k-th wave in the shape of a parameter. */
function wave(shape: readonly number[], k: number): NDArray {
  const size = shape.reduce((a, b) => a * b, 1);
  const scale = 1 / Math.sqrt(size / (shape.at(-1) as number));
  return array(
    Float64Array.from({ length: size }, (_, i) => Math.sin(1.3 * k + 0.7 * i) * scale),
    { shape: [...shape], dtype: "float64" },
  );
}

/** The parameters with the k-th leaf replaced by the k-th wave. */
export function waves<Params>(params: Params): Params {
  const leaves = tree.leaves<NDArray>(params);
  return tree.unflatten(
    tree.structure(params),
    leaves.map((x, k) => wave(x.shape, k)),
  );
}

export const inputs = (...shape: number[]): NDArray =>
  array(
    Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(0.9 + 0.31 * i)),
    { shape, dtype: "float64" },
  );

/** Asserts the values that JAX gives, within 1e-10. */
export function assertValues(actual: NDArray, expected: readonly number[]): void {
  const got = numbers(actual);
  assert.is(got.length, expected.length);
  got.forEach((v, i) => {
    assert.ok(Math.abs(v - (expected[i] as number)) < 1e-10, `element ${i}: expected ${expected[i]}, got ${v}`);
  });
}

/**
 * The derivative of a model's outputs by all of its parameters: along one direction the forward mode against differences,
 * and the reverse mode against the forward one.
 */
export function checkDerivatives<Params>(f: (params: Params) => NDArray, params: Params, tolerance = 1e-6): void {
  const def = tree.structure(params);
  const [leaves, direction] = [
    tree.leaves<NDArray>(params),
    tree.leaves<NDArray>(waves(params)).map((x) => np.flip(x)),
  ];
  const along = (t: NDArray): NDArray =>
    f(
      tree.unflatten(
        def,
        leaves.map((x, k) => np.add(x, np.multiply(direction[k] as NDArray, t))),
      ),
    );
  checkJvp(along, [array(0, { dtype: "float64" })], tolerance);
  const h = 1e-6;
  const [plus, minus] = [h, -h].map((t) => numbers(along(array(t, { dtype: "float64" })))) as [number[], number[]];
  const [out, pullback] = vjp(f, params);
  const ct = inputs(...out.shape);
  const weights = numbers(ct);
  const expected = plus.reduce((sum, p, i) => sum + ((p - (minus[i] as number)) / (2 * h)) * (weights[i] as number), 0);
  const [gradient] = pullback(ct);
  const found = tree
    .leaves<NDArray>(gradient)
    .reduce((sum, g, k) => sum + np.vdot(g, direction[k] as NDArray).item(), 0);
  const scale = Math.max(1, Math.abs(expected));
  assert.ok(
    Math.abs(found - expected) < 20 * tolerance * scale,
    `the gradient gives ${found}, differences ${expected}`,
  );
}
