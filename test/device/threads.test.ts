import { spawnSync } from "node:child_process";
import { initThreads, lax, type NDArray, numpy as np, nt, random, releaseMemory, stax } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { reserve } from "../../src/device/wasm/kernels.ts";
import { currentTeam, execute } from "../../src/device/wasm/team.ts";
import { patience } from "../../src/device/wasm/threads.ts";
import { projectRoot, typescript } from "../support/command.ts";

const { JACOBIAN_CONTRACTION, NTK_VECTOR_PRODUCTS, STRUCTURED_DERIVATIVES } = nt.NtkImplementation;

/** Products that go about it in every way, with shares of their batch, rows and columns. */
function products(): NDArray[] {
  const draw = (...shape: number[]) => random.normal(random.key(shape[0]!), shape);
  const depthwise = { padding: "SAME", dimensionNumbers: ["NHWC", "HWIO", "NHWC"], featureGroupCount: 37 } as const;
  return [
    np.matmul(draw(513, 333), draw(333, 777)),
    np.matmul(draw(7, 333), draw(333, 1777)),
    np.matmul(draw(2001, 19), draw(19, 21)),
    np.matmul(draw(5, 40000), np.transpose(draw(9, 40000))),
    np.matmul(draw(301, 13, 17), draw(301, 17, 11)),
    np.einsum("ki,kj->ij", draw(400, 203), draw(400, 155)),
    lax.convGeneralDilated(draw(3, 31, 33, 37), draw(3, 3, 1, 37), { windowStrides: [1, 1], ...depthwise }),
  ];
}

test("deterministic products round every product and every sum, on every engine", async () => {
  const a = 1 + 2 ** -12;
  const square = Math.fround(a * a);
  const [x, y] = [np.array([1, a]), np.array([-square, a])];
  const columns = np.stack([y, y, y, y, y, y, y, y], { axis: 1 });
  await initThreads({ threads: 1, deterministic: true });
  // A fused multiply-add would leave what the square's rounding took away.
  assert.equal(np.matmul(x.reshape([1, 2]), columns).toArray(), [[0, 0, 0, 0, 0, 0, 0, 0]]);
  // An option that is left out stays as it is.
  await initThreads({ threads: 2 });
  await initThreads({ threads: 1 });
  assert.equal(np.matmul(x.reshape([1, 2]), columns).toArray(), [[0, 0, 0, 0, 0, 0, 0, 0]]);
  await initThreads({ threads: 1, deterministic: false });
  const [fused] = np.matmul(x.reshape([1, 2]), columns).dataSync();
  assert.ok(fused === 0 || Math.abs((fused as number) - (a * a - square)) < 1e-12, `${fused}`);
});

/** Every kind of step that threads share, large enough for them to. */
function compute(): number[][] {
  const x = random.normal(random.key(0), [300, 410]);
  const indices = random.randint(random.key(1), [500], 0, 300);
  return [
    np.exp(np.add(x, np.transpose(np.reshape(x, [410, 300])))),
    np.sum(x, { axis: 0 }),
    np.max(x, { axis: 1 }),
    np.argmax(x, { axis: 1 }),
    np.matmul(x, np.transpose(x)),
    ...products(),
    np.sort(x),
    np.take(x, indices, { axis: 0 }),
    lax.rev(x, { dimensions: [0, 1] }),
    np.transpose(np.reshape(x, [3, 100, 410]), [2, 0, 1]),
  ].map((y) => Array.from(y.dataSync()));
}

test("the same bits on one, two and three threads, in memory that grows meanwhile", async () => {
  const expected = compute();
  for (const threads of [2, 3, 1]) {
    assert.is(await initThreads({ threads }), threads);
    assert.equal(compute(), expected);
    assert.is(np.sum(np.ones([threads * 1000, 1000])).item(), threads * 1e6);
  }
});

test("kernels of every implementation have the same bits on two threads", async () => {
  const [initFn, f] = stax.serial(stax.Conv(8, [3, 3]), stax.Relu(), stax.Flatten(), stax.Dense(3));
  const x = random.normal(random.key(0), [6, 10, 10, 3]);
  const [, params] = initFn(random.key(1), x.shape);
  const kernels = (): number[][] =>
    [JACOBIAN_CONTRACTION, NTK_VECTOR_PRODUCTS, STRUCTURED_DERIVATIVES].map((implementation) =>
      Array.from(nt.empiricalNtkFn(f, { implementation, vmapAxes: 0 })(x, null, params).dataSync()),
    );
  await initThreads({ threads: 1 });
  const expected = kernels();
  await initThreads({ threads: 2 });
  assert.equal(kernels(), expected);
});

test("kernels of other modules that threads meet when they are at work already have the same bits on all of them", async () => {
  const matrices = random.normal(random.key(0), [600, 5, 5]);
  const x = random.uniform(random.key(1), [90_000]);
  const rare = (): number[][] => [np.arcsin(x), lax.lgamma(x), np.linalg.inv(matrices)].map((y) => [...y.dataSync()]);
  await initThreads({ threads: 1 });
  const expected = rare();
  for (const threads of [2, 3]) {
    await initThreads({ threads });
    assert.is(np.sum(np.ones([1000, 1000])).item(), 1e6);
    assert.is(currentTeam().kernels.added.size, 0);
    assert.equal(rare(), expected);
    assert.is(currentTeam().kernels.added.size, 2);
    // Workers that take the others' places have none of it.
    await releaseMemory();
    assert.equal(rare(), expected);
  }
  assert.is(currentTeam().threads, 3);
});

test("asking twice, at once or for as many, starts one team", async () => {
  await Promise.all([initThreads({ threads: 2 }), initThreads({ threads: 3 })]);
  const team = currentTeam();
  assert.is(team.threads, 3);
  await initThreads({ threads: 3 });
  assert.is(currentTeam(), team);
  assert.ok((await initThreads()) >= 1);
  await initThreads({ threads: 1 });
  assert.is(currentTeam().threads, 1);
});

test("what is no number of threads is refused, and changes nothing", async () => {
  for (const threads of [0, -1, 1.5, Number.NaN]) {
    try {
      await initThreads({ threads });
      assert.unreachable();
    } catch (error) {
      assert.match(String(error), /initThreads: threads must be a positive integer/);
    }
  }
  assert.is(await initThreads({ threads: 2 }), 2);
});

test("a worker that has ended is missed, then one thread goes on", async () => {
  const expected = compute();
  const { milliseconds, factor } = patience;
  Object.assign(patience, { milliseconds: 300, factor: 0 });
  try {
    await initThreads({ threads: 2 });
    for (const terminate of currentTeam().workers) terminate();
    // No event tells of the worker's end before this task ends.
    assert.throws(compute, /a worker thread has failed/);
    assert.is(currentTeam().threads, 1);
    assert.equal(compute(), expected);
  } finally {
    Object.assign(patience, { milliseconds, factor });
  }
  assert.is(await initThreads({ threads: 2 }), 2);
  assert.equal(compute(), expected);
});

test("a worker that ends between two computations is noticed", async () => {
  await initThreads({ threads: 2 });
  for (const terminate of currentTeam().workers) terminate();
  for (let i = 0; i < 500 && currentTeam().threads > 1; i++) await new Promise((done) => setTimeout(done, 10));
  assert.is(currentTeam().threads, 1);
});

test("an error in the midst of a run ends the workers", async () => {
  await initThreads({ threads: 2 });
  const team = currentTeam();
  const list = 1 << 21;
  reserve(team.kernels.memory, list + 16);
  // Command 99 does not exist.
  new Int32Array(team.kernels.memory.buffer, list, 4).set([1 << 18, 1 << 20, 99, 2]);
  assert.throws(() => execute(team, list, 2), /unreachable/);
  assert.is(currentTeam().threads, 1);
  assert.is(np.sum(np.ones([1000, 1000])).item(), 1e6);
});

/** Runs a program in a process of its own, which must end by itself. */
function runProgram(code: string): { status: number | null; output: string } {
  const args = [...typescript, "--input-type=module", "--eval", code];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: projectRoot,
    encoding: "utf8",
    timeout: 60_000,
  });
  return { status, output: stdout + stderr };
}

const START = `import { initThreads, numpy as np } from "cotangent";
const sum = () => np.sum(np.ones([1000, 1000]), { axis: 0 }).toArray()[999];
console.log(await initThreads({ threads: 2 }), sum());
`;

test("a program with threads ends when it is done", () => {
  assert.equal(runProgram(START), { status: 0, output: "2 1000\n" });
  assert.equal(runProgram(`${START}process.exit(3);`), { status: 3, output: "2 1000\n" });
  const { status, output } = runProgram(`${START}throw new Error("on purpose");`);
  assert.is(status, 1);
  assert.match(output, "on purpose");
});

test("threads of a worker of the user's", () => {
  const code = `import { Worker } from "node:worker_threads";
    const worker = new Worker(${JSON.stringify(START)}, { eval: true, execArgv: process.execArgv });
    worker.on("exit", (code) => console.log("ended", code));`;
  assert.equal(runProgram(code), { status: 0, output: "2 1000\nended 0\n" });
});

test.run();
