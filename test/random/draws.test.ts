import { array, jit, lax, type NDArray, random, vmap } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { close, equal } from "./reference.ts";

// Values by JAX 0.10.2 on the CPU with jax_threefry_partitionable, those in float64 with jax_enable_x64.
const key = random.key(12);

test("bits without a shape are one word", () => equal(random.bits(key), [], [2580387051]));

test("uniform draws between bounds, given as numbers or arrays", () => {
  const expected = [2.205551862716675, 1.7317860126495361, 1.8134334087371826];
  close(random.uniform(key, [3], { minval: -2, maxval: 5 }), [3], expected, { ulps: 0 });
  close(random.uniform(key, { shape: [3], minval: -2, maxval: 5 }), [3], expected, { ulps: 0 });
  const spread = random.uniform(key, [2, 3], { minval: array([[-1], [2]]), maxval: array([0, 3, 4]) });
  const table = [
    -0.39920687675476074, 1.1324491500854492, 1.7238810062408447, 2, 2.5579941272735596, 2.043100118637085,
  ];
  close(spread, [2, 3], table, { ulps: 0 });
});

test("float64 draws take 64 bits each", () => {
  const dtype = "float64";
  const uniform = [0.30377033535119735, 0.644432304234682, 0.09479402275173521];
  close(random.uniform(key, [3], { dtype }), [3], uniform, { ulps: 0 });
  const wide = [0.12639234745838146, 2.511026129642774, -1.3364418407378535];
  close(random.uniform(key, [3], { dtype, minval: -2, maxval: 5 }), [3], wide, { scale: 4, ulps: 1 });
  const normal = [-0.5135871426200344, 0.37033165366914533, -1.311798753879075, -0.7072541546779924];
  close(random.normal(key, [2, 2], { dtype }), [2, 2], normal, { ulps: 8 });
  const gumbel = [-0.1751990341689307, 0.8223781231770414, -0.8569860307906397];
  close(random.gumbel(key, [3], { dtype }), [3], gumbel, { scale: 1 });
  const exponential = [0.36207569513478344, 1.0340396237734863, 0.0995927620096192];
  close(random.exponential(key, [3], { dtype }), [3], exponential);
  const truncated = [-0.4882148406238338, 0.35274608378063177, -1.2095229401002503];
  close(random.truncatedNormal(key, -2, 2, [3], { dtype }), [3], truncated, { ulps: 16 });
});

test("truncatedNormal takes arrays and one-sided bounds", () => {
  const spread = random.truncatedNormal(key, array([-1, 0, 1]), 2);
  close(spread, [3], [0.38656607270240784, 0.6884896755218506, 1.3746669292449951], { ulps: 4 });
  const tail = random.truncatedNormal(key, 1.5, Number.POSITIVE_INFINITY, [3]);
  close(tail, [3], [1.932159662246704, 1.8635640144348145, 1.8747692108154297], { ulps: 4 });
});

test("truncatedNormal stays inside an open interval that holds few floats", () => {
  const upper = 1 + 2 ** -22;
  const draws = random.truncatedNormal(key, 1, upper, [50]).dataSync();
  assert.ok(draws.every((x) => x > 1 && x < upper));
});

test("exponential and rademacher", () => {
  const exponential = [0.9182754755020142, 0.761666476726532, 0.78696608543396, 0.254835844039917];
  close(random.exponential(key, [4]), [4], exponential);
  equal(random.rademacher(key, [6]), [6], [-1, -1, -1, 1, -1, 1]);
  assert.is(random.rademacher(key, [6], { dtype: "float32" }).dtype, "float32");
});

test("bernoulli takes an array of probabilities", () => {
  const p = array([0.2, 0.8, 0.5]);
  equal(random.bernoulli(key, p, [2, 3]), [2, 3], [0, 1, 0, 0, 1, 1]);
  equal(random.bernoulli(key, { p, shape: [2, 3] }), [2, 3], [0, 1, 0, 0, 1, 1]);
  assert.equal([...random.bernoulli(key, p).shape], [3]);
  assert.throws(
    () => random.bernoulli(key, p, [2]),
    /random\.bernoulli: p of shape \(3,\) does not broadcast to \(2,\)/,
  );
});

test("randint at the ends of its range", () => {
  equal(random.randint(key, [3], 5, 5), [3], [5, 5, 5]);
  equal(random.randint(key, [3], 5, -5), [3], [5, 5, 5]);
  const all = [-324755490, -1698503462, -221548874, -878120862];
  equal(random.randint(key, [4], -(2 ** 31), 2 ** 31), [4], all);
  const unsigned = [1822728158, 448980186, 1925934774, 1269362786];
  equal(random.randint(key, [4], 0, 2 ** 32, { dtype: "uint32" }), [4], unsigned);
  equal(random.randint(key, { shape: [4], minval: 0, maxval: 4e9, dtype: "uint32" }), [4], unsigned);
});

test("randint takes arrays of bounds", () => {
  const low = array([[0], [100]], { dtype: "int32" });
  const high = array([10, 20, 1000], { dtype: "int32" });
  equal(random.randint(key, [2, 3], low, high), [2, 3], [2, 10, 790, 100, 100, 392]);
});

test("randint refuses bounds outside of its dtype", () => {
  assert.throws(() => random.randint(key, [2], 0.5, 3), /random\.randint: minval must be a whole number/);
  assert.throws(() => random.randint(key, [2], -1, 3, { dtype: "uint32" }), /random\.randint: minval .*uint32/);
  assert.throws(
    () => random.randint(key, [2], 0, array([1, 2])),
    /random\.randint: maxval must be int32.*float32\(2,\)/,
  );
});

test("categorical along any axis, with more samples in front", () => {
  const logits = lax.log(array([0.1, 0.5, 0.2, 0.3, 0.7, 0.2], { shape: [3, 2] }));
  equal(random.categorical(key, logits, { axis: 0 }), [2], [2, 0]);
  equal(random.categorical(key, logits, { axis: 0, shape: [4, 2] }), [4, 2], [2, 0, 2, 0, 0, 0, 2, 0]);
  assert.throws(() => random.categorical(key, logits, { shape: [2] }), /random\.categorical: shapes \(2,\) and \(3,\)/);
});

test("permutation of numbers and of an array along an axis", () => {
  equal(random.permutation(key, 1), [1], [0]);
  equal(random.permutation(key, 0), [0], []);
  const many = random.permutation(key, 2000).dataSync();
  assert.equal(Array.from(many.slice(0, 6)), [1972, 612, 1437, 656, 535, 313]);
  assert.equal(
    Array.from(many).sort((a, b) => a - b),
    Array.from(many.keys()),
  );
  equal(random.permutation(key, array([0.5, 1.5, 2.5, 3.5])), [4], [1.5, 3.5, 0.5, 2.5]);
  const matrix = array(
    Int32Array.from({ length: 12 }, (_, i) => i),
    { shape: [3, 4] },
  );
  equal(random.permutation(key, matrix, { axis: 1 }), [3, 4], [1, 3, 0, 2, 5, 7, 4, 6, 9, 11, 8, 10]);
});

test("permutation inside transformations gives the same places", () => {
  equal(jit((k) => random.permutation(k, 2000))(key), [2000], random.permutation(key, 2000).dataSync());
  const keys = random.split(key, 3);
  const matrix = vmap((k: NDArray) => random.permutation(k, 7))(keys);
  const rows = [...keys].flatMap((k) => [...random.permutation(k, 7).dataSync()]);
  equal(matrix, [3, 7], rows);
});

test("zero-size draws", () => {
  equal(random.normal(key, [0, 3]), [0, 3], []);
  equal(random.bits(key, [2, 0]), [2, 0], []);
});

test("arguments may be given by position as in JAX, or by name; mistakes are named", () => {
  equal(random.normal(key, { shape: [3] }), [3], random.normal(key, [3]).dataSync());
  assert.throws(() => random.normal(key, [3], { dtpye: "float64" } as never), /random\.normal: unknown option "dtpye"/);
  assert.throws(() => random.normal(key, [3], { dtype: "int32" } as never), /random\.normal: dtype must be/);
  assert.throws(() => random.uniform(key, [-1]), /random\.uniform: a shape is a list of non-negative integers/);
  const twice = [[3], { shape: [3] }] as never;
  assert.throws(() => random.gumbel(key, ...(twice as [])), /random\.gumbel: shape is given by position/);
});

test.run();
