import { array, jit, random, vmap } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { equal } from "./reference.ts";

test("a key holds a 32-bit seed in its second word, a larger one in both", () => {
  equal(random.key(-1), [2], [0, 4294967295]);
  equal(random.key(-(2 ** 31)), [2], [0, 2147483648]);
  // From here on JAX with 64-bit integers enabled.
  equal(random.key(2 ** 32 + 5), [2], [1, 5]);
  equal(random.key(2 ** 40 + 7), [2], [256, 7]);
  equal(random.key(-(2 ** 40) - 3), [2], [4294967039, 4294967293]);
  equal(random.key(Number.MAX_SAFE_INTEGER), [2], [2097151, 4294967295]);
  assert.is(random.PRNGKey, random.key);
});

test("a seed that is no whole number or not exact is refused", () => {
  assert.throws(() => random.key(1.5), /random\.key: seed must be a whole number.*1\.5/);
  assert.throws(() => random.key(2 ** 53), /random\.key/);
  assert.throws(() => random.key(array([1, 2])), /random\.key: seed must be one integer.*float32\(2,\)|int32\(2,\)/);
});

test("an array seed gives the key of the number, and can be mapped over", () => {
  const seed = array(-5, { dtype: "int32" });
  equal(random.key(seed), [2], [0, 4294967291]);
  const keys = vmap((s) => random.key(s))(array([7, 8], { dtype: "int32" }));
  equal(keys, [2, 2], [0, 7, 0, 8]);
});

test("split takes a shape", () => {
  equal(random.split(random.key(12), [2, 1]), [2, 1, 2], [1304683655, 3557716076, 2767815671, 746819327]);
  equal(random.split(random.key(12)), [2, 2], [1304683655, 3557716076, 2767815671, 746819327]);
  assert.throws(() => random.split(random.key(12), 1.5), /random\.split: num/);
});

test("foldIn takes 32-bit data, also as an array", () => {
  const expected = [927913757, 1510230704];
  equal(random.foldIn(random.key(12), 2 ** 32 - 1), [2], expected);
  equal(random.foldIn(random.key(12), array(2 ** 32 - 1, { dtype: "uint32" })), [2], expected);
  assert.throws(() => random.foldIn(random.key(12), -1), /random\.foldIn: data must be a whole number/);
});

test("something that is no single key is refused with its shape", () => {
  const keys = random.split(random.key(0), 3);
  assert.throws(() => random.normal(keys, [2]), /random\.normal: key must be a uint32 array of shape \(2,\).*\(3, 2\)/);
  assert.throws(() => random.split(array([1, 2]), 2), /random\.split: key must be a uint32 array/);
  assert.throws(() => random.bits(3, [2]), /random\.bits: key/);
});

test("keys can be split, folded and drawn from under jit and vmap", () => {
  const key = random.key(4);
  const keys = random.split(key, 3);
  const one = (i: number) => array(Array.from(keys.dataSync()).slice(2 * i, 2 * i + 2), { dtype: "uint32" });
  for (const draw of [
    (k: typeof key) => random.bits(k, [2, 3]),
    (k: typeof key) => random.split(k, 2),
    (k: typeof key) => random.foldIn(k, 9),
    (k: typeof key) => random.normal(k, [5]),
    (k: typeof key) => random.randint(k, [4], 0, 100),
    (k: typeof key) => random.bernoulli(k, 0.4, [4]),
    (k: typeof key) => random.truncatedNormal(k, -1, 1, [3]),
    (k: typeof key) => random.categorical(k, Float32Array.of(0, 1, 2), { shape: [6] }),
  ]) {
    const each = [0, 1, 2].map((i) => draw(one(i)));
    const expected = each.flatMap((x) => Array.from(x.dataSync()));
    equal(vmap(draw)(keys), [3, ...(each[0]?.shape ?? [])], expected);
    equal(jit(draw)(one(1)), each[1]?.shape ?? [], each[1]?.dataSync() ?? []);
  }
});

test.run();
