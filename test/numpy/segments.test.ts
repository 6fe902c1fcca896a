/** `ops` and `image`, by JAX's values and gradients from `write_fields.py`, and by plain loops. */
import { readFileSync } from "node:fs";
import { array, grad, image, jit, type NDArray, numpy as np, ops, vmap } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertClose, assertThrows } from "../support/arrays.ts";

interface Expected {
  readonly out: (number | string)[];
  readonly outShape: number[];
  readonly grad: (number | string)[];
}

interface SegmentCase extends Record<"sum" | "prod" | "max" | "min", Expected> {
  readonly data: number[];
  readonly shape: number[];
  readonly ids: number[];
  readonly numSegments: number | null;
}

interface ImageCase extends Expected {
  readonly image: number[];
  readonly shape: number[];
  readonly to: number[];
  readonly method: "nearest" | "linear" | "cubic" | "lanczos3" | "lanczos5";
  readonly antialias: boolean;
}

const path = new URL("data/fields.json", import.meta.url);
const { segments, images }: { segments: SegmentCase[]; images: ImageCase[] } = JSON.parse(readFileSync(path, "utf8"));
const FUNCTIONS = { sum: ops.segmentSum, prod: ops.segmentProd, max: ops.segmentMax, min: ops.segmentMin };

const wide = (values: readonly (number | string)[], shape: number[]): NDArray =>
  array(
    values.map((v) => Number(v === "inf" ? Infinity : v === "-inf" ? -Infinity : v)),
    { shape, dtype: "float64" },
  );

/** What `weighted` there is. */
function weighted(out: NDArray): NDArray {
  const weights = np.cos(np.arange(out.size, { dtype: "float64" })).reshape(out.shape);
  return np.sum(np.where(np.isfinite(out), out, 0).mul(weights));
}

function compare(f: (x: NDArray) => NDArray, x: NDArray, { out, outShape, grad: slope }: Expected, what: string): void {
  for (const g of [f, jit(f)]) assertClose(g(x), wide(out, outShape), 1e-12, what);
  assertClose(grad((y: NDArray) => weighted(f(y)))(x), wide(slope, x.shape as number[]), 1e-12, `grad of ${what}`);
}

test("segments and their gradients are JAX's: repeated ids, ids out of range, empty segments, ties", () => {
  for (const { data, shape, ids, numSegments, ...expected } of segments) {
    for (const name of ["sum", "prod", "max", "min"] as const) {
      // Under jit the ids are constants, and known.
      compare((y) => FUNCTIONS[name](y, ids, { numSegments }), wide(data, shape), expected[name], `${name} of ${ids}`);
    }
  }
});

test("resized images and their gradients are JAX's", () => {
  for (const { image: pixels, shape, to, method, antialias, ...expected } of images) {
    const what = `${method} from ${shape} to ${to}, antialias ${antialias}`;
    compare((y) => image.resize(y, to, method, { antialias }), wide(pixels, shape), expected, what);
  }
});

test("segments of other dtypes, and of none", () => {
  const ids = array([1, 1, 0], { dtype: "uint32" });
  const whole = array([5, -7, 9], { dtype: "int32" });
  assert.equal(ops.segmentMax(whole, ids, { numSegments: 3 }).toArray(), [9, 5, -(2 ** 31)]);
  assert.equal(ops.segmentMin(whole, ids, 3).toArray(), [9, -7, 2 ** 31 - 1]);
  assert.equal(ops.segmentProd(whole, ids).toArray(), [9, -35]);
  const unsigned = array([4000000001, 2, 3], { dtype: "uint32" });
  assert.equal(ops.segmentMin(unsigned, ids, 3).toArray(), [3, 2, 2 ** 32 - 1]);
  assert.equal(ops.segmentMax(unsigned, ids, 3).toArray(), [3, 4000000001, 0]);
  assert.equal(ops.segmentMax(array([false, true, false]), ids, 3).toArray(), [false, true, false]);
  assert.equal(ops.segmentMin(array([false, true, false]), ids, 3).toArray(), [false, false, true]);
  assert.is(ops.segmentSum(np.ones([3]), ids).dtype, "float32");
  assert.equal(ops.segmentSum(np.zeros([0, 2]), []).shape, [0, 2]);
  assert.equal(ops.segmentSum(np.zeros([0, 2]), [], { numSegments: 2 }).toArray(), [
    [0, 0],
    [0, 0],
  ]);
  assert.equal(ops.segmentSum(np.ones([2]), [-1, 4], 0).shape, [0]);
  assert.equal(ops.segmentSum(np.ones([2]), [-1, -1]).shape, [0]);
});

test("segments of traced ids, and of a batch, are those of a loop", () => {
  const data = array([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const ids = array(
    [
      [0, 1, 0],
      [1, 7, 1],
    ],
    { dtype: "int32" },
  );
  const f = (x: NDArray, own: NDArray) => ops.segmentSum(x, own, { numSegments: 2, indicesAreSorted: false });
  const expected = [
    [4, 2],
    [0, 10],
  ];
  assert.equal(vmap(f)(data, ids).toArray(), expected);
  assert.equal(jit(vmap(f))(data, ids).toArray(), expected);
  const largest = (x: NDArray, own: NDArray) => ops.segmentMax(x, own, { numSegments: 2, uniqueIndices: false });
  assert.equal(vmap(largest)(data, ids).toArray(), [
    [3, 2],
    [-Infinity, 6],
  ]);
  assertThrows(() => jit((own: NDArray) => ops.segmentSum(data.T, own))(ids.at(0)), 'give "numSegments"');
});

test("segments refuse what doesn't fit", () => {
  const x = np.ones([3, 2]);
  assertThrows(() => ops.segmentSum(x, [0, 1]), "ops.segmentSum: data (3, 2) needs segmentIds of shape (3,)");
  assertThrows(() => ops.segmentSum(3, [0]), "ops.segmentSum: data () needs segmentIds");
  assertThrows(() => ops.segmentMax(x, [0, 1, 2.5]), "ops.segmentMax");
  assertThrows(() => ops.segmentSum(x, np.ones([3])), "ops.segmentSum: segmentIds must be integers");
  assertThrows(() => ops.segmentSum(x, [0, 1, 2], { numSegments: -1 }), "numSegments");
  assertThrows(() => ops.segmentSum(x, [0, 1, 2], 2 ** 31), "ops.segmentSum: shape (2147483648, 2) has");
  assertThrows(() => ops.segmentSum(array([true]), [0]), "ops.segmentSum");
});

test("images of integers, without pixels, in batches; what no image can be", () => {
  const whole = array([1, 2], { dtype: "int32" });
  assert.is(image.resize(whole, [4], "nearest").dtype, "int32");
  assert.equal(image.resize(whole, [4], "linear").toArray(), [1, 1.25, 1.75, 2]);
  assert.equal(image.resize(np.ones([0, 2]), [0, 4], "cubic").shape, [0, 4]);
  assert.equal(image.resize(np.ones([3, 2]), [0, 4], "linear").shape, [0, 4]);
  const x = array([
    [0, 2],
    [4, 8],
  ]);
  assert.equal(image.resize(np.ones([2 ** 15, 1]), [2 ** 15, 2], "linear").shape, [2 ** 15, 2], "an axis that stays");
  const rows = vmap((row: NDArray) => image.resize(row, [1], "linear"))(x);
  assert.equal(rows.toArray(), [[1], [6]]);
  assert.equal(image.resize(x, [2, 1], "bilinear").toArray(), rows.toArray());
  assertThrows(() => image.resize(x, [2], "linear"), "image.resize: an image of shape (2, 2) can't be resized to (2,)");
  assertThrows(() => image.resize(np.ones([0]), [2], "linear"), "an empty one stays empty");
  assertThrows(() => image.resize(x, [2 ** 20, 2 ** 20], "nearest"), "image.resize: shape (1048576, 1048576) has");
  assertThrows(
    () => image.resize(np.ones([2 ** 15]), [2 ** 14 + 1], "linear"),
    "image.resize: the weights of axis 0: shape",
  );
  assertThrows(() => image.resize(x, [2, -1], "linear"), "image.resize");
  assertThrows(() => image.resize(x, [2, 2], "area" as never), 'image.resize: method must be "nearest", "linear"');
});

test.run();
