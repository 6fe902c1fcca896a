import {
  array,
  grad,
  hessian,
  jacfwd,
  jacobian,
  jacrev,
  jit,
  jvp,
  lax,
  linearize,
  linearTranspose,
  type NDArray,
  valueAndGrad,
  vjp,
  vmap,
} from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertClose, assertThrows, f64, numbers } from "../support/arrays.ts";
import { assertSame, checkAll, randomArray } from "../support/properties.ts";

const W = f64([
  [0.5, -1, 2],
  [1.5, 0.25, -0.75],
]);
const X = f64([0.3, -0.8, 1.1]);
const matvec = (w: NDArray, x: NDArray): NDArray => lax.dotGeneral(w, x, { contractingDims: [[1], [0]] });
/** `tanh(W x) sum(x x)`, three inputs to two outputs. */
const f = (x: NDArray): NDArray => lax.mul(lax.tanh(matvec(W, x)), lax.reduceSum(lax.mul(x, x)));
const g = (x: NDArray): NDArray => lax.reduceSum(lax.mul(lax.sin(x), lax.exp(x)));

// Computed with JAX in float64.
const JACOBIAN = [
  [0.6048992408650332, -1.6083321305760723, 2.22033013903713],
  [1.8146804372375225, 1.184783857166565, -2.204894803364317],
];
const HESSIAN = [
  [
    [1.9899864901147275, 0.0038998448087421197, -0.011458848172136053],
    [0.0038998448087421223, 1.987795881456266, 0.017063042656829206],
    [-0.011458848172136056, 0.017063042656829203, 1.9439055246977632],
  ],
  [
    [3.587532637626297, -1.0921422724020384, 0.4270231070521029],
    [-1.0921422724020384, -1.5305793226366446, 1.0027063461615981],
    [0.42702310705210267, 1.0027063461615981, -2.6214608512042323],
  ],
];

test("Jacobians of a map from three to two numbers are JAX's", () => {
  assertClose(jacrev(f)(X) as NDArray, JACOBIAN, 1e-12);
  assertClose(jacfwd(f)(X) as NDArray, JACOBIAN, 1e-12);
  assertClose(jacobian(f)(X) as NDArray, JACOBIAN, 1e-12);
  assertClose(jit(jacrev(f))(X) as NDArray, JACOBIAN, 1e-12);
});

test("second derivatives: all four orders of modes agree, and with JAX", () => {
  const h = hessian(f)(X) as NDArray;
  assertClose(h, HESSIAN, 1e-12);
  for (const outer of [jacfwd, jacrev]) {
    for (const inner of [jacfwd, jacrev]) assertSame(outer(inner(f))(X), h, 1e-12);
  }
  checkAll((x: NDArray) => hessian(f)(x), [X], "third derivatives", 1);
});

test("grad of grad, jvp of grad, vmap of grad are JAX's", () => {
  const twice = grad((x: NDArray) => {
    const d = grad(g)(x) as NDArray;
    return lax.reduceSum(lax.mul(d, d));
  });
  assertClose(twice(X) as NDArray, GRAD_OF_GRAD, 1e-12);
  const [value, tangent] = jvp(grad(g), [X], [f64([1, 2, 3])]) as [NDArray, NDArray];
  assertClose(value, JVP_OF_GRAD[0], 1e-12);
  assertClose(tangent, JVP_OF_GRAD[1], 1e-12);
  const rows = f64([
    [0.3, -0.8, 1.1],
    [1, 2, 3],
  ]);
  assertSame(vmap(grad(g))(rows), jvpRows(rows), 1e-12);
});

/** The gradient of g row by row: (sin x + cos x) exp x. */
function jvpRows(x: NDArray): NDArray {
  return array(
    numbers(x).map((v) => (Math.sin(v) + Math.cos(v)) * Math.exp(v)),
    { shape: [...x.shape], dtype: "float64" },
  );
}

const GRAD_OF_GRAD = [8.709648014442774, -0.01161838763706776, 22.020947860976612];
const JVP_OF_GRAD = [
  [1.6884799278234257, -0.009278365222582019, 4.04001292796816],
  [2.5791387480898718, 1.25220201601792, 8.1760683394836],
];

test("third derivative of a scalar function, from a plain number", () => {
  const third = grad(grad(grad((t: NDArray) => lax.mul(lax.sin(t), lax.integerPow(t, { exponent: 3 })))));
  assertClose(third(f64(0.7)) as NDArray, THIRD, 1e-11);
  const weak = third(0.7 as never);
  assert.is(weak.dtype, "float32");
  assertClose(weak, THIRD, 1e-5);
});
const THIRD = 10.398976812253903;

test("nested derivatives don't mix: d/dx (x d/dy (x y)) = 2 x", () => {
  const outer = grad((x: NDArray) => lax.mul(x, grad((y: NDArray) => lax.mul(x, y))(1 as never)));
  assert.is(outer(3 as never).item(), 6);
  const shielded = grad((x: NDArray) => jvp((y: NDArray) => lax.mul(x, lax.mul(y, y)), [x], [array(1)])[1]);
  assert.is(shielded(3 as never).item(), 12, "d/dx 2 x y at y = x");
});

test("trees as arguments and results; null stays null", () => {
  const params = { b: null, w: [X, f64([1, 1, 1])] };
  const loss = (p: typeof params, x: NDArray) => ({
    out: lax.mul(p.w[0], lax.mul(p.w[1], x)),
    sum: [lax.reduceSum(p.w[0]), null],
  });
  const scalar = (p: typeof params) => lax.reduceSum(loss(p, f64([2, 3, 4])).out);
  const gradient = grad(scalar)(params) as typeof params;
  assert.is(gradient.b, null);
  assertClose(gradient.w[0], [2, 3, 4]);
  assertClose(gradient.w[1], [0.6, -2.4, 4.4], 1e-15);
  const jacobians = jacrev(loss)(params, f64([2, 3, 4])) as {
    out: typeof params;
    sum: [typeof params, null];
  };
  assertClose(jacobians.out.w[0], [
    [2, 0, 0],
    [0, 3, 0],
    [0, 0, 4],
  ]);
  assertClose(jacobians.sum[0].w[0], [1, 1, 1]);
  assertClose(jacobians.sum[0].w[1], [0, 0, 0]);
  assert.is(jacobians.sum[1], null);
  assert.is(jacobians.out.b, null);
  assertSame(jacfwd(loss)(params, f64([2, 3, 4])), jacobians, 1e-14);
});

test("argnums: one, negative, several; a list gives a list, even of one", () => {
  const h = (x: NDArray, y: NDArray): NDArray => lax.reduceSum(lax.mul(x, lax.mul(y, y)));
  const [x, y] = [f64([1, 2]), f64([3, 4])];
  assertClose(grad(h)(x, y) as NDArray, [9, 16]);
  assertClose(grad(h, { argnums: -1 })(x, y) as NDArray, [6, 16]);
  const both = grad(h, { argnums: [1, 0] })(x, y) as NDArray[];
  assertClose(both[0], [6, 16]);
  assertClose(both[1], [9, 16]);
  for (const transform of [grad as typeof jacrev, jacrev, jacfwd]) {
    const list = transform(h, { argnums: [1] })(x, y) as NDArray[];
    assert.ok(Array.isArray(list), transform.name);
    assertClose(list[0], [6, 16]);
  }
  const blocks = hessian(h, { argnums: [0, 1] })(x, y) as NDArray[][];
  assertClose(blocks[0][0], [
    [0, 0],
    [0, 0],
  ]);
  assertClose(blocks[0][1], [
    [6, 0],
    [0, 8],
  ]);
  assertClose(blocks[1][1], [
    [2, 0],
    [0, 4],
  ]);
  assertThrows(() => grad(h, { argnums: 2 })(x, y), "grad", "2");
  assertThrows(() => grad(h, { argnums: [0, -2] })(x, y), "grad", "twice");
  assertThrows(() => jacrev(h, { argnums: 0.5 })(x, y), "jacrev", "0.5");
});

test("hasAux and valueAndGrad", () => {
  const h = (x: NDArray) => [lax.reduceSum(lax.mul(x, x)), { twice: lax.mul(x, 2), n: 3 }];
  const [gradient, aux] = grad(h, { hasAux: true })(X) as [NDArray, { twice: NDArray; n: NDArray }];
  assertClose(gradient, [0.6, -1.6, 2.2], 1e-14);
  assertClose(aux.twice, [0.6, -1.6, 2.2], 1e-14);
  assert.is(aux.n.item(), 3);
  const [[value]] = valueAndGrad(h, { hasAux: true })(X) as [[NDArray, unknown], NDArray];
  assertClose(value, 0.09 + 0.64 + 1.21, 1e-14);
  const [v, d] = valueAndGrad(g)(X) as [NDArray, NDArray];
  assertSame(v, g(X), 0);
  assertSame(d, jvpRows(X), 1e-12);
});

test("integers among the arguments: no derivatives by them, zeros where asked", () => {
  const n = array([2, 3], { dtype: "int32" });
  const h = (x: NDArray, k: NDArray): NDArray => lax.reduceSum(lax.mul(x, lax.convertElementType(k, "float64")));
  const x = f64([1, 2]);
  assertClose(grad(h)(x, n) as NDArray, [2, 3]);
  const [dx, dn] = vjp(h, x, n)[1](f64(1)) as NDArray[];
  assertClose(dx, [2, 3]);
  assert.is(dn.dtype, "int32");
  assert.equal(dn.toArray(), [0, 0]);
  assertThrows(() => grad(h, { argnums: 1 })(x, n), "grad", "argument 1", "int32(2,)", "float");
  const through = (a: NDArray): NDArray => lax.convertElementType(lax.convertElementType(a, "int32"), "float64");
  assertClose(jacrev(through)(x) as NDArray, [
    [0, 0],
    [0, 0],
  ]);
  assertClose(jacfwd(through)(x) as NDArray, [
    [0, 0],
    [0, 0],
  ]);
});

test("outputs that don't depend on the input, identity, empty arrays", () => {
  const constant = (_: NDArray) => lax.full([2], 1, "float64");
  assertClose(jacrev(constant)(X) as NDArray, [
    [0, 0, 0],
    [0, 0, 0],
  ]);
  assertClose(jacfwd(constant)(X) as NDArray, [
    [0, 0, 0],
    [0, 0, 0],
  ]);
  assertClose(jacrev((x: NDArray) => x)(f64([1, 2])) as NDArray, [
    [1, 0],
    [0, 1],
  ]);
  assert.equal([...(jacrev((x: NDArray) => lax.mul(x, 2))(f64([])) as NDArray).shape], [0, 0]);
  assert.equal([...(jacfwd((x: NDArray) => lax.mul(x, 2))(f64([])) as NDArray).shape], [0, 0]);
  assert.equal(jacrev((_: NDArray[]) => f64(1))([]), []);
});

test("stopGradient is a constant for derivatives of every order", () => {
  const h = (x: NDArray): NDArray => lax.reduceSum(lax.mul(x, lax.stopGradient(lax.mul(x, x))));
  assertClose(grad(h)(f64([2, 3])) as NDArray, [4, 9]);
  assertClose(hessian(h)(f64([2, 3])) as NDArray, [
    [0, 0],
    [0, 0],
  ]);
  assertClose(vmap(grad(h))(f64([[2, 3]])) as NDArray, [[4, 9]]);
});

test("linearize: one trace, any number of tangents", () => {
  let traces = 0;
  const [value, push] = linearize((x: NDArray) => {
    traces++;
    return f(x);
  }, X);
  assertSame(value, f(X), 0);
  for (const dx of [f64([1, 0, 0]), f64([0.5, 2, -1])]) assertSame(push(dx), jvp(f, [X], [dx])[1], 1e-14);
  assert.is(traces, 1);
  assertSame(
    vmap(push)(
      f64([
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ]),
    ),
    lax.transpose(jacrev(f)(X) as NDArray),
    1e-13,
  );
});

test("linearTranspose: of matrix products, of programs with constants in them", () => {
  const product = (x: NDArray): NDArray => matvec(W, x);
  assertClose(linearTranspose(product, X)(f64([1, 10]))[0] as NDArray, [15.5, 1.5, -5.5]);
  const scaled = (x: NDArray): NDArray =>
    lax.mul(lax.mul(x, lax.full([3], 2, "float64")), lax.add(lax.full([3], 1, "float64"), 4));
  assertClose(linearTranspose(scaled, X)(f64([1, 2, 3]))[0] as NDArray, [10, 20, 30]);
  assertClose((jit(linearTranspose(scaled, X))(f64([1, 2, 3])) as NDArray[])[0], [10, 20, 30]);
  const two = linearTranspose((x: NDArray, y: NDArray) => lax.sub(x, lax.mul(y, 3)), X, X)(f64([1, 2, 3])) as NDArray[];
  assertClose(two[0], [1, 2, 3]);
  assertClose(two[1], [-3, -6, -9]);
  assertThrows(() => linearTranspose((x: NDArray) => lax.sin(x), X)(X), "sin");
  assertThrows(() => linearTranspose((x: NDArray) => lax.mul(x, x), X)(X), "mul");
});

test("tangents and cotangents must fit", () => {
  assertThrows(() => jvp(g, [X], [f64([1])]), "jvp", "float64(3,)", "float64(1,)");
  assertThrows(() => jvp(g, [X], [array([1, 2, 3])]), "jvp", "float64(3,)", "float32(3,)");
  assertThrows(() => jvp(g, [X], [[X] as never]), "jvp", "structure", "[[*]]");
  assertThrows(() => jvp(g, X as never, X as never), "jvp", "lists");
  assertThrows(() => vjp(f, X)[1](X), "vjp", "float64(2,)", "float64(3,)");
  assertThrows(() => vjp(f, X)[1]([X] as never), "vjp", "structure");
  assertThrows(() => linearize(f, X)[1](f64([1])), "linearize", "float64(3,)");
});

test("what is no scalar, function or array is refused", () => {
  assertThrows(() => grad(f)(X), "grad", "float64(2,)", "jacrev");
  assertThrows(() => grad((x: NDArray) => lax.gt(lax.reduceSum(x), 0))(X), "grad", "bool");
  assertThrows(() => grad(((x: NDArray) => [lax.reduceSum(x)]) as never)(X as never), "grad");
  assertThrows(() => grad((x: NDArray) => lax.reduceSum(x), { hasAux: true } as never)(X), "grad", "[scalar, aux]");
  assertThrows(() => grad(3 as never), "grad", "function", "number 3");
  assertThrows(() => grad(f, { argnum: 1 } as never), "grad", "argnum", "argnums");
  assertThrows(() => grad(g)("x" as never), "grad", '"x"');
  assertThrows(() => grad(g)([1, [2]] as never), "lax.sin", "list");
  assertThrows(() => jvp((() => undefined) as never, [X], [X]), "jvp", "undefined");
  assertThrows(() => jvp((async (x: NDArray) => x) as never, [X], [X]), "jvp", "async function");
});

test("derivatives through larger programs, twice", () => {
  const layer = (w: NDArray, x: NDArray): NDArray => {
    const h = lax.tanh(lax.dotGeneral(x, w, { contractingDims: [[1], [0]] }));
    const norm = lax.reduceMax(lax.mul(h, h), { axes: [1] });
    return lax.div(h, lax.add(lax.broadcastInDim(norm, { shape: h.shape, broadcastDimensions: [0] }), 1));
  };
  checkAll(layer, [randomArray([3, 4], 1), randomArray([2, 3], 2)], "layer", 2);
});

test.run();
