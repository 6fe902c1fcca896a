/** The three methods and AUTO give one kernel: random networks, random axes. */
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { lax, type NDArray, numpy as np, nt, random, tree } from "../../src/entry/node.ts";

const RUNS = 500;

/** One layer of a random network on images `[n, h, w, c]`: its parameters and its function. */
interface Layer {
  readonly params: (key: NDArray, channels: number) => NDArray[];
  readonly apply: (params: readonly NDArray[], x: NDArray) => NDArray;
  readonly channels: number;
}

const draw = (key: NDArray, shape: number[]): NDArray => random.normal(key, shape, { dtype: "float64" });

const dense = (channels: number): Layer => ({
  channels,
  params: (key, c) => [draw(key, [c, channels]), draw(random.foldIn(key, 1), [channels])],
  apply: ([w, b], x) => np.add(np.matmul(x, w!), b!),
});

const conv = (channels: number, size: number, stride: number, padding: "SAME" | "VALID"): Layer => ({
  channels,
  params: (key, c) => [draw(key, [size, size, c, channels])],
  apply: ([w], x) =>
    lax.convGeneralDilated(x, w!, {
      windowStrides: [stride, stride],
      padding,
      dimensionNumbers: ["NHWC", "HWIO", "NHWC"],
    }),
});

/** A parameter that is used transposed, one that is used twice, one that scales, one that is divided by. */
const shared = (channels: number): Layer => ({
  channels,
  params: (key, c) => [draw(key, [channels, c])],
  apply: ([w], x) => {
    const y = np.matmul(x, np.transpose(w!));
    return np.add(y, np.sum(w!));
  },
});

const scaled = (channels: number): Layer => ({
  channels,
  params: (key, c) => [draw(key, [c]), draw(random.foldIn(key, 1), [c, channels]), draw(random.foldIn(key, 2), [])],
  apply: ([s, w, t], x) => np.divide(np.matmul(np.multiply(x, s!), w!), np.add(np.square(t!), 1)),
});

const gated = (channels: number): Layer => ({
  channels,
  params: (key, c) => [draw(key, [c, channels]), draw(random.foldIn(key, 1), [c, channels])],
  apply: ([w, v], x) => np.multiply(np.matmul(x, w!), np.tanh(np.matmul(x, v!))),
});

const layerArbitrary: fc.Arbitrary<Layer> = fc.oneof(
  fc.integer({ min: 1, max: 3 }).map(dense),
  fc
    .tuple(
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 2 }),
      fc.integer({ min: 1, max: 2 }),
      fc.constantFrom("SAME" as const, "VALID" as const),
    )
    .map(([c, size, stride, padding]) => conv(c, size, stride, padding)),
  fc.integer({ min: 1, max: 3 }).map(shared),
  fc.integer({ min: 1, max: 3 }).map(scaled),
  fc.integer({ min: 1, max: 3 }).map(gated),
);

const activations = [np.tanh, np.sin, (x: NDArray) => np.maximum(x, 0), (x: NDArray) => x];
const heads: ((x: NDArray) => unknown)[] = [
  (x) => x,
  (x) => np.mean(x, { axis: [1, 2] }),
  (x) => np.reshape(x, [x.shape[0]!, -1]),
  (x) => ({ flat: np.sum(x, { axis: [1, 2] }), whole: [x] }),
];

/** Axes as a user would give them: each output axis free, traced or diagonal, some counted from the end. */
const roles = fc.array(fc.tuple(fc.constantFrom("free", "trace", "diagonal"), fc.boolean()), {
  minLength: 4,
  maxLength: 4,
});

const ntkOf = (f: (p: never, x: never) => unknown, options: object, args: [NDArray, NDArray | null, unknown]) =>
  tree.leaves<NDArray>(nt.empiricalNtkFn(f as never, options)(...args));

function largestDifference(x: NDArray, y: NDArray): number {
  assert.equal(x.shape, y.shape);
  assert.is(x.dtype, y.dtype);
  const [a, b] = [[...x.dataSync()], [...y.dataSync()]];
  const scale = a.reduce((m, v) => Math.max(m, Math.abs(v)), 1e-300);
  return a.reduce((m, v, i) => Math.max(m, Math.abs(v - b[i]!)), 0) / scale;
}

test(`the methods agree on ${RUNS} random networks`, () => {
  const network = fc.record({
    layers: fc.array(fc.tuple(layerArbitrary, fc.nat(activations.length - 1)), { minLength: 1, maxLength: 3 }),
    head: fc.nat(heads.length - 1),
    seed: fc.nat(1000),
    roles,
    same: fc.boolean(),
    vmapped: fc.boolean(),
  });
  fc.assert(
    fc.property(network, ({ layers, head, seed, roles, same, vmapped }) => {
      const key = random.key(seed);
      let channels = 2;
      const params = layers.map(([layer], i) => {
        const own = layer.params(random.foldIn(key, i), channels);
        channels = layer.channels;
        return own;
      });
      const f = (p: NDArray[][], x: NDArray): unknown => {
        const features = layers.reduce((h, [layer, a], i) => activations[a]!(layer.apply(p[i]!, h)), x);
        return heads[head]!(features);
      };
      const x1 = draw(random.foldIn(key, 100), [2, 4, 3, 2]);
      const out = tree.leaves<NDArray>(f(params, x1));
      // Convolutions may leave nothing of an image, and the mean of nothing is no number.
      fc.pre(out.every((y) => y.size > 0 && y.dataSync().every(Number.isFinite)));
      const ndim = Math.min(...out.map((x) => x.ndim));
      const pick = (role: string): number[] =>
        roles
          .slice(0, ndim)
          .flatMap(([r, negative], i) => (r === role ? [negative && out.length === 1 ? i - ndim : i] : []));
      const [traceAxes, diagonalAxes] = [pick("trace"), pick("diagonal")];
      const batchIsPaired = roles[0]![0] !== "free";
      const x2 = same ? null : draw(random.foldIn(key, 101), [batchIsPaired ? 2 : 3, 4, 3, 2]);
      const vmapAxes = vmapped ? 0 : null;
      const options = { traceAxes, diagonalAxes };
      const reference = ntkOf(f as never, { ...options, implementation: 1 }, [x1, x2, params]);
      for (const implementation of [0, 1, 2, 3]) {
        const kernels = ntkOf(f as never, { ...options, vmapAxes, implementation }, [x1, x2, params]);
        kernels.forEach((kernel, i) => {
          const error = largestDifference(reference[i]!, kernel);
          assert.ok(error < 1e-10, `implementation ${implementation}, output ${i}: differs by ${error}`);
        });
      }
    }),
    { numRuns: RUNS, seed: 2022 },
  );
});

test("tiles under a memory limit, and batches, give the kernel of the whole", () => {
  const key = random.key(7);
  const params = [draw(key, [5, 16]), draw(random.foldIn(key, 1), [16, 3])];
  const f = ([w, v]: NDArray[], x: NDArray): NDArray => np.matmul(np.tanh(np.matmul(x, w!)), v!);
  const [x1, x2] = [draw(random.foldIn(key, 2), [7, 5]), draw(random.foldIn(key, 3), [4, 5])];
  for (const implementation of [1, 2, 3]) {
    for (const axes of [{ traceAxes: [] }, { traceAxes: [-1] }, { traceAxes: [0] }, { diagonalAxes: [0] }]) {
      for (const second of [null, x2]) {
        if (second && ("diagonalAxes" in axes || axes.traceAxes?.includes(0))) continue;
        const options = { vmapAxes: 0, implementation: implementation as 1, ...axes };
        const whole = nt.empiricalNtkFn(f, options)(x1, second, params);
        const { peakMemory } = nt.costOf(f, x1.at("0:2"), second?.at("0:2") ?? null, params, options)[
          (["", "JACOBIAN_CONTRACTION", "NTK_VECTOR_PRODUCTS", "STRUCTURED_DERIVATIVES"] as const)[
            implementation
          ] as "JACOBIAN_CONTRACTION"
        ];
        let tiles = 0;
        const limited = nt.empiricalNtkFn(f, {
          ...options,
          memoryLimit: peakMemory + 8 * whole.size + 4096,
          onProgress: (_, total) => {
            tiles = total;
          },
        })(x1, second, params);
        assert.ok(tiles > 1, `implementation ${implementation} ${JSON.stringify(axes)} was not tiled`);
        assert.ok(largestDifference(whole, limited) < 1e-12);
        if (axes.traceAxes?.includes(0)) continue;
        const batched = nt.batch(nt.empiricalNtkFn(f, options), { batchSize: 3 })(x1, second, params);
        assert.ok(largestDifference(whole, batched) < 1e-12);
      }
    }
  }
});

test("a kernel that cannot fit says what it would need, before anything runs", () => {
  const params = [draw(random.key(0), [5, 4])];
  let calls = 0;
  const f = ([w]: NDArray[], x: NDArray): NDArray => {
    calls++;
    return np.matmul(x, w!);
  };
  const x = draw(random.key(1), [3, 5]);
  const limited = (vmapAxes: number | null) => () =>
    nt.empiricalNtkFn(f, { vmapAxes, memoryLimit: 1000 })(x, null, params);
  assert.throws(
    limited(null),
    /nt\.empiricalNtkFn: this kernel needs 2 MiB of memory and the limit is 1 MiB; give vmapAxes/,
  );
  assert.throws(limited(0), /one example against one still needs/);
  assert.ok(calls > 0);
});

test.run();
