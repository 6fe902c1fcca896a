/** What the methods would cost, counted without running them. */
import { lax, makeJaxpr, type NDArray, numpy as np, nt } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { costOf } from "../../src/compile/cost.ts";
import { standardDevice } from "../../src/device/device.ts";

/** A network of dense layers without biases; its parameters are zeros, of which only the shapes matter here. */
function mlp(widths: readonly number[]): { f: (p: readonly NDArray[], x: NDArray) => NDArray; params: NDArray[] } {
  const params = widths.slice(1).map((n, i) => np.zeros([widths[i] as number, n]));
  const f = (p: readonly NDArray[], x: NDArray): NDArray =>
    p.reduce((h, w, i) => (i + 1 < p.length ? np.maximum(np.matmul(h, w), 0) : np.matmul(h, w)), x);
  return { f, params };
}

const GIB = 2 ** 30;

test("wide networks stay within 1 GiB by every method", () => {
  for (const [widths, n] of [
    [[3072, 2048, 2048, 2048, 8], 16],
    [[512, 1024, 1000], 8],
  ] as const) {
    const { f, params } = mlp(widths);
    const costs = nt.costOf(f, np.zeros([n, widths[0]]), null, params, { vmapAxes: 0, traceAxes: [] });
    for (const [method, { peakMemory }] of Object.entries(costs)) {
      assert.ok(peakMemory < GIB, `${widths.join("-")} by ${method}: ${Math.round(peakMemory / 2 ** 20)} MiB`);
    }
  }
});

test("the Jacobian of a dense layer is never made, nor the direction that a column pushes through it", () => {
  const widths = [256, 512, 512, 10];
  const [n, outputs] = [4, 10];
  const { f, params } = mlp(widths);
  const costs = nt.costOf(f, np.zeros([n, 256]), null, params, { vmapAxes: 0, traceAxes: [] });
  const parameters = params.reduce((sum, p) => sum + p.size, 0);
  for (const { flops, peakMemory } of Object.values(costs)) {
    assert.ok(flops < 2 * (n * outputs) ** 2 * parameters * 0.1);
    assert.ok(peakMemory < 4 * n * outputs * 512 * 512);
  }
});

test("a kernel that is diagonal in the batch takes work in proportion to the batch, by every method", () => {
  const f = ([w, v]: NDArray[], x: NDArray): NDArray => np.matmul(np.sin(np.matmul(np.tanh(x), w)), v);
  const params = [np.zeros([32, 32]), np.zeros([32, 3])];
  for (const axes of [
    { traceAxes: [], diagonalAxes: [0] },
    { traceAxes: [0] },
    { diagonalAxes: [0, 1], traceAxes: [] },
  ]) {
    const costs = (n: number) => {
      const [x1, x2] = [np.zeros([n, 32]), np.ones([n, 32])];
      return Object.values(nt.costOf(f, x1, x2, params, { vmapAxes: 0, ...axes })).map(({ flops }) => flops);
    };
    const [few, many] = [costs(8), costs(32)];
    many.forEach((flops, i) => {
      assert.ok(flops < 6 * (few[i] as number), `${JSON.stringify(axes)} method ${i + 1}: ${few[i]} to ${flops}`);
    });
  }
});

test("a kernel of x1 with itself takes little more than half of the work that two inputs take", () => {
  const conv = (h: NDArray, w: NDArray): NDArray => {
    const dimensionNumbers = ["NHWC", "HWIO", "NHWC"] as const;
    return lax.convGeneralDilated(h, w, { windowStrides: [1, 1], padding: "VALID", dimensionNumbers });
  };
  const cnn = ([k, l, w]: readonly NDArray[], x: NDArray): NDArray =>
    np.matmul(np.reshape(np.maximum(conv(np.maximum(conv(x, k as NDArray), 0), l as NDArray), 0), [-1, 128]), w);
  const { f, params } = mlp([64, 128, 128, 10]);
  for (const [name, network, own, input] of [
    ["MLP", f, params, [16, 64]],
    ["CNN", cnn, [np.zeros([3, 3, 3, 8]), np.zeros([3, 3, 8, 8]), np.zeros([128, 10])], [16, 8, 8, 3]],
  ] as const) {
    for (const traceAxes of [[], [-1]]) {
      const x = np.zeros(input);
      const [half, whole] = [null, x].map((x2) => nt.costOf(network, x, x2, own, { vmapAxes: 0, traceAxes })) as [
        nt.NtkCosts,
        nt.NtkCosts,
      ];
      for (const method of ["JACOBIAN_CONTRACTION", "STRUCTURED_DERIVATIVES"] as const) {
        const share = half[method].flops / whole[method].flops;
        // There pixels meet pixels, and the product of what they give with the cotangents' is not one of an array with itself.
        const unfolded = name === "CNN" && traceAxes.length === 0;
        assert.ok(
          share < (unfolded ? 0.65 : 0.6),
          `${name}, traced [${traceAxes}], by ${method}: ${share} of the work`,
        );
      }
      // Directions meet cotangents, two different arrays of one side, so that less is saved where pixels are many.
      const [some, all] = [half.NTK_VECTOR_PRODUCTS!.flops, whole.NTK_VECTOR_PRODUCTS!.flops];
      assert.ok(some < (name === "CNN" ? 0.85 : 0.6) * all, `${name}, traced [${traceAxes}]: ${some} of ${all}`);
    }
  }
});

test("the user's own rates take the place of a measurement", () => {
  const { f, params } = mlp([16, 32, 4]);
  const x = np.zeros([8, 16]);
  const seconds = (rates: Partial<nt.Rates>): number[] =>
    Object.values(nt.costOf(f, x, null, params, { vmapAxes: 0, rates })).map((cost) => cost.predictedSeconds);
  const [slow, fast] = [
    { contract: 1e9, map: 2e8, memory: 4e9 },
    { contract: 4e9, map: 8e8, memory: 16e9 },
  ];
  seconds(slow).forEach((s, i) => {
    assert.is(s, 4 * (seconds(fast)[i] as number));
  });
  // Where nothing else takes time, it is the operations' count.
  const { STRUCTURED_DERIVATIVES: free } = nt.costOf(f, x, null, params, {
    vmapAxes: 0,
    rates: { contract: 1, map: 1e30, memory: 1e30 },
  });
  assert.ok(free.predictedSeconds >= 2 * 8 * 16 * 32, `${free.predictedSeconds}`);
  const kernel = nt.empiricalNtkFn(f, { vmapAxes: 0, implementation: nt.NtkImplementation.AUTO, rates: slow });
  assert.equal((kernel(x, null, params) as NDArray).shape, [8, 8]);
  assert.throws(() => nt.empiricalNtkFn(f, { rates: { contract: 0 } }), /rates.contract must be a positive number/);
  assert.throws(() => nt.costOf(f, x, null, params, { rates: { flops: 1 } as never }), /rates.*flops/);
});

test("vector products of convolutions don't carry every direction through all layers", () => {
  const f = (p: readonly NDArray[], v: NDArray): NDArray => {
    const layer = (h: NDArray, w: NDArray): NDArray =>
      np.maximum(lax.conv(h, w, { windowStrides: [1, 1], padding: "SAME" }), 0);
    return np.mean(p.reduce(layer, v), { axis: [2, 3] });
  };
  const [x1, x2] = [np.zeros([8, 3, 16, 16]), np.zeros([16, 3, 16, 16])];
  const params = [np.zeros([16, 3, 3, 3]), np.zeros([16, 16, 3, 3]), np.zeros([10, 16, 3, 3])];
  // In multiplications and additions: every direction through the layers of every example, weights and data.
  const layers = 256 * 9 * (16 * 3 + 2 * 16 * 16 + 2 * 10 * 16);
  const pushes = 2 * 8 * 10 * 16 * layers;
  for (const traceAxes of [[], [-1]]) {
    const { flops } = nt.costOf(f, x1, x2, params, { vmapAxes: 0, traceAxes }).NTK_VECTOR_PRODUCTS!;
    assert.ok(flops < pushes / 3, `${flops} of ${pushes}`);
  }
});

test("a loop's weights have no structure: directions are pushed through it where the outputs are many", () => {
  const f = ({ u, v }: { u: NDArray; v: NDArray }, x: NDArray): NDArray => {
    const step = (h: NDArray, _: unknown): [NDArray, null] => [np.tanh(np.matmul(h, u)), null];
    return np.matmul((lax.scan(step, x, null, { length: 10 }) as [NDArray, null])[0], v);
  };
  const params = { u: np.ones([32, 32]), v: np.ones([32, 100]) };
  const costs = nt.costOf(f, np.ones([8, 32]), null, params, { vmapAxes: 0, traceAxes: [] });
  assert.ok(costs.NTK_VECTOR_PRODUCTS!.flops < 0.7 * costs.JACOBIAN_CONTRACTION.flops);
});

test("AUTO takes another method where the fastest doesn't fit into memoryLimit", () => {
  const { JACOBIAN_CONTRACTION, NTK_VECTOR_PRODUCTS } = nt.NtkImplementation;
  const f = (p: readonly NDArray[], v: NDArray): NDArray => p.reduce((h, w) => np.tanh(np.matmul(h, w)), v);
  const params = [np.ones([256, 16]), np.ones([16, 8])];
  const [x, other] = [np.ones([64, 256]), np.ones([64, 256])];
  // Given, so that the machine's speed decides nothing.
  const options = { vmapAxes: 0, traceAxes: [], rates: { contract: 4e9, map: 8e8, memory: 16e9 } };
  const costs = nt.costOf(f, x, other, params, options);
  const [fast, small] = [costs.NTK_VECTOR_PRODUCTS!, costs.JACOBIAN_CONTRACTION];
  assert.ok(fast.predictedSeconds < small.predictedSeconds && small.peakMemory < fast.peakMemory);
  const kernel = (more: nt.NtkOptions) => nt.empiricalNtkFn(f, { ...options, ...more });
  const program = (more: nt.NtkOptions): string =>
    String(makeJaxpr((p: NDArray[], v: NDArray) => kernel(more)(v, other, p))(params, x));
  const [products, contraction] = [NTK_VECTOR_PRODUCTS, JACOBIAN_CONTRACTION].map((method) =>
    program({ implementation: method }),
  );
  const auto = (memoryLimit?: number): string =>
    program({ implementation: nt.NtkImplementation.AUTO, ...(memoryLimit && { memoryLimit }) });
  assert.not.equal(contraction, products);
  assert.is(auto(), products);
  assert.is(auto(fast.peakMemory), products);
  assert.is(auto(fast.peakMemory - 1), contraction);
  assert.is(auto(small.peakMemory), contraction);
  // Where none fits, the fastest is computed in tiles.
  assert.is(auto(small.peakMemory - 1), products);

  // Whole where the fastest alone would have to be cut.
  const tilesOf = (implementation: nt.NtkImplementation): number => {
    let tiles = 0;
    const onProgress = (_: number, total: number): void => {
      tiles = total;
    };
    const limited = kernel({ implementation, memoryLimit: fast.peakMemory - 1, onProgress });
    assert.equal((limited(x, other, params) as NDArray).shape, [64, 64, 8, 8]);
    return tiles;
  };
  assert.ok(tilesOf(NTK_VECTOR_PRODUCTS) > 1);
  assert.is(tilesOf(nt.NtkImplementation.AUTO), 1);
});

const RATES = { contract: 4e9, map: 8e8, memory: 16e9 };

/** A convolution, and a layer that is used twice. */
function recurring(): { f: (p: readonly NDArray[], x: NDArray) => NDArray; params: NDArray[] } {
  const f = ([k, w, v]: readonly NDArray[], x: NDArray): NDArray => {
    const h = np.tanh(lax.convGeneralDilated(np.reshape(x, [-1, 1, 6]), k!, { windowStrides: [1], padding: "SAME" }));
    return np.matmul(np.sin(np.matmul(np.sin(np.matmul(np.reshape(h, [-1, 6]), w!)), w!)), v!);
  };
  return { f, params: [np.ones([1, 1, 3]), np.ones([6, 6]), np.ones([6, 2])] };
}

test("the methods are counted together as each is by itself, and AUTO runs the program of the cheapest", () => {
  const networks = [mlp([24, 16, 16, 3]), mlp([8, 200, 1]), mlp([200, 4]), recurring()];
  for (const [i, { f, params }] of networks.entries()) {
    const x = np.ones([4, i === 3 ? 6 : params[0]!.shape[0]!]);
    for (const x2 of [null, np.zeros([3, x.shape[1]!])]) {
      for (const options of [{ vmapAxes: 0 }, { traceAxes: [] }, { vmapAxes: 0, traceAxes: [] }] as const) {
        const program = (implementation: keyof typeof nt.NtkImplementation) => {
          const kernelFn = nt.empiricalNtkFn(f, { ...options, implementation, rates: RATES });
          const of = (p: NDArray[], a: NDArray, b: NDArray | null) => kernelFn(a, b, p);
          return x2 ? makeJaxpr(of)(params, x, x2) : makeJaxpr((p: NDArray[], a: NDArray) => of(p, a, null))(params, x);
        };
        const costs = Object.entries(nt.costOf(f, x, x2, params, { ...options, rates: RATES }));
        assert.is(costs.length, 3);
        for (const [method, { peakMemory, ...work }] of costs) {
          const { jaxpr } = program(method as keyof typeof nt.NtkImplementation);
          const { peakMemory: peakAlone, ...alone } = costOf(jaxpr, standardDevice().target, RATES);
          assert.equal(work, alone, `network ${i} by ${method}`);
          // The order of the arguments, which is another one, decides which array takes the place of which.
          assert.ok(Math.abs(peakMemory / peakAlone - 1) < 0.01, `${peakMemory} bytes, alone ${peakAlone}`);
        }
        const [best] = costs.reduce((a, b) => (b[1].predictedSeconds < a[1].predictedSeconds ? b : a));
        assert.is(String(program("AUTO")), String(program(best as keyof typeof nt.NtkImplementation)));
      }
    }
  }
});

test.run();
