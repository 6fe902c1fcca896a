/**
 * What the kernels of the benchmark take on a large GPU, by their plans: dispatches, submissions, pipelines, operations and
 * the bytes that cross between memory and workgroups. Validated by Dawn, computed by nobody.
 */
import { type NDArray, numpy as np, nt, tree, withDevice } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { resNet } from "../../bench/support/compile-jobs.ts";
import { JOBS, setUp } from "../../bench/support/jobs.ts";
import { open, watchPlans } from "./opened.ts";

const FAST = { contract: 1e13, map: 1e12, memory: 1e12, dispatch: 1e5, transfer: 1e10, latency: 1e-4 };
await open("null", () => {}, FAST);

const { device, plans } = watchPlans();

const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);

/**
 * By name the most dispatches, and the operations that a byte is worth at least: a product that reads its operands again and again, or
 * elementwise work apart from it, shows in either.
 */
const BOUNDS: Readonly<Record<string, readonly [dispatches: number, intensity: number]>> = {
  "docstring CNN, 5 against 20, traced": [37, 8.6],
  "docstring CNN, 5 against 20, full": [37, 9.4],
  "docstring CNN, 20 against itself, traced": [25, 9.4],
  "FCN 3072-1024-1024-100, 5 against itself, full": [23, 10.7],
  "MLP 784-512-512-10, 128 against itself, full": [21, 11.4],
  "MLP 784-512-512-10, 32 against 128, full": [30, 11.1],
  "MLP 64-128-128-10, 16 against itself, full": [15, 5.1],
  "CNN 8x8x3, 2 convolutions of 8, 8 against itself, full": [17, 5.1],
};

/** All of them together. */
const PIPELINES = 46;

test("the plans of the kernels by Jacobian contraction", async () => {
  const { recorder, pipelines } = device.session;
  for (const job of JOBS) {
    const { f, x1, x2, params } = setUp(job);
    const kernelFn = nt.empiricalNtkFn(f, { traceAxes: job.traceAxes, vmapAxes: 0 });
    const before = { ...recorder.counts };
    plans.length = 0;
    const kernel = withDevice("webgpu", () => kernelFn(x1, x2, params)) as NDArray;
    await device.done();
    kernel.destroy();
    const kernels = plans.flatMap(({ dispatches }) => dispatches).map((node) => node.kernel);
    const [flops, traffic] = [sum(kernels.map((k) => k.flops)), sum(kernels.map((k) => k.traffic))];
    const [dispatches, intensity] = BOUNDS[job.name];
    assert.is(plans.length, 1, job.name);
    assert.is(recorder.counts.submits - before.submits, 1, job.name);
    assert.ok(
      recorder.counts.dispatches - before.dispatches <= dispatches,
      `${job.name}: ${kernels.length} dispatches`,
    );
    assert.ok(flops / traffic >= intensity, `${job.name}: ${flops / traffic} operations a byte`);
    // Each input once, beside what one plan has of its own.
    const inputs = sum([x1, ...(x2 ? [x2] : []), ...tree.leaves<NDArray>(params)].map(({ size }) => 4 * size));
    const uploaded = recorder.counts.uploadedBytes - before.uploadedBytes;
    assert.ok(uploaded <= inputs + 1024, `${job.name}: ${uploaded} bytes go to the device, ${inputs} are given`);
  }
  assert.ok(pipelines.count <= PIPELINES, `${pipelines.count} pipelines`);
});

test("the plan of ResNet18's kernel", async () => {
  const { recorder } = device.session;
  const { f, params } = resNet(32);
  const images = np.zeros([2, 32, 32, 3]);
  const kernelFn = nt.empiricalNtkFn(f, { traceAxes: [], vmapAxes: 0 });
  const before = { ...recorder.counts };
  plans.length = 0;
  const kernel = withDevice("webgpu", () => kernelFn(images, null, params)) as NDArray;
  await device.done();
  kernel.destroy();
  const texts = new Set(plans.flatMap(({ dispatches }) => dispatches).map((node) => node.kernel.code));
  assert.is(plans.length, 1);
  assert.is(recorder.counts.submits - before.submits, 1);
  assert.ok(recorder.counts.dispatches - before.dispatches <= 465, `${recorder.counts.dispatches} dispatches`);
  assert.ok(texts.size <= 74, `${texts.size} texts`);
});

test("a second call compiles and uploads nothing", async () => {
  const { recorder, pipelines } = device.session;
  const { f, x1, x2, params } = setUp(JOBS[JOBS.length - 1]);
  const kernelFn = nt.empiricalNtkFn(f, { vmapAxes: 0 });
  const call = async (): Promise<void> => {
    const kernel = withDevice("webgpu", () => kernelFn(x1, x2, params)) as NDArray;
    await device.done();
    kernel.destroy();
  };
  await call();
  const before = { ...recorder.counts, pipelines: pipelines.count, buffers: device.session.pool.made };
  await call();
  assert.is(pipelines.count, before.pipelines);
  assert.is(recorder.counts.uploadedBytes, before.uploadedBytes);
  assert.is(device.session.pool.made, before.buffers);
});

test.run();
