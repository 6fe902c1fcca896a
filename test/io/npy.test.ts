import { readFileSync } from "node:fs";
import { array, type NDArray } from "cotangent";
import { loadNpy, saveNpy } from "cotangent/io";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseLiteral } from "../../src/io/literal.ts";
import { failure } from "./support.ts";

interface Values {
  readonly shape: readonly number[];
  readonly values: readonly (number | string)[];
}
interface Reference {
  readonly cases: readonly (Values & { readonly name: string; readonly npy: string })[];
  readonly refused: Readonly<Record<string, string>>;
}

/** Written by `data/write_numpy.py`. */
const reference = JSON.parse(readFileSync(new URL("data/numpy.json", import.meta.url), "utf8")) as Reference;
const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "base64"));

/** What an array of NumPy's type is here. */
const dtypeOf = (name: string): string => {
  const [, kind = "f4"] = /^[<>|]?([a-z]\d)/.exec(name) ?? [];
  if (kind === "b1") return "bool";
  if (kind === "u4") return "uint32";
  if (kind === "f8") return "float64";
  return kind.startsWith("f") ? "float32" : "int32";
};

const numbers = ({ values }: Values): number[] => values.map((value) => Number(`${value}`.replace("inf", "Infinity")));

test("NumPy's files of every type, order and shape have NumPy's values", async () => {
  for (const { name, npy, ...expected } of reference.cases) {
    const x = await loadNpy(bytesOf(npy));
    assert.is(x.dtype, dtypeOf(name), name);
    assert.equal(x.shape, [...expected.shape], name);
    assert.equal([...(await x.data())], numbers(expected), name);
  }
});

test("all floats become what is asked for, and integers stay", async () => {
  for (const { name, npy } of reference.cases) {
    const x = await loadNpy(bytesOf(npy), { dtype: "float64" });
    assert.is(x.dtype, dtypeOf(name).replace("float32", "float64"), name);
  }
  const narrow = await loadNpy(await saveNpy(Float64Array.of(0.1)), { dtype: "float32" });
  assert.equal(narrow.toArray(), [Math.fround(0.1)]);
});

test("what is no number is refused by its name, and objects aren't read", async () => {
  for (const [name, npy] of Object.entries(reference.refused)) {
    assert.match(await failure(loadNpy(bytesOf(npy))), `io.loadNpy: can't read the array: ${name}`);
  }
  const pickled = header("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }");
  assert.match(await failure(loadNpy(pickled)), "pickled Python objects, which are never read");
});

test("an array stands on the file's bytes where it can", async () => {
  const file = await saveNpy(Float32Array.of(1, 2, 3));
  const x = await loadNpy(file);
  file[file.length - 1] = 0;
  file[file.length - 2] = 0;
  assert.equal(x.toArray(), [1, 2, 0]);
});

test("bytes that aren't aligned, or that threads share, are copied", async () => {
  const file = await saveNpy(Float64Array.of(1, 2));
  for (const offset of [1, 4, 8]) {
    const shifted = new Uint8Array(file.length + offset).subarray(offset);
    shifted.set(file);
    assert.equal((await loadNpy(shifted)).toArray(), [1, 2]);
  }
  const shared = new Uint8Array(new SharedArrayBuffer(file.length));
  shared.set(file);
  const x = await loadNpy(shared);
  shared.fill(0);
  assert.equal(x.toArray(), [1, 2]);
});

test("bools other than 0 and 1 are true", async () => {
  const file = await saveNpy(array([true, false, true]));
  file[file.length - 1] = 7;
  assert.equal((await (await loadNpy(file)).data()) as Uint8Array, Uint8Array.of(1, 0, 1));
});

/** A file of version 1 with this header, and data behind it. */
function header(text: string, data: Uint8Array = new Uint8Array(8)): Uint8Array {
  const line = `${text.padEnd(64)}\n`;
  return Uint8Array.from([0x93, ...Buffer.from("NUMPY"), 1, 0, line.length, 0, ...Buffer.from(line), ...data]);
}

test("headers are read strictly, and never run", async () => {
  const right = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
  assert.equal((await loadNpy(header(right))).toArray(), [0, 0]);
  assert.equal((await loadNpy(header(right.replace("2,", "2L, 1L")))).shape, [2, 1]);
  const wrong: [from: string | RegExp, to: string, message: string][] = [
    ["(2,)", "__import__('os')", "isn't a dictionary of descr, fortran_order and shape"],
    ["(2,)", "(2,) + ()", "isn't a dictionary"],
    ["(2,)", "(-2,)", "isn't a dictionary"],
    ["(2,)", "(2.0,)", "isn't a dictionary"],
    ["(2,)", "2", "isn't a dictionary"],
    ["(2,)", `(${"(".repeat(99)}`, "isn't a dictionary"],
    ["False", "0", "isn't a dictionary"],
    ["'descr': '<f4', ", "", "isn't a dictionary"],
    ["'shape'", "'more': 1, 'shape'", "isn't a dictionary"],
    ["}", "} 1", "isn't a dictionary"],
    ["'<f4'", "'<f5'", "floats of another size, <f5"],
    ["'<f4'", "'<q'", 'unknown type, "<q"'],
    ["'<f4'", "'<f4x'", "floats of another size, <f4x"],
    ["(2,)", "(3,)", "has 8 bytes of data, where float32 of shape (3,) needs 12"],
    ["(2,)", "(1,)", "has 8 bytes of data, where float32 of shape (1,) needs 4"],
    ["(2,)", "(9007199254740991, 8)", "which nothing can hold"],
  ];
  for (const [from, to, message] of wrong)
    assert.match(await failure(loadNpy(header(right.replace(from, to)))), message);
});

test("what isn't a file of the format, or is cut, is said to be so", async () => {
  const file = await saveNpy(array([[1, 2]]));
  for (let length = 0; length < file.length; length++) {
    assert.match(
      await failure(loadNpy(file.slice(0, length))),
      /^io\.loadNpy: the file (isn't a \.npy file|ends inside|has \d+ bytes)/,
    );
  }
  const version = file.slice();
  version[6] = 4;
  assert.match(await failure(loadNpy(version)), "has version 4 of the .npy format");
  const long = file.slice();
  long.set([2, 0, 255, 255, 255, 255], 6);
  assert.match(await failure(loadNpy(long)), "claims a header of 4294967295 bytes");
});

test("integers beyond int32 are an error with the element", async () => {
  const wide = header(
    "{'descr': '<i8', 'fortran_order': False, 'shape': (1,), }",
    Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 0),
  );
  const message = "io.loadNpy: can't read the array: element 0 of int64, 4294967296, doesn't fit into int32.";
  assert.is(await failure(loadNpy(wide)), message);
});

test("wrong arguments are named", async () => {
  assert.match(
    await failure(saveNpy("x" as unknown as NDArray)),
    'io.saveNpy: x must be an array or a number, got "x"',
  );
  const right = await saveNpy(1);
  assert.match(await failure(loadNpy(right, { dtype: "int32" as "float32" })), 'dtype must be "float32" or "float64"');
  assert.match(await failure(loadNpy(right, { names: [] } as object)), 'io.loadNpy: unknown option "names"');
  assert.match(await failure(loadNpy(right, {}, 1 as never)), "io.loadNpy: too many arguments");
  assert.match(await failure(loadNpy("x.npy" as unknown as Uint8Array)), "source must be bytes (a Uint8Array");
});

test("literals are Python's", () => {
  assert.equal(parseLiteral(" [(1, -2), 'a', \"b'\", True, None, ()] "), [[1, -2], "a", "b'", true, null, []]);
  assert.equal(parseLiteral("{1: {}}"), new Map([[1, new Map()]]));
  for (const text of [
    "",
    "(",
    "[1 2]",
    "(1)x",
    "{1}",
    "{1: 2, 1: 3}",
    "'a\\n'",
    "1e3",
    "--1",
    "Truex",
    "{'a' 1}",
    ",",
  ]) {
    assert.is(parseLiteral(text), undefined, text);
  }
});

test.run();
