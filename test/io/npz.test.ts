import { readFileSync } from "node:fs";
import { deflateRawSync } from "node:zlib";
import { array, type NDArray } from "cotangent";
import { loadNpz, saveNpy, saveNpz } from "cotangent/io";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { crc32 } from "../../src/io/crc32.ts";
import { failure } from "./support.ts";

interface Reference {
  readonly archives: Readonly<Record<string, string>>;
  readonly tree: Readonly<Record<string, { readonly shape: readonly number[]; readonly values: readonly number[] }>>;
}

/** Written by `data/write_numpy.py`. */
const reference = JSON.parse(readFileSync(new URL("data/numpy.json", import.meta.url), "utf8")) as Reference;

/** What is changed of a file in a zip file. */
interface Part {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly deflated?: boolean;
  readonly method?: number;
  readonly flags?: number;
  readonly crc?: number;
  readonly size?: number;
  readonly storedSize?: number;
  readonly localName?: string;
}

/** Little-endian numbers, each with how many bytes it takes. */
const fields = (...list: [size: number, value: number][]): number[] =>
  list.flatMap(([size, value]) => Array.from({ length: size }, (_, i) => Math.floor(value / 2 ** (8 * i)) % 256));

/** A zip file after the format's description (APPNOTE.TXT), sections 4.3.7, 4.3.12 and 4.3.16. */
function zip(parts: readonly Part[], { offset = 0, count = parts.length, comment = "" } = {}): Uint8Array {
  const [body, directory]: [number[], number[]] = [[], []];
  for (const part of parts) {
    const { name, bytes, deflated = false, flags = 0, localName = name } = part;
    const stored = deflated ? deflateRawSync(bytes) : bytes;
    const { crc = crc32(bytes), size = bytes.length, storedSize = stored.length, method = deflated ? 8 : 0 } = part;
    const common = fields(
      [2, 20],
      [2, flags],
      [2, method],
      [4, 0],
      [4, crc],
      [4, storedSize],
      [4, size],
      [2, name.length],
      [2, 0],
    );
    const entry = fields([4, 0x02014b50], [2, 20]).concat(common, fields([6, 0], [4, 0], [4, body.length + offset]));
    directory.push(...entry, ...Buffer.from(name));
    body.push(...fields([4, 0x04034b50]), ...common, ...Buffer.from(localName), ...stored);
  }
  const sizes = fields([4, 0x06054b50], [4, 0], [2, count], [2, count], [4, directory.length], [4, body.length]);
  return Uint8Array.from([...body, ...directory, ...sizes, ...fields([2, comment.length]), ...Buffer.from(comment)]);
}

const npy = await saveNpy(array([[1, 2, 3]]));

test("sums are those of the standard", () => {
  // The check value in the catalogue of CRC algorithms: CRC-32/ISO-HDLC of "123456789".
  assert.is(crc32(Buffer.from("123456789")), 0xcbf43926);
  assert.is(crc32(Buffer.from("6789"), crc32(Buffer.from("12345"))), 0xcbf43926);
});

test("NumPy's archives have NumPy's values: stored, deflated, and with sizes of 64 bits", async () => {
  for (const [name, text] of Object.entries(reference.archives)) {
    const tree = await loadNpz(Buffer.from(text, "base64"));
    assert.equal(Object.keys(tree), ["layer", "steps"], name);
    const arrays: Record<string, NDArray | undefined> = {
      "layer/0/kernel": tree.layer?.[0]?.kernel,
      "layer/0/bias": tree.layer?.[0]?.bias,
      steps: tree.steps,
    };
    for (const [path, { shape, values }] of Object.entries(reference.tree)) {
      assert.equal(arrays[path]?.shape, [...shape], path);
      assert.equal([...(arrays[path]?.dataSync() ?? [])], [...values], path);
    }
  }
});

test("the sizes and places of a directory may have 64 bits", async () => {
  const plain = zip([{ name: "a.npy", bytes: npy }]);
  const end = plain.length - 22;
  const view = new DataView(plain.buffer);
  const [size, start] = [view.getUint32(end + 12, true), view.getUint32(end + 16, true)];
  const end64 = fields([4, 0x06064b50], [8, 44], [2, 45], [2, 45], [8, 0], [8, 1], [8, 1], [8, size], [8, start]);
  const locator = fields([4, 0x07064b50], [4, 0], [8, end], [4, 1]);
  const last = fields([4, 0x06054b50], [4, 0], [4, 0xffffffff], [4, 0xffffffff], [4, 0xffffffff], [2, 0]);
  const wide = Uint8Array.from([...plain.subarray(0, end), ...end64, ...locator, ...last]);
  assert.equal((await loadNpz(wide)).a?.toArray(), [[1, 2, 3]]);
  // The entry's own numbers in its extra field (id 1): the size, the stored size and the place.
  const extra = fields([2, 1], [2, 24], [8, npy.length], [8, npy.length], [8, 0]);
  const entry = [...plain.subarray(start, end), ...extra];
  entry.splice(20, 8, ...Array(8).fill(255));
  entry.splice(30, 2, extra.length, 0);
  entry.splice(42, 4, ...Array(4).fill(255));
  const tail = fields([4, 0x06054b50], [4, 0], [2, 1], [2, 1], [4, entry.length], [4, start], [2, 0]);
  const far = Uint8Array.from([...plain.subarray(0, start), ...entry, ...tail]);
  assert.equal((await loadNpz(far)).a?.toArray(), [[1, 2, 3]]);
});

test("folders, comments and names of any language are no hindrance", async () => {
  const parts = [
    { name: "layer/", bytes: new Uint8Array(0) },
    { name: "layer/w.npy", bytes: npy },
  ];
  assert.equal((await loadNpz(zip(parts, { comment: "by hand" }))).layer?.w?.shape, [1, 3]);
  const saved = await saveNpz({ gewicht_ß: { 重み: npy.length } });
  assert.is((await loadNpz(saved)).gewicht_ß?.重み?.item(), npy.length);
});

test("what can't be read is refused by name, and the others are read", async () => {
  const parts = [
    { name: "ok.npy", bytes: npy },
    { name: "notes.txt", bytes: npy },
    { name: "secret.npy", bytes: npy, flags: 1 },
    { name: "bzip.npy", bytes: npy, method: 12 },
  ];
  const reasons = {
    "notes.txt": "no .npy file",
    secret: "encrypted",
    bzip: "compressed by method 12 of zip files",
  };
  const message = await failure(loadNpz(zip(parts)));
  for (const [name, reason] of Object.entries(reasons)) assert.match(message, `"${name}" (${reason})`);
  const told: Record<string, string> = {};
  const onRefused = (name: string, reason: string) => {
    told[name] = reason;
  };
  assert.equal(Object.keys(await loadNpz(zip(parts), { onRefused })), ["ok"]);
  assert.equal(told, reasons);
  assert.equal(Object.keys(await loadNpz(zip(parts), { names: ["ok"] })), ["ok"]);
});

test("damage and false claims are refused with the array's name", async () => {
  const more = Uint8Array.from([...npy, 0]);
  const a = { name: "a.npy", bytes: npy };
  const zeros = { name: "a.npy", bytes: Uint8Array.from([...npy, ...new Uint8Array(2 ** 20)]), deflated: true };
  const cases: [Uint8Array, string | RegExp][] = [
    [zip([{ ...a, crc: 1 }]), 'array "a" is damaged: its CRC'],
    [zip([{ ...a, deflated: true, crc: 1 }]), 'array "a" is damaged: its CRC'],
    [zip([{ ...a, size: 2 ** 32 - 2 }]), 'array "a" claims 4294967294 bytes, which 140 stored ones can\'t be'],
    [
      zip([{ ...a, deflated: true, size: 2 ** 32 - 2 }]),
      /array "a" claims 4294967294 bytes, which \d+ stored ones can't be/,
    ],
    [
      zip([{ ...a, deflated: true, size: npy.length - 1 }]),
      'array "a" has 11 bytes of data, where float32 of shape (1, 3) needs 12',
    ],
    [
      zip([{ ...a, bytes: more, deflated: true, size: npy.length }]),
      'array "a" goes on behind the size that the zip file claims',
    ],
    [zip([zeros]), 'array "a" has 1048588 bytes of data, where float32 of shape (1, 3) needs 12'],
    [zip([{ ...a, bytes: Uint8Array.of(7, 1, 2), size: 200, method: 8 }]), 'array "a": its deflated bytes are damaged'],
    [zip([{ ...a, bytes: npy.slice(0, 100) }]), 'array "a" ends inside of its header'],
    [zip([{ ...a, localName: "b.npy" }]), '"a.npy" in the zip file has another name where it begins'],
    [zip([{ ...a, storedSize: 2 ** 31 }]), "is said to have 2147483648 bytes, more than there are"],
    [zip([a, a]), 'the file has two arrays "a"'],
    [zip([a], { offset: 1 }), `"a.npy" in the zip file isn't where its directory says`],
    [zip([a], { count: 2 }), "is said to have 2 entries"],
    [zip([a]).subarray(1), /directory|isn't where/],
    [new Uint8Array(0), "isn't a zip file, or it is cut"],
    [npy, "isn't a zip file, or it is cut"],
  ];
  for (const [bytes, message] of cases) assert.match(await failure(loadNpz(bytes)), message);
});

test("two files in the same bytes are refused", async () => {
  const twice = zip([
    { name: "a.npy", bytes: npy },
    { name: "b.npy", bytes: npy },
  ]);
  const view = new DataView(twice.buffer);
  const start = view.getUint32(twice.length - 6, true);
  // The second entry's place is the first's, under the first's name.
  twice[start + 51 + 46] = 97;
  view.setUint32(start + 51 + 42, 0, true);
  assert.match(await failure(loadNpz(twice)), '"a.npy" in the zip file begins inside of another file');
});

test("a file that is cut anywhere is refused", async () => {
  const whole = await saveNpz({ a: [1, 2], b: Float32Array.of(1) }, { compressed: true });
  for (let length = 0; length < whole.length; length++) {
    assert.match(await failure(loadNpz(whole.subarray(0, length))), /^io\.loadNpz: /);
  }
});

test("compressed files are smaller where there is something to compress", async () => {
  const tree = { zeros: new Float32Array(10_000) };
  const [stored, compressed] = [await saveNpz(tree), await saveNpz(tree, { compressed: true })];
  assert.ok(stored.length > 40_000 && compressed.length < 1000);
  const { zeros } = await loadNpz(compressed);
  assert.equal(zeros?.shape, [10_000]);
});

test("wrong options are named", async () => {
  assert.match(
    await failure(saveNpz({}, { compressed: 1 as unknown as boolean })),
    "io.saveNpz: compressed must be true or false",
  );
  const bytes = await saveNpz({});
  assert.equal(await loadNpz(bytes), {});
  assert.match(await failure(loadNpz(bytes, { names: "a" as unknown as string[] })), "names must be a list of names");
  assert.match(await failure(loadNpz(bytes, { names: ["a"] })), 'the file has no array "a"; there is none');
  assert.match(await failure(loadNpz(bytes, { onRefused: 1 as never })), "onRefused must be a function");
  assert.match(await failure(loadNpz(bytes, { shards: {} } as object)), 'unknown option "shards"');
});

test.run();
