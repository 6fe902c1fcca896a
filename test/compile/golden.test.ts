/** The steps of ten small programs, as text. */
import { readdirSync, readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { programs } from "./programs.ts";

const folder = new URL("golden/", import.meta.url);
const expected = programs();

for (const [name, text] of expected) {
  test(`${name}: the steps are those in test/compile/golden; where they should change, npm run golden writes them`, () => {
    assert.fixture(text, readFileSync(new URL(`${name}.txt`, folder), "utf8"));
  });
}

test("test/compile/golden holds nothing else", () => {
  assert.equal(readdirSync(folder).sort(), [...expected.keys()].map((name) => `${name}.txt`).sort());
});

test.run();
