/** The program of docs/webgpu.md, on an adapter that it finds as in a browser. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type NDArray, setDefaultDevice } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { runKept } from "../docs/claims.ts";
import { keptProgram, webgpuProgram, withFolder } from "../docs/programs.ts";
import { openDawn } from "./dawn.ts";

const NAMES = "here, kept, kernel, onCpu, product, somewhere, stays, sum, traced";

test("it runs, its values are those that it says, and its arrays live where it says", async () => {
  Object.defineProperty(globalThis, "navigator", { value: { gpu: await openDawn() }, configurable: true });
  const arrays: Record<string, NDArray> = {};
  await withFolder(async (folder) => {
    const file = join(folder, "guide.ts");
    writeFileSync(file, `${keptProgram(webgpuProgram)}\nexport { ${NAMES} };\n`);
    const { claims } = await runKept(async () => Object.assign(arrays, await import(pathToFileURL(file).href)));
    assert.ok(claims >= 2);
  });
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
