import { test } from "uvu";
import * as assert from "uvu/assert";
import { LruCache } from "../../src/base/cache.ts";

test("what was used longest ago goes first", () => {
  const cache = new LruCache<number>(3 * 102);
  for (const [i, key] of ["a", "b", "c"].entries()) cache.set(key, i, 100);
  assert.is(cache.get("a"), 0);
  cache.set("d", 3, 100);
  assert.equal(
    ["a", "b", "c", "d"].map((key) => cache.get(key)),
    [0, undefined, 2, 3],
  );
});

test("bytes are those of the values and their names, of each name once", () => {
  const cache = new LruCache<string>(1000);
  cache.set("name", "x", 300);
  cache.set("name", "y", 100);
  assert.is(cache.bytes, 108);
  assert.is(cache.get("name"), "y");
  cache.delete("name");
  cache.delete("name");
  assert.is(cache.bytes, 0);
});

test("a large value takes the places of several; one that never fits is not kept, and puts nobody out", () => {
  const cache = new LruCache<number>(1000);
  for (let i = 0; i < 9; i++) cache.set(String(i), i, 98);
  cache.set("l", 10, 598);
  assert.is(cache.get("l"), 10);
  assert.equal(
    [3, 4, 5].map((i) => cache.get(String(i))),
    [undefined, undefined, 5],
  );
  cache.set("m", 11, 999);
  assert.is(cache.get("m"), undefined);
  assert.is(cache.get("l"), 10);
  cache.clear();
  assert.is(cache.bytes, 0);
});

test.run();
