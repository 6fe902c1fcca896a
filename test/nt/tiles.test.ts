/** Kernels in tiles when the two sides have keyword arguments of their own, and what batches and tiles refuse. */
import { jit, type NDArray, numpy as np, nt, random, tree } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";

const draw = (seed: number, shape: number[]): NDArray => random.normal(random.key(seed), shape).astype("float64");

const params = { w: draw(1, [5, 16]), v: draw(2, [16, 3]) };
const [x1, x2] = [draw(3, [40, 5]), draw(4, [31, 5])];

type Params = typeof params;
const f = ({ w, v }: Params, x: NDArray, { scale }: { scale: NDArray }): NDArray =>
  np.multiply(np.matmul(np.tanh(np.matmul(x, w)), v), scale);

/** The kernel as a whole and in tiles; fails when it was not tiled. */
function bothWays(
  apply: nt.ApplyFn<NDArray>,
  options: nt.NtkOptions,
  args: Parameters<nt.KernelFn<NDArray>>,
): [NDArray, NDArray] {
  const whole = nt.empiricalNtkFn(apply, options)(...args);
  const [small1, small2] = [x1.at("0:2"), args[1] === null ? null : x2.at("0:2")];
  const plain = (p: Params, x: NDArray): NDArray => f(p, x, { scale: np.ones([1, 3], { dtype: "float64" }) });
  const { peakMemory } = nt.costOf(plain, small1, small2, params, { ...options, vmapAxes: 0 }).JACOBIAN_CONTRACTION;
  const memoryLimit = peakMemory + 8 * whole.size + 8192;
  const progress: number[][] = [];
  const onProgress = (done: number, total: number): void => void progress.push([done, total]);
  const tiled = nt.empiricalNtkFn(apply, { ...options, memoryLimit, onProgress })(...args);
  const total = progress.length;
  assert.ok(total > 1, "was not tiled");
  assert.equal(
    progress,
    progress.map((_, i) => [i + 1, total]),
  );
  return [whole, tiled];
}

function agree([whole, tiled]: [NDArray, NDArray]): void {
  assert.equal(tiled.shape, whole.shape);
  assert.ok((np.max(np.abs(np.subtract(whole, tiled))) as NDArray).item() < 1e-12);
}

const scales = [draw(5, [40, 3]), draw(6, [31, 3])];

test("batched keyword arguments are cut with their inputs", () => {
  const options: nt.NtkOptions = { vmapAxes: [0, 0, { scale: 0 }], traceAxes: [] };
  agree(bothWays(f, options, [x1, x2, params, { scale: scales }]));
  agree(bothWays(f, options, [x1, null, params, { scale: scales[0] }]));
});

/** In batches, by every kernel function, as a whole. */
function batchesAgree(apply: nt.ApplyFn<NDArray>, x: NDArray, second: NDArray | null, kwargs: object): void {
  const options = { traceAxes: [] };
  const both = nt.empiricalKernelFn(apply, options);
  agree([
    both(x, second, "ntk", params, kwargs as never),
    nt.batch(both, { batchSize: 9 })(x, second, "ntk", params, kwargs as never),
  ]);
  for (const kernelFn of [nt.empiricalNtkFn(apply, options), nt.empiricalNngpFn(apply, options)]) {
    const args = [x, second, params, kwargs] as Parameters<typeof kernelFn>;
    agree([kernelFn(...args), nt.batch(kernelFn, { batchSize: 9 })(...args)]);
  }
}

test("a pair of keyword arguments is split before the tiles are cut", () => {
  const pair = { scale: [draw(7, [1, 3]), draw(8, [1, 3])] };
  for (const second of [x2, null]) {
    agree(bothWays(f, { vmapAxes: 0 }, [x1, second, params, pair]));
    batchesAgree(f, x1, second, pair);
  }
});

test("tiles see the keys that the whole inputs get", () => {
  const noisy = ({ w, v }: Params, x: NDArray, { rng }: { rng: NDArray }): NDArray =>
    np.matmul(np.tanh(np.matmul(x, np.add(w, random.normal(rng, [5, 16]).astype("float64")))), v);
  for (const second of [null, x1, x2]) {
    for (const rng of [random.key(3), [random.key(3), random.key(4)]]) {
      agree(bothWays(noisy, { vmapAxes: 0 }, [x1, second, params, { rng }]));
      batchesAgree(noisy, x1, second, { rng });
    }
  }
});

const several = ({ w, v }: Params, x: NDArray) => {
  const h = np.tanh(np.matmul(x, w));
  return { last: np.matmul(h, v), middle: [np.transpose(np.reshape(np.matmul(h, v), [-1, 3, 1]), [1, 0, 2])] };
};
const BATCH_OF_SEVERAL = [0, { last: 0, middle: [1] }, {}];

const largestDifference = (a: unknown, b: unknown): number => {
  const pairs = tree.leaves<NDArray>(a).map((x, i) => [x, tree.leaves<NDArray>(b)[i] as NDArray] as const);
  for (const [x, y] of pairs) assert.equal(x.shape, y.shape);
  return Math.max(...pairs.map(([x, y]) => (np.max(np.abs(np.subtract(x, y))) as NDArray).item()));
};

test("several outputs, the batch in any place, pairs, diagonals and traces: tiles give the whole kernel", () => {
  const second = draw(9, [40, 5]);
  for (const axes of [
    {},
    { traceAxes: [] },
    { traceAxes: [], diagonalAxes: [1] },
    { traceAxes: [], diagonalAxes: [0] },
    { traceAxes: [0, 1] },
  ]) {
    for (const other of [null, second]) {
      const options = { vmapAxes: BATCH_OF_SEVERAL, ...axes };
      const whole = nt.empiricalNtkFn(several, options)(x1, other, params);
      const size = tree.leaves<NDArray>(whole).reduce((sum, x) => sum + 8 * x.size, 0);
      const part = nt.costOf(several, x1.at("0:4"), other && second.at("0:4"), params, options).JACOBIAN_CONTRACTION;
      let tiles = 0;
      const onProgress = (): void => void tiles++;
      const limited = { ...options, memoryLimit: part.peakMemory + size + 2048, onProgress };
      assert.ok(largestDifference(nt.empiricalNtkFn(several, limited)(x1, other, params), whole) < 1e-12);
      assert.ok(tiles > 1, `${JSON.stringify(axes)}: ${tiles} tiles`);
    }
  }
});

test("batches of x1 against itself: half of them, in every kernel function of ours", () => {
  const apply = ({ w, v }: Params, x: NDArray): NDArray => np.matmul(np.tanh(np.matmul(x, w)), v);
  const options = { traceAxes: [], vmapAxes: 0 };
  const calls = (kernelFn: (...args: never[]) => unknown, ...rest: unknown[]): number => {
    let total = 0;
    const onProgress = (): void => void total++;
    const batched = nt.batch(kernelFn as never, { batchSize: 12, onProgress }) as Kernel;
    assert.ok(largestDifference(batched(x1, null, ...rest), (kernelFn as Kernel)(x1, null, ...rest)) < 1e-12);
    return total;
  };
  type Kernel = (x1: unknown, x2: unknown, ...rest: unknown[]) => unknown;
  assert.is(calls(nt.empiricalNtkFn(apply, options), params), 10);
  assert.is(calls(nt.empiricalNtkFn(several, { traceAxes: [] }), params), 10);
  assert.is(calls(nt.empiricalNngpFn(apply, { traceAxes: [] }), params), 10);
  assert.is(calls(nt.empiricalKernelFn(several, { diagonalAxes: [-1], traceAxes: [] }), null, params), 10);
  assert.is(calls(nt.empiricalKernelFn(apply, options), "ntk", params), 10);
  const scale = np.ones([1, 3], { dtype: "float64" });
  assert.is(calls(nt.empiricalNtkFn(f, options), params, { scale }), 10);
  // Of other functions nobody knows.
  const kernel = nt.empiricalNtkFn(apply, options);
  assert.is(
    calls((a: NDArray, b: NDArray | null, p: Params) => kernel(a, b, p), params),
    16,
  );
});

test("batches inside of jit", () => {
  const kernel = nt.empiricalNtkFn(({ w }: Params, x: NDArray) => np.matmul(x, w), { vmapAxes: 0 });
  const batched = nt.batch(kernel, { batchSize: 7 });
  assert.ok(largestDifference(jit((x: NDArray) => batched(x, null, params))(x1), kernel(x1, null, params)) < 1e-12);
});

test("a result that the limit has no room for is refused by its size", () => {
  const wide = nt.empiricalNtkFn((w: NDArray, x: NDArray) => np.matmul(x, w), {
    traceAxes: [],
    vmapAxes: 0,
    memoryLimit: 2 ** 22,
  });
  assert.throws(() => wide(np.ones([8, 2]), null, np.ones([2, 200])), /the result alone takes 10 MiB/);
});

test("tiles under a memory limit, and batches, give the kernel of the whole", () => {
  const f = ({ w, v }: Params, x: NDArray): NDArray => np.matmul(np.tanh(np.matmul(x, w)), v);
  const [x1, x2] = [draw(12, [7, 5]), draw(13, [4, 5])];
  for (const method of ["JACOBIAN_CONTRACTION", "NTK_VECTOR_PRODUCTS", "STRUCTURED_DERIVATIVES"] as const) {
    for (const axes of [{ traceAxes: [] }, { traceAxes: [-1] }, { traceAxes: [0] }, { diagonalAxes: [0] }]) {
      for (const second of [null, x2]) {
        if (second && ("diagonalAxes" in axes || axes.traceAxes?.includes(0))) continue;
        const options = { vmapAxes: 0, implementation: nt.NtkImplementation[method], ...axes };
        const whole = nt.empiricalNtkFn(f, options)(x1, second, params);
        const { peakMemory } = nt.costOf(f, x1.at("0:2"), second?.at("0:2") ?? null, params, options)[method]!;
        let tiles = 0;
        const onProgress = (): void => void tiles++;
        const limited = { ...options, memoryLimit: peakMemory + 8 * whole.size + 4096, onProgress };
        assert.ok(largestDifference(whole, nt.empiricalNtkFn(f, limited)(x1, second, params)) < 1e-12);
        assert.ok(tiles > 1, `${method} ${JSON.stringify(axes)} was not tiled`);
        if (axes.traceAxes?.includes(0)) continue;
        const batched = nt.batch(nt.empiricalNtkFn(f, options), { batchSize: 3 })(x1, second, params);
        assert.ok(largestDifference(whole, batched) < 1e-12);
      }
    }
  }
});

test("a kernel that cannot fit says what it would need, before anything runs", () => {
  const params = [draw(0, [5, 4])];
  let calls = 0;
  const f = ([w]: NDArray[], x: NDArray): NDArray => {
    calls++;
    return np.matmul(x, w as NDArray);
  };
  const x = draw(1, [3, 5]);
  const limited = (vmapAxes: number | null) => () =>
    nt.empiricalNtkFn(f, { vmapAxes, memoryLimit: 100 })(x, null, params);
  assert.throws(
    limited(null),
    /nt\.empiricalNtkFn: this kernel needs [\d.]+ MiB of memory and the limit is [\d.]+ MiB; give vmapAxes/,
  );
  assert.throws(limited(0), /one example against one still needs/);
  assert.ok(calls > 0);
});

test("what can't be batched is refused by name", () => {
  const plain = ({ w }: Params, x: NDArray): NDArray => np.matmul(x, w);
  const diagonal = nt.batch(nt.empiricalNtkFn(plain, { diagonalAxes: 0 }), { batchSize: 4 });
  assert.throws(() => diagonal(x1, x2, params), /nt\.batch: the kernel is diagonal in the batch.*got 40 and 31/);
  const first = nt.empiricalNtkFn((p: Params, [x]: NDArray[]) => np.matmul(x as NDArray, p.w));
  assert.throws(
    () => nt.batch(first, { batchSize: 4 })([x1, x2], null, params),
    /nt\.batch: the first axis of every leaf of x1 is the batch.*\(40, 5\), \(31, 5\)/,
  );
});

test("a signal ends tiles and batches before the next one, and what is aborted already never begins", () => {
  const apply = ({ w, v }: Params, x: NDArray): NDArray => np.matmul(np.tanh(np.matmul(x, w)), v);
  const { peakMemory } = nt.costOf(apply, x1.at("0:2"), null, params, { vmapAxes: 0 }).JACOBIAN_CONTRACTION;
  const ways = [
    (options: nt.ProgressOptions) =>
      nt.empiricalNtkFn(apply, { vmapAxes: 0, memoryLimit: peakMemory + 8 * 40 * 31 + 8192, ...options }),
    (options: nt.ProgressOptions) => nt.batch(nt.empiricalNtkFn(apply, { vmapAxes: 0 }), { batchSize: 8, ...options }),
  ];
  for (const way of ways) {
    const controller = new AbortController();
    const seen: number[] = [];
    const onProgress = (done: number): void => {
      seen.push(done);
      if (done === 2) controller.abort(new Error("enough"));
    };
    const kernelFn = way({ onProgress, signal: controller.signal });
    assert.throws(() => kernelFn(x1, x2, params), /^enough$/);
    assert.equal(seen, [1, 2]);
    assert.throws(() => kernelFn(x1, x2, params), /^enough$/);
    assert.equal(seen, [1, 2]);
    let calls = 0;
    way({ onProgress: () => void calls++, signal: new AbortController().signal })(x1, x2, params);
    assert.ok(calls > 2);
  }
  const aborted = { signal: AbortSignal.abort(new Error("before")) };
  assert.throws(() => nt.empiricalNtkFn(apply, aborted)(x1, null, params), /^before$/);
  assert.throws(
    () => nt.batch(nt.empiricalNtkFn(apply), { batchSize: 2, signal: {} as never }),
    /signal must be an AbortSignal/,
  );
});

test.run();
