import "cotangent";
import { readFileSync } from "node:fs";
import { test } from "uvu";
import { type Case, checkCase } from "../../support/onnx.ts";

const cases = JSON.parse(readFileSync(new URL("../data/node.json", import.meta.url), "utf8")) as Case[];

for (const op of new Set(cases.map((c) => c.op))) {
  test(`${op} gives the outputs of onnx's own test cases`, () => {
    for (const given of cases) if (given.op === op) checkCase(given);
  });
}

test.run();
