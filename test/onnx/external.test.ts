import { type LoadOptions, load } from "cotangent/onnx";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertRejects, floats, model, type TensorSpec } from "../support/onnx-file.ts";

/** The network x + w + v, whose weights lie in other files. */
const file = (...tensors: TensorSpec[]): Uint8Array =>
  model({
    inputs: [["x", ["N", 2]]],
    nodes: [
      ["Add", ["x", "w"], ["h"]],
      ["Add", ["h", "v"], ["y"]],
    ],
    tensors,
    outputs: [["y", ["N", 2]]],
  });

const outside = (name: string, external: Readonly<Record<string, string>>): TensorSpec => ({
  name,
  dims: [2],
  external,
});
const inside: TensorSpec = { name: "v", dims: [2], raw: floats(5, 6) };
const both = file(
  outside("w", { location: "data/weights.bin", offset: "4", length: "8", checksum: "any" }),
  outside("v", { location: "data/weights.bin", offset: "12" }),
);
const bytes = floats(0, 1, 2, 3, 4);

async function params(options: LoadOptions): Promise<number[][]> {
  const { params } = await load(both, { ...options, params: ["w", "v"] });
  return ["w", "v"].map((name) => [...(params[name]?.dataSync() ?? [])]);
}

test("weights come from what the caller gives: bytes, blobs, promises, responses, by object or function", async () => {
  const expected = [
    [1, 2],
    [3, 4],
  ];
  const name = "data/weights.bin";
  const sources = [bytes, bytes.buffer as ArrayBuffer, new Blob([bytes]), Promise.resolve(bytes), new Response(bytes)];
  for (const source of sources) assert.equal(await params({ externalData: { [name]: source } }), expected);
  const asked: string[] = [];
  const give = (location: string): Blob => {
    asked.push(location);
    return new Blob([bytes]);
  };
  assert.equal(await params({ externalData: give }), expected);
  assert.equal(asked, [name], "a file is asked for once");
});

test("of a blob only the tensors' parts are read", async () => {
  const parts: number[][] = [];
  class Watched extends Blob {
    override slice(start?: number, end?: number): Blob {
      parts.push([start ?? -1, end ?? -1]);
      return super.slice(start, end);
    }
    override arrayBuffer(): Promise<ArrayBuffer> {
      throw new Error("all of it was read");
    }
  }
  await params({ externalData: { "data/weights.bin": new Watched([bytes]) } });
  assert.equal(parts, [
    [4, 12],
    [12, 20],
  ]);
});

test("files that aren't given are named, all of them", async () => {
  const two = file(outside("w", { location: "a.bin" }), outside("v", { location: "b.bin" }));
  await assertRejects(
    load(two),
    'onnx.load: the model\'s weights lie in "a.bin", "b.bin", which aren\'t given',
    "externalData",
  );
  await assertRejects(load(two, { externalData: { "a.bin": bytes } }), 'lie in "b.bin", which isn\'t given');
  await assertRejects(load(two, { externalData: { "b.bin": bytes } }), '"a.bin"');
  await assertRejects(load(both, { externalData: () => undefined as never }), '"data/weights.bin" isn\'t given');
  await assertRejects(load(both, { externalData: 3 as never }), "externalData must be an object", "got number 3");
});

test("names never lead out of the model's folder", async () => {
  const never = (): never => {
    throw new Error("it was asked for");
  };
  const names = [
    "/etc/passwd",
    "../secret",
    "a/../../b",
    "a/..",
    "C:/x",
    "C:x",
    "\\\\host\\x",
    "a\\b",
    "",
    "a//b",
    "a\0b",
    "..",
  ];
  for (const location of names) {
    const options = { externalData: never };
    await assertRejects(
      load(file(outside("w", { location }), inside), options),
      'the tensor "w"',
      "isn't the name of a file in the model's folder",
    );
  }
});

test("offsets and lengths must be numbers inside of the file, and fit the shape", async () => {
  const refuse = (more: Readonly<Record<string, string>>, ...fragments: string[]): Promise<void> => {
    const tensor = outside("w", { location: "w.bin", ...more });
    const options = { externalData: { "w.bin": new Blob([bytes]) } };
    return assertRejects(load(file(tensor, inside), options), 'the tensor "w"', ...fragments);
  };
  await refuse({ length: "4" }, "needs 8 bytes; its external data has a length of 4");
  await refuse({ offset: "16" }, "from byte 16 to 24, which has 20 bytes");
  await refuse({ offset: "9007199254740992" }, 'the offset of its external data is "9007199254740992"');
  await refuse({ offset: "-4" }, 'the offset of its external data is "-4"');
  await refuse({ length: "8 " }, 'the length of its external data is "8 "');
  const huge: TensorSpec = { name: "w", dims: [2 ** 20, 2 ** 20], external: { location: "w.bin" } };
  await assertRejects(
    load(file(huge, inside), { externalData: { "w.bin": bytes } }),
    "to 4398046511104, which has 20 bytes",
  );
});

test.run();
