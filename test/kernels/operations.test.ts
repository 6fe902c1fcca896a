/** Every operation whose result is exact, on every dtype, with special values. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { DType, Op } from "../../assembly/opcodes.ts";
import { apply, pairs } from "./instruction.ts";
import { generator, NAMES } from "./machine.ts";

const FLOAT32 = DType.FLOAT32;
const FLOAT64 = DType.FLOAT64;
const INT32 = DType.INT32;
const UINT32 = DType.UINT32;
const BOOL = DType.BOOL;
const FLOATS = [FLOAT32, FLOAT64];
const INTEGERS = [INT32, UINT32];

const random = generator(3);
const SPECIAL = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  1.5,
  -1.5,
  2.5,
  -2.5,
  3.7,
  -3.7,
  1e10,
  -1e10,
  8388609,
  4503599627370497,
  Infinity,
  -Infinity,
  NaN,
];
const TINY: Record<number, number[]> = {
  [FLOAT32]: [2 ** -149, -(2 ** -149), 2 ** -126, 3.4028234663852886e38],
  [FLOAT64]: [5e-324, -5e-324, 2 ** -1022, Number.MAX_VALUE],
};
const floats = (dtype: DType) =>
  [...SPECIAL, ...TINY[dtype], ...Array.from({ length: 30 }, () => (random.uniform() - 0.5) * 100)].map((x) =>
    dtype === FLOAT32 ? Math.fround(x) : x,
  );
const INTS = [
  0, 1, -1, 2, -2, 3, 7, -7, 31, 32, 33, 100, -100, 65536, 2147483647, -2147483648, -2147483647, 0x55555555, 123456789,
  -987654321,
];

/** Equal as numbers, with NaN equal to itself and zeros told apart. */
function same(got: ArrayLike<number>, want: number[], what: string, describe: (i: number) => unknown): void {
  want.forEach((value, i) => {
    if (!Object.is(got[i], value)) assert.unreachable(`${what}(${describe(i)}) is ${got[i]}, should be ${value}`);
  });
}

const fround = (dtype: DType) => (dtype === FLOAT32 ? Math.fround : (x: number) => x);
const roundEven = (x: number) => {
  if (!Number.isFinite(x) || Math.abs(x) >= 2 ** 52) return x;
  const down = Math.floor(x);
  const rest = x - down;
  const y = rest < 0.5 ? down : rest > 0.5 ? down + 1 : down % 2 === 0 ? down : down + 1;
  return y === 0 && (x < 0 || Object.is(x, -0)) ? -0 : y;
};

const FLOAT1: [Op, (x: number) => number][] = [
  [Op.NEG, (x) => -x],
  [Op.ABS, Math.abs],
  [Op.SIGN, Math.sign],
  [Op.FLOOR, Math.floor],
  [Op.CEIL, Math.ceil],
  [Op.ROUND, roundEven],
  [Op.SQRT, Math.sqrt],
  [Op.MOVE, (x) => x],
];

const FLOAT2: [Op, (x: number, y: number) => number][] = [
  [Op.ADD, (x, y) => x + y],
  [Op.SUB, (x, y) => x - y],
  [Op.MUL, (x, y) => x * y],
  [Op.DIV, (x, y) => x / y],
  [Op.REM, (x, y) => x % y],
  [Op.MAX, Math.max],
  [Op.MIN, Math.min],
];

const COMPARISONS: [Op, (x: number, y: number) => boolean][] = [
  [Op.EQ, (x, y) => x === y],
  [Op.NE, (x, y) => x !== y],
  [Op.LT, (x, y) => x < y],
  [Op.LE, (x, y) => x <= y],
  [Op.GT, (x, y) => x > y],
  [Op.GE, (x, y) => x >= y],
];

for (const dtype of FLOATS) {
  const name = NAMES[dtype];
  test(`${name}: one operand`, () => {
    const xs = floats(dtype);
    for (const [op, f] of FLOAT1)
      same(
        apply({ op, dtype }, xs),
        xs.map((x) => fround(dtype)(f(x))),
        `op ${op}`,
        (i) => xs[i],
      );
    same(
      apply({ op: Op.IS_FINITE, dtype, result: BOOL }, xs),
      xs.map((x) => Number(Number.isFinite(x))),
      "isFinite",
      (i) => xs[i],
    );
  });

  test(`${name}: two operands`, () => {
    const [xs, ys] = pairs(floats(dtype), floats(dtype));
    for (const [op, f] of FLOAT2)
      same(
        apply({ op, dtype }, xs, ys),
        xs.map((x, i) => fround(dtype)(f(x, ys[i]))),
        `op ${op}`,
        (i) => [xs[i], ys[i]],
      );
    for (const [op, f] of COMPARISONS)
      same(
        apply({ op, dtype, result: BOOL }, xs, ys),
        xs.map((x, i) => Number(f(x, ys[i]))),
        `op ${op}`,
        (i) => [xs[i], ys[i]],
      );
  });

  test(`${name}: the next number towards another`, () => {
    const bytes = new DataView(new ArrayBuffer(8));
    const step = (x: number, up: boolean) => {
      if (dtype === FLOAT32) {
        bytes.setFloat32(0, x);
        bytes.setInt32(0, bytes.getInt32(0) + (up === x > 0 ? 1 : -1));
        return bytes.getFloat32(0);
      }
      bytes.setFloat64(0, x);
      bytes.setBigInt64(0, bytes.getBigInt64(0) + (up === x > 0 ? 1n : -1n));
      return bytes.getFloat64(0);
    };
    const smallest = dtype === FLOAT32 ? 2 ** -149 : 5e-324;
    const next = (x: number, y: number) => {
      if (Number.isNaN(x) || Number.isNaN(y)) return NaN;
      if (x === y) return y;
      if (x === 0) return y > 0 ? smallest : -smallest;
      return step(x, x < y);
    };
    const [xs, ys] = pairs(floats(dtype), floats(dtype));
    same(
      apply({ op: Op.NEXTAFTER, dtype }, xs, ys),
      xs.map((x, i) => next(x, ys[i])),
      "nextafter",
      (i) => [xs[i], ys[i]],
    );
  });
}

/** What a dtype makes of an integer. */
const wrap = (dtype: DType, x: number) => (dtype === UINT32 ? x >>> 0 : x | 0);

for (const dtype of INTEGERS) {
  const name = NAMES[dtype];
  const list = [...INTS, ...Array.from({ length: 20 }, () => random.below(4294967296))].map((x) => wrap(dtype, x));
  const signed = dtype === INT32;
  const truncate = (x: number, y: number) => (y === 0 ? -1 : Math.trunc(x / y));
  const popcount = (x: number) => [...(x >>> 0).toString(2)].filter((c) => c === "1").length;

  test(`${name}: one operand`, () => {
    const operations: [Op, (x: number) => number][] = [
      [Op.NEG, (x) => -x],
      [Op.ABS, (x) => Math.abs(x)],
      [Op.SIGN, (x) => Math.sign(x)],
      [Op.NOT, (x) => ~x],
      [Op.POPCOUNT, popcount],
      [Op.CLZ, Math.clz32],
      [Op.MOVE, (x) => x],
    ];
    for (const [op, f] of operations)
      same(
        apply({ op, dtype }, list),
        list.map((x) => wrap(dtype, f(x))),
        `op ${op}`,
        (i) => list[i],
      );
  });

  test(`${name}: two operands`, () => {
    const [xs, ys] = pairs(list, list);
    const operations: [Op, (x: number, y: number) => number][] = [
      [Op.ADD, (x, y) => x + y],
      [Op.SUB, (x, y) => x - y],
      [Op.MUL, Math.imul],
      [Op.DIV, truncate],
      [Op.REM, (x, y) => (y === 0 ? x : x % y)],
      [Op.MAX, Math.max],
      [Op.MIN, Math.min],
      [Op.AND, (x, y) => x & y],
      [Op.OR, (x, y) => x | y],
      [Op.XOR, (x, y) => x ^ y],
      [Op.SHL, (x, y) => (y >>> 0 > 31 ? 0 : x << y)],
      [Op.SHR_LOGICAL, (x, y) => (y >>> 0 > 31 ? 0 : x >>> y)],
      [Op.SHR_ARITHMETIC, (x, y) => (x | 0) >> (y >>> 0 > 31 ? 31 : y)],
    ];
    for (const [op, f] of operations)
      same(
        apply({ op, dtype }, xs, ys),
        xs.map((x, i) => wrap(dtype, f(x, ys[i]))),
        `op ${op}`,
        (i) => [xs[i], ys[i]],
      );
    for (const [op, f] of COMPARISONS)
      same(
        apply({ op, dtype, result: BOOL }, xs, ys),
        xs.map((x, i) => Number(f(x, ys[i]))),
        `op ${op}`,
        (i) => [xs[i], ys[i]],
      );
  });

  test(`${name}: division never traps`, () => {
    const [xs, ys] = [
      [-2147483648, -2147483648, 5, 0],
      [-1, 0, 0, 0],
    ].map((l) => l.map((x) => wrap(dtype, x)));
    assert.equal(
      [...apply({ op: Op.DIV, dtype }, xs, ys)],
      signed ? [-2147483648, -1, -1, -1] : [0, 4294967295, 4294967295, 4294967295],
    );
    assert.equal(
      [...apply({ op: Op.REM, dtype }, xs, ys)],
      signed ? [0, -2147483648, 5, 0] : [2147483648, 2147483648, 5, 0],
    );
  });
}

test("bool: logic and comparisons", () => {
  const [xs, ys] = pairs([0, 1], [0, 1]);
  const operations: [Op, (x: number, y: number) => number][] = [
    [Op.MAX, Math.max],
    [Op.MIN, Math.min],
    [Op.AND, (x, y) => x & y],
    [Op.OR, (x, y) => x | y],
    [Op.XOR, (x, y) => x ^ y],
    ...COMPARISONS.map(
      ([op, f]) => [op, (x: number, y: number) => Number(f(x, y))] as [Op, (x: number, y: number) => number],
    ),
  ];
  for (const [op, f] of operations)
    assert.equal(
      [...apply({ op, dtype: BOOL }, xs, ys)],
      xs.map((x, i) => f(x, ys[i])),
      `op ${op}`,
    );
  assert.equal([...apply({ op: Op.NOT, dtype: BOOL }, [0, 1, 1])], [1, 0, 0]);
  assert.equal([...apply({ op: Op.MOVE, dtype: BOOL }, [0, 1, 1])], [0, 1, 1]);
});

test("select: every dtype", () => {
  for (const dtype of [FLOAT32, FLOAT64, INT32, UINT32, BOOL]) {
    const mask = Array.from({ length: 531 }, () => random.below(2));
    const a = mask.map(() => random.below(2));
    const b = mask.map(() => random.below(2) + (dtype === BOOL ? 0 : 2));
    const got = apply({ op: Op.SELECT, dtype, inputs: [BOOL, dtype, dtype] }, mask, a, b);
    assert.equal(
      [...got],
      mask.map((m, i) => (m ? a[i] : b[i])),
      NAMES[dtype],
    );
  }
});

test("convert: every pair of dtypes", () => {
  const clamp = (x: number, low: number, high: number) =>
    Number.isNaN(x) ? 0 : Math.min(Math.max(Math.trunc(x), low), high) + 0;
  const convert = (x: number, from: DType, to: DType) => {
    if (to === BOOL) return Number(x !== 0);
    if (to === FLOAT64) return x;
    if (to === FLOAT32) return Math.fround(x);
    if (from === FLOAT32 || from === FLOAT64)
      return to === INT32 ? clamp(x, -2147483648, 2147483647) : clamp(x, 0, 4294967295);
    return wrap(to, x);
  };
  const sources: Record<number, number[]> = {
    [FLOAT32]: [...floats(FLOAT32), 2147483520, 2147483648, -2147483648, -2147483904, 4294967040, 4294967296],
    [FLOAT64]: [
      ...floats(FLOAT64),
      2147483647.5,
      2147483648.5,
      -2147483648.5,
      -2147483649,
      4294967295.5,
      4294967296,
      1e-40,
      16777217,
    ],
    [INT32]: INTS,
    [UINT32]: INTS.map((x) => x >>> 0),
    [BOOL]: [0, 1, 1, 0, 1],
  };
  for (const from of [FLOAT32, FLOAT64, INT32, UINT32, BOOL]) {
    for (const to of [FLOAT32, FLOAT64, INT32, UINT32, BOOL]) {
      const xs = sources[from];
      same(
        apply({ op: Op.CONVERT, dtype: from, dtype2: to, result: to }, xs),
        xs.map((x) => convert(x, from, to)),
        `${NAMES[from]} to ${NAMES[to]}`,
        (i) => xs[i],
      );
    }
  }
});

test("threefry: the known answers of Random123", () => {
  const keys = [
    [0, 0],
    [0xffffffff, 0xffffffff],
    [0x13198a2e, 0x03707344],
  ];
  const counters = [
    [0, 0],
    [0xffffffff, 0xffffffff],
    [0x243f6a88, 0x85a308d3],
  ];
  const operands = [keys.map((k) => k[0]), keys.map((k) => k[1]), counters.map((c) => c[0]), counters.map((c) => c[1])];
  assert.equal([...apply({ op: Op.THREEFRY_A, dtype: UINT32 }, ...operands)], [0x6b200159, 0x1cb996fc, 0xc4923a9c]);
  assert.equal([...apply({ op: Op.THREEFRY_B, dtype: UINT32 }, ...operands)], [0x99ba4efe, 0xbb002be7, 0x483df7a0]);
});

test.run();
