/** Valid calls of the transformations, of the functions that they return, of `tree` and of what else the index exports. */
import * as cotangent from "cotangent";
import { type NDArray, numpy as np, ShapeDtypeStruct, tree } from "cotangent";
import { type AnyFunction, type Example, examplesOf, matrix, type Row, returned, turned, unary } from "./example.ts";

// Written with functions, so that a wrong argument that reaches them meets an error of ours.
const square = (x: NDArray): NDArray => np.multiply(x, x);
const scalar = (x: NDArray): NDArray => np.sum(np.multiply(x, x));
const withAux = (x: NDArray): [NDArray, NDArray] => [scalar(x), x];
const twice = (x: NDArray): NDArray => np.multiply(x, 2);
const scaled = (x: NDArray, k: number): NDArray => np.multiply(x, k);
const scaledSum = (x: NDArray, k: number): NDArray => np.sum(scaled(x, k));
const two = (x: NDArray, y: NDArray): NDArray => np.multiply(x, y);

const ROWS: readonly Row[] = [
  [
    "array",
    () => [
      [
        [1, 2],
        [3, 4],
      ],
    ],
    () => ({ shape: [4], dtype: "float64", device: "cpu" }),
  ],
  ["stopGradient", unary],
  ["devices", () => []],
  ["setDefaultDevice", () => ["cpu"]],
  ["withDevice", (x) => ["cpu", () => square(x)]],
  ["jvp", (x) => [square, [x], [x]]],
  ["jvp", (x) => [two, [x, x], [x, x]]],
  ["vjp linearize", (x) => [square, x]],
  ["linearTranspose", (x) => [twice, x]],
  ["grad valueAndGrad", () => [scalar], () => ({ argnums: 0 })],
  ["grad valueAndGrad", () => [withAux, { hasAux: true }], () => ({ argnums: [0] })],
  ["jacfwd jacrev jacobian hessian", () => [square], () => ({ argnums: [0] })],
  ["jacfwd jacrev jacobian hessian", () => [withAux], () => ({ hasAux: true })],
  ["vmap", () => [square], () => ({ inAxes: [1], outAxes: 1, axisSize: 3 })],
  ["jit", () => [square], () => ({ staticArgnums: [1] })],
  ["checkpoint", () => [square], () => ({ policy: cotangent.checkpointPolicies.dotsSaveable })],
  ["customJvp customVjp", () => [square], () => ({ nondiffArgnums: [1] })],
  ["evalShape", (x) => [square, x]],
  ["evalShape", () => [square, new ShapeDtypeStruct([2], "float32")]],
  ["makeJaxpr", () => [square]],
  ["ravelPytree", (x) => [{ x, list: [1, null] }]],
];

function withJvp(): AnyFunction {
  const f = cotangent.customJvp(square);
  f.defjvp((primals: [NDArray], tangents: [NDArray]) => [square(...primals), two(twice(primals[0]), tangents[0])]);
  return f;
}

function withVjp(): AnyFunction {
  const f = cotangent.customVjp(square);
  f.defvjp(
    (x: NDArray) => [square(x), x],
    (x: NDArray, ct: NDArray) => [two(twice(x), ct)],
  );
  return f;
}

/** `debug.print` without its line. */
function quietly(): AnyFunction {
  return (...args) => {
    const { log } = console;
    console.log = () => undefined;
    try {
      return Reflect.apply(cotangent.debug.print, undefined, args);
    } finally {
      console.log = log;
    }
  };
}

const RETURNED: readonly Example[] = [
  { name: "debug.callback", f: () => cotangent.debug.callback, args: (x) => [twice, x] },
  { name: "debug.print", f: quietly, args: (x) => ["{}", x] },
  returned("grad", () => cotangent.grad(scalar), unary),
  returned(
    "grad",
    () => cotangent.grad(scaledSum),
    (x) => [x, 2],
  ),
  returned("valueAndGrad", () => cotangent.valueAndGrad(scalar), unary),
  returned(
    "jacfwd",
    () => cotangent.jacfwd(square),
    (x) => [np.at(x, 0)],
  ),
  returned(
    "jacrev",
    () => cotangent.jacrev(square),
    (x) => [np.at(x, 0)],
  ),
  returned(
    "jacobian",
    () => cotangent.jacobian(square),
    (x) => [np.at(x, 0)],
  ),
  returned(
    "hessian",
    () => cotangent.hessian(scalar),
    (x) => [np.at(x, 0)],
  ),
  returned("vmap", () => cotangent.vmap(square), unary),
  returned(
    "vmap",
    () => cotangent.vmap(scaled, { inAxes: [0, null] }),
    (x) => [x, 2],
  ),
  returned("jit", () => cotangent.jit(square), unary),
  returned(
    "jit",
    () => cotangent.jit(scaled, { staticArgnums: 1 }),
    (x) => [x, 2],
  ),
  returned("checkpoint", () => cotangent.checkpoint(square), unary),
  returned("customJvp", withJvp, unary),
  returned("customVjp", withVjp, unary),
  returned("makeJaxpr", () => cotangent.makeJaxpr(square), unary),
  returned("vjp", () => cotangent.vjp(square, matrix())[1], unary),
  returned("linearize", () => cotangent.linearize(square, matrix())[1], unary),
  returned("linearTranspose", () => cotangent.linearTranspose(twice, matrix()), unary),
  {
    name: "defjvp",
    f: () => cotangent.customJvp(square).defjvp,
    args: () => [(primals: NDArray[], tangents: NDArray[]) => [primals[0], tangents[0]]],
  },
  { name: "defjvps", f: () => cotangent.customJvp(square).defjvps, args: () => [(t: NDArray) => t] },
  {
    name: "defvjp",
    f: () => cotangent.customVjp(square).defvjp,
    args: () => [(x: NDArray) => [x, x], (_: NDArray, ct: NDArray) => [ct]],
  },
  {
    name: "ShapeDtypeStruct",
    f:
      () =>
      (...args) =>
        Reflect.construct(ShapeDtypeStruct, args),
    args: () => [[2, 3], "float32"],
  },
];

const TREE: readonly Row[] = [
  ["flatten leaves structure isLeaf allNone", (x) => [{ a: [x, null], b: 2 }]],
  ["leafCount formatTree", () => [tree.structure({ a: [1, null] })]],
  ["unflatten", (x) => [tree.structure({ a: [1, null] }), [x]]],
  ["sameStructure", () => [tree.structure([1]), tree.structure([2])]],
  ["map", (x) => [turned, { a: x, b: [x] }]],
  ["reduce", () => [(_: unknown, leaf: unknown) => leaf, { a: 1, b: [2] }, 0]],
  ["broadcastPrefix", () => ["tree.broadcastPrefix", "inAxes", [0, null], tree.structure([[1, 2], 3])]],
];

export const transformationExamples = (): Example[] => [...examplesOf("", cotangent, ROWS), ...RETURNED];
export const treeExamples = (): Example[] => examplesOf("tree.", tree, TREE);
