/** What every method does where there is little or nothing to compute, with dtypes and with calls that repeat. */
import { array, lax, type NDArray, numpy as np, nt } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { compiled } from "../../src/device/compiled.ts";
import { numbers } from "../support/arrays.ts";
import { METHODS, mlp, mlpParams } from "../support/kernels.ts";
import { assertSame, randomArray } from "../support/properties.ts";

// biome-ignore lint/suspicious/noExplicitAny: users' functions of trees
type Any = any;

for (const [method, implementation] of Object.entries(METHODS)) {
  const ntk = (f: Any, options: Any = {}) => nt.empiricalNtkFn(f, { implementation, ...options }) as Any;

  test(`${method}: outputs that don't depend on parameters, empty parameters, integer outputs: zeros`, () => {
    const x = randomArray([3, 2], 1);
    const zeros = ntk((_: Any, y: NDArray) => y)(x, null, { w: randomArray([2], 2) });
    assertSame(zeros, lax.full([3, 3], 0, "float64"), 0);
    assertSame(ntk((_: Any, y: NDArray) => y)(x, null, {}), lax.full([3, 3], 0, "float64"), 0);
    assertSame(ntk((_: Any, y: NDArray) => y)(x, null, null), lax.full([3, 3], 0, "float64"), 0);
    const whole = ntk((w: NDArray, y: NDArray) => lax.convertElementType(np.multiply(y, w), "int32"))(
      x,
      null,
      array([2, 3]),
    );
    assertSame(whole, lax.full([3, 3], 0, "float32"), 0);
  });

  test(`${method}: batches of size zero and one`, () => {
    const x = randomArray([2, 3], 1);
    for (const vmapAxes of [null, 0]) {
      const kernel = ntk(mlp, { vmapAxes });
      assert.equal([...kernel(lax.full([0, 3], 1, "float64"), x, mlpParams).shape], [0, 2]);
      assert.equal([...kernel(x, lax.full([0, 3], 1, "float64"), mlpParams).shape], [2, 0]);
      assert.equal([...kernel(lax.full([0, 3], 1, "float64"), null, mlpParams).shape], [0, 0]);
      const whole = numbers(kernel(x, null, mlpParams));
      const one = numbers(kernel(np.take(x, array([1], { dtype: "int32" }), { axis: 0 }), null, mlpParams));
      assert.ok(Math.abs((one[0] as number) - (whole[3] as number)) < 1e-12);
    }
  });

  test(`${method}: the dtype is the promotion of parameters and outputs`, () => {
    const f = (w: Any, x: NDArray): NDArray => np.multiply(x, w.a ?? w);
    const dtype = (x: NDArray, w: Any): string => ntk(f)(x, null, w).dtype;
    const [x32, x64] = [randomArray([2, 2], 1, { dtype: "float32" }), randomArray([2, 2], 1)];
    const [w32, w64] = [array([1, 2]), array([1, 2], { dtype: "float64" })];
    assert.is(dtype(x32, w32), "float32");
    assert.is(dtype(x64, w32), "float64");
    assert.is(dtype(x32, w64), "float64");
    assert.is(dtype(x32, { a: w32, b: w64 }), "float64");
    assert.is(dtype(array([[1, 2]], { dtype: "int32" }), w32), "float32");
    assert.is(dtype(x32, 2), "float32");
  });

  test(`${method}: each call looks at f once for each shape, and the second one compiles nothing`, () => {
    let traces = 0;
    const f = (p: Any, x: NDArray): NDArray => {
      traces++;
      return mlp(p, x);
    };
    const kernel = ntk(f, { vmapAxes: 0 });
    const first = kernel(randomArray([3, 3], 1), randomArray([2, 3], 2), mlpParams);
    // Of both batches, and of one example.
    assert.is(traces, 3);
    const before = compiled.bytes;
    const again = kernel(randomArray([3, 3], 1), randomArray([2, 3], 2), mlpParams);
    assert.is(traces, 6);
    assert.is(compiled.bytes, before, "nothing is compiled");
    assertSame(again, first, 0);
    const other = kernel(randomArray([3, 3], 9), randomArray([2, 3], 2), mlpParams);
    assert.is(traces, 9);
    assert.ok(numbers(other)[0] !== numbers(first)[0]);
    kernel(randomArray([4, 3], 1), null, mlpParams);
    assert.is(traces, 11);
    assert.ok(compiled.bytes > before, "another shape is compiled");
  });
}

test.run();
