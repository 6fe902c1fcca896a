/** The texts of products, and what they are by shape. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { contractKernels } from "../../gpu/contract/contract.ts";
import { MIDDLE, SMALL } from "../../gpu/contract/tiles.ts";
import { GUARANTEED, type Kernel, type Settings } from "../../gpu/kernel.ts";
import { gramOf, type Layout, productOf } from "./products.ts";

const labels = (kernels: readonly Kernel[]): string[] => kernels.map(({ label }) => label);
const chosen = (layout: Layout, settings: Settings = GUARANTEED): string =>
  labels(contractKernels(productOf(layout), settings)).join(" + ");
const groupsOf = ({ grid: [x, y, z] }: Kernel): number => x * y * z;

test("the way and the tile by shape", () => {
  const table: readonly (readonly [Layout, string])[] = [
    [{ m: 300, n: 300, k: 3 }, "contract naive"],
    [{ b: 5000, m: 4, n: 4, k: 9 }, "contract naive"],
    [{ m: 1000, n: 1, k: 301 }, "contract dot of 1"],
    [{ m: 1, n: 1000, k: 301, right: "bnk" }, "contract dot of 1"],
    [{ m: 1, n: 1000, k: 301 }, "contract, 32x32x16 by 4x4, B along rows"],
    [{ m: 1, n: 1000, k: 3001 }, "contract, 16x64x16 by 4x4, B along rows, split + contract sum"],
    [{ m: 1, n: 90000, k: 301 }, "contract naive"],
    [{ m: 3, n: 3, k: 9001, right: "bnk" }, "contract dot of 3 split + contract sum"],
    [{ m: 33, n: 17, k: 21 }, "contract, 32x32x16 by 4x4"],
    [{ m: 9, n: 501, k: 501 }, "contract, 16x64x16 by 4x4"],
    [{ m: 501, n: 9, k: 501 }, "contract, 64x16x16 by 4x4"],
    [{ m: 255, n: 255, k: 255 }, "contract, 32x32x16 by 4x4"],
    [{ m: 1023, n: 511, k: 255 }, "contract, 64x64x16 by 8x8"],
    [{ m: 1025, n: 1025, k: 255 }, "contract, 128x128x8 by 8x8"],
    [{ m: 255, n: 255, k: 2001 }, "contract, 64x64x16 by 8x8, split + contract sum"],
    [
      { m: 5, n: 20, k: 92160, right: "bnk" },
      "contract, 32x32x16 by 4x4, A along terms, B along terms, split + contract sum",
    ],
  ];
  for (const [layout, label] of table) assert.is(chosen(layout), label, JSON.stringify(layout));
});

test("four elements at a time where all strides allow it", () => {
  const table: readonly (readonly [Layout, string])[] = [
    [{ m: 64, n: 64, k: 64 }, ", A along terms, B along rows"],
    [{ m: 64, n: 64, k: 64, right: "bnk" }, ", A along terms, B along terms"],
    [{ m: 64, n: 64, k: 64, left: "bkm" }, ", A along rows, B along rows"],
    // The operands change places.
    [{ m: 64, n: 64, k: 64, left: "bkm", right: "bnk" }, ", A along terms, B along rows"],
    [{ m: 63, n: 65, k: 64, right: "bnk" }, ", A along terms, B along terms"],
    [{ m: 63, n: 65, k: 64 }, ", A along terms"],
    [{ m: 64, n: 64, k: 64, offset: 2 }, ""],
    [{ m: 64, n: 64, k: 64, gap: 3 }, ""],
    [{ m: 64, n: 64, k: 64, gap: 4, offset: 8 }, ", A along terms, B along rows"],
    [{ m: 64, n: 64, k: 63 }, ", B along rows"],
  ];
  for (const [layout, vectors] of table) {
    assert.is(chosen(layout), `contract, 32x32x16 by 4x4${vectors}`, JSON.stringify(layout));
  }
});

test("one text serves all sizes of a class", () => {
  const codes = (layouts: readonly Layout[]): number =>
    new Set(layouts.flatMap((layout) => contractKernels(productOf(layout), GUARANTEED).map(({ code }) => code))).size;
  assert.is(codes([33, 47, 59].map((m) => ({ m, n: m + 2, k: m - 6 }))), 1);
  assert.is(codes([36, 48, 56].map((m) => ({ m, n: 2 * m, k: 20 + m, offset: m }))), 1);
  assert.is(codes([3, 5, 9].map((b) => ({ b, m: 70, n: 50, k: 11 * b }))), 1);
  assert.is(codes([3000, 4001, 5003].map((k) => ({ m: 33, n: 40, k: k + (k % 2) + 1 }))), 2);
  assert.is(codes([300, 401, 501].map((k) => ({ m: 100, n: 2, k: k - (k % 2) + 1, right: "bnk" }))), 1);
});

test("half of the tiles where the result equals its transpose", () => {
  const groups = (m: number, settings: Settings): number =>
    contractKernels(gramOf({ m, n: m, k: 64 }), settings).reduce((sum, kernel) => sum + groupsOf(kernel), 0);
  const [small, middle] = [SMALL, MIDDLE].map((tile) => ({ ...GUARANTEED, tile }));
  assert.is(groups(320, small), 55);
  assert.is(groups(320, middle), 15);
  assert.is(groups(321, middle), 21);
  const [whole, half] = [productOf({ m: 320, n: 320, k: 64, right: "bnk" }), gramOf({ m: 320, n: 320, k: 64 })].map(
    (step) => contractKernels(step, middle)[0],
  );
  assert.is(half.flops / whole.flops, 15 / 25);
});

test("sums are split by the shape alone, into parts of whole slices", () => {
  const [first, sum] = contractKernels(productOf({ m: 30, n: 30, k: 10001 }), GUARANTEED);
  assert.is(groupsOf(first), 37);
  assert.is(sum.label, "contract sum");
  assert.equal(contractKernels(productOf({ m: 30, n: 30, k: 10001 }), GUARANTEED)[0].words, first.words);
  const wide = contractKernels(productOf({ m: 30, n: 30, k: 10001 }), { ...GUARANTEED, fillGroups: 8 });
  assert.is(groupsOf(wide[0]), 8);
  assert.is(contractKernels(productOf({ m: 300, n: 300, k: 10001 }), { ...GUARANTEED, fillGroups: 1 }).length, 1);
});

test("a dispatch keeps to the most operations", () => {
  for (const layout of [
    { m: 512, n: 512, k: 64, b: 3 },
    { m: 5000, n: 2, k: 500 },
    { m: 200, n: 6, k: 40, b: 40 },
  ]) {
    const whole = contractKernels(productOf(layout), GUARANTEED);
    const parts = contractKernels(productOf(layout), { ...GUARANTEED, maxFlops: 2e6 });
    const flops = (kernels: readonly Kernel[]): number => kernels.reduce((sum, kernel) => sum + kernel.flops, 0);
    assert.ok(parts.length > whole.length && parts.every((kernel) => kernel.flops < 2e6 + 1), JSON.stringify(layout));
    assert.ok(Math.abs(flops(parts) - flops(whole)) < 1);
    assert.is(new Set(parts.map(({ code }) => code)).size, 1, "all parts have one text");
    assert.is(parts.reduce((sum, kernel) => sum + groupsOf(kernel), 0) >= groupsOf(whole[0]), true);
  }
});

test("a tile that the adapter's limits forbid isn't chosen", () => {
  const layout = { m: 1025, n: 1025, k: 255 };
  assert.is(chosen(layout, { ...GUARANTEED, maxThreads: 128 }), "contract, 64x64x16 by 8x8");
});

test("a result without elements needs no kernel", () => {
  assert.equal(contractKernels(productOf({ m: 0, n: 5, k: 5 }), GUARANTEED), []);
});

test("workgroups beyond a dimension's end go on in the next one", () => {
  const [kernel] = contractKernels(productOf({ b: 70000, m: 33, n: 33, k: 20 }), GUARANTEED);
  const [x, y] = kernel.grid;
  assert.ok(x <= 65535 && x * y >= 70000);
});

test("literal numbers leave no uniform", () => {
  const [kernel] = contractKernels(productOf({ m: 33, n: 33, k: 20 }), { ...GUARANTEED, numbers: "literal" });
  assert.equal(kernel.words, []);
});

test.run();
