/** Kernels of functions that hold derivatives of the user's own. */
import { array, customVjp, lax, type NDArray, numpy as np, nt } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertClose, numbers } from "../support/arrays.ts";
import { randomArray } from "../support/properties.ts";

const square = customVjp((x: NDArray) => np.multiply(x, x));
square.defvjp(
  (x: NDArray) => [square(x), x],
  (x: NDArray, ct: NDArray) => [np.multiply(np.multiply(2, x), ct)],
);
const plainSquare = (x: NDArray): NDArray => np.multiply(x, x);

type Apply = (p: NDArray[], x: NDArray) => NDArray;
/** Of the activations, of the parameters themselves, and inside of a loop. */
const functions = (power: typeof plainSquare): Record<string, Apply> => ({
  activation: ([v, w], x) => np.matmul(power(np.matmul(x, v!)), w!),
  parameter: ([v, w], x) => np.matmul(np.matmul(x, power(v!)), w!),
  loop: ([v, w], x) =>
    lax.scan((h: NDArray, u: NDArray) => [power(np.multiply(h, u)), null], np.matmul(np.matmul(x, v!), w!), w!)[0],
});

const params = [randomArray([3, 4], 1), randomArray([4, 2], 2)];
const x = randomArray([5, 3], 3);
const { AUTO, JACOBIAN_CONTRACTION, NTK_VECTOR_PRODUCTS, STRUCTURED_DERIVATIVES } = nt.NtkImplementation;

test("AUTO, and each method that can serve, take a customVjp inside of f", () => {
  const [own, plain] = [functions(square), functions(plainSquare)];
  for (const name of Object.keys(own)) {
    for (const options of [{ vmapAxes: 0, traceAxes: [] }, { traceAxes: [] }, { vmapAxes: 0, diagonalAxes: 0 }]) {
      const expected = nt.empiricalNtkFn(plain[name]!, options)(x, null, params).toArray();
      // Without examples vector products push, which is forward mode.
      const mapped = "vmapAxes" in options ? [NTK_VECTOR_PRODUCTS] : [];
      for (const implementation of [AUTO, JACOBIAN_CONTRACTION, STRUCTURED_DERIVATIVES, ...mapped]) {
        const kernel = nt.empiricalNtkFn(own[name]!, { ...options, implementation })(x, null, params);
        assertClose(kernel, expected, 1e-12, `${name} by ${implementation}`);
      }
    }
  }
});

test("switches that ask for forward mode don't ask a customVjp for it", () => {
  const f: Apply = (p, y) => functions(square).parameter!(p, y);
  const expected = nt.empiricalNtkFn(functions(plainSquare).parameter!, {})(x, null, params).toArray();
  for (const fwd of [true, null, false]) {
    const options = { implementation: STRUCTURED_DERIVATIVES, jRules: false, fwd };
    assertClose(nt.empiricalNtkFn(f, options)(x, null, params), expected, 1e-12, `fwd: ${fwd}`);
  }
});

test("costOf leaves out a method that can't serve", () => {
  const of = (f: Apply, options: nt.NtkOptions): string[] => Object.keys(nt.costOf(f, x, null, params, options));
  const all = ["JACOBIAN_CONTRACTION", "NTK_VECTOR_PRODUCTS", "STRUCTURED_DERIVATIVES"];
  const [own, plain] = [functions(square).activation!, functions(plainSquare).activation!];
  assert.equal(of(own, {}), ["JACOBIAN_CONTRACTION", "STRUCTURED_DERIVATIVES"]);
  assert.equal(of(plain, {}), all);
  assert.equal(of(own, { vmapAxes: 0 }), all);
});

test("where no method can serve, the error is that of the first one", () => {
  // A loop of unknown length has no reverse mode.
  const f = (w: NDArray, y: NDArray): NDArray =>
    lax.whileLoop(
      (h: NDArray) => np.less(np.sum(h), 10),
      (h: NDArray) => np.multiply(2, h),
      np.multiply(w, y),
    );
  const kernelFn = (implementation: nt.NtkImplementation) => () =>
    nt.empiricalNtkFn(f, { implementation })(array([1, 1]), null, array(1));
  const messageOf = (fn: () => unknown): string => {
    try {
      return String(numbers(fn()));
    } catch (error) {
      return (error as Error).message;
    }
  };
  assert.match(messageOf(kernelFn(JACOBIAN_CONTRACTION)), /whileLoop/);
  assert.is(messageOf(kernelFn(AUTO)), messageOf(kernelFn(JACOBIAN_CONTRACTION)));
});

test("the method that needs forward mode says so", () => {
  const kernelFn = nt.empiricalNtkFn(functions(square).activation!, { implementation: NTK_VECTOR_PRODUCTS });
  assert.throws(() => kernelFn(x, null, params), /customVjp: the function has no forward-mode derivative/);
});

test.run();
