/** Programs over numbers alone, computed while they are compiled, against the kernels. */
import { array, type DType, jit, lax, type NDArray } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";

const VALUES = [-7, -2.5, -1, -0, 0, 0.1, 1, 2, 5, 255, 256, 3e9, Number.NaN, Number.POSITIVE_INFINITY];
const DTYPES: readonly DType[] = ["float32", "float64", "int32", "uint32", "bool"];

const unary: ((x: NDArray) => NDArray)[] = [
  lax.neg,
  lax.abs,
  lax.sqrt,
  lax.sign,
  lax.exp,
  (x) => lax.integerPow(x, { exponent: 3 }),
  ...DTYPES.map((dtype) => (x: NDArray) => lax.convertElementType(x, dtype)),
];
const binary = [lax.add, lax.sub, lax.mul, lax.div, lax.max, lax.min, lax.eq, lax.ne, lax.lt, lax.le, lax.gt, lax.ge];

/** Literals in a compiled program, inputs of the kernels outside of one. */
function same(f: (...xs: NDArray[]) => NDArray, args: readonly NDArray[]): void {
  const asInputs = jit(f)(...args);
  const asNumbers = jit(() => f(...args))();
  assert.is(asNumbers.dtype, asInputs.dtype);
  const [want, got] = [asInputs.dataSync()[0], asNumbers.dataSync()[0]];
  assert.ok(Object.is(got, want) || got === want, `${f} of ${args.join(" and ")}: ${got}, the kernel gives ${want}`);
}

const numbers = (dtype: DType): NDArray[] =>
  VALUES.filter((v) => dtype === "float32" || dtype === "float64" || Math.abs(v) < 1e9).flatMap((v) =>
    dtype === "uint32" && v < 0 ? [] : [lax.convertElementType(array(v, { dtype: "float64" }), dtype)],
  );

for (const dtype of DTYPES) {
  test(`operations on numbers of ${dtype}`, () => {
    const list = numbers(dtype);
    const numeric = dtype !== "bool";
    for (const f of unary) {
      if (!numeric && f !== unary.at(-1) && f !== unary.at(-3)) continue;
      if (dtype.endsWith("int32") && (f === lax.sqrt || f === lax.exp)) continue;
      for (const x of list) same(f, [x]);
    }
    if (!numeric) return;
    for (const f of binary)
      for (const x of list) for (const y of [list[0], list[2], list[5] as NDArray]) same(f, [x, y]);
    for (const x of list) same((a, lo, hi) => lax.clamp(lo, a, hi), [x, list[1], list[4]]);
    for (const x of list) same((a, b) => lax.select(lax.gt(a, b), a, b), [x, list[2]]);
  });
}

test.run();
