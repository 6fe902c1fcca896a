import { readFileSync } from "node:fs";
import { array, jit, type NDArray, nn, numpy as np, random, vmap } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { close, equal } from "../random/reference.ts";

interface Flat {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** JAX's parameters, by `write_initializers.py`. */
const reference: Readonly<Record<random.FloatDType, Readonly<Record<string, Flat>>>> = JSON.parse(
  readFileSync(new URL("initializers.json", import.meta.url), "utf8"),
);

const init = nn.initializers;
const key = random.key(5);

const CASES: Readonly<Record<string, nn.initializers.Initializer>> = {
  zeros: init.zeros,
  ones: init.ones,
  constant: init.constant(-7.5),
  uniform: init.uniform(0.3),
  normal: init.normal(0.3),
  truncatedNormal: init.truncatedNormal(0.3, "float32", -1, 0.5),
  fan_in: init.varianceScaling(1.5, "fan_in", "truncated_normal"),
  fan_out: init.varianceScaling(1.5, "fan_out", "normal"),
  fan_avg: init.varianceScaling(1.5, "fan_avg", "uniform"),
  fan_geo_avg: init.varianceScaling(1.5, "fan_geo_avg", "normal"),
  axes: init.varianceScaling(1, "fan_in", "uniform", { inAxis: [0, 1], outAxis: 3, batchAxis: 2 }),
  "axes of fan_out": init.varianceScaling(1, "fan_out", "normal", { inAxis: 0, outAxis: 1, batchAxis: 2 }),
  glorotUniform: init.glorotUniform(),
  glorotNormal: init.glorotNormal(),
  lecunUniform: init.lecunUniform(),
  lecunNormal: init.lecunNormal(),
  heUniform: init.heUniform(),
  heNormal: init.heNormal(),
  orthogonal: init.orthogonal(2),
  "orthogonal columns": init.orthogonal(1, { columnAxis: 1 }),
  deltaOrthogonal: init.deltaOrthogonal(0.5),
  "deltaOrthogonal of a plane": init.deltaOrthogonal(),
};

test("every reference value is compared", () => {
  assert.equal(Object.keys(reference.float32), Object.keys(CASES));
  assert.equal(Object.keys(reference.float64), Object.keys(CASES));
});

for (const dtype of ["float32", "float64"] as const) {
  for (const [name, initializer] of Object.entries(CASES)) {
    test(`${name} in ${dtype} is that of JAX`, () => {
      const { shape, data } = reference[dtype][name] as Flat;
      const x = initializer(key, shape, dtype);
      assert.is(x.dtype, dtype);
      // The two libraries' inverse error functions differ by so much in float64. Columns are made orthogonal by differences of numbers of size 1.
      close(x, shape, data, { name, ulps: dtype === "float64" ? 64 : 16, scale: /rthogonal/.test(name) ? 1 : 0 });
    });
  }
}

test("Kaiming's and Xavier's are He's and Glorot's", () => {
  assert.is(init.kaimingNormal, init.heNormal);
  assert.is(init.kaimingUniform, init.heUniform);
  assert.is(init.xavierNormal, init.glorotNormal);
  assert.is(init.xavierUniform, init.glorotUniform);
});

test("an initializer has a dtype that a call can change", () => {
  assert.is(init.normal()(key, [2]).dtype, "float32");
  assert.is(init.normal(0.1, "float64")(key, [2]).dtype, "float64");
  assert.is(init.heNormal({ dtype: "float64" })(key, [2, 2]).dtype, "float64");
  assert.is(init.heNormal({ dtype: "float64" })(key, [2, 2], "float32").dtype, "float32");
});

test("constant takes what broadcasts, and keeps digits in float64", () => {
  equal(init.constant(array([1, 2]))(key, [2, 2]), [2, 2], [1, 2, 1, 2]);
  equal(init.constant(0.1)(key, [1], "float64"), [1], [0.1]);
});

test("initializers work under jit and vmap", () => {
  const draw = (k: NDArray): NDArray => init.glorotNormal()(k, [2, 3]);
  equal(jit(draw)(key), [2, 3], draw(key).dataSync());
  const keys = random.split(key, 2);
  const each = [0, 1].map((i) => init.orthogonal()(np.at(keys, i), [3, 3]));
  close(vmap((k: NDArray) => init.orthogonal()(k, [3, 3]))(keys), [2, 3, 3], np.stack(each).dataSync(), {
    ulps: 8,
    scale: 1,
  });
});

test("parameters without elements have their shapes", () => {
  for (const initializer of Object.values(CASES).slice(0, 7)) {
    assert.equal([...initializer(key, [0, 2]).shape], [0, 2]);
  }
  assert.equal([...init.orthogonal()(key, [3, 0]).shape], [3, 0]);
  assert.equal([...init.deltaOrthogonal()(key, [0, 2, 2]).shape], [0, 2, 2]);
});

test("errors name the initializer and what is wrong", () => {
  const wrong: readonly (readonly [() => unknown, RegExp])[] = [
    [() => init.heNormal()(key, [3]), /nn\.initializers\.heNormal: parameters of shape \(3,\) have no axis of inputs/],
    [() => init.heNormal({ inAxis: 2 })(key, [3, 3]), /nn\.initializers\.heNormal: inAxis/],
    // @ts-expect-error no such mode
    [() => init.varianceScaling(1, "fan", "normal"), /varianceScaling: mode must be one of "fan_in", "fan_out"/],
    // @ts-expect-error no such distribution
    [() => init.varianceScaling(1, "fan_in", "cauchy"), /varianceScaling: distribution must be one of/],
    [() => init.varianceScaling(Number.NaN, "fan_in", "normal"), /varianceScaling: scale must be a finite number/],
    [() => init.normal(0.1)(key, [-1]), /nn\.initializers\.normal: .*\[-1\]/],
    [() => init.zeros(np.zeros([2]), [2]), /nn\.initializers\.zeros: key must be a uint32 array/],
    // @ts-expect-error a dtype of whole numbers
    [() => init.ones(key, [2], "int32"), /nn\.initializers\.ones: dtype must be "float32" or "float64"/],
    [() => init.orthogonal()(key, [3]), /nn\.initializers\.orthogonal: parameters of shape \(3,\) are no matrix/],
    [() => init.deltaOrthogonal()(key, [2, 2]), /deltaOrthogonal: needs three to five axes.*\(2, 2\)/],
    [() => init.deltaOrthogonal()(key, [3, 3, 2]), /deltaOrthogonal: .*no fewer outputs than inputs, got \(3, 3, 2\)/],
    ...(["uniform", "glorotNormal", "orthogonal", "zeros"] as const).map((name) => {
      const made = name === "zeros" ? init.zeros : init[name]();
      return [
        () => made(key, [2 ** 16, 2 ** 16]),
        new RegExp(`^nn\\.initializers\\.${name}: shape .*65536, 65536`),
      ] as const;
    }),
    [() => init.constant(np.zeros([3]))(key, [2]), /initializers\.constant: value of shape \(3,\)/],
  ];
  for (const [call, message] of wrong) assert.throws(call, message);
});

test.run();
