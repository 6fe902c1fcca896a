import { jit, lax, makeJaxpr, type NDArray } from "cotangent";
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { contiguous } from "../../src/base/view.ts";
import { bytesOf, layOut } from "../../src/compile/layout.ts";
import { type Buffer, type CopyStep, readsOf, type Step, writesOf } from "../../src/compile/program.ts";
import { wasmTarget } from "../../src/device/wasm/target.ts";
import { messageOf } from "../support/arrays.ts";
import { planOf } from "../support/plans.ts";

const operand = (buffer: Buffer) =>
  ({ kind: "array", dtype: buffer.dtype, buffer, view: contiguous([buffer.size]) }) as const;
const copy = (from: Buffer, to: Buffer): CopyStep => ({ kind: "copy", source: operand(from), target: operand(to) });

/** A random plan: every step reads one or two buffers that exist and writes one, sometimes an old one again. */
const plans = fc
  .record({
    sizes: fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 3, maxLength: 40 }),
    choices: fc.array(fc.nat(), { minLength: 80, maxLength: 80 }),
    preset: fc.integer({ min: 1, max: 3 }),
    base: fc.integer({ min: 0, max: 200 }),
  })
  .map(({ sizes, choices, preset, base }) => {
    const buffers = sizes.map((size, i): Buffer => ({ dtype: i % 2 === 0 ? "float64" : "bool", size }));
    const steps: Step[] = [];
    for (let i = preset; i < buffers.length; i++) {
      const [a, b] = [choices[(2 * i) % 80] % i, choices[(2 * i + 1) % 80] % i];
      const pick = choices[i];
      if (pick % 3 === 0) steps.push({ kind: "fill", target: buffers[i], value: 0 });
      if (pick % 5 === 0) {
        const axes = { targetOffset: 0, batch: [], m: [], n: [], k: [], symmetric: false };
        steps.push({ kind: "contract", a: operand(buffers[a]), b: operand(buffers[b]), target: buffers[i], ...axes });
      } else {
        steps.push(copy(buffers[a], buffers[i]));
        if (pick % 7 === 0) steps.push(copy(buffers[b], buffers[i]));
      }
    }
    const kept = buffers.filter((_, i) => choices[i % 80] % 6 === 0 || i === buffers.length - 1);
    return { buffers, steps, preset: buffers.slice(0, preset), kept, base };
  });

test("no write ever touches memory that is still to be read", () => {
  let reused = 0;
  fc.assert(
    fc.property(plans, ({ buffers, steps, preset, kept, base }) => {
      const { addressOf, end } = layOut(steps, preset, kept, { ...wasmTarget, reservedBytes: base });
      // The memory, with the owner of every byte.
      const owner = new Map<number, Buffer>();
      const write = (b: Buffer): void => {
        const start = addressOf.get(b)!;
        assert.ok(start >= base && start % 64 === 0 && start + bytesOf(b, wasmTarget) <= end);
        for (let i = 0; i < bytesOf(b, wasmTarget); i++) owner.set(start + i, b);
      };
      const intact = (b: Buffer): boolean => {
        const start = addressOf.get(b)!;
        for (let i = 0; i < bytesOf(b, wasmTarget); i++) if (owner.get(start + i) !== b) return false;
        return true;
      };
      preset.forEach(write);
      const written = new Set(preset);
      for (const step of steps) {
        for (const b of writesOf(step)) {
          if (written.has(b)) assert.ok(intact(b), "a buffer written in parts keeps its first part");
          write(b);
          written.add(b);
        }
        for (const b of readsOf(step)) assert.ok(intact(b));
      }
      for (const b of kept) assert.ok(intact(b));
      const total = buffers.reduce((n, b) => n + Math.ceil(bytesOf(b, wasmTarget) / 64) * 64, 0);
      if (end - base < total) reused++;
    }),
    { numRuns: 400, seed: 6 },
  );
  assert.ok(reused > 200, `room was used again in ${reused} plans`);
});

test("a long chain of large arrays needs room for two", () => {
  const f = (x: NDArray) => {
    let y = x;
    for (let i = 0; i < 10; i++)
      y = lax.concatenate(
        [
          lax.slice(y, { startIndices: [1], limitIndices: [100000] }),
          lax.slice(y, { startIndices: [0], limitIndices: [1] }),
        ],
        { dimension: 0 },
      );
    return y;
  };
  const bytes = (n: number): number => {
    const g = (x: NDArray) => Array.from({ length: n }).reduce<NDArray>((y) => f(y), x);
    return planOf(makeJaxpr(g)(lax.full([100000], 1)).jaxpr).memoryBytes;
  };
  assert.ok(bytes(3) - bytes(1) < 20000, `${bytes(1)} and ${bytes(3)}`);
});

test("a computation that needs too much memory is refused before anything runs", () => {
  let message = "";
  const huge = (x: NDArray): NDArray => lax.dotGeneral(x, x, { contractingDims: [[], []] });
  const f = jit((x: NDArray) => lax.reduceSum(lax.dotGeneral(huge(x), huge(x), { contractingDims: [[0], [1]] })));
  const x = lax.full([40000], 1);
  const start = performance.now();
  try {
    f(x);
  } catch (error) {
    assert.instance(error, RangeError);
    message = (error as Error).message;
  }
  assert.ok(message.includes("MiB") && message.includes("smaller batches"), message);
  assert.ok(performance.now() - start < 2000);
  assert.is(jit((a: NDArray) => lax.reduceSum(a))(x).item(), 40000);
  assert.ok(messageOf(() => huge(lax.full([50000], 1))).includes("4096 MiB"));
});

test.run();
