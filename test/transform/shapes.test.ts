/** Shapes in place of arrays. */
import { evalShape, makeJaxpr, type NDArray, numpy as np, ShapeDtypeStruct } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertThrows } from "../support/arrays.ts";

const f = ({ w }: { w: NDArray }, [x]: [NDArray]): NDArray => np.tanh(np.matmul(x, w));

test("a plain object with a shape and a dtype stands for an array, anywhere in a tree", () => {
  const args = [{ w: { shape: [3, 2], dtype: "float64" } as const }, [np.ones([4, 3], { dtype: "float64" })]] as const;
  const { shape, dtype } = evalShape(f, args[0], [args[1][0] as NDArray]);
  assert.equal([shape, dtype], [[4, 2], "float64"]);
  const struct = new ShapeDtypeStruct([3, 2], "float64");
  assert.is(
    String(makeJaxpr(f)(args[0], [args[1][0] as NDArray])),
    String(makeJaxpr(f)({ w: struct }, [args[1][0] as NDArray])),
  );
});

test("what evalShape gives may be given again", () => {
  const x = { shape: [4, 3], dtype: "float32" } as const;
  const twice = evalShape((y: NDArray) => np.concatenate([y, y]), x);
  assert.equal(evalShape((y: NDArray) => np.sum(y, { axis: 1 }), twice).shape, [8]);
});

test("a tree with other names, or other values under these, is a tree", () => {
  const parts = (tree: { shape: NDArray; dtype: NDArray }): NDArray => np.add(tree.shape, tree.dtype);
  assert.equal(evalShape(parts, { shape: np.ones([2]), dtype: np.ones([2]) }).shape, [2]);
});

test("a shape that can't be is refused in the function's name", () => {
  const wrong = { shape: [-1], dtype: "float32" } as const;
  assertThrows(() => evalShape((x: NDArray) => x, wrong), "evalShape", "-1");
  assertThrows(() => makeJaxpr((x: NDArray) => x)(wrong), "makeJaxpr", "-1");
});

test.run();
