import { array, type NDArray, numpy as np, vjp } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { installFluent } from "../../src/numpy/fluent.ts";
import { assertClose, assertThrows } from "../support/arrays.ts";

installFluent();
const x = array([
  [1, 2, 3],
  [4, 5, 6],
]);

test("arithmetic and elementwise methods", () => {
  assert.equal(x.add(1).toArray(), np.add(x, 1).toArray());
  assert.equal(x.sub(1).mul(2).div(4).toArray(), [
    [0, 0.5, 1],
    [1.5, 2, 2.5],
  ]);
  assert.equal(x.pow(2).toArray(), np.square(x).toArray());
  assert.equal(x.square().toArray(), np.square(x).toArray());
  assert.equal(x.mod(4).toArray(), np.mod(x, 4).toArray());
  assert.equal(x.neg().abs().toArray(), x.toArray());
  for (const name of ["exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "tanh", "sign"] as const) {
    assert.equal(x[name]().toArray(), np[name](x).toArray(), name);
  }
  for (const name of ["floor", "ceil"] as const) {
    assert.equal(x.div(4)[name]().toArray(), np[name](np.divide(x, 4)).toArray(), name);
  }
  assert.equal(x.maximum(3).minimum(5).toArray(), x.clip(3, 5).toArray());
  assert.equal(x.clip({ min: 3 }).toArray(), np.clip(x, { min: 3 }).toArray());
  assert.equal(x.div(3).round({ decimals: 1 }).toArray(), np.round(np.divide(x, 3), { decimals: 1 }).toArray());
});

test("comparisons", () => {
  for (const name of ["equal", "notEqual", "less", "lessEqual", "greater", "greaterEqual"] as const) {
    assert.equal(x[name](3).toArray(), np[name](x, 3).toArray(), name);
  }
});

test("logic", () => {
  const some = array([0, 1, Number.NaN, Number.POSITIVE_INFINITY]);
  for (const name of ["logicalNot", "isnan", "isfinite"] as const) {
    assert.equal(some[name]().toArray(), np[name](some).toArray(), name);
  }
  for (const name of ["logicalAnd", "logicalOr"] as const) {
    const other = array([false, false, true, false]);
    assert.equal(some[name](other).toArray(), np[name](some, other).toArray(), name);
  }
});

test("reductions and products", () => {
  for (const name of ["sum", "mean", "std", "var", "max", "min", "ptp", "any", "all"] as const) {
    assert.equal(x[name]().toArray(), np[name](x).toArray(), name);
    assert.equal(
      x[name]({ axis: 0, keepdims: true }).toArray(),
      np[name](x, { axis: 0, keepdims: true }).toArray(),
      name,
    );
    assert.equal(x[name](1).toArray(), np[name](x, 1).toArray(), name);
  }
  for (const name of ["prod", "argmax", "argmin", "cumsum", "cumprod"] as const) {
    assert.equal(x[name]().toArray(), np[name](x).toArray(), name);
    assert.equal(x[name](1).toArray(), np[name](x, 1).toArray(), name);
  }
  assert.equal(x.neg().sort().toArray(), np.sort(np.negative(x)).toArray());
  assert.equal(x.neg().argsort({ axis: 0 }).toArray(), np.argsort(np.negative(x), { axis: 0 }).toArray());
  assert.equal(x.take(4).item(), 5);
  assert.equal(x.matmul(x.T).toArray(), np.matmul(x, np.transpose(x)).toArray());
  assert.equal(x.dot(array([1, 1, 1])).toArray(), [6, 15]);
});

test("shapes", () => {
  assert.equal(x.moveaxis(0, 1).toArray(), x.T.toArray());
  assert.equal(x.expandDims(-1).shape, [2, 3, 1]);
  assert.equal(x.broadcastTo([2, 2, 3]).toArray(), [x.toArray(), x.toArray()]);
  assert.equal(x.flip({ axis: 1 }).toArray(), np.flip(x, { axis: 1 }).toArray());
  assert.equal(x.T.shape, [3, 2]);
  assert.equal(x.reshape([3, -1]).shape, [3, 2]);
  assert.equal(x.reshape(3, 2).toArray(), x.reshape([3, 2]).toArray());
  assert.equal(x.reshape(-1).shape, [6]);
  assert.equal(x.transpose().shape, [3, 2]);
  assert.equal(x.transpose(0, 1).shape, [2, 3]);
  assert.equal(x.transpose([1, 0]).shape, [3, 2]);
  assert.equal(x.ravel().shape, [6]);
  assert.equal(x.flatten().shape, [6]);
  assert.equal(x.reshape(1, 6).squeeze().shape, [6]);
  assert.equal(x.reshape(1, 6, 1).squeeze(0).shape, [6, 1]);
  assert.is(x.astype("int32").dtype, "int32");
  assert.equal(x.at(":", -1).toArray(), [3, 6]);
  assert.equal(x.swapaxes(0, -1).toArray(), x.T.toArray());
  assert.equal([x.itemsize, x.nbytes], [4, 24]);
  assert.equal([x.greater(1).nbytes, x.astype("float64").nbytes, array([]).nbytes], [6, 48, 0]);
});

test("iteration over the first axis", () => {
  const [first, second] = x;
  assert.equal((first as NDArray).toArray(), [1, 2, 3]);
  assert.equal((second as NDArray).toArray(), [4, 5, 6]);
  assert.is([...x].length, 2);
  assertThrows(() => [...array(1)], "without dimensions cannot be iterated");
});

test("methods work on traced arrays and have derivatives", () => {
  const f = (y: NDArray) => y.mul(y).sum().div(2);
  const [, pullback] = vjp(f, x) as unknown as [NDArray, (ct: NDArray) => [NDArray]];
  assertClose(pullback(array(1))[0], x, 1e-6);
});

test("methods don't show up as an array's own properties", () => {
  assert.is(Object.keys(x).includes("add"), false);
  const names: string[] = [];
  for (const name in x) names.push(name);
  assert.is(names.includes("add"), false);
});

test.run();
