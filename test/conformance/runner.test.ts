import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { array } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { projectRoot, typescript } from "../support/command.ts";
import { difference, differenceInUlps } from "./compare.ts";
import { differenceInSummary } from "./families/docstring.ts";
import { Report, Unavailable } from "./report.ts";
import { readSafetensors, type Tensor } from "./safetensors.ts";

const STORAGE = { F32: Float32Array, F64: Float64Array, I32: Int32Array, U32: Uint32Array, BOOL: Uint8Array };

const tensor = (type: keyof typeof STORAGE, shape: number[], values: number[]): Tensor => ({
  type,
  shape,
  data: new STORAGE[type](values),
});

/** A file with the tensors; one whose type is given as text is written under that type. */
function safetensors(tensors: Record<string, Tensor>, typeOf = (t: Tensor): string => t.type): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: { source: "a test" } };
  const parts: Buffer[] = [];
  let offset = 0;
  for (const [name, t] of Object.entries(tensors)) {
    const bytes = Buffer.from(t.data.buffer, t.data.byteOffset, t.data.byteLength);
    header[name] = { dtype: typeOf(t), shape: t.shape, data_offsets: [offset, offset + bytes.length] };
    parts.push(bytes);
    offset += bytes.length;
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, ...parts]);
}

const f64 = (shape: number[], values: number[]) => array(new Float64Array(values), { shape, dtype: "float64" });

/** Runs the runner on a folder of data: its exit code and its lines. */
function run(
  files: Record<string, Uint8Array | string>,
  ...families: string[]
): { code: number | null; lines: string[] } {
  const folder = mkdtempSync(join(tmpdir(), "conformance-"));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    const script = join(projectRoot, "test/conformance/run.ts");
    const { status, stdout, stderr } = spawnSync(process.execPath, [...typescript, script, ...families], {
      encoding: "utf8",
      cwd: projectRoot,
      env: { ...process.env, CONFORMANCE_DATA: folder },
    });
    return { code: status, lines: (stdout + stderr).trimEnd().split("\n") };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test("tensors of every type are read with their shapes and values", () => {
  const written = {
    a: tensor("F32", [2, 1], [1.5, -2]),
    "b/0": tensor("F64", [], [Math.PI]),
    "b/1": tensor("I32", [2], [-7, 7]),
    c: tensor("U32", [1], [4294967295]),
    d: tensor("BOOL", [3], [1, 0, 1]),
    e: tensor("F64", [0, 2], []),
  };
  const read = readSafetensors(safetensors(written));
  assert.equal([...read.keys()], Object.keys(written));
  for (const [name, expected] of Object.entries(written)) assert.equal(read.get(name), expected);
});

test("a file with an unknown type or too few elements is refused", () => {
  const one = { x: tensor("F32", [1], [1]) };
  assert.throws(() => readSafetensors(safetensors(one, () => "F16")), /x has the unknown type F16/);
  assert.throws(() => readSafetensors(safetensors({ x: tensor("F32", [3], [1]) })), /x of shape \[3\] has 1 elements/);
});

test("values must agree to the tolerance relative to the largest entry", () => {
  const expected = tensor("F64", [2], [1000, 1]);
  assert.is(difference(f64([2], [1000, 1 + 5e-6]), expected, 1e-8), null);
  assert.match(difference(f64([2], [1000, 1 + 5e-5]), expected, 1e-8) as string, /max error 5.00e-8 of the largest/);
});

test("a reference of zeros or of rounding noise is compared absolutely", () => {
  for (const reference of [0, 1e-31]) {
    const expected = tensor("F64", [1], [reference]);
    assert.is(difference(f64([1], [3e-30]), expected, 1e-8), null);
    assert.match(difference(f64([1], [1e-9]), expected, 1e-8) as string, /1.00e-9, expected 0/);
  }
});

test("a NaN or an infinity must stand where the reference has it", () => {
  const expected = tensor("F64", [2, 2], [1, Number.NaN, Number.POSITIVE_INFINITY, 2]);
  assert.is(difference(f64([2, 2], [1, Number.NaN, Number.POSITIVE_INFINITY, 2]), expected, 1e-8), null);
  const wrong = (values: number[]) => difference(f64([2, 2], values), expected, 1e-8) as string;
  assert.match(wrong([Number.NaN, Number.NaN, Number.POSITIVE_INFINITY, 2]), /NaN at \[0, 0\], expected 1/);
  assert.match(wrong([1, 3, Number.POSITIVE_INFINITY, 2]), /3 at \[0, 1\], expected NaN/);
  assert.match(wrong([1, Number.NaN, Number.NEGATIVE_INFINITY, 2]), /-Infinity at \[1, 0\], expected Infinity/);
});

test("shapes and dtypes must agree", () => {
  const expected = tensor("F64", [2], [1, 2]);
  assert.match(difference(f64([1, 2], [1, 2]), expected, 1e-8) as string, /shape \(1, 2\), expected \(2,\)/);
  assert.match(difference(f64([2], [1, 2]), expected, 1e-8, "float32") as string, /dtype float64, expected float32/);
  const integers = array(new Int32Array([1, 2]));
  assert.match(difference(integers, expected, 1e-8) as string, /dtype int32, expected F64/);
});

test("integers and bools must be equal", () => {
  const bools = array(new Uint8Array([1, 0]), { dtype: "bool" });
  assert.is(difference(bools, tensor("I32", [2], [1, 0]), 1e-8), null);
  assert.match(difference(bools, tensor("BOOL", [2], [1, 1]), 1) as string, /0 at \[1\], expected 1/);
});

test("draws may differ by the given number of units in the last place, across zero too", () => {
  const draw = (x: number) => array(new Float32Array([x]));
  const expected = tensor("F32", [1], [1]);
  assert.is(differenceInUlps(draw(1 + 2 ** -22), expected, 2), null);
  assert.match(differenceInUlps(draw(1 + 3 * 2 ** -23), expected, 2) as string, /differs by 3 ulp/);
  assert.is(differenceInUlps(draw(-(2 ** -149)), tensor("F32", [1], [2 ** -149]), 2), null);
  assert.match(differenceInUlps(draw(-1), expected, 2) as string, /ulp, allowed are 2/);
});

test("draws with an absolute error are compared in the units of 1", () => {
  const expected = tensor("F32", [1], [0.1]);
  const draw = (x: number) => array(new Float32Array([x]));
  assert.match(differenceInUlps(draw(0.1 + 1e-7), expected, 2) as string, /differs by 13 ulp/);
  assert.is(differenceInUlps(draw(0.1 + 1e-7), expected, 2, 1), null);
  assert.match(differenceInUlps(draw(0.1 + 3e-7), expected, 2, 1) as string, /differs by 2.5/);
});

test("a summary notices a wrong element, a wrong order and a sign", () => {
  const draws = Array.from({ length: 100 }, (_, i) => Math.fround(Math.sin(i + 1)));
  const sum = draws.reduce((a, b) => a + b, 0);
  const squares = draws.reduce((a, b) => a + b * b, 0);
  const summary = [sum, squares, draws[0] as number, draws[99] as number];
  assert.is(differenceInSummary(draws, summary), null);
  const changed = (i: number, x: number) => draws.map((draw, j) => (i === j ? x : draw));
  assert.match(differenceInSummary(changed(50, 0), summary) as string, /^sum /);
  assert.match(differenceInSummary([...draws].reverse(), summary) as string, /^first /);
  assert.match(differenceInSummary(changed(0, -(draws[0] as number)), summary) as string, /^sum /);
});

const unavailable = (): never => {
  throw new Unavailable("lax.nothing does not exist");
};

test("a report counts passes, failures and skips and groups these by reason", async () => {
  const report = new Report("operations");
  report.checkOne("a", () => null);
  report.checkOne("b", () => "wrong");
  report.checkOne("c", () => {
    throw new RangeError("broken");
  });
  for (const id of ["d", "e"]) report.checkOne(id, unavailable);
  await report.settle();
  assert.equal(report.lines(), [
    "FAIL operations b: wrong",
    "FAIL operations c: RangeError: broken",
    "SKIP operations 2 x lax.nothing does not exist (d; e)",
    "conformance operations: 1 passed, 2 failed, 2 skipped",
  ]);
});

test("what a device lacks is one skip, and what needs it inside another", async () => {
  const report = new Report("random", { precision: "float64", reason: "there is none" });
  const inside = (): never => {
    throw new TypeError("mul: the device has no float64");
  };
  for (const id of ["a", "b"])
    report.checkMethods(id, [
      ["float64 AUTO", unavailable],
      ["float32 AUTO", () => null],
    ]);
  report.checkOne("c", inside);
  await report.settle();
  report.close();
  assert.equal(report.lines(), [
    "SKIP random 1 x float64 inside of it (c)",
    "SKIP random 1 x there is none (2 ways in float64)",
    "conformance random: 2 passed, 0 failed, 2 skipped",
  ]);
});

test("of a part of the cases each one that is left out is a skip", async () => {
  const report = new Report("functions", null, 3);
  const ran: number[] = [];
  const check = (i: number) => () => {
    ran.push(i);
    return null;
  };
  for (const i of [0, 1, 2, 3]) report.checkMethods(`${i}`, [["float32", check(i)]]);
  await report.settle();
  report.checkOne("4", check(4));
  await report.settle();
  assert.equal(ran, [0, 3]);
  assert.equal(report.lines(), [
    "SKIP functions 3 x one case in 3 is run (1; 2; 4)",
    "conformance functions: 2 passed, 0 failed, 3 skipped",
  ]);
});

test("a case passes when all ways that exist do, and each of the others is a skip", async () => {
  const report = new Report("functions");
  const good = () => null;
  const bad = () => "wrong";
  report.check("a", [
    ["float64", good],
    ["float32", unavailable],
  ]);
  report.check("b", [
    ["float64", good],
    ["float32", bad],
  ]);
  report.check("c", [
    ["float64", unavailable],
    ["float32", bad],
  ]);
  report.check("d", [
    ["float64", unavailable],
    ["float32", unavailable],
  ]);
  await report.settle();
  assert.equal(report.lines(), [
    "FAIL functions b float32: wrong",
    "FAIL functions c float32: wrong",
    "SKIP functions 3 x lax.nothing does not exist (a float32; c float64; d)",
    "conformance functions: 1 passed, 2 failed, 3 skipped",
  ]);
});

test("a method that does not exist fails where others do, and a library's error is never a missing way", async () => {
  const report = new Report("functions");
  const notImplemented = (): never => {
    throw new Error("nt.empiricalNtkFn: AUTO is not implemented; it is not available here.");
  };
  report.checkMethods("a", [
    ["AUTO", unavailable],
    ["JACOBIAN_CONTRACTION", () => null],
  ]);
  report.checkMethods("b", [["AUTO", unavailable]]);
  report.check("c", [
    ["float64", () => null],
    ["float32", notImplemented],
  ]);
  report.checkOne("d", notImplemented);
  const message = "Error: nt.empiricalNtkFn: AUTO is not implemented; it is not available here.";
  await report.settle();
  assert.equal(report.lines(), [
    "FAIL functions a AUTO: lax.nothing does not exist",
    `FAIL functions c float32: ${message}`,
    `FAIL functions d: ${message}`,
    "SKIP functions 1 x lax.nothing does not exist (b)",
    "conformance functions: 1 passed, 3 failed, 1 skipped",
  ]);
});

test("a tensor that no case reads is a skip, and so is an entry of the index that no case has", () => {
  const one = tensor("F64", [], [1]);
  const operations = run(
    {
      "operations.json": JSON.stringify([operation(0, "lax.neg")]),
      "operations.safetensors": safetensors({
        "0/in0": one,
        "0/out0": tensor("F64", [], [-1]),
        "0/jvp0": one,
        "1/in0": one,
      }),
    },
    "operations",
  );
  assert.equal(operations.lines.slice(0, 2), [
    "SKIP operations 2 x no case reads the tensor (0/jvp0; 1/in0)",
    "conformance operations: 1 passed, 0 failed, 2 skipped",
  ]);
  const functions = run(
    {
      "functions.json": JSON.stringify({ functions: ["p", "x"], shapes: { 0: [], 1: [] }, cases: [[1, 0, 1]] }),
      "functions.safetensors": safetensors({
        "in/0/x1": tensor("F32", [1], [2]),
        "in/0/x2": tensor("F32", [1], [3]),
        "out/1/0/0": tensor("F64", [1, 1], [0]),
        "out/1/renamed/0": tensor("F64", [1, 1], [0]),
      }),
    },
    "functions",
  );
  assert.equal(functions.lines.slice(0, 4), [
    "SKIP functions 1 x no case has the function (p)",
    "SKIP functions 1 x no case has the shapes (shapes 1)",
    "SKIP functions 1 x no case reads the tensor (out/1/renamed/0)",
    "conformance functions: 1 passed, 0 failed, 3 skipped",
  ]);
});

const operation = (id: number, op: string, options = {}) => ({ id, op, inputs: 1, outputs: 1, options, diff: [] });

test("CONFORMANCE_DATA names another folder, and wrong values there fail", () => {
  const index = [operation(0, "lax.neg"), operation(1, "lax.neg"), operation(2, "lax.nothing")];
  const { code, lines } = run(
    {
      "operations.json": JSON.stringify(index),
      "operations.safetensors": safetensors({
        "0/in0": tensor("F32", [2], [1, -3]),
        "0/out0": tensor("F64", [2], [-1, 3]),
        "1/in0": tensor("F32", [2], [1, -3]),
        "1/out0": tensor("F64", [2], [-1, 4]),
        "2/in0": tensor("F32", [], [1]),
        "2/out0": tensor("F64", [], [1]),
      }),
    },
    "operations",
  );
  assert.is(code, 1);
  assert.equal(lines, [
    "FAIL operations 1 lax.neg {} value float64: out0: max error 2.50e-1 of the largest entry",
    "FAIL operations 1 lax.neg {} value float32: out0: max error 2.50e-1 of the largest entry",
    "SKIP operations 1 x lax.nothing does not exist (2 lax.nothing {} value)",
    "conformance operations: 1 passed, 1 failed, 1 skipped",
    "1 passed, 1 failed, 1 skipped",
  ]);
});

test("a run without failures has exit code 0", () => {
  const { code, lines } = run({ "random.safetensors": safetensors({ "key/7": tensor("U32", [2], [0, 7]) }) }, "random");
  assert.equal(lines, ["conformance random: 1 passed, 0 failed, 0 skipped", "1 passed, 0 failed, 0 skipped"]);
  assert.is(code, 0);
});

test("a family without data fails, whether one or all are asked for", () => {
  const one = run({}, "networks");
  assert.is(one.code, 1);
  assert.match(
    one.lines.join("\n"),
    /FAIL networks data: no data in .*\nconformance networks: 0 passed, 1 failed, 0 skipped/,
  );
  const all = run({});
  assert.is(all.code, 1);
  assert.is(all.lines.at(-1), "0 passed, 8 failed, 0 skipped");
});

test("of a folder with one of the two sets of reference values all families of this set run", () => {
  const names = (files: Parameters<typeof run>[0]) =>
    run(files).lines.flatMap((line) => /^conformance (\w+):/.exec(line)?.[1] ?? []);
  assert.equal(names({ "index.json": "{}" }), ["elsewhere"]);
  const others = ["operations", "functions", "networks", "random", "docstring", "dropout", "models"];
  assert.equal(names({ "random.safetensors": safetensors({}) }), others);
  assert.equal(names({ "index.json": "{}", "random.safetensors": safetensors({}) }), [...others, "elsewhere"]);
});

test("a family that does not exist fails", () => {
  const { code, lines } = run({}, "functoins");
  assert.is(code, 1);
  assert.match(lines[0] as string, /FAIL functoins data: there is no such family; there are operations, functions/);
});

test("tensors without their index fail", () => {
  const { code, lines } = run({ "operations.safetensors": safetensors({}) }, "operations");
  assert.is(code, 1);
  assert.match(lines[0] as string, /there is no JSON index/);
});

test.run();
