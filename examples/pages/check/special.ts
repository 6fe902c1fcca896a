/** NaN, infinities, zeros and their signs, numbers too small to be normal: beside the CPU, which has them exactly. */
import { array, jit, lax, type NDArray, nn, numpy as np } from "cotangent";
import { TESTED } from "./accuracy.ts";
import { compute, type Elements, formatNumber, ulps } from "./compute.ts";
import { type Check, type Finding, told } from "./report.ts";

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const SPECIAL = [
  nan,
  inf,
  -inf,
  0,
  -0,
  1,
  -1,
  2.5,
  -3,
  3.4028234663852886e38,
  -3.4028234663852886e38,
  1e-30,
  2 ** -126,
];
/** Each beside each. */
const FIRST = Float32Array.from(SPECIAL.flatMap((x) => SPECIAL.map(() => x)));
const SECOND = Float32Array.from(SPECIAL.flatMap(() => SPECIAL));
const EACH = Float32Array.from(SPECIAL);

/** How far results may be apart in which nothing is special. */
const CLOSE = 16;
const MOST_NAMED = 4;

interface Case {
  readonly name: string;
  readonly operands: readonly (Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>)[];
  readonly fn: (...operands: NDArray[]) => NDArray;
  readonly short?: boolean;
}

async function check({ operands, fn }: Case): Promise<Finding> {
  const call = () => fn(...operands.map((values) => array(values)));
  return compare(await compute("webgpu", call), await compute("cpu", call), operands);
}

function compare(got: Elements, want: Elements, operands: Case["operands"]): Finding {
  const wrong: string[] = [];
  let onlySigns = true;
  for (let i = 0; i < want.length; i++) {
    const [here, there] = [got[i] ?? nan, want[i] ?? nan];
    if (ulps(here, there) <= CLOSE) continue;
    onlySigns &&= here === 0 && there === 0;
    // Of results that are elements of something else, the place tells more.
    const each = operands.every(({ length }) => length === want.length);
    const where = each ? operands.map((column) => formatNumber(column[i] ?? nan)).join(", ") : `result ${i}`;
    wrong.push(`(${where}) is ${formatNumber(here)}, not ${formatNumber(there)}`);
  }
  if (wrong.length === 0) return { mark: "ok", text: `${want.length} cases` };
  const more = wrong.length > MOST_NAMED ? `; ${wrong.length - MOST_NAMED} more` : "";
  return {
    mark: onlySigns ? "HIGH" : "WRONG",
    text: `${wrong.slice(0, MOST_NAMED).join("; ")}${more}, of ${want.length} cases`,
  };
}

const both = (name: string, fn: Case["fn"], short = false): Case => ({ name, operands: [FIRST, SECOND], fn, short });
const each = (name: string, fn: Case["fn"], short = false): Case => ({ name, operands: [EACH], fn, short });

/** Functions as a user's program has them after compilation: in one shader, with constants that a compiler may fold. */
const together = jit((x: NDArray) =>
  np.stack([
    np.multiply(x, 0),
    np.subtract(x, x),
    np.divide(x, x),
    np.add(np.notEqual(x, x).astype("float32"), 0),
    np.add(np.equal(x, x).astype("float32"), 0),
    np.maximum(x, 0),
    np.minimum(x, 0),
    nn.relu(np.multiply(x, 1)),
    np.where(np.greater(x, 0), x, np.negative(x)),
    np.exp(np.log(x)),
    np.negative(np.negative(x)),
    np.add(x, -0),
  ]),
);

const INTEGERS = [0, 1, -1, 2, -7, 31, 33, 2147483647, -2147483648];
const LEFT = Int32Array.from(INTEGERS.flatMap((x) => INTEGERS.map(() => x)));
const RIGHT = Int32Array.from(INTEGERS.flatMap(() => INTEGERS));
const integers = (name: string, fn: Case["fn"]): Case => ({ name, operands: [LEFT, RIGHT], fn });

/** Long enough for a workgroup to share the work; with something special at one place. */
function longWith(value: number): Float32Array<ArrayBuffer> {
  const values = Float32Array.from({ length: 3 * 701 }, (_, i) => 1 + (i % 5));
  values[1000] = value;
  return values;
}

const CASES: readonly Case[] = [
  both("x == y", np.equal, true),
  both("x != y", np.notEqual),
  both("x < y", np.less, true),
  both("x <= y", np.lessEqual),
  both("x > y", np.greater),
  both("x >= y", np.greaterEqual),
  both("x + y", np.add),
  both("x - y", np.subtract),
  both("x * y", np.multiply, true),
  both("x / y", np.divide, true),
  both("maximum", np.maximum, true),
  both("minimum", np.minimum),
  both("fmod", np.fmod),
  both("nextafter", (x, y) => np.nextafter(np.where(np.less(np.abs(x), 1e-20), 1, x), y)),
  both("where(x < y, x, y)", (x, y) => np.where(np.less(x, y), x, y)),
  each("isnan", np.isnan, true),
  each("isinf", np.isinf),
  each("isfinite", np.isfinite),
  each("signbit", (x) => np.signbit(x), true),
  each("sign", np.sign),
  each("abs", np.abs),
  each("-x", np.negative),
  each("floor", np.floor),
  each("ceil", np.ceil),
  each("rint", np.rint),
  each("clip to [-1, 1]", (x) => np.clip(x, -1, 1)),
  each("relu", (x) => nn.relu(x)),
  each("nanToNum", (x) => np.nanToNum(x)),
  each("to int32", (x) => x.astype("int32")),
  each("to uint32", (x) => x.astype("uint32")),
  each("to bool", (x) => x.astype("bool")),
  each("bits", (x) => lax.bitcastConvertType(np.where(np.isnan(x), 0, x), "uint32")),
  each("twelve functions in one program", together, true),
  integers("integers: x / y", lax.div),
  integers("integers: remainder", lax.rem),
  integers("integers: shifts", (x, y) => np.add(lax.shiftLeft(x, y), lax.shiftRightArithmetic(x, y))),
  ...[nan, inf, -inf].flatMap((value): Case[] => {
    const operands = [longWith(value)];
    const name = (what: string) => `${what} with ${formatNumber(value)}`;
    return [
      { name: name("sums"), operands, fn: (x) => np.sum(x.reshape([3, 701]), 1), short: Number.isNaN(value) },
      { name: name("largest and smallest"), operands, fn: (x) => np.stack([np.max(x), np.min(x)]) },
      { name: name("argmax and argmin"), operands, fn: (x) => np.stack([np.argmax(x), np.argmin(x)]) },
      { name: name("sort"), operands, fn: (x) => np.sort(x) },
      { name: name("product of matrices"), operands, fn: (x) => x.reshape([3, 701]).matmul(np.ones([701, 40])) },
    ];
  }),
];

const functions = (): Case[] =>
  TESTED.map(({ name, fn, operands, short }) => ({
    name,
    operands: operands === 1 ? [EACH] : [FIRST, SECOND],
    fn,
    short: short ?? false,
  }));

/** Numbers that WGSL lets an adapter take for zeros. */
async function subnormals(): Promise<Finding> {
  const small = Float32Array.from([2 ** -127, 2 ** -149]);
  const results = {
    copied: () => np.concatenate([array(small), array(small)]),
    "as operands": () => np.multiply(array(small), 2 ** 40),
    "as results": () => np.multiply(array(Float32Array.from([2 ** -126, 2 ** -100])), array(small).size * 2 ** -26),
  };
  const texts: string[] = [];
  for (const [name, fn] of Object.entries(results)) {
    const got = await compute("webgpu", fn);
    const want = await compute("cpu", fn);
    const kept = Array.from(got).every((x, i) => x === want[i]);
    texts.push(`${name} ${kept ? "kept" : "flushed to zero"}`);
  }
  return told(texts.join(", "));
}

export function specialChecks(): Check[] {
  const section = "NaN, infinities, zeros: beside the CPU";
  const rowOf = (one: Case): Check => ({
    section,
    name: one.name,
    short: one.short ?? false,
    run: () => check(one),
  });
  return [
    ...CASES.map(rowOf),
    ...functions().map(rowOf),
    { section, name: "numbers below 2^-126", short: true, run: subnormals },
  ];
}
