import { test } from "uvu";
import * as assert from "uvu/assert";
import { fuzzFiles } from "../support/fuzz-files.ts";
import { generator, mutated } from "../support/mutate.ts";
import { KINDS, targetsOf } from "./fuzz.ts";

test("damaged files end with a reason, soon and without much memory", async () => {
  const targets = await targetsOf(KINDS.filter((kind) => kind !== "onnx"));
  assert.ok(targets.length >= 30);
  const { findings, read } = await fuzzFiles(targets, { seed: 1, count: 1000 });
  assert.equal(findings, []);
  assert.is(read, 1000);
});

test("damage is the same for the same seed, and leaves the file as it is", () => {
  const bytes = Uint8Array.from({ length: 100 }, (_, i) => i);
  const damage = (seed: number) => mutated(bytes, generator(seed));
  assert.equal(damage(1), damage(1));
  assert.equal(
    bytes,
    Uint8Array.from({ length: 100 }, (_, i) => i),
  );
  const changed = Array.from({ length: 100 }, (_, seed) => damage(seed)).filter((x) => `${x}` !== `${bytes}`);
  assert.ok(changed.length > 90);
});

test("a loader that breaks, or takes much memory, is found", async () => {
  const target = (name: string, load: () => Promise<unknown>) => ({ name, bytes: new Uint8Array(9), load });
  const held: Uint8Array[] = [];
  const { findings } = await fuzzFiles(
    [
      target("right", async () => 1),
      target("reason", () => Promise.reject(new Error("io.loadNpy: it is cut"))),
      target("engine", () => Promise.reject(new TypeError("x is undefined"))),
      target("large", async () => held.push(new Uint8Array(2 ** 27))),
    ],
    { seed: 1, count: 4 },
  );
  assert.is(findings.length, 2);
  assert.match(findings[0] ?? "", "file 2, engine: ends with TypeError: x is undefined");
  assert.match(findings[1] ?? "", "file 3, large: takes 128 MiB");
});

test.run();
