// Any function will do: a two-layer perceptron written by hand, its derivatives, and its NTK.

import { grad, jacrev, jit, makeJaxpr, type NDArray, numpy as np, nt, random, tree, vmap } from "cotangent";

// Parameters are any tree of arrays: an object, a list, or lists of objects.
interface Params {
  readonly hidden: { readonly w: NDArray; readonly b: NDArray };
  readonly output: { readonly w: NDArray; readonly b: NDArray };
}

const keys = random.split(random.key(0), 4);
const params: Params = {
  hidden: { w: random.normal(keys.at(0), [3, 64]), b: np.zeros([64]) },
  output: { w: random.normal(keys.at(1), [64, 2]), b: np.zeros([2]) },
};

/** Two outputs for each row of `x`. */
function f({ hidden, output }: Params, x: NDArray): NDArray {
  const h = np.tanh(x.matmul(hidden.w).div(Math.sqrt(3)).add(hidden.b));
  return h.matmul(output.w).div(Math.sqrt(64)).add(output.b);
}

const x = random.normal(keys.at(2), [4, 3]);
const y = random.normal(keys.at(3), [4, 2]);
const print = (name: string, value: unknown) => console.log(`${name}\n  ${String(value).replaceAll("\n", "\n  ")}\n`);

// What the library sees of f: a flat list of operations. Every transformation turns such a program into another.
print("makeJaxpr(f)(params, x)", makeJaxpr(f)(params, x));

// The gradient of a loss by all parameters: a tree like the parameters themselves.
const loss = (p: Params) => np.mean(np.square(f(p, x).sub(y)));
const gradient = grad(loss)(params);
print("grad(loss)(params).output.b", gradient.output.b);

// The same compiled. Later calls run the plan alone.
const step = jit((p: Params) => {
  const g = grad(loss)(p);
  return tree.map((value: NDArray, slope: NDArray) => value.sub(slope.mul(0.1)), p, g);
});
const trained = step(params);
print("loss before and after a step of gradient descent", `${loss(params).item()}, ${loss(trained).item()}`);

// The Jacobian of one example's outputs by its inputs; vmap makes it one for every example.
const jacobianByInput = (example: NDArray) => jacrev((e: NDArray) => f(params, e))(example);
const jacobians = vmap(jacobianByInput)(x);
print("vmap(jacobianByInput)(x)", jacobians);

// The empirical NTK: J(x) J(x)^T with the Jacobian J of f by its parameters. With `traceAxes: []` for every pair of
// examples the 2 x 2 matrix of their outputs, by default the mean over the outputs.
const ntk = nt.empiricalNtkFn(f, { vmapAxes: 0 })(x, null, params);
const fullNtk = nt.empiricalNtkFn(f, { vmapAxes: 0, traceAxes: [] })(x, null, params);
print("nt.empiricalNtkFn(f, { vmapAxes: 0 })(x, null, params)", ntk);
print("its shape with traceAxes: []", `(${fullNtk.shape.join(", ")})`);

// The definition, computed the long way, must give the same.
const rows = tree.leaves<NDArray>(jacrev((p: Params) => f(p, x))(params)).map((j) => j.reshape([4, 2, -1]));
const byDefinition = rows
  .map((j) => np.einsum("ico,jco->ij", j, j))
  .reduce((a, b) => a.add(b))
  .div(2);
const difference = np.max(np.abs(ntk.sub(byDefinition))).item();
if (!(difference < 1e-5)) throw new Error(`The NTK differs from its definition by ${difference}.`);
if (!(loss(trained).item() < loss(params).item())) throw new Error("A step of gradient descent should lower the loss.");
