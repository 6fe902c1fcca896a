/** Values and dtypes of many functions, against those of NumPy and JAX (`reference.py`), and the laws of derivatives. */
import { readFileSync } from "node:fs";
import { array, type DType, NDArray } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { lookup } from "../conformance/library.ts";
import { checkJvp, checkVjp } from "../support/properties.ts";

type Encoded = [dtype: DType, shape: number[], elements: (number | string)[]];
type Case = [name: string, args: unknown[], options: Record<string, unknown> | null, out: Encoded[], smooth: boolean];

const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`data/${name}.json`, import.meta.url), "utf8"));
const numberOf = (v: number | string): number =>
  typeof v === "number"
    ? v
    : { "-0.0": -0, nan: Number.NaN, inf: Number.POSITIVE_INFINITY, "-inf": Number.NEGATIVE_INFINITY }[v]!;

const isEncoded = (x: unknown): x is Encoded =>
  Array.isArray(x) && x.length === 3 && typeof x[0] === "string" && Array.isArray(x[1]) && Array.isArray(x[2]);

/** The arrays in an argument or an option, which may be lists of them. */
function decode(x: unknown): unknown {
  if (isEncoded(x)) return array(Float64Array.from(x[2], numberOf), { shape: x[1], dtype: x[0] });
  return Array.isArray(x) ? x.map(decode) : x;
}

function assertMatches(actual: NDArray, [dtype, shape, elements]: Encoded, tolerance: number, message: string): void {
  assert.is(actual.dtype, dtype, `${message}: dtype`);
  assert.equal(actual.shape, shape, `${message}: shape`);
  const expected = elements.map(numberOf);
  const scale = Math.max(1, ...expected.filter(Number.isFinite).map(Math.abs));
  [...actual.dataSync()].forEach((got, i) => {
    const want = expected[i];
    const same = Object.is(got + 0, want + 0) || Math.abs(got - want) <= tolerance * scale;
    assert.ok(same, `${message}: element ${i} is ${got}, expected ${want}`);
  });
}

for (const [i, [name, encoded, encodedOptions, out, smooth]] of ["values", "neighbours"]
  .flatMap((file) => read(file) as Case[])
  .entries()) {
  const label = `${i} ${name} ${encoded.map((x) => (isEncoded(x) ? `(${x[1]})` : JSON.stringify(x)))}`;
  test(label, () => {
    const f = lookup(name);
    const args = encoded.map(decode);
    const options =
      encodedOptions && Object.fromEntries(Object.entries(encodedOptions).map(([k, v]) => [k, decode(v)]));
    const call = (given: readonly unknown[]): NDArray[] => {
      const result = f(...given, ...(options ? [options] : []));
      return Array.isArray(result) ? result : [result];
    };
    const results = call(args);
    assert.is(results.length, out.length);
    results.forEach((r, k) => {
      assertMatches(r, out[k], 1e-9, "value");
    });
    if (!smooth) return;
    const floats = args.flatMap((x, k) => (x instanceof NDArray && x.dtype === "float64" ? [k] : []));
    const ofFloats = (...xs: NDArray[]): NDArray[] =>
      call(args.map((x, k) => (floats.includes(k) ? xs[floats.indexOf(k)] : x)));
    const at = floats.map((k) => args[k] as NDArray);
    checkJvp(ofFloats, at, 2e-6);
    checkVjp(ofFloats, at, 1e-9);
  });
}

test("dtypes of results are JAX's without 64 bits, those beside bare numbers too", () => {
  const table = read("dtypes") as Record<string, Record<string, string>>;
  const wrong: string[] = [];
  for (const [name, rows] of Object.entries(table)) {
    for (const [types, expected] of Object.entries(rows)) {
      // What JAX refuses may be taken.
      if (expected === "error") continue;
      const args = types
        .split(" ")
        .map((t) => (t === "2" || t === "2.5" ? Number(t) : array([1, 1], { dtype: t as DType })));
      let found: string;
      try {
        const f = lookup(name);
        found = (name === "numpy.where" ? f(array([true, true]), ...args) : f(...args)).dtype;
      } catch {
        found = "error";
      }
      if (found !== expected) wrong.push(`${name}(${types}): ${found}, expected ${expected}`);
    }
  }
  assert.equal(wrong, []);
});

test.run();
