/** Arrays put together from pieces, beside plain loops: by one kernel where the pieces allow it. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { GUARANTEED } from "../../gpu/kernel.ts";
import { kernelsOf } from "../../gpu/steps.ts";
import type { View } from "../../src/base/view.ts";
import type { ArrayOperand, Operand, PlaceStep } from "../../src/compile/program.ts";
import { openDawn, openDevice } from "./dawn.ts";
import { runBoth } from "./run-step.ts";

const device = await openDevice(await openDawn());

const constant = (value: number): Operand => ({ kind: "constant", dtype: "float32", value, shape: [] });

function source(shape: readonly number[], strides: readonly number[], offset = 0): ArrayOperand {
  return { kind: "array", dtype: "float32", buffer: { dtype: "float32", size: 30 }, view: { offset, shape, strides } };
}

async function check(size: number, fill: Operand | null, pieces: PlaceStep["pieces"], kernels: number): Promise<void> {
  const step: PlaceStep = { kind: "place", target: { dtype: "float32", size }, fill, pieces };
  assert.is(kernelsOf(step, GUARANTEED).length, kernels);
  const buffers = [...pieces.map((piece) => piece.source), ...(fill?.kind === "array" ? [fill] : [])].map(
    (x) => x.buffer,
  );
  const inputs = new Map(
    buffers.map((buffer, k) => [buffer, Float32Array.from({ length: 30 }, (_, i) => 100 * k + i)]),
  );
  const { got, want } = await runBoth(device, step, inputs);
  assert.equal(got, want);
}

const view = (shape: readonly number[], strides: readonly number[], offset = 0): View => ({ offset, shape, strides });

test("padding on all sides, of a transposed array", () =>
  check(30, constant(-0), [{ source: source([3, 2], [1, 3], 4), target: view([3, 2], [6, 1], 8) }], 1));

test("padding between the elements, by an array's value", () =>
  check(40, source([], [], 7), [{ source: source([3, 2], [2, 1]), target: view([3, 2], [16, 3], 2) }], 1));

test("pieces side by side, one of them reversed, one empty, one twice", () => {
  const twice = source([4, 2], [2, 1]);
  return check(
    32,
    null,
    [
      { source: source([4, 3], [3, 1]), target: view([4, 3], [8, 1]) },
      { source: source([4, 0], [1, 1]), target: view([4, 0], [8, 1], 3) },
      { source: twice, target: view([4, 2], [8, -1], 4) },
      { source: source([4, 3], [-3, 1], 20), target: view([4, 3], [8, 1], 5) },
    ],
    1,
  );
});

test("pieces over one another: the last one counts", () =>
  check(
    12,
    constant(5),
    [
      { source: source([6], [1]), target: view([6], [1], 1) },
      { source: source([4], [0]), target: view([4], [2], 2) },
    ],
    1,
  ));

test("a piece that steps over its own elements is copied", () =>
  check(20, constant(1), [{ source: source([3, 2], [2, 1]), target: view([3, 2], [2, 3], 3) }], 2));

test("more pieces than a thread should look at are copied", () => {
  const pieces = Array.from({ length: 12 }, (_, i) => ({ source: source([2], [1], i), target: view([2], [12], i) }));
  return check(24, source([], [], 3), pieces, 13);
});

test("one piece that is all is a copy, and nothing is nothing", async () => {
  await check(6, null, [{ source: source([2, 3], [1, 2]), target: view([2, 3], [3, 1]) }], 1);
  await check(0, null, [{ source: source([0], [1]), target: view([0], [1]) }], 0);
});

test.run();
