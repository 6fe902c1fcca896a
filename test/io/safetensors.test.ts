import { evalShape, type NDArray, NDArray as NDArrayClass, numpy as np, random, stax } from "cotangent";
import { type ArrayTree, loadSafetensors, type Source, saveSafetensors } from "cotangent/io";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { failure } from "./support.ts";

interface Tensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: ArrayLike<number>;
}

/** A file by its format's description: a length, a header, and the tensors' bytes one behind the other. */
function file(tensors: Record<string, Tensor>, metadata?: unknown): Uint8Array {
  const header: Record<string, unknown> = metadata === undefined ? {} : { __metadata__: metadata };
  let data: number[] = [];
  for (const [name, { dtype, shape, bytes }] of Object.entries(tensors)) {
    header[name] = { dtype, shape, data_offsets: [data.length, data.length + bytes.length] };
    data = data.concat(Array.from(bytes));
  }
  return withHeader(JSON.stringify(header), data);
}

function withHeader(header: string, data: readonly number[] = []): Uint8Array {
  const text = Buffer.from(header);
  const length = new Uint8Array(new BigUint64Array([BigInt(text.length)]).buffer);
  return Uint8Array.from([...length, ...text].concat(data));
}

const words = (...values: number[]): Uint8Array => new Uint8Array(Uint16Array.from(values).buffer);
const longs = (...values: bigint[]): Uint8Array => new Uint8Array(BigInt64Array.from(values).buffer);
const one = (dtype: string, shape: number[], bytes: ArrayLike<number>) => file({ x: { dtype, shape, bytes } });

async function read(bytes: Uint8Array): Promise<NDArray> {
  const { x } = await loadSafetensors(bytes);
  return x as NDArray;
}

/** The float32 of a float16's bits, after IEEE 754: its exponent moved, or scaled as a whole where it is subnormal. */
function halfByBits(word: number): number {
  const magnitude = (word & 0x7fff) << 13;
  const isSpecial = (word & 0x7c00) === 0x7c00;
  const [value = 0] = new Float32Array(Uint32Array.of(isSpecial ? magnitude | 0x7f800000 : magnitude).buffer);
  return (word & 0x8000 ? -1 : 1) * (isSpecial ? value : value * 2 ** 112);
}

test("every float16 becomes its float32", async () => {
  const all = Array.from({ length: 65536 }, (_, word) => word);
  const x = await read(one("F16", [65536], words(...all)));
  assert.is(x.dtype, "float32");
  const found = x.dataSync();
  for (const word of all) assert.ok(Object.is(found[word], halfByBits(word)), `${word}: ${found[word]}`);
});

test("every bfloat16 becomes the float32 whose upper half it is", async () => {
  const all = Array.from({ length: 65536 }, (_, word) => word);
  const x = await read(one("BF16", [65536], words(...all)));
  const [found, expected] = [x.dataSync(), new Float32Array(Uint32Array.from(all, (word) => word << 16).buffer)];
  for (const word of all) assert.ok(Object.is(found[word], expected[word]), `${word}: ${found[word]}`);
});

test("integers become int32, but uint32", async () => {
  const cases: [dtype: string, bytes: ArrayLike<number>, expected: number[]][] = [
    ["I8", [0x80, 0x7f], [-128, 127]],
    ["U8", [0, 255], [0, 255]],
    ["I16", words(0x8000, 0x7fff), [-32768, 32767]],
    ["U16", words(0, 65535), [0, 65535]],
    ["I32", [0, 0, 0, 0x80, 255, 255, 255, 0x7f], [-(2 ** 31), 2 ** 31 - 1]],
    ["I64", longs(-(2n ** 31n), 2n ** 31n - 1n), [-(2 ** 31), 2 ** 31 - 1]],
    ["U64", longs(0n, 2n ** 31n - 1n), [0, 2 ** 31 - 1]],
  ];
  for (const [dtype, bytes, expected] of cases) {
    const x = await read(one(dtype, [2], bytes));
    assert.is(x.dtype, "int32", dtype);
    assert.equal(x.toArray(), expected, dtype);
  }
  const unsigned = await read(one("U32", [1], [255, 255, 255, 255]));
  assert.is(unsigned.dtype, "uint32");
  assert.equal(unsigned.toArray(), [2 ** 32 - 1]);
  assert.equal((await read(one("BOOL", [2], [0, 1]))).toArray(), [false, true]);
});

test("what doesn't fit or can't be held is refused by name, and the others can be read", async () => {
  const bytes = file({
    "n.steps": { dtype: "I64", shape: [2], bytes: longs(1n, 2n ** 31n) },
    "n.far": { dtype: "U64", shape: [1], bytes: longs(-1n) },
    scale: { dtype: "F8_E4M3", shape: [2], bytes: [0, 0] },
    ok: { dtype: "F32", shape: [1], bytes: [0, 0, 128, 63] },
  });
  const reasons = {
    "n.steps": "element 1 of int64, 2147483648, doesn't fit into int32",
    "n.far": "element 0 of uint64, 18446744073709551615, doesn't fit into int32",
    scale: "elements of F8_E4M3, which arrays can't hold",
  };
  const message = await failure(loadSafetensors(bytes));
  for (const [name, reason] of Object.entries(reasons)) assert.match(message, `"${name}" (${reason})`);
  const told: Record<string, string> = {};
  const onRefused = (name: string, reason: string) => {
    told[name] = reason;
  };
  assert.equal(Object.keys(await loadSafetensors(bytes, { onRefused })), ["ok"]);
  assert.equal(told, reasons);
  assert.equal(Object.keys(await loadSafetensors(bytes, { names: ["ok"] })), ["ok"]);
});

test("all floats become what is asked for", async () => {
  const bytes = file({
    half: { dtype: "F16", shape: [1], bytes: words(0x3c01) },
    double: { dtype: "F64", shape: [1], bytes: new Uint8Array(Float64Array.of(0.1).buffer) },
    int: { dtype: "I8", shape: [1], bytes: [3] },
  });
  const dtypes = async (dtype?: "float32" | "float64") =>
    Object.values(await loadSafetensors(bytes, dtype ? { dtype } : {})).map((x) => x.dtype);
  assert.equal(await dtypes(), ["float32", "float64", "int32"]);
  assert.equal(await dtypes("float64"), ["float64", "float64", "int32"]);
  assert.equal(await dtypes("float32"), ["float32", "float32", "int32"]);
  const { half, double } = await loadSafetensors(bytes, { dtype: "float64" });
  assert.equal([half?.item(), double?.item()], [1 + 2 ** -10, 0.1]);
});

test("the bytes may come from wherever there are bytes", async () => {
  const bytes = await saveSafetensors({ w: Float32Array.of(1, 2) });
  const buffer = bytes.buffer as ArrayBuffer;
  const sources: Source[] = [
    bytes,
    buffer,
    new DataView(buffer),
    Buffer.from(bytes),
    new Blob([buffer]),
    new Response(buffer),
    new Response(buffer).body as ReadableStream,
    Promise.resolve(new Response(buffer)),
    new Uint8Array([0, ...bytes]).subarray(1),
  ];
  for (const source of sources) assert.equal((await loadSafetensors(source)).w?.toArray(), [1, 2]);
});

test("what has no bytes is told apart", async () => {
  assert.match(await failure(loadSafetensors(new Response("", { status: 404 }))), "a response with status 404");
  const response = new Response(new Uint8Array(8));
  await response.arrayBuffer();
  assert.match(await failure(loadSafetensors(response)), "was read before");
  for (const source of ["model.safetensors", 1, null, {}, [1]]) {
    assert.match(
      await failure(loadSafetensors(source as unknown as Source)),
      "io.loadSafetensors: source must be bytes",
    );
  }
});

test("arrays stand on the file's bytes where they can", async () => {
  const bytes = await saveSafetensors({ a: Float64Array.of(1), b: Float32Array.of(2) });
  const { a, b } = await loadSafetensors(bytes);
  bytes.fill(0, bytes.length - 12);
  assert.equal([a?.item(), b?.item()], [0, 0]);
});

test("names with points or slashes are trees, those with slashes by the slashes alone", async () => {
  const w: Tensor = { dtype: "U8", shape: [], bytes: [1] };
  const shown = (tree: unknown) => JSON.stringify(tree);
  assert.is(
    shown(await loadSafetensors(file({ "0.w": w, "10.w": w, "2.b.c": w }))),
    '{"0":{"w":1},"2":{"b":{"c":1}},"10":{"w":1}}',
  );
  assert.is(shown(await loadSafetensors(file({ "v1.0/w": w, "v1.0/b": w }))), '{"v1.0":{"w":1,"b":1}}');
  assert.is(shown(await loadSafetensors(file({ "v1.0/w": w }), { separator: "." })), '{"v1":{"0/w":1}}');
  assert.is(shown(await loadSafetensors(file({ "a.b": w, a: w }), { separator: null })), '{"a.b":1,"a":1}');
  assert.is(shown(await loadSafetensors(file({ a__b: w }), { separator: "__" })), '{"a":{"b":1}}');
});

test("a name that is the beginning of another is an error, whichever comes first", async () => {
  const w: Tensor = { dtype: "U8", shape: [], bytes: [1] };
  for (const tensors of [
    { a: w, "a.b": w },
    { "a.b": w, a: w },
    { "a.b": w, "a.b.c.d": w },
  ]) {
    assert.match(
      await failure(loadSafetensors(file(tensors))),
      /^io\.loadSafetensors: "a[.bcd]*" and another name.*separator: null/,
    );
  }
});

test("names of what every object has are names like others", async () => {
  const w: Tensor = { dtype: "U8", shape: [], bytes: [1] };
  const bytes = withHeader('{"__proto__.x":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}', [1]);
  const tree = await loadSafetensors(bytes);
  assert.ok(Object.hasOwn(tree, "__proto__"));
  assert.is(Object.getPrototypeOf(tree), Object.prototype);
  assert.is(({} as Record<string, unknown>).x, undefined);
  assert.match(
    await failure(loadSafetensors(file({ x: w }), { names: ["toString"] })),
    'has no array "toString"; there are "x"',
  );
});

test("`like` gives lists, nulls and tuples of layers again, and compares shapes", async () => {
  const [init, apply] = stax.serial(stax.Dense(3), stax.Relu(), stax.Dense(2));
  const [, params] = init(random.key(0), [-1, 4]);
  const bytes = await saveSafetensors(params);
  const loaded = await loadSafetensors(bytes, { like: params });
  const x = np.ones([2, 4]);
  assert.equal((apply(loaded, x) as NDArray).toArray(), (apply(params, x) as NDArray).toArray());
  const like = { w: [evalShape(() => np.ones([2])), null] };
  const saved = await saveSafetensors({ w: [Float32Array.of(1, 2)] });
  const again = (await loadSafetensors<unknown>(saved, { like })) as { w: [NDArray, null] };
  assert.ok(again.w[0] instanceof NDArrayClass && again.w[1] === null);
  const message = '"w.0" has shape (2,) in the file and (3,) in the tree that it is to be like';
  assert.match(await failure(loadSafetensors<unknown>(saved, { like: { w: [np.ones([3])] } })), message);
  const other = await failure(loadSafetensors<unknown>(saved, { like: { v: np.ones([3]) } }));
  assert.match(other, 'it lacks "v", and has besides "w.0"');
});

const w: Tensor = { dtype: "F32", shape: [1], bytes: [0, 0, 128, 63] };
const index = (map: unknown) => Buffer.from(JSON.stringify({ metadata: {}, weight_map: map }));

test("a checkpoint in parts is read by its index, each part once and when it is needed", async () => {
  const parts: Record<string, Uint8Array> = {
    "m-1.safetensors": file({ "a.w": w, "a.b": w, unnamed: w }),
    "sub/m-2.safetensors": file({ "b.w": w }),
  };
  const map = { "a.w": "m-1.safetensors", "b.w": "sub/m-2.safetensors", "a.b": "m-1.safetensors" };
  const asked: string[] = [];
  const shards = async (name: string) => {
    asked.push(name);
    return parts[name] as Uint8Array;
  };
  const tree = await loadSafetensors(index(map), { shards });
  assert.is(JSON.stringify(tree), '{"a":{"w":[1],"b":[1]},"b":{"w":[1]}}');
  assert.equal(asked, ["m-1.safetensors", "sub/m-2.safetensors"]);
  asked.length = 0;
  await loadSafetensors(index(map), { shards, names: ["b.w"] });
  assert.equal(asked, ["sub/m-2.safetensors"]);
  assert.equal(Object.keys(await loadSafetensors(index(map), { shards: parts })), ["a", "b"]);
});

test("an index names files of its own folder, which are there and hold what it says", async () => {
  const shards = { m: file({ w }) };
  const load = (map: unknown, given: object = { shards }) => failure(loadSafetensors(index(map), given));
  for (const name of ["../m", "/m", "a/../m", "a//m", "./m", "C:m", "a\\m", "%2e%2e/m", "m?x", "", 1, null, ["m"]]) {
    assert.match(
      await load({ w: name }),
      /the index says that tensor "w" is in .*, which is no file in the index's folder/,
    );
  }
  assert.match(await load({ w: "n" }), "the index names n, which shards doesn't give");
  assert.match(await load({ w: "toString" }), "the index names toString, which shards doesn't give");
  assert.match(await load({ v: "m" }), 'the index says that tensor "v" is in m, which hasn\'t got it');
  assert.match(
    await load({ w: "m" }, { shards: { m: new Uint8Array(3) } }),
    "io.loadSafetensors: m: the file has 3 bytes",
  );
  assert.match(await load({ w: "m" }, { shards: { m: 1 } }), "the shard m must be bytes");
  assert.match(await load({ w: "m" }, { shards: 1 }), "shards must be an object of sources by file name");
  assert.match(await load(1), 'the index has no object "weight_map"');
  assert.match(
    await failure(loadSafetensors(Buffer.from("{"), { shards })),
    "source must be the index of a checkpoint in JSON",
  );
  assert.match(
    await load({ w: "m" }, {}),
    "such as the index of a checkpoint in several files, which the option shards gives",
  );
});

test("a bad header is refused with its part and reason", async () => {
  const entry = (fields: object) =>
    withHeader(JSON.stringify({ x: { dtype: "F32", shape: [1], data_offsets: [0, 4], ...fields } }), [0, 0, 0, 0]);
  const cases: [Uint8Array, string][] = [
    [new Uint8Array(7), "has 7 bytes, too few for the header's length"],
    [withHeader("[]"), "the header isn't an object in JSON"],
    [withHeader("{x}"), "the header isn't an object in JSON"],
    [Uint8Array.from([1, 0, 0, 0, 0, 0, 0, 0, 255]), "the header isn't an object in JSON"],
    [file({}, [1]), "__metadata__ isn't an object of texts"],
    [file({}, { a: 1 }), "__metadata__ isn't an object of texts"],
    [withHeader('{"x":1}'), 'entry of tensor "x": it isn\'t an object'],
    [entry({ dtype: 1 }), "dtype isn't a text"],
    [entry({ dtype: "toString" }), 'there is no dtype "toString"'],
    [entry({ shape: [-1] }), "shape isn't a list of sizes"],
    [entry({ shape: [1.5] }), "shape isn't a list of sizes"],
    [entry({ shape: 1 }), "shape isn't a list of sizes"],
    [entry({ data_offsets: [0] }), "data_offsets aren't two places"],
    [entry({ data_offsets: [4, 0] }), "needs 4 bytes, data_offsets 4 to 0 have -4"],
    [entry({ shape: [2 ** 40, 2 ** 40] }), "shape (1099511627776, 1099511627776) of F32 needs"],
    [entry({ data_offsets: [4, 8] }), "ends at byte 8 of the data, of which the file has 4"],
  ];
  for (const [bytes, message] of cases) assert.match(await failure(loadSafetensors(bytes)), message);
});

test("a file is saved as Python's writer does it: aligned, the widest elements first", async () => {
  const bytes = await saveSafetensors(
    { b: [true], a: Float32Array.of(1), c: Float64Array.of(2) },
    { metadata: { k: "v" } },
  );
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  assert.is(length % 8, 0);
  const header = JSON.parse(Buffer.from(bytes.subarray(8, 8 + length)).toString());
  assert.equal(header, {
    __metadata__: { k: "v" },
    c: { dtype: "F64", shape: [1], data_offsets: [0, 8] },
    a: { dtype: "F32", shape: [1], data_offsets: [8, 12] },
    "b.0": { dtype: "BOOL", shape: [], data_offsets: [12, 13] },
  });
});

test("trees that can't be saved are told apart", async () => {
  const save = (tree: unknown, options = {}) => failure(saveSafetensors(tree, options));
  assert.match(await save({ "a.b": 1, a: { b: 2 } }), 'two arrays of the tree have the name "a.b"');
  assert.match(await save(np.ones([2])), "tree must be a list or an object of arrays, got an array float32(2,)");
  assert.match(await save({ a: "x" }), 'io.saveSafetensors: a must be an array or a number, got "x"');
  assert.match(await save({ __metadata__: 1 }), '"__metadata__" is no name that an array can have');
  assert.match(await save({}, { metadata: { a: 1 } }), "metadata must be an object of texts");
  assert.match(await save({}, { separator: "" }), "separator must be a text that isn't empty");
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  assert.match(await save(cyclic), "contains itself");
  assert.equal(await loadSafetensors<ArrayTree>(await saveSafetensors({ a: null, b: [] })), {});
});

test.run();
