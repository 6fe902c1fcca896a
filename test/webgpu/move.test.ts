import { test } from "uvu";
import * as assert from "uvu/assert";
import { GUARANTEED } from "../../gpu/kernel.ts";
import { copyKernel, countKernel, fillKernel, sliceKernel } from "../../gpu/move.ts";
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

test("slices of three trips of a loop, backwards into every other place", async () => {
  const counter = { dtype: "int32", size: 1 } as const;
  const source = { dtype: "uint32", size: 8 } as const;
  const target = { dtype: "uint32", size: 12 } as const;
  const slice = sliceKernel(
    {
      kind: "slice",
      size: 2,
      source: { buffer: source, start: 5, step: -2 },
      target: { buffer: target, start: 0, step: 4 },
    },
    counter,
    GUARANTEED,
  );
  const start = fillKernel({ kind: "fill", target: counter, value: 0 }, GUARANTEED);
  const clear = fillKernel({ kind: "fill", target, value: 9 }, GUARANTEED);
  const trip = [slice, countKernel(counter, GUARANTEED)];
  const inputs = new Map([[source, Uint32Array.of(10, 11, 12, 13, 14, 15, 16, 17)]]);
  const kernels = [start, clear, ...trip, ...trip, ...trip];
  const [result, trips] = await runKernels(device, kernels as never, inputs, [target, counter]);
  assert.equal(Array.from(result), [15, 16, 9, 9, 13, 14, 9, 9, 11, 12, 9, 9]);
  assert.is(trips[0], 3);
});

test.run();
