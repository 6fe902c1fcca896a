import { array, jit, lax, type NDArray, numpy as np } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertThrows, messageOf } from "../support/arrays.ts";

const text = (x: NDArray): string => String(x);
const matrix = array([
  [1, 2.5],
  [-300, 4],
]);

test("whole numbers are printed exactly, bools by name, others to six digits", () => {
  assert.is(text(array([1234567])), "NDArray float32(1,) [1234567]");
  assert.is(text(array(2 ** 31, { dtype: "uint32" })), "NDArray uint32() 2147483648");
  assert.is(text(array([2 ** 53 - 1, 1e30], { dtype: "float64" })), "NDArray float64(2,) [9007199254740991, 1e+30]");
  assert.is(text(array([true, false])), "NDArray bool(2,) [true, false]");
  assert.is(text(array([1 / 3, -0, 1e-9])), "NDArray float32(3,) [0.333333, -0, 1e-9]");
  assert.is(text(array([Number.NaN, -1 / 0])), "NDArray float32(2,) [NaN, -Infinity]");
  assert.is(text(lax.full([0, 2], 1)), "NDArray float32(0, 2) []");
});

test("rows stand below each other, in columns", () => {
  assert.is(text(matrix), "NDArray float32(2, 2)\n[[   1,  2.5],\n [-300,    4]]");
  assert.is(text(np.ones([2, 1, 2])), "NDArray float32(2, 1, 2)\n[[[1, 1]],\n\n [[1, 1]]]");
});

test("large arrays are shown by the ends of their axes, and rows break before they are too long", () => {
  assert.is(text(np.arange(2000)), "NDArray int32(2000,) [0, 1, 2, ..., 1997, 1998, 1999]");
  const square = text(np.reshape(np.arange(10_000), [100, 100])).split("\n");
  assert.is(square.length, 8);
  assert.is(square[1], "[[   0,    1,    2, ...,   97,   98,   99],");
  assert.is(square[4], " ...,");
  assert.is(square[7], " [9900, 9901, 9902, ..., 9997, 9998, 9999]]");
  const row = text(np.arange(100)).split("\n");
  assert.ok(row.length > 2 && row.every((line) => line.length <= 90));
  assert.equal(JSON.parse(row.slice(1).join("")), [...new Array(100).keys()]);
});

test("JSON and Object.prototype.toString", () => {
  assert.is(JSON.stringify({ x: array([[1, Number.NaN]]), b: array([true]) }), '{"x":[[1,null]],"b":[true]}');
  assert.is(Object.prototype.toString.call(matrix), "[object NDArray]");
  assertThrows(() => jit((x: NDArray) => array(JSON.stringify(x).length))(matrix), "The contents of a traced array");
});

test("notebooks get the text", () => {
  const display = Reflect.get(matrix, Symbol.for("Jupyter.display")) as () => Record<string, string>;
  assert.equal(display.call(matrix), { "text/plain": text(matrix) });
});

test("an array of one element is a number to operators", () => {
  assert.is(Number(array([2.5])), 2.5);
  assert.ok((array(3) as never) > 2);
});

test("operators on other arrays say what to write instead", () => {
  const x = matrix as never;
  const uses: Record<string, () => unknown> = {
    "x * 2": () => x * 2,
    "x + x": () => x + x,
    "x + 'text'": () => (x as string) + text.name,
    "x > 0": () => x > 0,
    "Math.sin(x)": () => Math.sin(x),
  };
  for (const [name, use] of Object.entries(uses)) {
    const message = messageOf(use);
    for (const part of ["(2, 2)", "x.mul(2)", "np.sin(x)", "np.any(x.greater(0)).item()"]) {
      assert.ok(message.includes(part), `${name}: ${message}`);
    }
  }
});

test("operators on traced arrays say so", () => {
  const doubled = jit((x: NDArray) => array((x as never) * 2));
  for (const x of [array(1), matrix]) assertThrows(() => doubled(x), "x.mul(2) instead of x * 2");
});

test("nested lists and numbers", () => {
  assert.ok(messageOf(() => array([1, 2]).item()).includes("(2,)"));
  assert.equal(array([true, false]).toArray(), [true, false]);
});

test.run();
