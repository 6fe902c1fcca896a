/**
 * What compiles and what must not: `npm run check` compiles this file, nothing runs it. Each `@ts-expect-error` is an
 * error by itself where the line below it compiles.
 */
import {
  grad,
  hessian,
  jacfwd,
  jacrev,
  jit,
  jvp,
  type NDArray,
  numpy as np,
  nt,
  predict,
  random,
  ravelPytree,
  scipy,
  stax,
  valueAndGrad,
  vjp,
  vmap,
} from "cotangent";
import { is } from "./is.ts";

declare const w: NDArray;
declare const x: NDArray;
declare const key: NDArray;

interface Weights {
  readonly w: NDArray;
  readonly b: NDArray | null;
}
declare const weights: Weights;

const f = (p: Weights, y: NDArray): NDArray => np.matmul(y, p.w);
const pair = (p: Weights, [y]: readonly [NDArray, NDArray]): { first: NDArray; all: NDArray[]; n: number } => ({
  first: f(p, y),
  all: [y],
  n: 1,
});
const noisy = (p: Weights, y: NDArray, { rng }: { rng: NDArray }): NDArray => np.add(f(p, y), random.normal(rng, [1]));
const [initFn, applyFn] = stax.serial(stax.Dense(8), stax.Relu(), stax.Dense(2));

export function parts(): void {
  is<NDArray>().of(x.at(0).set(7));
  is<NDArray>().of(x.at(0, ":").apply((part) => part.add(1)));
  is<np.Part>().of(x.at(0));
  is<NDArray>().of(x.at(0).add(1));
  // @ts-expect-error: an array has no part to set
  x.set(7);
  // @ts-expect-error: a list is no array
  x.at(0).set([7]);
}

export function solvers(): void {
  is<[NDArray, NDArray]>().of(scipy.sparse.linalg.cg(w, x));
  is<[Weights, NDArray]>().of(scipy.sparse.linalg.cg((t) => t, weights, { x0: weights, M: (t) => t }));
  // @ts-expect-error: another tree than b
  scipy.sparse.linalg.cg((t: Weights) => t.w, weights);
  is<Weights>().of(ravelPytree(weights)[1](x));
}

export function kernels(): void {
  for (const kernelFn of [nt.empiricalNtkFn(f, { vmapAxes: 0 }), nt.empiricalNngpFn(f, { diagonalAxes: [0] })]) {
    is<NDArray>().of(kernelFn(x, null, weights));
    kernelFn(x, x, { w: new Float32Array(3), b: null });
    kernelFn(x, x, { w: 2, b: 1 }, { rng: key });
    // @ts-expect-error: x2 and params are no arrays
    kernelFn({ w }, "nonsense", 3);
    // @ts-expect-error: x2 is forgotten
    kernelFn(x, weights);
    // @ts-expect-error: a string for x1
    kernelFn("x", null, weights);
    // @ts-expect-error: a tree for x2, which is an array
    kernelFn(x, { x }, weights);
    // @ts-expect-error: a number for params
    kernelFn(x, null, 3);
    // @ts-expect-error: an array for params
    kernelFn(x, null, w);
    // @ts-expect-error: params of another name
    kernelFn(x, null, { v: w, b: null });
    // @ts-expect-error: params in place of x1
    kernelFn(weights, null, x);
    // @ts-expect-error: kwargs are an object
    kernelFn(x, null, weights, 3);
    // @ts-expect-error: an argument too many
    kernelFn(x, null, weights, {}, 1);
    // @ts-expect-error: a kernel function has no tree of kernels here
    kernelFn(x, null, weights).first;
  }
  // @ts-expect-error: an option that there isn't
  nt.empiricalNtkFn(f, { traceAxis: -1 });
  // @ts-expect-error: axes are numbers
  nt.empiricalNtkFn(f, { vmapAxes: "0" });
  // @ts-expect-error: no function
  nt.empiricalNtkFn(weights);
  // @ts-expect-error: an option of another function
  nt.empiricalNngpFn(f, { implementation: 1 });
}

export function kernelsOfTrees(): void {
  const kernelFn = nt.empiricalNtkFn(pair);
  is<{ first: NDArray; all: NDArray[]; n: NDArray }>().of(kernelFn([x, x], [null, null], weights));
  kernelFn([x, x], undefined, weights);
  // @ts-expect-error: one input of two
  kernelFn([x], null, weights);
  // @ts-expect-error: one array for two
  kernelFn(x, null, weights);
  nt.empiricalNtkFn(noisy)(x, null, weights, { rng: key });
  // Without annotations anything goes in, as it does into `f`.
  const loose = nt.empiricalNtkFn((p, y) => np.matmul(y, p.w));
  is<NDArray>().of(loose(x, null, { w }));
  // @ts-expect-error: but not an argument too few
  loose(x);
}

export function kernelsOfLayers(): void {
  const [, params] = initFn(key, [-1, 3]);
  const kernelFn = nt.empiricalNtkFn(applyFn, { vmapAxes: 0 });
  is<NDArray>().of(kernelFn(x, null, params));
  // @ts-expect-error: a string among the parameters
  kernelFn(x, null, ["w"]);
  // @ts-expect-error: parameters for inputs
  kernelFn({ w }, null, params);
}

export function bothKernels(): void {
  const kernelFn = nt.empiricalKernelFn(f);
  is<NDArray>().of(kernelFn(x, null, "ntk", weights));
  is<{ readonly nngp: NDArray; readonly ntk: NDArray }>().of(kernelFn(x, null, null, weights));
  is<{ readonly ntk: NDArray }>().of(kernelFn(x, null, ["ntk"], weights));
  predict.gpInference(kernelFn(x, null, null, weights), x);
  const trees = nt.empiricalKernelFn(pair)([x, x], null, ["nngp"], weights);
  is<NDArray>().of(trees.first.nngp);
  // @ts-expect-error: a kernel that wasn't asked for
  trees.first.ntk;
  // @ts-expect-error: no kernel's name
  kernelFn(x, null, "ntkgp", weights);
  // @ts-expect-error: get is forgotten
  kernelFn(x, null, weights);
  // @ts-expect-error: params are no array
  kernelFn(x, null, "ntk", x);
}

export function withoutKernels(): void {
  const product = nt.empiricalNtkVpFn(pair, [x, x], null, weights);
  is<{ first: NDArray; all: NDArray[]; n: NDArray }>().of(product({ first: x, all: [x], n: 1 }));
  // @ts-expect-error: cotangents are a tree like the outputs
  product(x);
  // @ts-expect-error: params before x1
  nt.empiricalNtkVpFn(f, weights, null, x);
  is<nt.NtkCosts>().of(nt.costOf(f, x, null, weights, { vmapAxes: 0 }));
  // @ts-expect-error: x2 is forgotten
  nt.costOf(f, x, weights);
  // @ts-expect-error: x2 is forgotten, and options follow
  nt.costOf(f, x, weights, { vmapAxes: 0 });
  // @ts-expect-error: an option that there isn't
  nt.costOf(f, x, null, weights, { vmapAxis: 0 });
}

export function batches(): void {
  const kernelFn = nt.batch(nt.empiricalNtkFn(f), { batchSize: 2 });
  is<NDArray>().of(kernelFn(x, null, weights));
  // @ts-expect-error: a string for x2
  kernelFn(x, "nonsense", weights);
  is<NDArray>().of(nt.batch(nt.empiricalKernelFn(f), { batchSize: 2 })(x, null, "ntk", weights));
  // @ts-expect-error: batchSize is missing
  nt.batch(nt.empiricalNtkFn(f), {});
  // @ts-expect-error: a kernel in place of a kernel function
  nt.batch(nt.empiricalNtkFn(f)(x, null, weights), { batchSize: 2 });
}

export function expansions(): void {
  for (const expansion of [nt.linearize(f, weights), nt.taylorExpand(f, weights, 2)]) {
    is<NDArray>().of(expansion({ w: 1, b: null }, x));
    nt.empiricalNtkFn(expansion)(x, null, weights);
    // @ts-expect-error: an array for params
    expansion(x, x);
    // @ts-expect-error: the input is missing
    expansion(weights);
  }
  nt.linearize(applyFn, initFn(key, [-1, 3])[1])([[w, null], [], [w, null]], x);
  // @ts-expect-error: an array for params
  nt.linearize(f, x);
  // @ts-expect-error: degree is missing
  nt.taylorExpand(f, weights);
  // @ts-expect-error: degree is a number
  nt.taylorExpand(f, weights, "2");
}

export function functions(): void {
  is<NDArray>().of(jit(f)(weights, x));
  is<NDArray>().of(vmap(f, { inAxes: [null, 0] })(weights, x));
  // @ts-expect-error: a string for an array
  jit(f)(weights, "x");
  // @ts-expect-error: an option that there isn't
  jit(f, { staticArgnames: [1] });
  // @ts-expect-error: the other way round
  vmap(f)(x, weights);
  // @ts-expect-error: axes are numbers
  vmap(f, { inAxes: "0" });
  // @ts-expect-error: an option that there isn't
  vmap(f, { inAxis: 0 });
}

export function derivatives(): void {
  const loss = (p: Weights, y: NDArray): NDArray => np.sum(f(p, y));
  const withAux = (p: Weights, y: NDArray) => [loss(p, y), { n: 3 }] as const;
  is<Weights>().of(grad(loss)(weights, x));
  is<NDArray>().of(grad(loss, { argnums: 1 })(weights, x));
  is<[Weights, NDArray]>().of(grad(loss, { argnums: [0, 1] })(weights, x));
  const [gradient, aux] = grad(withAux, { hasAux: true })(weights, x);
  is<Weights>().of(gradient);
  is<NDArray>().of(aux.n);
  const [value, both] = valueAndGrad(loss, { argnums: [0, 1] })(weights, x);
  is<NDArray>().of(value);
  is<NDArray>().of(both[1]);
  // @ts-expect-error: an array for params
  grad(loss)(x, x);
  // @ts-expect-error: one argument of two
  grad(loss)(weights);
  // @ts-expect-error: the function returns no scalar
  grad(pair);
  // @ts-expect-error: the function returns no pair
  grad(loss, { hasAux: true });
  // @ts-expect-error: an option that there isn't
  grad(loss, { argnum: 1 });
  // @ts-expect-error: a string for an array
  valueAndGrad(loss)(weights, "x");

  is<[out: NDArray, tangent: NDArray]>().of(jvp(f, [weights, x], [weights, x]));
  // @ts-expect-error: the tangents of one argument
  jvp(f, [weights, x], [weights]);
  // @ts-expect-error: arguments are a list
  jvp(f, weights, weights);
  const [out, pullback] = vjp(f, weights, x);
  is<[Weights, NDArray]>().of(pullback(out));
  // @ts-expect-error: the cotangent is one of the output
  pullback(weights);
  // @ts-expect-error: an argument is missing
  vjp(f, weights);
}

export function jacobians(): void {
  const g = (p: { a: NDArray }, y: NDArray): [NDArray, NDArray] => [p.a, y];
  is<[{ a: NDArray }, { a: NDArray }]>().of(jacrev(g)({ a: w }, x));
  is<[NDArray, NDArray]>().of(jacfwd(g, { argnums: 1 })({ a: w }, x));
  is<NDArray>().of(jacrev(np.sin)(x));
  is<NDArray>().of(grad(np.sin)(x));
  is<{ a: { a: NDArray } }>().of(hessian((p: { a: NDArray }) => np.sum(p.a))({ a: w }));
  // @ts-expect-error: a number for params
  jacrev(g)(3, x);
  // @ts-expect-error: an option that there isn't
  jacfwd(g, { argnum: 1 });
  // @ts-expect-error: an argument is missing
  hessian(g)({ a: w });
}
