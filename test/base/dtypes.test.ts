import { array, jit, lax, type NDArray, numpy as np } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { allocate, DTYPES, type DType, dtypeOfTypedArray, isDType, itemSize, promote } from "../../src/base/dtypes.ts";
import { assertThrows } from "../support/arrays.ts";

const strong = (dtype: DType) => ({ dtype, weak: false });
const weak = (dtype: DType) => ({ dtype, weak: true });

// jax.numpy.promote_types without 64-bit integers; the float64 row and column with jax_enable_x64.
const TABLE: Readonly<Record<DType, readonly DType[]>> = {
  bool: ["bool", "uint32", "int32", "float32", "float64"],
  uint32: ["uint32", "uint32", "int32", "float32", "float64"],
  int32: ["int32", "int32", "int32", "float32", "float64"],
  float32: ["float32", "float32", "float32", "float32", "float64"],
  float64: ["float64", "float64", "float64", "float64", "float64"],
};
const ORDER: readonly DType[] = ["bool", "uint32", "int32", "float32", "float64"];

test("promotion of two dtypes is JAX's", () => {
  for (const a of ORDER) {
    ORDER.forEach((b, k) => {
      assert.equal(promote([strong(a), strong(b)]), strong(TABLE[a][k]), `${a} ${b}`);
    });
  }
});

test("promotion is associative and commutative, weak operands included", () => {
  const all = [...ORDER.map(strong), weak("int32"), weak("float32")];
  for (const a of all) {
    for (const b of all) {
      assert.equal(promote([a, b]), promote([b, a]));
      for (const c of all) assert.is(promote([a, b, c]).dtype, promote([c, b, a]).dtype);
    }
  }
});

test("numbers are weak: dtype and weakness as in JAX", () => {
  // From `(r.dtype, r.weak_type)` of `jnp.ones(1, dtype) + w` for w = True, 1, 1.5.
  const rows: readonly [DType, [DType, boolean], [DType, boolean]][] = [
    ["bool", ["int32", true], ["float32", true]],
    ["uint32", ["uint32", false], ["float32", true]],
    ["int32", ["int32", false], ["float32", true]],
    ["float32", ["float32", false], ["float32", false]],
    ["float64", ["float64", false], ["float64", false]],
  ];
  for (const [dtype, whole, fraction] of rows) {
    assert.equal(promote([strong(dtype), weak("int32")]), { dtype: whole[0], weak: whole[1] });
    assert.equal(promote([strong(dtype), weak("float32")]), { dtype: fraction[0], weak: fraction[1] });
    const x = lax.full([1], 1, dtype);
    assert.is(np.multiply(x, true).dtype, dtype);
    assert.is(np.multiply(x, 2).dtype, whole[0]);
    assert.is(np.multiply(x, 1.5).dtype, fraction[0]);
  }
  assert.equal(promote([]), strong("float32"));
});

test("a conversion makes a weak value strong", () => {
  const x = array([1, 2], { dtype: "float32" });
  const f = (a: NDArray): NDArray => np.add(lax.convertElementType(a, "float64"), x);
  assert.is(f(lax.full([2], 1)).dtype, "float64");
  assert.is(jit(f)(0.5 as never).dtype, "float64");
});

test("sizes, storages, names", () => {
  for (const dtype of DTYPES) {
    const data = allocate(dtype, 3);
    assert.is(data.BYTES_PER_ELEMENT, itemSize(dtype));
    assert.is(dtypeOfTypedArray(data), dtype);
    assert.equal([...data], [0, 0, 0]);
    assert.ok(isDType(dtype));
  }
  assert.is(dtypeOfTypedArray(new Int8Array(1)), undefined);
  for (const other of ["float16", "toString", "constructor", "", 3, null]) assert.not.ok(isDType(other), String(other));
  assertThrows(() => allocate("float16" as never, 1), "float16", "float32");
});

test.run();
