import { array, jit, lax, type NDArray } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { deviceOf } from "../../src/device/device.ts";
import { runPlan } from "../../src/device/wasm/run.ts";
import { makeJaxpr } from "../../src/transform/shapes.ts";
import { assertClose, assertThrows, numbers } from "../support/arrays.ts";
import { asHostArray, planOf } from "../support/plans.ts";
import { assertSame, randomArray } from "../support/properties.ts";

test("one plan serves any number of runs, with other values each time", () => {
  const x = randomArray([50, 3], 1);
  const { jaxpr, consts } = makeJaxpr((a: NDArray) => lax.dotGeneral(a, x, { contractingDims: [[1], [1]] }))(x);
  const plan = planOf(jaxpr);
  for (let seed = 1; seed < 5; seed++) {
    const y = randomArray([50, 3], seed);
    const [out] = runPlan(plan, [...consts.map(asHostArray), asHostArray(y)]);
    assertSame(out, lax.dotGeneral(y, x, { contractingDims: [[1], [1]] }), 1e-14);
  }
});

test("results stay as they are when the memory is used again and grows", () => {
  const small = lax.add(array([1, 2]), 1);
  const large = lax.reduceSum(lax.mul(lax.full([3_000_000], 2, "float64"), 3));
  assert.is(large.item(), 18_000_000);
  assertClose(small, [2, 3]);
  assertClose(lax.add(small, 1), [3, 4]);
});

test("the same operation on other dtypes, shapes and parameters is another plan", () => {
  for (let round = 0; round < 2; round++) {
    assert.equal(lax.div(array([7], { dtype: "int32" }), array([2], { dtype: "int32" })).toArray(), [3]);
    assert.equal(lax.div(array([7]), array([2])).toArray(), [3.5]);
    assert.equal(lax.reshape(array([1, 2, 3, 4]), { newSizes: [2, 2] }).toArray(), [
      [1, 2],
      [3, 4],
    ]);
    assert.equal(lax.reshape(array([1, 2, 3, 4]), { newSizes: [4, 1] }).toArray(), [[1], [2], [3], [4]]);
    assert.is(lax.add(2, 3).aval.weak, true);
    assert.is(lax.add(array(2, { dtype: "int32" }), 3).aval.weak, false);
  }
});

test("numbers and repeated numbers as operands of every kind of kernel", () => {
  const cases: (() => NDArray | NDArray[])[] = [
    () => lax.reshape(array(3), { newSizes: [1, 1] }),
    () => lax.reduceSum(lax.full([4, 5], 2)),
    () => lax.reduceMax(lax.full([4, 5], 2), { axes: [1] }),
    () => lax.dotGeneral(lax.full([2, 3], 2), lax.full([3, 2], 5), { contractingDims: [[1], [0]] }),
    () => lax.dotGeneral(array(2), array(4), { contractingDims: [[], []] }),
    () => lax.concatenate([lax.full([2], 1), lax.full([3], 2)], { dimension: 0 }),
    () => lax.pad(lax.full([2], 1), 3, { paddingConfig: [[1, 1, 1]] }),
    () => lax.rev(lax.full([2, 2], 1), { dimensions: [0] }),
    () => lax.slice(lax.full([5], 1), { startIndices: [1], limitIndices: [3] }),
    () => lax.transpose(lax.full([2, 3], 4)),
    () =>
      lax.convGeneralDilated(lax.full([1, 2, 5], 1), lax.full([3, 2, 2], 1), { windowStrides: [1], padding: "SAME" }),
    () => lax.sort([lax.full([4], 3), lax.full([4], 2)]),
    () => lax.scatterAdd(lax.full([3], 1), lax.full([2], 1, "int32"), lax.full([2], 5)),
    () => lax.dynamicSlice(lax.full([4, 4], 2), [1, 1], { sliceSizes: [2, 2] }),
    () => lax.select(lax.full([2], true, "bool"), lax.full([2], 1), lax.full([2], 2)),
    () => lax.convertElementType(lax.full([2], 2.5), "int32"),
  ];
  for (const f of cases) assertSame(jit(f)(), f(), 1e-6, String(f));
});

test("arrays that live elsewhere are refused", () => {
  const elsewhere = { aval: array([1]).aval } as NDArray;
  assertThrows(() => deviceOf([elsewhere]), "float32[1]", "lives on no device");
});

test("0-dimensional, empty and one-element arrays through one program", () => {
  const f = (a: NDArray, b: NDArray) => [
    lax.reduceSum(b),
    lax.mul(a, lax.reduceSum(b)),
    lax.concatenate([b, lax.reshape(a, { newSizes: [1] })], { dimension: 0 }),
  ];
  for (const n of [0, 1, 2]) {
    const b = lax.full([n], 3);
    const [sum, product, joined] = jit(f)(array(2), b);
    assert.is(sum.item(), 3 * n);
    assert.is(product.item(), 6 * n);
    assert.equal(numbers(joined), [...new Array(n).fill(3), 2]);
  }
});

test.run();
