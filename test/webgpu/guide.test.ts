/** The program of docs/webgpu.md, on an adapter that it finds as in a browser. */
import { pathToFileURL } from "node:url";
import { type NDArray, setDefaultDevice } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { withGuide } from "../docs/guide.ts";
import { openDawn } from "./dawn.ts";

test("it runs, and its arrays live where it says", async () => {
  Object.defineProperty(globalThis, "navigator", { value: { gpu: await openDawn() }, configurable: true });
  // What it prints is for its readers.
  const { log } = console;
  console.log = () => {};
  const arrays = await withGuide(
    async (_, file) => (await import(pathToFileURL(file).href)) as Record<string, NDArray>,
  );
  console.log = log;
  setDefaultDevice("cpu");
  assert.equal(arrays.kernel.shape, [16, 16]);
  assert.equal(arrays.sum.shape, [3]);
  assert.match(String(arrays.stays), "on webgpu");
  for (const name of ["here", "onCpu"]) assert.not.match(String(arrays[name]), "on webgpu", name);
  assert.equal(arrays.here.toArray(), [2, 4, 6]);
  assert.equal(Array.from(await arrays.sum.data()), [3, 6, 9]);
  assert.equal(Array.from(await arrays.stays.data()), [8, 10, 12]);
  const [trace, total] = [await arrays.traced.data(), await arrays.kept.data()];
  assert.ok(trace[0] > 0 && Number.isFinite(total[0]));
  const kernels = [await arrays.kernel.data(), await arrays.somewhere.data()];
  assert.ok(kernels[0].every((value, i) => Math.abs(value - kernels[1][i]) < 1e-4 * trace[0]));
});

test.run();
