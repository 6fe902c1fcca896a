import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { array, grad, jacrev, jit, lax, type NDArray, numpy as np, nt, random, stax, tree, vmap } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { readSafetensors, type Tensor } from "../conformance/safetensors.ts";

const read = (name: string): Map<string, Tensor> =>
  readSafetensors(readFileSync(fileURLToPath(new URL(`../conformance/data/${name}.safetensors`, import.meta.url))));

const [key1, , key3] = [0, 1, 2].map((i) => {
  const words = random.split(random.key(1), 3).dataSync();
  return array(Array.from(words.slice(2 * i, 2 * i + 2)), { dtype: "uint32" });
}) as [NDArray, NDArray, NDArray];

const cnn = stax.serial(
  stax.Conv(32, [3, 3]),
  stax.Relu(),
  stax.Conv(32, [3, 3]),
  stax.Relu(),
  stax.Conv(32, [3, 3]),
  stax.Flatten(),
  stax.Dense(10),
);

const fcn = stax.serial(stax.Flatten(), stax.Dense(1024), stax.Relu(), stax.Dense(1024), stax.Relu(), stax.Dense(100));

/** Compares with [sum, sum of squares, first, last]. */
function checkSummary(x: NDArray, { data }: Tensor, name: string): void {
  const values = x.dataSync();
  let [sum, squares, size] = [0, 0, 0];
  for (const v of values) {
    sum += v;
    squares += v * v;
    size += Math.abs(v);
  }
  const actual = [sum, squares, values[0] as number, values.at(-1) as number];
  const scale = [size, squares, 1, 1];
  actual.forEach((value, i) => {
    const error = Math.abs(value - (data[i] as number)) / (scale[i] as number);
    assert.ok(error < 1e-6, `${name}, number ${i}: ${value}, expected ${data[i]}`);
  });
}

test("the inputs and initial parameters of the docstring's networks", () => {
  const reference = read("docstring");
  checkSummary(random.normal(key1, [20, 32, 32, 3]), reference.get("x_train") as Tensor, "x_train");
  checkSummary(random.normal(key1, [5, 32, 32, 3]), reference.get("x_test") as Tensor, "x_test");
  checkSummary(random.uniform(key1, [20, 10]), reference.get("y_train") as Tensor, "y_train");
  for (const [name, [initFn], outputs] of [
    ["cnn", cnn, 10],
    ["fcn", fcn, 100],
  ] as const) {
    const [shape, params] = initFn(key3, [20, 32, 32, 3]);
    assert.equal(shape, [20, outputs]);
    const leaves = tree.leaves(params) as NDArray[];
    assert.is(leaves.length, [...reference.keys()].filter((k) => k.startsWith(`${name}/params/`)).length);
    for (const [i, leaf] of leaves.entries()) {
      checkSummary(leaf, reference.get(`${name}/params/${i}`) as Tensor, `${name} ${i}`);
    }
  }
});

test("the outputs of a network with dropout", () => {
  const reference = read("dropout");
  const tensor = (name: string): NDArray => {
    const { data, shape, type } = reference.get(name) as Tensor;
    return array(data, { shape: [...shape], dtype: type === "U32" ? "uint32" : "float32" });
  };
  const weights = [...reference.keys()].filter((k) => k.startsWith("params/")).length;
  const biases = weights === 4;
  const pair = (i: number) =>
    biases ? [tensor(`params/${2 * i}`), tensor(`params/${2 * i + 1}`)] : [tensor(`params/${i}`), null];
  const [, applyFn] = stax.serial(stax.Dense(16), stax.Relu(), stax.Dropout(0.5, "train"), stax.Dense(3));
  const outputs = applyFn([pair(0), [], [], pair(1)], tensor("x1"), { rng: tensor("rng") }).dataSync();
  (reference.get("f_x1") as Tensor).data.forEach((expected, i) => {
    assert.ok(Math.abs((outputs[i] as number) - expected) < 1e-5, `${i}: ${outputs[i]}, expected ${expected}`);
  });
});

test("parameters are [W, b] with null for no bias, and [] for a layer without any", () => {
  const [initFn] = stax.serial(stax.Dense(4, 2, 0.1), stax.Relu(), stax.Dense(3));
  const [shape, params] = initFn(random.key(0), [5, 2]);
  assert.equal(shape, [5, 3]);
  const shapes = tree.map((leaf: NDArray) => leaf.shape.join("x"), params);
  assert.equal(shapes, [["2x4", "1x4"], [], ["4x3", null]]);
});

test("unknown batch sizes pass through", () => {
  for (const unknown of [-1, null]) {
    assert.equal(cnn[0](random.key(0), [unknown, 32, 32, 3])[0], [unknown, 10]);
  }
  const [initFn] = stax.parallel(stax.Dense(3), stax.serial(stax.Flatten(), stax.Dense(2)));
  const [shapes, params] = initFn(random.key(0), [
    [-1, 4],
    [-1, 2, 2],
  ]);
  assert.equal(shapes, [
    [-1, 3],
    [-1, 2],
  ]);
  assert.is((params as unknown[]).length, 2);
});

test("networks can be compiled, mapped and differentiated", () => {
  const [initFn, applyFn] = stax.serial(
    stax.Conv(3, [2, 2], { bStd: 0.1, padding: "CIRCULAR" }),
    stax.Gelu(),
    stax.AvgPool([2, 2], { padding: "SAME" }),
    stax.LayerNorm(),
    stax.Flatten(),
    stax.Dense(2, 1.5, 0.1),
  );
  const [, params] = initFn(random.key(0), [-1, 4, 4, 2]);
  const x = random.normal(random.key(1), [3, 4, 4, 2]);
  const plain = applyFn(params, x);
  const numbers = (y: NDArray): number[] => Array.from(y.dataSync());
  const near = (a: number[], b: number[]): void => {
    assert.is(a.length, b.length);
    for (const [i, v] of a.entries()) {
      assert.ok(Math.abs(v - (b[i] as number)) < 1e-5, `${i}: ${v}, expected ${b[i]}`);
    }
  };
  near(numbers(jit(applyFn)(params, x)), numbers(plain));
  const single = (one: NDArray): NDArray => applyFn(params, lax.reshape(one, { newSizes: [1, ...one.shape] }));
  near(numbers(vmap(single)(x)), numbers(plain));

  const wide = (y: NDArray): NDArray => lax.convertElementType(y, "float64");
  const start = tree.map<typeof params>(wide, params);
  const loss = (p: typeof params): NDArray => lax.reduceSum(lax.square(applyFn(p, wide(x))));
  const gradient = grad(loss)(start) as typeof params;
  const step = 1e-6;
  const moved = (distance: number): number =>
    loss(tree.map((p: NDArray, g: NDArray) => lax.add(p, lax.mul(g, distance)), start, gradient)).item();
  const leaves = tree.leaves(gradient) as NDArray[];
  const squared = leaves.reduce((sum, g) => sum + lax.reduceSum(lax.square(g)).item(), 0);
  const measured = (moved(step) - moved(-step)) / (2 * step);
  assert.ok(Math.abs(measured - squared) < 1e-5 * squared, `${measured}, expected ${squared}`);
});

const images = stax.serial(
  stax.ConvTranspose(3, [2, 2], [1, 2], "CIRCULAR", 1, 0.1),
  stax.Gelu(),
  stax.ImageResize([-1, 3, 3, -1], "linear"),
  stax.ConvLocal(2, [2, 2], null, "SAME", 1, 0.2),
  stax.Relu(),
  stax.ConvLocal(2, [2, 2], { bStd: 0.1 }),
  stax.Flatten(),
  stax.Dense(2),
);

const tokens = stax.serial(
  stax.GlobalSelfAttention(4, 3, 3, 2, false, { bStd: 0.1, posEmbType: "CONCAT", nChanPosEmb: 2 }),
  stax.GlobalSelfAttention(4, 3, 3, 2, { posEmbType: "SUM", posEmbDecayFn: (d) => np.exp(d.neg()) }),
  stax.Index(stax.Slice(":", "1:")),
  stax.DotGeneral({ rhs: 2 }),
  stax.Flatten(),
  stax.Dense(2),
);

for (const [name, [initFn, applyFn], shape] of [
  ["convolutions", images, [3, 2, 2, 2]],
  ["attention", tokens, [3, 4, 3]],
] as const) {
  test(`the kernel of a network of ${name} is the same by all methods, batched or not`, () => {
    const wide = (y: NDArray): NDArray => lax.convertElementType(y, "float64");
    const [, initial] = initFn(random.key(0), shape);
    const params = tree.map<typeof initial>(wide, initial);
    const x = wide(random.normal(random.key(1), shape));
    const rows = (tree.leaves(jacrev((p: typeof params) => applyFn(p, x))(params)) as NDArray[]).map((j) =>
      j.reshape([3, 2, -1]),
    );
    const expected = rows.map((j) => np.einsum("iap,jbp->ijab", j, j)).reduce((a, b) => a.add(b));
    for (const implementation of [1, 2, 3] as const) {
      for (const vmapAxes of [0, null]) {
        const kernel = nt.empiricalNtkFn(applyFn, { implementation, vmapAxes, traceAxes: [] })(x, null, params);
        const error = np.max(np.abs((kernel as NDArray).sub(expected))).item();
        assert.ok(error < 1e-12, `${implementation}, ${vmapAxes}: ${error}`);
      }
    }
  });
}

test("initialization can be mapped over keys and compiled", () => {
  const [initFn] = stax.serial(stax.Dense(4, 1, 0.1), stax.Relu(), stax.Dense(2));
  const init = (key: NDArray) => initFn(key, [-1, 3])[1];
  const keys = random.split(random.key(9), 5);
  const ensemble = vmap(init)(keys);
  assert.equal(
    (tree.leaves(ensemble) as NDArray[]).map((leaf) => [...leaf.shape]),
    [
      [5, 3, 4],
      [5, 1, 4],
      [5, 4, 2],
    ],
  );
  const first = array(Array.from(keys.dataSync().slice(0, 2)), { dtype: "uint32" });
  const alone = tree.leaves(jit(init)(first)) as NDArray[];
  (tree.leaves(ensemble) as NDArray[]).forEach((leaf, i) => {
    const expected = Array.from((alone[i] as NDArray).dataSync());
    assert.equal(Array.from(leaf.dataSync().slice(0, expected.length)), expected);
  });
});

test.run();
