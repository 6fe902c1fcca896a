/** What a replay finds: results that differ, texts that are refused, and what float32 can't hold. */
import { array, jit, type NDArray, numpy as np, setDefaultDevice } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Kernel } from "../../gpu/kernel.ts";
import { setStandardDevice } from "../../src/device/device.ts";
import type { DispatchNode } from "../../src/device/webgpu/nodes.ts";
import { openDawn } from "./dawn.ts";
import { everyPlan, newKernels } from "./shadow/choice.ts";
import { makeShadow, type Recorded, Recording } from "./shadow/device.ts";
import { type Outcome, Replay } from "./shadow/replay.ts";
import { Texts } from "./shadow/texts.ts";

/** What runs inside of `fn`, recorded. */
function recorded(fn: () => unknown, choice = everyPlan()): Recording {
  const recording = new Recording(choice.isWanted);
  setStandardDevice(makeShadow(recording));
  fn();
  setDefaultDevice("cpu");
  return recording;
}

async function replayed(records: readonly Recorded[], backend: "adapter" | "null" = "adapter"): Promise<Outcome> {
  const replay = new Replay(await openDawn(backend), backend === "adapter");
  await replay.all(records);
  return replay.outcome;
}

/** The record with other kernels. */
function changed(record: Recorded, change: (kernel: Kernel) => Partial<Kernel>): Recorded {
  const dispatches = record.gpu.plan.dispatches.map(
    (node): DispatchNode => ({ ...node, kernel: { ...node.kernel, ...change(node.kernel) } }),
  );
  return { ...record, gpu: { ...record.gpu, plan: { ...record.gpu.plan, nodes: dispatches, dispatches } } };
}

/** Computes with ones whatever it is given. */
function ofOnes({ code }: Kernel): Partial<Kernel> {
  const other = code.replace(/ = buffer\d+\[.*\];/, " = 1f;");
  assert.is.not(other, code);
  return { code: other };
}

const x = array([1, 2, 3]);
const wide = (values: number[]): NDArray => array(values, { dtype: "float64" });

test("what agrees, once for each shader", async () => {
  const texts = new Texts(undefined);
  const recording = recorded(() => [np.exp(x), np.exp(array([1, 2])), np.sin(x)], newKernels(texts));
  assert.equal([recording.runs, recording.records.length], [3, 2]);
  const { problems, replayed: count, kernels, worst } = await replayed(recording.records);
  assert.equal([problems, count, kernels.size], [[], 2, 2]);
  assert.ok(worst < 1e-6);
});

test("a kernel that computes something else", async () => {
  const [record] = recorded(() => np.exp(x)).records;
  const { problems, kernels } = await replayed([changed(record, ofOnes)]);
  assert.match(
    problems.join(),
    /^\d\.\de[+-]\d of the largest entry in map\(EXP float32\): float32\[3\] -> float32\[3\]$/,
  );
  assert.is(kernels.size, 0);
});

test("a text that is refused, on the null backend as well, and the run after it", async () => {
  const [first, second] = recorded(() => [np.exp(x), np.sin(x)]).records;
  const wrong = changed(first, ({ code }) => ({ code: `${code}\nfn broken() -> f32 { return 1i; }` }));
  for (const backend of ["adapter", "null"] as const) {
    const { problems, replayed: count } = await replayed([wrong, second], backend);
    assert.match(problems.join(), /^DeviceError: webgpu: the adapter's compiler refuses the shader/);
    assert.is(count, 1);
  }
});

test("float64 is computed in float32; what that can't hold is skipped", async () => {
  const f = jit((v: NDArray) => np.subtract(np.add(v, 1), 1));
  const { problems, demoted, skipped, worstDemoted } = await replayed(
    recorded(() => [np.exp(wide([1, 2])), f(wide([1e-9, 2e-9]))]).records,
  );
  assert.equal([problems, demoted, [...skipped.values()]], [[], 2, [1]]);
  assert.ok(worstDemoted > 0 && worstDemoted < 1e-6);
});

test("a float64 result that float32 could hold, and isn't there", async () => {
  const [record] = recorded(() => np.exp(wide([1, 2]))).records;
  assert.match(
    (await replayed([changed(record, ofOnes)])).problems.join(),
    /of the largest entry in map\(EXP float32\): float64/,
  );
});

test.run();
