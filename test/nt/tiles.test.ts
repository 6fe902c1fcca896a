/** Kernels in tiles when the two sides have keyword arguments of their own, and what batches and tiles refuse. */
import { type NDArray, numpy as np, nt, random } from "cotangent";
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
  apply: nt.ApplyFn,
  options: nt.NtkOptions,
  args: Parameters<nt.KernelFn<unknown>>,
): [NDArray, NDArray] {
  const whole = nt.empiricalNtkFn(apply, options)(...args) as NDArray;
  const small = [x1.at("0:2"), args[1] === null ? null : x2.at("0:2")];
  const plain = (p: Params, x: NDArray): NDArray => f(p, x, { scale: np.ones([1, 3], { dtype: "float64" }) });
  const { peakMemory } = nt.costOf(plain, small[0], small[1], params, { ...options, vmapAxes: 0 }).JACOBIAN_CONTRACTION;
  const progress: number[][] = [];
  const onProgress = (done: number, total: number): void => void progress.push([done, total]);
  const tiled = nt.empiricalNtkFn(apply, { ...options, memoryLimit: peakMemory + 8192, onProgress })(...args);
  const total = progress.length;
  assert.ok(total > 1, "was not tiled");
  assert.equal(
    progress,
    progress.map((_, i) => [i + 1, total]),
  );
  return [whole, tiled as NDArray];
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

test("a pair of keyword arguments is split before the tiles are cut", () => {
  const pair = { scale: [draw(7, [1, 3]), draw(8, [1, 3])] };
  agree(bothWays(f, { vmapAxes: 0 }, [x1, x2, params, pair]));
  agree(bothWays(f, { vmapAxes: 0 }, [x1, null, params, pair]));
});

test("tiles see the keys that the whole inputs get", () => {
  const noisy = ({ w, v }: Params, x: NDArray, { rng }: { rng: NDArray }): NDArray =>
    np.matmul(np.tanh(np.matmul(x, np.add(w, random.normal(rng, [5, 16]).astype("float64")))), v);
  for (const second of [null, x1, x2]) {
    for (const rng of [random.key(3), [random.key(3), random.key(4)]]) {
      agree(bothWays(noisy, { vmapAxes: 0 }, [x1, second, params, { rng }]));
    }
  }
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

test.run();
