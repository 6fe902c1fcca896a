/** WebAssembly memory is given back, and kept below a limit. What is compiled is kept within bounds. */
// Alone: it bounds and measures the memory of its process.
import { initThreads, jit, type NDArray, numpy as np, nt, releaseMemory, setMemoryLimit } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { compiled } from "../../src/device/compiled.ts";
import { currentTeam } from "../../src/device/wasm/team.ts";

const MIB = 2 ** 20;
const memory = (): number => currentTeam().kernels.memory.buffer.byteLength;
/** Takes at least 64 MiB while it runs. */
const large = jit((x: NDArray) => np.sum(np.sort(np.sin(np.multiply(x, np.arange(2 ** 22).astype("float32"))))));
const small = (i: number): number => np.add(i, 1).item();

test.after.each(async () => {
  setMemoryLimit(2 ** 32);
  await initThreads({ threads: 1, deterministic: false });
});

test("releaseMemory at once, on one thread and with workers; results stay the same", async () => {
  const expected = large(np.ones([])).item();
  for (const threads of [1, 2]) {
    await initThreads({ threads });
    assert.is(large(np.ones([])).item(), expected);
    assert.ok(memory() > 32 * MIB);
    const released = releaseMemory();
    assert.ok(memory() < 4 * MIB);
    assert.is(small(1), 2);
    await released;
    assert.is(currentTeam().threads, threads);
    assert.is(large(np.ones([])).item(), expected);
  }
});

test("a memory that has been far too large for long is given back, one that is used again is not", () => {
  large(np.ones([]));
  const size = memory();
  for (let round = 0; round < 4; round++) {
    for (let i = 0; i < 40; i++) small(i);
    large(np.ones([]));
    assert.is(memory(), size);
  }
  for (let i = 0; i < 70; i++) small(i);
  assert.ok(memory() < 4 * MIB);
});

test("a computation above the limit is refused before it runs, and others go on", () => {
  setMemoryLimit(8 * MIB);
  assert.throws(
    () => large(np.ones([])),
    /needs \d+ MiB of WebAssembly memory, more than the 8 MiB that setMemoryLimit/,
  );
  assert.is(small(1), 2);
  assert.ok(memory() <= 8 * MIB);
});

test("kernel functions made below a limit keep to it", () => {
  const f = (w: NDArray, x: NDArray): NDArray => np.matmul(np.tanh(np.matmul(x, w)), w.T);
  const [w, x] = [np.ones([64, 16]).mul(0.1), np.ones([64, 64]).mul(0.1)];
  const options = { vmapAxes: 0, traceAxes: [] } as const;
  const whole = nt.empiricalNtkFn(f, options)(x, null, w);
  // The result alone takes 64 MiB.
  setMemoryLimit(160 * MIB);
  let tiles = 0;
  const kernelFn = nt.empiricalNtkFn(f, {
    ...options,
    onProgress: (_, total) => {
      tiles = total;
    },
  });
  const kernel = kernelFn(x, null, w);
  assert.ok(tiles > 1, `${tiles}`);
  setMemoryLimit(2 ** 32);
  assert.ok(np.max(np.abs(np.subtract(kernel, whole))).item() < 1e-4 * np.max(whole).item());
});

test("wrong limits", () => {
  for (const bytes of [0, -1, Number.NaN, "1", null]) {
    assert.throws(() => setMemoryLimit(bytes as number), /^setMemoryLimit: bytes must be/);
  }
});

test("one bound for what all functions have compiled; what was forgotten is compiled again", () => {
  compiled.clear();
  let traces = 0;
  const f = jit((x: NDArray) => {
    traces++;
    return np.sum(np.cos(np.sin(x)));
  });
  const first = f(np.ones([1])).item();
  f(np.ones([2]));
  for (let n = 0; compiled.bytes < 0.99 * compiled.limit; n++) compiled.set(`filler ${n}`, {}, 2 ** 16);
  f(np.ones([1]));
  const before = traces;
  for (let n = 0; n < 200; n++) jit((x: NDArray) => np.sum(np.multiply(x, n).add(n)))(np.ones([n + 1]));
  assert.ok(compiled.bytes <= compiled.limit);
  f(np.ones([1]));
  assert.is(traces, before, "the shape in use is still there");
  f(np.ones([2]));
  assert.is(traces, before + 1, "the shape that was used longest ago is not");
  assert.is(f(np.ones([1])).item(), first);
});

test.run();
