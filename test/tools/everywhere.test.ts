import { array } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { differing, summaryOf } from "../everywhere/compare.mjs";
import { Digests } from "../everywhere/digests.ts";

const digests = new Digests();

/** The digest of some values' bits. */
function digestOf(values: readonly number[], dtype: "float32" | "float64", shape = [values.length]): string {
  const piece = `${Object.keys(digests.all).length}`;
  digests.begin(piece);
  array(Float64Array.from(values), { dtype, shape }).dataSync();
  digests.begin(null);
  return digests.all[piece] as string;
}

for (const [dtype, next] of [
  ["float32", 1 + 2 ** -23],
  ["float64", 1 + 2 ** -52],
] as const) {
  test(`${dtype}: equal bits have one digest, the next number, the other zero and another shape have others`, () => {
    const all = [
      digestOf([1, 0, 2, 3], dtype),
      digestOf([next, 0, 2, 3], dtype),
      digestOf([1, -0, 2, 3], dtype),
      digestOf([0, 1, 2, 3], dtype),
      digestOf([1, 0, 2, 3], dtype, [2, 2]),
      digestOf([1, 0, 2, Number.NaN], dtype),
    ];
    assert.is(new Set(all).size, all.length);
    assert.is(digestOf([1, 0, 2, 3], dtype), all[0]);
    assert.is(digestOf([1, 0, 2, Number.NaN], dtype), all.at(-1));
  });
}

test("what is read outside of a piece counts for none", () => {
  const before = digests.all;
  array([1, 2]).dataSync();
  assert.equal(digests.all, before);
});

test("pieces of other bits are named, and those that only one of two runtimes has", () => {
  const reference = { sin: "01", cos: "02", tan: "03" };
  assert.equal(differing({ sin: "01", cos: "02", tan: "03" }, reference), []);
  assert.equal(differing({ sin: "01", cos: "12", exp: "04" }, reference), ["cos", "tan", "exp"]);
  assert.is.not(summaryOf({ sin: "01", cos: "12" }), summaryOf({ sin: "01", cos: "02" }));
});

test.run();
