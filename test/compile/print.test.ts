/** What the golden texts don't show of the printer: steps that other devices run, and long constants. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatProgram } from "../../src/compile/print.ts";
import { type Buffer, type Step, whole } from "../../src/compile/program.ts";
import { hostArray } from "../../src/ir/ndarray.ts";

const buffer = (size: number): Buffer => ({ dtype: "float32", size });
const [input, table, padded] = [buffer(4), buffer(10), buffer(9)];
const program = (steps: readonly Step[]): string =>
  formatProgram({
    steps,
    inputs: [input],
    constants: new Map([[table, hostArray(Float32Array.from([-0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), [10], "float32")]]),
    outputs: [padded],
  });
const around = (steps: string): string =>
  `inputs a:f32[4]\nconstant b:f32[10] = -0 1 2 3 4 5 6 7 ...\n${steps}\noutputs c\n`;

test("an array put together from pieces, over a value or over nothing", () => {
  const piece = { source: whole(input, [2, 2]), target: { offset: 4, shape: [2, 2], strides: [3, 1] } };
  const place = { kind: "place", target: padded, pieces: [piece] } as const;
  const line = "  (2,2 strides 3,1 offset 4) = a(2,2)";
  assert.is(program([{ ...place, fill: null }]), around(`c:f32[9] = place\n${line}`));
  const fill = { kind: "constant", dtype: "float32", value: -0, shape: [] } as const;
  assert.is(program([{ ...place, fill }]), around(`c:f32[9] = place over -0:f32\n${line}`));
});

test("a part of a buffer as a copy's target", () => {
  const target = { ...whole(padded, [4]), view: { offset: 1, shape: [4], strides: [2] } };
  const copy: Step = { kind: "copy", source: whole(input, [4]), target };
  assert.is(program([copy]), around("c:f32[9](4 strides 2 offset 1) = copy a(4)"));
});

test.run();
