/** The steps of ten small programs, as text. */
import { readdirSync, readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { disassemble } from "../support/disassemble.ts";
import { planOf } from "../support/plans.ts";
import { programs, traced } from "./programs.ts";

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

test("the comments in assembly/opcodes.ts account for every word of the programs' commands", () => {
  const commands = [...traced().values()].map((jaxpr) => disassemble(planOf(jaxpr).commands)).join("\n");
  const names = new Set([...commands.matchAll(/^ *\d+ ([A-Z_]+)/gm)].map(([, name]) => name as string));
  const expected = "BRANCH CONTRACT COPY END FILL GATHER LEAVE LOOP MAP REDUCE SCATTER_ADD SLICE";
  assert.is([...names].sort().join(" "), expected);
});

test.run();
