/** Small networks of PyTorch's two exporters and Keras's: their values are onnxruntime's, their parameters the modules' own. */
import { readFileSync } from "node:fs";
import { array, jit } from "cotangent";
import { load } from "cotangent/onnx";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { numbers } from "../support/arrays.ts";

interface Case {
  readonly file: string;
  readonly x: { readonly shape: readonly number[]; readonly data: readonly number[]; readonly integers: boolean };
  readonly y: { readonly shape: readonly number[]; readonly data: readonly number[] };
  /** How many numbers the module's parameters have. */
  readonly parameters: number;
}

const read = (name: string): Uint8Array => readFileSync(new URL(`data/${name}`, import.meta.url));
const cases = JSON.parse(new TextDecoder().decode(read("exported.json"))) as readonly Case[];

for (const { file, x, y, parameters } of cases) {
  test(file, async () => {
    const { f, params, initializers } = await load(read(`exported/${file}`), { tie: true });
    const input = array([...x.data], { shape: x.shape, dtype: x.integers ? "int32" : "float32" });
    for (const output of [f(params, input), jit(f)(params, input)]) {
      assert.equal(output.shape, y.shape);
      const largest = Math.max(...y.data.map(Math.abs));
      numbers(output).forEach((value, i) => {
        const expected = y.data[i] ?? Number.NaN;
        assert.ok(Math.abs(value - expected) <= 1e-5 * largest, `element ${i}: ${value}, expected ${expected}`);
      });
    }
    const found = Object.values(params).reduce((sum, { size }) => sum + size, 0);
    const list = initializers.map(({ name, trainable, reason }) => `${name}: ${trainable} (${reason})`).join("; ");
    assert.is(found, parameters, list);
  });
}

test("both exporters and Keras's are there", () => {
  for (const way of ["dynamo", "torchscript", "keras"]) assert.ok(cases.some(({ file }) => file.includes(way)));
});

test.run();
