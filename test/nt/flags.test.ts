/** Flags and names among parameters, inputs, keyword arguments and outputs stay what they are. */
import { array, type NDArray, numpy as np, nt } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertClose } from "../support/arrays.ts";
import { assertSame, randomArray } from "../support/properties.ts";

// biome-ignore lint/suspicious/noExplicitAny: trees of any kind
type Any = any;
const methods = Object.values(nt.NtkImplementation);
const w = randomArray([3, 2], 1);
const [x1, x2] = [randomArray([4, 3], 2), randomArray([3, 3], 3)];

/** Doubled, and negated, if flags say so, wherever they stand. */
const f = (p: Any, { data, negate = false }: Any, { double = false, mode = "plain" }: Any = {}): NDArray => {
  const y = np.matmul(data, p.w);
  const doubled = [p.flag === true, double === true, mode === "twice"].filter(Boolean).length;
  return np.multiply(y, (negate ? -1 : 1) * 2 ** doubled);
};
const expected = (factor: number, b: NDArray): NDArray =>
  np.multiply(np.matmul(x1, np.transpose(b)), array(factor, { dtype: "float64" }));

test("the flag of a parameter: the issue's example, by every method", () => {
  const g = (p: Any, x: NDArray): NDArray => np.multiply(p.w, p.flag ? np.multiply(2, x) : x);
  const kernelOf = (options: Any, flag: unknown): NDArray =>
    nt.empiricalNtkFn(g, options)(array([[1]]), null, { w: array(1), flag });
  for (const implementation of methods) {
    for (const vmapAxes of [null, 0]) {
      for (const flag of [false, null, undefined, ""]) {
        assertClose(kernelOf({ implementation, vmapAxes }, flag), [[1]], 0);
      }
      assertClose(kernelOf({ implementation, vmapAxes }, true), [[4]], 0);
    }
  }
  assertClose(nt.empiricalNngpFn(g)(array([[1]]), null, { w: array(1), flag: true }), [[4]], 0);
  assertClose(nt.empiricalNngpFn(g)(array([[1]]), null, { w: array(1), flag: false }), [[1]], 0);
  assertClose(
    nt.linearize(g, { w: array(1), flag: false })({ w: array(3), flag: false }, array([1])) as NDArray,
    [3],
    0,
  );
  for (const degree of [0, 1, 2]) {
    const expansion = nt.taylorExpand(g, { w: array(1), flag: false }, degree);
    assertClose(expansion({ w: array(3), flag: false }, array([1])) as NDArray, [degree === 0 ? 1 : 3], 0);
  }
});

test("flags in parameters, inputs and keyword arguments, by every kernel function", () => {
  for (const implementation of methods) {
    for (const vmapAxes of [null, 0, [{ data: 0, negate: null }, 0, {}]]) {
      const ntk: Any = nt.empiricalNtkFn(f, { implementation, vmapAxes });
      const both: Any = nt.empiricalKernelFn(f, { implementation, vmapAxes });
      const batched: Any = nt.batch(ntk, { batchSize: 2 });
      for (const [flag, double, mode, factor] of [
        [false, false, "plain", 1],
        [true, false, "plain", 4],
        [true, true, "plain", 16],
        [false, true, "twice", 16],
      ] as const) {
        const [a, b] = [
          { data: x1, negate: false },
          { data: x2, negate: false },
        ];
        const args = [
          { w, flag },
          { double, mode },
        ];
        assertSame(ntk(a, b, ...args), expected(factor, x2), 1e-12);
        assertSame(ntk(a, null, ...args), expected(factor, x1), 1e-12);
        assertSame(both(a, b, "ntk", ...args), expected(factor, x2), 1e-12);
        if (Array.isArray(vmapAxes)) assertSame(batched(a, b, ...args), expected(factor, x2), 1e-12);
        const negated = { data: x2, negate: true };
        assertSame(ntk(a, negated, ...args), expected(-factor, x2), 1e-12);
      }
    }
  }
  const product = nt.empiricalNtkVpFn(f, { data: x1, negate: true }, null, { w, flag: true }, { double: true });
  const ct = randomArray([4, 2], 5);
  assertSame(product(ct), np.matmul(expected(16, x1), ct), 1e-12);
  const costs = (flag: boolean) => nt.costOf(f, { data: x1 }, null, { w, flag }, {}, { double: false });
  assert.ok(costs(false).JACOBIAN_CONTRACTION.flops < costs(true).JACOBIAN_CONTRACTION.flops);
});

test("flags beside the arrays in outputs stay beside the kernels", () => {
  const g = (p: NDArray, x: NDArray): Any => ({ out: np.matmul(x, p), kind: "linear", trained: false });
  const kernel = expected(1, x1);
  for (const implementation of methods) {
    for (const vmapAxes of [null, 0]) {
      const tree: Any = nt.empiricalNtkFn(g, { implementation, vmapAxes })(x1, null, w);
      assertSame(tree.out, kernel, 1e-12);
      assert.equal([tree.kind, tree.trained], ["linear", false]);
    }
  }
  const both: Any = nt.empiricalKernelFn(g, {})(x1, null, ["ntk"], w);
  assertSame(both.out.ntk, kernel, 1e-12);
  const nngp: Any = nt.empiricalNngpFn(g)(x1, null, w);
  assert.is(nngp.kind, "linear");
  const batched: Any = nt.batch(nt.empiricalNtkFn(g, { vmapAxes: 0 }), { batchSize: 3 })(x1, null, w);
  assertSame(batched.out, kernel, 1e-12);
});

test.run();
