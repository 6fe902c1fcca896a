/** What is measured when a device is opened: on an adapter, and on one that does everything at once. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { deviceNamed } from "../../src/device/placement.ts";
import type { WebGpu } from "../../src/device/webgpu/device.ts";
import { open } from "./opened.ts";

for (const backend of ["adapter", "null"] as const) {
  test(`the rates of ${backend === "null" ? "a device that only validates" : "the adapter"}`, async () => {
    const { info } = await open(backend, () => {}, null);
    const rates = info.rates ?? assert.unreachable("no rates");
    for (const [name, rate] of Object.entries(rates ?? {})) {
      assert.ok(rate > 0 && Number.isFinite(rate), `${name} is ${rate}`);
    }
    const { settings, session } = deviceNamed("test", "webgpu") as WebGpu;
    assert.is(session.failure, null);
    assert.is(settings.maxFlops, (rates?.contract ?? 0) / 2);
    assert.ok(settings.fillGroups >= 64 && settings.fillGroups <= 1024);
  });
}

test.run();
