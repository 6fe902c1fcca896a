import { test } from "uvu";
import * as assert from "uvu/assert";
import { decode, type MessageType } from "../../src/onnx/protobuf.ts";
import { assertThrows } from "../support/arrays.ts";
import { double, float, integer, part, tag, varint } from "../support/onnx-file.ts";

const NODE: MessageType = {
  name: "Node",
  fields: {
    1: ["count", "int"],
    2: ["counts", "int", "many"],
    3: ["name", "text"],
    4: ["bytes", "bytes"],
    5: ["ratio", "float"],
    6: ["ratios", "double", "many"],
    7: ["child", () => NODE],
    8: ["children", () => NODE, "many"],
  },
};

const read = (bytes: readonly number[]): Record<string, unknown> => decode(NODE, Uint8Array.from(bytes));
const empty = { counts: [], ratios: [], children: [] };

test("numbers are varints in two's complement, and IEEE floats", () => {
  for (const value of [0, 1, 127, 128, 2 ** 31, 2 ** 53 - 1, -1, -2, -(2 ** 31), -(2 ** 53) + 1]) {
    assert.equal(read(integer(1, value)), { ...empty, count: value });
  }
  assert.is(read(integer(1, 2n ** 63n - 1n)).count, 2 ** 63);
  assert.is(read(integer(1, -(2n ** 63n))).count, -(2 ** 63));
  assert.is(read(float(5, 0.1)).ratio, Math.fround(0.1));
  assert.equal(read([...double(6, 0.1), ...double(6, -3)]).ratios, [0.1, -3]);
});

test("lists of numbers are packed or not, or both", () => {
  const packed = part(2, [1, 300, -1].flatMap(varint));
  assert.equal(read([...integer(2, 7), ...packed, ...integer(2, 8)]).counts, [7, 1, 300, -1, 8]);
  assert.equal(read(part(2, [])).counts, []);
});

test("text, bytes and messages; other fields are passed over; the last number wins", () => {
  const others = [...integer(99, 1), ...part(98, "abc"), ...double(97, 1), ...float(96, 1)];
  const bytes = [
    ...others,
    ...part(3, "é"),
    ...part(4, [1, 2]),
    ...part(7, integer(1, 5)),
    ...integer(1, 1),
    ...integer(1, 2),
  ];
  const found = read([...bytes, ...part(8, integer(1, 3)), ...part(8, [])]);
  assert.equal(found, {
    ...{ count: 2, counts: [], name: "é", bytes: Uint8Array.of(1, 2), ratios: [] },
    ...{ child: { ...empty, count: 5 }, children: [{ ...empty, count: 3 }, empty] },
  });
});

test("bytes are views of the file", () => {
  const file = Uint8Array.from(part(4, [1, 2, 3]));
  const { bytes } = decode<{ bytes: Uint8Array }>(NODE, file);
  assert.is(bytes.buffer, file.buffer);
});

const failing: readonly (readonly [what: string, bytes: readonly number[], fragments: readonly string[]])[] = [
  ["a varint of eleven bytes", [8, ...Array(10).fill(255), 1], ["Node, field 1 (count), byte 1", "more than 64 bits"]],
  ["a varint of 70 bits", [8, ...Array(9).fill(255), 2], ["more than 64 bits"]],
  ["a varint that ends", [8, 128], ["field 1 (count)", "ends after 0 of 1 bytes"]],
  ["a tag alone", [58], ["field 7 (child)", "ends after"]],
  ["a length beyond the end", [...tag(3, 2), 5, 65], ["field 3 (name)", "length is 5, where 1 bytes are left"]],
  ["a negative length", [...tag(3, 2), ...varint(-1)], ["field 3 (name)", "its length is -1"]],
  [
    "a length beyond the message around",
    [...tag(7, 2), 3, ...tag(3, 2), 9, 65, 65, 65, 65, 65, 65, 65, 65, 65],
    ["length is 9"],
  ],
  ["a float that ends", [...tag(5, 5), 1, 2], ["field 5 (ratio)", "ends after 2 of 4 bytes"]],
  ["doubles in a list of seven bytes", part(6, [1, 2, 3, 4, 5, 6, 7]), ["field 6 (ratios)", "ends after 7 of 8 bytes"]],
  ["text in the place of a number", part(1, "a"), ["field 1 (count)", "wire type 2 in the place of 0"]],
  ["a number in the place of text", integer(3, 1), ["field 3 (name)", "wire type 0 in the place of 2"]],
  ["a group", [...tag(50, 3)], ["field 50", "wire type 3, which isn't in use"]],
  ["field 0", [0, 0], ["there is no field 0"]],
  ["a field beyond all numbers", [...varint(2 ** 40), 0], ["there is no field"]],
  ["text that isn't UTF-8", part(3, [255, 254]), ["field 3 (name)", "isn't UTF-8"]],
  ["a message twice", [...part(7, []), ...part(7, [])], ["field 7 (child)", "there twice"]],
];

for (const [what, bytes, fragments] of failing) {
  test(`refused: ${what}`, () => assertThrows(() => read(bytes), "onnx.load: the file is damaged", ...fragments));
}

test("messages are nested 100 deep at most", () => {
  const nested = (depth: number): number[] => (depth === 0 ? [] : part(7, nested(depth - 1)));
  read(nested(100));
  assertThrows(() => read(nested(101)), "nested more than 100 deep");
});

test.run();
