/** Products of odd shapes and strides, by every way and tile, beside plain loops. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { contractKernels } from "../../gpu/contract/contract.ts";
import { FLAT, LARGE, MIDDLE, SMALL, TALL, type Tile } from "../../gpu/contract/tiles.ts";
import { GUARANTEED, type Settings } from "../../gpu/kernel.ts";
import { allocate, type TypedArray } from "../../src/base/dtypes.ts";
import { type Buffer, type ContractStep, exchanged } from "../../src/compile/program.ts";
import { bufferOf, gramOf, multiply, operandOf, productOf } from "../gpu/products.ts";
import { generator } from "../kernels/machine.ts";
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
const SIZES = [1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 63, 65, 100, 129];
const random = generator(13);

test("odd shapes and layouts, as they are chosen", async () => {
  for (let i = 0; i < 60; i++) {
    const [m, n, k] = [random.pick(SIZES), random.pick(SIZES), random.pick(SIZES)];
    const b = random.pick([1, 1, 3]);
    const left = random.pick(["bmk", "bkm", "mbk", "kbm"]);
    const right = random.pick(["bkn", "bnk", "nbk", "knb"]);
    const out = random.pick(["bmn", "bnm", "mbn"]);
    const [offset, gap] = [random.pick([0, 1, 4]), random.pick([0, 0, 1, 4])];
    const layout = { b, m, n, k, left, right, out, offset, gap };
    await check(JSON.stringify(layout), productOf(layout));
  }
});

test("few rows or columns", async () => {
  for (const [m, n] of [
    [1, 1],
    [1, 70],
    [70, 1],
    [3, 40],
    [40, 4],
    [6, 50],
    [90, 5],
  ]) {
    for (const k of [1, 67, 128, 1100]) {
      for (const layout of [{}, { left: "bkm", right: "bnk" }, { right: "bnk" }]) {
        await check(`${JSON.stringify(layout)} ${m} ${n} ${k}`, productOf({ m, n, k, ...layout }));
      }
    }
  }
});

test("sums that are split are the same from run to run", async () => {
  for (const [m, n, k, b] of [
    [5, 20, 5000, 1],
    [33, 40, 3000, 2],
    [2, 3, 9000, 2],
    [1, 1, 20000, 1],
  ]) {
    for (const right of ["bkn", "bnk"]) {
      const step = productOf({ b, m, n, k, right });
      await check(`split ${m} ${n} ${k} ${right}`, step);
      const inputs = new Map([
        [step.a.buffer, contentsOf(step.a.buffer, 1)],
        [step.b.buffer, contentsOf(step.b.buffer, 2)],
      ]);
      assert.ok(contractKernels(step, GUARANTEED).length === 2, "a second kernel adds the parts up");
      assert.equal(await compute(step, GUARANTEED, inputs), await compute(step, GUARANTEED, inputs));
    }
  }
});

test("products of an array with itself", async () => {
  for (const tile of [null, SMALL, MIDDLE, LARGE]) {
    for (const layout of [
      { m: 70, k: 19 },
      { m: 130, k: 8, b: 2 },
      { m: 65, k: 12, left: "bkm" },
      { m: 40, k: 2000, offset: 4 },
      { m: 33, k: 17, gap: 3, left: "mbk", b: 3 },
    ]) {
      await check(`${tile && name(tile)} ${JSON.stringify(layout)}`, gramOf({ n: 0, ...layout }), {
        ...GUARANTEED,
        tile,
      });
    }
  }
});

test("reversed, repeated and overlapping operands", async () => {
  const base = { kind: "contract", targetOffset: 0, batch: [], symmetric: false } as const;
  const reversed: ContractStep = {
    ...base,
    a: operandOf(bufferOf(40 * 30), 40 * 30 - 1),
    b: operandOf(bufferOf(30 * 20), 29 * 20),
    target: bufferOf(40 * 20),
    m: [{ size: 40, a: -30, b: 0, c: 20 }],
    n: [{ size: 20, a: 0, b: 1, c: 1 }],
    k: [{ size: 30, a: -1, b: -20, c: 0 }],
  };
  const repeated: ContractStep = {
    ...base,
    a: operandOf(bufferOf(7)),
    b: operandOf(bufferOf(36)),
    target: bufferOf(3 * 7 * 36),
    batch: [{ size: 3, a: 0, b: 0, c: 7 * 36 }],
    m: [{ size: 7, a: 1, b: 0, c: 36 }],
    n: [{ size: 36, a: 0, b: 1, c: 1 }],
    k: [{ size: 9, a: 0, b: 0, c: 0 }],
  };
  // 2 images of 10 x 12 with 3 channels under a filter of 3 x 4 with a stride of 2, to 20 channels.
  const window: ContractStep = {
    ...base,
    a: operandOf(bufferOf(2 * 10 * 12 * 3)),
    b: operandOf(bufferOf(3 * 4 * 3 * 20)),
    target: bufferOf(2 * 4 * 5 * 20),
    m: [
      { size: 2, a: 360, b: 0, c: 400 },
      { size: 4, a: 72, b: 0, c: 100 },
      { size: 5, a: 6, b: 0, c: 20 },
    ],
    n: [{ size: 20, a: 0, b: 1, c: 1 }],
    k: [
      { size: 3, a: 36, b: 240, c: 0 },
      { size: 12, a: 1, b: 20, c: 0 },
    ],
  };
  for (const [what, step] of Object.entries({ reversed, repeated, window })) {
    for (const tile of [null, SMALL, MIDDLE]) await check(what, step, { ...GUARANTEED, tile });
    await check(`${what}, exchanged`, exchanged(step));
  }
});

test("one array as two different operands", async () => {
  const x = bufferOf(36 * 40);
  for (const left of ["bmk", "bkm"]) {
    const step = productOf({ m: 36, n: 36, k: 40, left, right: "bnk" });
    await check(`${left} bnk`, { ...step, a: operandOf(x), b: operandOf(x) }, { ...GUARANTEED, tile: SMALL });
    const shifted = productOf({ m: 30, n: 36, k: 35, left, right: "bnk" });
    await check(`${left} shifted`, { ...shifted, a: operandOf(x, 7), b: operandOf(x) }, { ...GUARANTEED, tile: SMALL });
  }
});

test("sums of no terms are zero", async () => {
  for (const [m, n] of [
    [2, 3],
    [40, 50],
  ]) {
    const step = productOf({ m, n, k: 0 });
    await check("no terms", { ...step, a: operandOf(bufferOf(1)), b: operandOf(bufferOf(1)) });
  }
});

test("integers wrap around, and bools are ORs of ANDs", async () => {
  for (const dtype of ["int32", "uint32", "bool"] as const) {
    const step = productOf({ b: 2, m: 9, n: 17, k: 5 }, dtype);
    const [left, right] = [contentsOf(step.a.buffer, 1), contentsOf(step.b.buffer, 2)];
    const inputs = new Map([
      [step.a.buffer, left],
      [step.b.buffer, right],
    ]);
    const got = await compute(step, GUARANTEED, inputs);
    const exact = (i: number, j: number): bigint => BigInt(left[i]) * BigInt(right[j]);
    for (let place = 0; place < got.length; place++) {
      const [b, i, j] = [Math.floor(place / 153), Math.floor(place / 17) % 9, place % 17];
      let sum = 0n;
      for (let t = 0; t < 5; t++) sum += exact((b * 9 + i) * 5 + t, (b * 5 + t) * 17 + j);
      const wanted = { int32: BigInt.asIntN(32, sum), uint32: BigInt.asUintN(32, sum), bool: BigInt(sum > 0n) }[dtype];
      assert.is(BigInt(got[place]), wanted, `${dtype} ${place}`);
    }
  }
});

test("parts of a dispatch, literal numbers, small grids and loops that are written out change no bit", async () => {
  for (const layout of [
    { m: 70, n: 90, k: 20, b: 2 },
    { m: 80, n: 2, k: 500 },
    { m: 50, n: 7, k: 20, b: 3 },
    { m: 20, n: 20, k: 2000 },
  ]) {
    const step = productOf(layout);
    const inputs = new Map([
      [step.a.buffer, contentsOf(step.a.buffer, 1)],
      [step.b.buffer, contentsOf(step.b.buffer, 2)],
    ]);
    const wanted = await compute(step, GUARANTEED, inputs);
    for (const change of [{ maxFlops: 20000 }, { numbers: "literal" }, { maxGroups: 3 }, { unrolled: true }] as const) {
      assert.equal(
        await compute(step, { ...GUARANTEED, ...change }, inputs),
        wanted,
        JSON.stringify({ layout, change }),
      );
    }
  }
});

test.after(() => {
  if (process.env.SHOW_KERNELS) for (const [label, count] of labels) console.log(count, label);
});
test.run();
