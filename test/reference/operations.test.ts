/** Each instruction of the reference beside the kernels', on special values and on values of every size. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { DType } from "../../assembly/opcodes.ts";
import type { MapOp } from "../../src/ir/map-ops.ts";
import { generator, NAMES } from "../kernels/machine.ts";
import { compare, FLOATS, forgotten, ORDINARY, showWorst } from "./compare.ts";
import { combinations, valuesOf } from "./grids.ts";
import { operation } from "./operations.ts";

const INTEGERS = [DType.INT32, DType.UINT32];
const ALL = [...FLOATS, ...INTEGERS, DType.BOOL];
const random = generator(21);

const grid = (dtype: DType, count: number): number[] => valuesOf(random, dtype, count);

/** Here the kernel's atan2 errs, because it halves the numbers: of 5e-324 and 5e-324 it is NaN. */
const areTiny = (x: number, y: number): boolean =>
  x !== 0 && y !== 0 && Math.max(Math.abs(x), Math.abs(y)) < 2 ** -1020;

/** Bounds in units in the last place, for float32 and for float64. */
const UNARY: [MapOp, number, number][] = [
  ["NEG", 0, 0],
  ["ABS", 0, 0],
  ["SIGN", 0, 0],
  ["FLOOR", 0, 0],
  ["CEIL", 0, 0],
  ["ROUND", 0, 0],
  ["SQRT", 0, 0],
  ["RSQRT", 1.5, 1.5],
  ["CBRT", 0.6, 2],
  ["EXP", 0.6, 2],
  ["EXP2", 0.6, 2],
  ["EXPM1", 0.6, 2],
  ["LOG", 1.5, 2],
  ["LOG1P", 0.6, 2],
  ["SIN", 0.6, 2],
  ["COS", 0.6, 2],
  ["TAN", 0.6, 2],
  ["ASIN", 0.6, 2],
  ["ACOS", 0.6, 2],
  ["ATAN", 0.6, 2],
  ["SINH", 0.6, 3],
  ["COSH", 0.6, 3],
  ["TANH", 0.6, 3],
  ["ASINH", 0.6, 3],
  ["ACOSH", 0.6, 3],
  ["ATANH", 0.6, 3],
  ["LOGISTIC", 0.6, 3],
  ["ERF", 0.6, 10],
  ["ERFC", 0.6, 400],
  ["ERFINV", 4, 10],
  ["BESSEL_I0E", 0.6, 400],
  ["BESSEL_I1E", 0.6, 400],
];

const BINARY: [MapOp, number, number][] = [
  ["ADD", 0, 0],
  ["SUB", 0, 0],
  ["MUL", 0, 0],
  ["DIV", 0, 0],
  ["REM", 0, 0],
  ["MAX", 0, 0],
  ["MIN", 0, 0],
  ["NEXTAFTER", 0, 0],
  ["POW", 0.6, 3],
  ["ATAN2", 0.6, 2],
];

const COMPARISONS: MapOp[] = ["EQ", "NE", "LT", "LE", "GT", "GE"];

for (const dtype of FLOATS) {
  for (const [name, single, double] of UNARY) {
    test(`${name} of ${NAMES[dtype]}`, () => {
      const unit = Array.from({ length: 200 }, () => 2 * random.uniform() - 1);
      compare(name, { dtype }, [[...grid(dtype, 300), ...unit]], dtype === DType.FLOAT32 ? single : double);
    });
  }
  for (const [name, single, double] of BINARY) {
    test(`${name} of ${NAMES[dtype]}`, () => {
      const bound = dtype === DType.FLOAT32 ? single : double;
      const [x, y] = combinations([grid(dtype, 40), grid(dtype, 40)]);
      const isCompared = x.map((_, i) => name !== "ATAN2" || !areTiny(x[i], y[i]));
      const columns = [x, y].map((column) => column.filter((_, i) => isCompared[i]));
      compare(name, { dtype }, columns, bound);
    });
  }
  test(`IS_FINITE and SIGN_BIT of ${NAMES[dtype]}`, () => {
    const values = grid(dtype, 20).filter((x) => !Number.isNaN(x));
    compare("IS_FINITE", { dtype, result: DType.BOOL }, [[...values, NaN]]);
    compare("SIGN_BIT", { dtype, result: DType.BOOL }, [values]);
  });
  test(`REDUCE_PRECISION of ${NAMES[dtype]}`, () => {
    const formats = [
      [1, 3],
      [2, 2],
      [4, 3],
      [5, 2],
      [5, 10],
      [8, 7],
      [8, 23],
      [8, 0],
      [11, 52],
      [11, 30],
      [3, 60],
    ];
    const codes = formats.map(([exponent, mantissa]) => 64 * exponent + mantissa);
    const ties = [1.5, 3, 6, 1.25, 1.75, 2 ** -14, 2 ** -15, 65504, 65520, 240, 0.0625].flatMap((x) => [x, -x]);
    compare("REDUCE_PRECISION", { dtype }, combinations([[...grid(dtype, 100), ...ties], codes]));
  });
}

for (const dtype of ALL) {
  for (const name of COMPARISONS) {
    test(`${name} of ${NAMES[dtype]}`, () => {
      compare(name, { dtype, result: DType.BOOL }, combinations([grid(dtype, 10), grid(dtype, 10)]));
    });
  }
  test(`SELECT of ${NAMES[dtype]}`, () => {
    const branches = grid(dtype, 0);
    const inputs = [DType.BOOL, dtype, dtype];
    compare("SELECT", { dtype, inputs }, combinations([[0, 1], branches, branches]));
  });
  for (const result of ALL) {
    test(`CONVERT of ${NAMES[dtype]} to ${NAMES[result]}`, () => {
      compare("CONVERT", { dtype, dtype2: result, result }, [grid(dtype, 100)]);
    });
    const word = (type: DType) => type !== DType.FLOAT64 && type !== DType.BOOL;
    if (dtype !== result && !(word(dtype) && word(result))) continue;
    test(`MOVE of ${NAMES[dtype]} to ${NAMES[result]}`, () => {
      // An engine may choose the bits of NaN.
      const values = grid(dtype, 100).filter((x) => !Number.isNaN(x));
      compare("MOVE", { dtype, inputs: [dtype], result }, [values]);
    });
  }
}

const INTEGER1: MapOp[] = ["NEG", "ABS", "SIGN", "NOT", "POPCOUNT", "CLZ"];

const LOGIC: MapOp[] = ["AND", "OR", "XOR", "MAX", "MIN"];

const INTEGER2: MapOp[] = [...LOGIC, "ADD", "SUB", "MUL", "DIV", "REM", "SHL", "SHR_LOGICAL", "SHR_ARITHMETIC"];

for (const dtype of INTEGERS) {
  for (const name of INTEGER1) {
    test(`${name} of ${NAMES[dtype]}`, () => compare(name, { dtype }, [grid(dtype, 300)]));
  }
  for (const name of INTEGER2) {
    test(`${name} of ${NAMES[dtype]}`, () =>
      compare(name, { dtype }, combinations([grid(dtype, 30), grid(dtype, 30)])));
  }
}

test("logic of bools", () => {
  const dtype = DType.BOOL;
  compare("NOT", { dtype }, [[0, 1]]);
  for (const name of LOGIC)
    compare(
      name,
      { dtype },
      combinations([
        [0, 1],
        [0, 1],
      ]),
    );
});

test("THREEFRY", () => {
  const words = (): number[] => [0, 1, 0xffffffff, ...Array.from({ length: 3 }, () => random.below(2 ** 32))];
  const columns = combinations([words(), words(), words(), words()]);
  compare("THREEFRY_A", { dtype: DType.UINT32 }, columns);
  compare("THREEFRY_B", { dtype: DType.UINT32 }, columns);
});

test("an operation that a dtype doesn't have", () => {
  assert.throws(() => operation("SIN", "int32", "int32", [1]), /SIN is no operation on int32/);
});

test("every operation has been compared, here or in special.test.ts", () => {
  assert.equal(forgotten(ORDINARY), []);
});

test.after(showWorst);

test.run();
