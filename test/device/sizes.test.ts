/** Sizes that no array and no loop can have are refused before memory or time is spent on them. */
import { array, grad, jit, lax, makeJaxpr, type NDArray, numpy as np, random } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";

const refused = (fn: () => unknown, name: RegExp): void => {
  assert.throws(fn, (error: unknown) => error instanceof RangeError && name.test(error.message));
};

/** A view of so many elements of one: no memory is needed for it, but it cannot be counted in 32 bits. */
const outer = (n: number, m: number) => (x: NDArray) =>
  np.multiply(x.reshape([1, 1]), np.ones([n, 1])).mul(np.ones([1, m]));

test("arrays of 2^32 elements and more, made as such", () => {
  refused(() => np.ones([65536, 65536]), /^numpy\.ones: shape \(65536, 65536\) has 4294967296 elements/);
  refused(() => jit(() => np.sum(np.ones([65536, 65536])))(), /^numpy\.ones: shape \(65536, 65536\)/);
  refused(() => jit((x: NDArray) => np.max(np.broadcastTo(x, [2 ** 16, 2 ** 17])))(array(1)), /broadcastTo: shape/);
  refused(() => np.eye(65536), /^numpy\.eye: /);
  refused(() => lax.broadcastedIota("int32", [65536, 65536], 0), /^lax\.broadcastedIota: /);
});

test("arrays that an operation would make", () => {
  for (const reduce of [np.sum, np.max, np.mean]) {
    refused(
      () => jit((x: NDArray) => reduce(outer(65536, 65536)(x)))(array(1)),
      /shape \(65536, 65536\) has 4294967296/,
    );
  }
  refused(() => jit(grad((x: NDArray) => np.sum(outer(65536, 65536)(x))))(array(1)), /4294967296 elements/);
  refused(
    () => jit((x: NDArray) => np.einsum("ij,ij->", outer(65536, 65536)(x), outer(65536, 65536)(x)))(array(1)),
    /4294967296/,
  );
});

test("large sizes that can be had are right", () => {
  const n = 2 ** 20;
  assert.is(jit((x: NDArray) => np.sum(outer(n, 100)(x).astype("float64")))(array(1)).item(), n * 100);
  assert.equal([np.arange(6e6).shape[0], np.arange(6e6).at(-1).item()], [6e6, 5999999]);
});

test("draws and ranges", () => {
  refused(() => random.normal(random.key(0), [2 ** 31]), /^random\.normal: shape \(2147483648,\)/);
  refused(() => random.bits(random.key(0), [2 ** 30]), /^random\.bits: /);
  refused(() => random.split(random.key(0), 2 ** 30), /^random\.split: /);
  refused(() => np.arange(1e10), /^numpy\.arange: shape \(10000000000,\)/);
  refused(() => np.linspace(0, 1, 1e10), /^numpy\.linspace: /);
});

test("parts and differences", () => {
  refused(() => np.arraySplit(np.arange(3), 1e9), /^numpy\.arraySplit: sections must be at most/);
  assert.equal(np.diff(np.arange(3), { n: 1e9 }).shape, [0]);
});

test("data that lies spread out", () => {
  const spread = (size: number, dilation: number): NDArray =>
    lax.convGeneralDilated(np.ones([1, 1, size]), np.ones([1, 1, 1]), {
      ...{ windowStrides: [1], padding: [[0, 0]], lhsDilation: [dilation] },
    });
  assert.equal(spread(1, 1e9).toArray(), [[[1]]]);
  assert.is(np.sum(spread(3, 1e5)).item(), 3);
  refused(() => spread(5, 2e9), /shape \(1, 1, 8000000001\)/);
});

test("loops", () => {
  const count = (c: NDArray): [NDArray, null] => [np.add(c, 1), null];
  refused(() => lax.scan(count, 0, null, { length: 2 ** 32 + 3 }), /^lax\.scan: length must be at most/);
  refused(() => lax.scan(count, 0, null, { length: 2 ** 32 - 1 }), /^lax\.scan: length must be at most/);
  refused(
    () => lax.foriLoop(0, 2 ** 32 + 3, (_, x) => np.add(x, 1), 0),
    /^lax\.foriLoop: lower and upper must be int32/,
  );
  assert.is(lax.foriLoop(-3, 4, (i, x) => np.add(x, np.multiply(i, i)), array(0)).item(), 28);
  // The loop's number is carried: a list of them would take 8 GiB.
  const program = makeJaxpr((x: NDArray) => lax.foriLoop(0, 2 ** 31 - 1, (_, y) => np.sin(y), x))(array(1));
  assert.match(String(program), /scan\[.*length=2147483647/s);
});

test.run();
