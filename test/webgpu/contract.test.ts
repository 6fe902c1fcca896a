/** Products of odd shapes and strides, by every way and tile, beside plain loops. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { contractKernels } from "../../gpu/contract/contract.ts";
import { FLAT, LARGE, MIDDLE, SMALL, TALL, type Tile } from "../../gpu/contract/tiles.ts";
import { GUARANTEED, type Settings } from "../../gpu/kernel.ts";
import { allocate, type TypedArray } from "../../src/base/dtypes.ts";
import type { Buffer, ContractStep } from "../../src/compile/program.ts";
import { multiply, productOf } from "../gpu/products.ts";
import { openDawn, openDevice } from "./dawn.ts";
import { runKernels } from "./run-kernels.ts";

const device = await openDevice(await openDawn());

/** Contents that are different at each place, and the same in each run. */
function contentsOf({ dtype, size }: Buffer, seed: number): TypedArray {
  const array = allocate(dtype, size);
  for (let i = 0; i < size; i++) {
    const x = Math.sin(12.9898 * i + 78.233 * seed) * 43758.5453;
    const fraction = x - Math.floor(x);
    array[i] = dtype === "float32" ? 2 * fraction - 1 : dtype === "bool" ? Number(fraction < 0.2) : 2 ** 31 * fraction;
  }
  return array;
}

const labels = new Map<string, number>();

async function compute(step: ContractStep, settings: Settings, inputs: Map<Buffer, TypedArray>): Promise<TypedArray> {
  const kernels = contractKernels(step, settings);
  for (const { label } of kernels) labels.set(label, (labels.get(label) ?? 0) + 1);
  const [result] = await runKernels(device, kernels, inputs, [step.target]);
  return result;
}

/** The sum of so many terms in float32, in any order, is off by at most about so much of its terms' sizes. */
const tolerance = (terms: number): number => (2 + Math.sqrt(terms)) * 2 ** -24;

async function check(what: string, step: ContractStep, settings: Settings = GUARANTEED): Promise<void> {
  const left = contentsOf(step.a.buffer, 1);
  const right = step.b.buffer === step.a.buffer ? left : contentsOf(step.b.buffer, 2);
  const inputs = new Map([
    [step.a.buffer, left],
    [step.b.buffer, right],
  ]);
  const got = await compute(step, settings, inputs);
  const terms = step.k.reduce((count, { size }) => count * size, 1);
  const expected = multiply(step, left, right);
  for (const { place, value, scale } of expected) {
    const error = Math.abs(got[place] - value);
    if (!(error <= tolerance(terms) * scale)) {
      assert.unreachable(`${what}: element ${place} is ${got[place]}, should be ${value}`);
    }
  }
  const written = new Set(expected.map(({ place }) => place));
  assert.ok(
    got.every((x, i) => written.has(i) || Number.isNaN(x)),
    `${what}: writes beside its results`,
  );
}

const name = (tile: Tile): string => `${tile.rows} x ${tile.columns}`;

for (const tile of [SMALL, MIDDLE, FLAT, TALL, LARGE]) {
  test(`tiles of ${name(tile)}`, async () => {
    const settings = { ...GUARANTEED, tile };
    for (const left of ["bmk", "bkm"]) {
      for (const right of ["bkn", "bnk"]) {
        for (const [m, n, k] of [
          [33, 65, 17],
          [36, 68, 20],
        ]) {
          await check(`${left} ${right} ${m} ${n} ${k}`, productOf({ m, n, k, left, right }), settings);
        }
      }
    }
  });
}
test.after(() => {
  if (process.env.SHOW_KERNELS) for (const [label, count] of labels) console.log(count, label);
});
test.run();
