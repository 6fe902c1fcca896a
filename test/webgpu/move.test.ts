import { test } from "uvu";
import * as assert from "uvu/assert";
import { GUARANTEED } from "../../gpu/kernel.ts";
import { copyKernel, fillKernel } from "../../gpu/move.ts";
import { openDawn, openDevice } from "./dawn.ts";
import { runKernels } from "./run-kernels.ts";

const device = await openDevice(await openDawn());

test("a transposed copy into a part of an array that was filled", async () => {
  const source = { dtype: "float32", size: 6 } as const;
  const target = { dtype: "float32", size: 10 } as const;
  const kernels = [
    fillKernel({ kind: "fill", target, value: -0 }, GUARANTEED),
    copyKernel(
      {
        kind: "copy",
        source: {
          kind: "array",
          dtype: "float32",
          buffer: source,
          view: { offset: 0, shape: [3, 2], strides: [1, 3] },
        },
        target: {
          kind: "array",
          dtype: "float32",
          buffer: target,
          view: { offset: 1, shape: [3, 2], strides: [3, 1] },
        },
      },
      GUARANTEED,
    ),
  ];
  const inputs = new Map([[source, Float32Array.of(1, 2, Number.NaN, 4, 5, 6)]]);
  const [result] = await runKernels(device, kernels as never, inputs, [target]);
  assert.equal(Array.from(result), [-0, 1, 4, -0, 2, 5, -0, Number.NaN, 6, -0]);
});

test.run();
