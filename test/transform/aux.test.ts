/** Auxiliary results, values that are known while a function is differentiated or mapped, and integers among primals. */
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
  numpy as np,
  vjp,
  vmap,
} from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertClose, assertThrows } from "../support/arrays.ts";

const x = array([1, 2]);
const cube = (x: NDArray): [NDArray, { square: NDArray; name: string }] => [
  np.multiply(np.square(x), x),
  { square: np.square(x), name: "aux" },
];

test("hasAux: what comes along is returned last, and has no derivative", () => {
  const check = (aux: { square: NDArray; name: string }): void => {
    assertClose(aux.square, [1, 4]);
    assert.is(aux.name, "aux");
  };
  const [y, dy, aux] = jvp(cube, [x], [array([1, 10])], { hasAux: true });
  assertClose(y, [1, 8]);
  assertClose(dy, [3, 120]);
  check(aux);
  const [out, fJvp, aux2] = linearize(cube, x, { hasAux: true });
  assertClose(out, [1, 8]);
  assertClose(fJvp(array([1, 10])), [3, 120]);
  check(aux2);
  const [value, pullback, aux3] = vjp(cube, x, { hasAux: true });
  assertClose(value, [1, 8]);
  assertClose(pullback(array([1, 10]))[0], [3, 120]);
  check(aux3);
  for (const derivative of [jacfwd, jacrev, jacobian]) {
    const [j, aux] = derivative(cube, { hasAux: true })(x);
    assertClose(j, [
      [3, 0],
      [0, 12],
    ]);
    check(aux);
  }
  const [h, aux4] = hessian(cube, { hasAux: true })(x);
  assertClose(h, [
    [
      [6, 0],
      [0, 0],
    ],
    [
      [0, 0],
      [0, 12],
    ],
  ]);
  check(aux4);
  const [inJit, aux5] = jit(jacrev(cube, { hasAux: true }))(x) as [NDArray, { square: NDArray; name: string }];
  assertClose(inJit, [
    [3, 0],
    [0, 12],
  ]);
  check(aux5);
  for (const fails of [
    () => jacrev(np.sin as never, { hasAux: true })(x),
    () => hessian(np.sin as never, { hasAux: true })(x),
  ]) {
    assertThrows(fails, "[out, aux]");
  }
});

test("grad, jvp, vmap and the like outside of jit: what doesn't depend on the arguments is known", () => {
  const c = array([1, 5, 3]);
  const f = (x: NDArray): NDArray => np.sum(np.multiply(x, np.max(c).item()));
  assertClose(grad(f)(x), [5, 5]);
  assertClose(grad(grad((x: NDArray) => np.multiply(np.square(x), np.max(c).item())))(array(1)), 10);
  assertClose(vmap(f)(array([[1, 2]])), [15]);
  assertClose(jvp(f, [x], [x])[1], 15);
  assertClose(vjp(f, x)[1](array(1))[0], [5, 5]);
  assertClose(linearize(f, x)[1](x), 15);
  assertClose(jacfwd(f)(x), [5, 5]);
  assertClose(jacrev(f)(x), [5, 5]);
  assertClose(hessian((x: NDArray) => np.multiply(f(x), f(x)))(x), [
    [50, 50],
    [50, 50],
  ]);
  assertClose(vmap(grad(f))(array([[1, 2]])), [[5, 5]]);
  const compiled = jit((c: NDArray) => np.max(c));
  const loops = (x: NDArray): NDArray => {
    const n = lax
      .whileLoop(
        (n: NDArray) => np.less(n, 3),
        (n: NDArray) => np.add(n, 1),
        np.asarray(0),
      )
      .item();
    return n === 3 && compiled(c).item() === 5 ? np.sum(x) : np.sum(np.zerosLike(x));
  };
  assertClose(grad(loops)(x), [1, 1]);
  for (const staged of [jit(f), jit(grad(f)), grad(jit(f)), (x: NDArray) => lax.map(f, np.expandDims(x, 0))]) {
    assertThrows(() => staged(x), "contents of a traced array");
  }
  assertThrows(
    () => grad((x: NDArray) => np.multiply(x, x.item()))(array(1)),
    "contents of a traced array",
    "staticArgnums",
  );
});

test("integers among primals are constants; alone, or with a tangent that isn't zero, they are refused", () => {
  const n = array([2, 3], { dtype: "int32" });
  const f = (x: NDArray, n: NDArray): NDArray => np.sum(np.multiply(np.square(x), n));
  const zero = np.zerosLike(n);
  assertClose(jvp(f, [x, n], [x, zero])[1], 2 * (2 + 12));
  assertClose(linearize(f, x, n)[1](x, zero), 28);
  assertClose(vjp(f, x, n)[1](array(1))[0], [4, 12]);
  assertClose(vjp(f, x, n)[1](array(1))[1], [0, 0]);
  assertThrows(() => jvp(f, [x, n], [x, n]), "jvp", "leaf 1", "int32(2,)", "zeros");
  assertThrows(() => linearize(f, x, n)[1](x, n), "linearize", "leaf 1", "int32(2,)");
  const square = (n: NDArray): NDArray => np.sum(np.square(n));
  assertThrows(() => jvp(square, [n], [n]), "jvp", "int32(2,)");
  assertThrows(() => jvp(square, [n], [zero]), "jvp", "int32(2,)");
  assertThrows(() => linearize(square, n), "linearize", "int32(2,)");
  assertThrows(() => vjp(square, n), "vjp", "int32(2,)");
  assertThrows(() => vjp(np.sum, array([true])), "vjp", "bool(1,)");
  for (const d of [grad, jacfwd, jacrev, hessian]) assertThrows(() => (d as typeof jacrev)(square)(n), "int32(2,)");
});

test("linearTranspose of what isn't linear says so", () => {
  const square = (x: NDArray): NDArray => np.multiply(x, x);
  for (const f of [np.sin, square]) {
    assertThrows(() => linearTranspose(f, x)(x), "linearTranspose", "must be linear");
    assert.throws(
      () => linearTranspose(f, x)(x),
      (e: Error) => !e.message.includes("internal"),
    );
  }
});

test("an inherited hasAux is no option", () => {
  const polluted = Object.prototype as { hasAux?: boolean };
  polluted.hasAux = true;
  try {
    const [y, pullback] = vjp((p: { w: NDArray }) => np.sum(p.w), { w: np.ones([2]) });
    assert.is(y.item(), 2);
    assert.equal(pullback(np.ones([]))[0].w.toArray(), [1, 1]);
    assert.is(linearize((p: { w: NDArray }) => np.sum(p.w), { w: np.ones([2]) })[0].item(), 2);
  } finally {
    delete polluted.hasAux;
  }
});

test.run();
