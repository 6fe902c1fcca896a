import { readFileSync } from "node:fs";
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { pack } from "../../scripts/pack.mjs";
import { unpack } from "../../src/entry/unpack.ts";

const read = (name: string) => new Uint8Array(readFileSync(new URL(`../../dist/${name}.wasm`, import.meta.url)));
const program = read("unpack");

function comesBack(bytes: Uint8Array): void {
  assert.equal(unpack(program, pack(bytes), bytes.length), bytes);
}

test("kernels are what they were before they were packed, in three quarters of gzip's size", () => {
  const kernels = read("kernels");
  comesBack(kernels);
  assert.ok(pack(kernels).length * 0.75 < 0.27 * kernels.length);
});

test("any bytes come back: none, one, random ones, and words that repeat at all distances", () => {
  const word = fc.uint8Array({ minLength: 1, maxLength: 300 });
  const texts = fc
    .tuple(fc.array(word, { minLength: 1, maxLength: 8 }), fc.array(fc.nat(7), { maxLength: 200 }))
    .map(([words, order]) => Uint8Array.from(order.flatMap((i) => [...words[i % words.length]!])));
  for (const bytes of [[], [7], new Array(5000).fill(0), Array.from({ length: 70_000 }, (_, i) => (i * i) >> 7)]) {
    comesBack(Uint8Array.from(bytes));
  }
  fc.assert(fc.property(fc.oneof(fc.uint8Array({ maxLength: 2000 }), texts), comesBack), { numRuns: 40 });
});

test.run();
