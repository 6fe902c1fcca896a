/** Parameters without derivatives: constants beside floats, and an error where there is nothing else. */
import { array, jit, type NDArray, numpy as np, nt } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertClose, assertThrows, numbers } from "../support/arrays.ts";
import { assertSame, randomArray } from "../support/properties.ts";

// biome-ignore lint/suspicious/noExplicitAny: trees of any kind
type Any = any;
const x = randomArray([4, 3], 1);
const integers = (dtype: "int32" | "uint32" | "bool") => array([1, 0, 1], { dtype });
const f = (p: Any, y: NDArray): NDArray => np.sum(np.multiply(y, p.layers[0].w), { axis: -1, keepdims: true });
const methods = Object.values(nt.NtkImplementation);

test("a kernel by parameters that are all integers names the first and its dtype, by every method", () => {
  for (const dtype of ["int32", "uint32", "bool"] as const) {
    const params = { layers: [{ w: integers(dtype) }], n: array(2, { dtype: "int32" }) };
    for (const implementation of methods) {
      const options = { implementation, vmapAxes: 0 };
      assertThrows(
        () => nt.empiricalNtkFn(f, options)(x, null, params),
        "nt.empiricalNtkFn",
        `params.layers[0].w is ${dtype}(3,)`,
      );
      const both: Any = nt.empiricalKernelFn(f, options);
      assertThrows(() => both(x, null, "ntk", params), "params.layers[0].w");
      // The NNGP takes no derivatives.
      assert.equal(both(x, null, "nngp", params).shape, [4, 4]);
    }
    assertThrows(() => nt.costOf(f, x, null, params), "nt.costOf", "params.layers[0].w");
    const product = nt.empiricalNtkVpFn(f, x, null, params);
    assertThrows(() => product(np.ones([4, 1], { dtype: "float64" })), "nt.empiricalNtkVpFn", "params.layers[0].w");
    assertThrows(() => nt.linearize(f, params)(params, x), "nt.linearize", "params.layers[0].w", dtype);
    for (const degree of [0, 1, 2]) {
      assertThrows(() => nt.taylorExpand(f, params, degree)(params, x), "nt.taylorExpand", "params.layers[0].w", dtype);
    }
  }
  const named = (p: Any, y: NDArray): NDArray => np.multiply(y, p["a b"]);
  assertThrows(() => nt.empiricalNtkFn(named)(x, null, { "a b": integers("int32") }), 'params["a b"] is int32(3,)');
});

test("integers beside floats are constants", () => {
  const g = (p: Any, y: NDArray): NDArray => np.multiply(np.matmul(y, p.w), np.take(p.scale, p.which));
  const which = array(1, { dtype: "int32" });
  const params = { w: randomArray([3, 1], 2), scale: array([2, 3], { dtype: "float64" }), which };
  const alone = { ...params, which: undefined };
  const same = (p: Any, y: NDArray): NDArray => g({ ...p, which }, y);
  for (const implementation of methods) {
    const options = { implementation, vmapAxes: 0 };
    assertSame(nt.empiricalNtkFn(g, options)(x, null, params), nt.empiricalNtkFn(same, options)(x, null, alone), 1e-12);
  }
  const ct = randomArray([4, 1], 5);
  assertSame(nt.empiricalNtkVpFn(g, x, null, params)(ct), nt.empiricalNtkVpFn(same, x, null, alone)(ct), 1e-12);
});

test("linearize and taylorExpand: the same integers are fine, others are refused by name", () => {
  const g = (p: Any, y: NDArray): NDArray => np.multiply(np.multiply(p.w, p.w), np.multiply(y, p.state.step));
  const params = { w: array([1, 2], { dtype: "float64" }), state: { step: array([3, 4], { dtype: "int32" }) } };
  const moved = (step: number[]) => ({
    w: array([2, 2], { dtype: "float64" }),
    state: { step: array(step, { dtype: "int32" }) },
  });
  const y = array([1, 1], { dtype: "float64" });
  // w^2 s about 1 and 2: (1 + 2 (2 - 1)) 3, and 4 * 4.
  const ways: [string, Any, number[]][] = [
    ["nt.linearize", nt.linearize(g, params), [9, 16]],
    ["nt.taylorExpand", nt.taylorExpand(g, params, 1), [9, 16]],
    ["nt.taylorExpand", nt.taylorExpand(g, params, 2), [12, 16]],
  ];
  for (const [name, expansion, expected] of ways) {
    assertClose(expansion(moved([3, 4]), y), expected, 1e-14);
    assertThrows(() => expansion(moved([3, 5]), y), name, "newParams.state.step", "int32");
    // Inside of jit, where the values can't be compared beforehand.
    assertClose(jit(expansion)(moved([3, 4]), y), expected, 1e-14);
    assert.ok(numbers(jit(expansion)(moved([3, 5]), y)).every(Number.isNaN));
  }
});

test("no parameters at all, or flags alone, give zeros as before", () => {
  const g = (_: Any, y: NDArray): NDArray => y;
  for (const params of [null, [], {}, { train: false }]) {
    for (const implementation of methods) {
      assertSame(nt.empiricalNtkFn(g, { implementation })(x, null, params), np.zeros([4, 4], { dtype: "float64" }), 0);
    }
  }
});

test.run();
