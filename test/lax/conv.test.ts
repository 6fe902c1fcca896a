import { array, lax, type NDArray } from "cotangent";
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertClose, assertThrows, indices, offsetOf } from "../support/arrays.ts";
import { assertSame, checkAll, checkVmap, randomArray } from "../support/properties.ts";

interface Problem {
  readonly lhs: NDArray;
  readonly rhs: NDArray;
  readonly options: Required<Omit<Parameters<typeof lax.convGeneralDilated>[2], "preferredElementType">> & {
    readonly windowStrides: number[];
    readonly padding: [number, number][];
    readonly lhsDilation: number[];
    readonly rhsDilation: number[];
    readonly dimensionNumbers: [string, string, string];
  };
}

/** The convolution by its definition: for each output and each kernel element, the input element that lies under it. */
function oracle({ lhs, rhs, options }: Problem): NDArray {
  const { windowStrides: strides, padding, lhsDilation, rhsDilation, dimensionNumbers } = options;
  const { featureGroupCount: features, batchGroupCount: batches } = options;
  const [lhsSpec, rhsSpec, outSpec] = dimensionNumbers;
  const spatial = [...rhsSpec].filter((c) => c !== "O" && c !== "I");
  const size = (x: NDArray, spec: string, letter: string): number => x.shape[spec.indexOf(letter)];
  const [n, o, i] = [size(lhs, lhsSpec, "N"), size(rhs, rhsSpec, "O"), size(rhs, rhsSpec, "I")];
  const outSpatial = spatial.map((c, k) => {
    const [input, kernel] = [size(lhs, lhsSpec, c), size(rhs, rhsSpec, c)];
    const dilated = input === 0 ? 0 : (input - 1) * lhsDilation[k] + 1;
    const reach = kernel === 0 ? 0 : (kernel - 1) * rhsDilation[k] + 1;
    const room = dilated + padding[k][0] + padding[k][1] - reach;
    return room < 0 ? 0 : Math.floor(room / strides[k]) + 1;
  });
  const sizes: Record<string, number> = { N: n / batches, C: o };
  spatial.forEach((c, k) => {
    sizes[c] = outSpatial[k];
  });
  const outShape = [...outSpec].map((c) => sizes[c]);
  const place = (spec: string, at: Record<string, number>): number[] => [...spec].map((c) => at[c]);
  const [x, w] = [lhs.dataSync(), rhs.dataSync()];
  const kernelShape = spatial.map((c) => size(rhs, rhsSpec, c));
  const values = indices(outShape).map((index) => {
    const at = (c: string): number => index[outSpec.indexOf(c)];
    const group = Math.floor(at("C") / (o / (features * batches)));
    let sum = 0;
    for (const kernel of indices(kernelShape)) {
      const input: Record<string, number> = {};
      const inside = spatial.every((c, k) => {
        const z = at(c) * strides[k] + kernel[k] * rhsDilation[k] - padding[k][0];
        input[c] = z / lhsDilation[k];
        return z >= 0 && Number.isInteger(input[c]) && input[c] < size(lhs, lhsSpec, c);
      });
      if (!inside) continue;
      const kernelAt = Object.fromEntries(spatial.map((c, k) => [c, kernel[k]]));
      for (let f = 0; f < i; f++) {
        const example = batches > 1 ? group * (n / batches) + at("N") : at("N");
        const channel = features > 1 ? group * i + f : f;
        const a = x[offsetOf(place(lhsSpec, { ...input, N: example, C: channel }), lhs.shape)];
        const b = w[offsetOf(place(rhsSpec, { ...kernelAt, O: at("C"), I: f }), rhs.shape)];
        sum += a * b;
      }
    }
    return sum;
  });
  return array(values, { shape: outShape, dtype: lhs.dtype });
}

const shuffledSpec = (letters: string, seed: number): string =>
  [...letters]
    .map((c, k) => [Math.sin(seed * 13.7 * (k + 1)), c] as const)
    .sort((a, b) => a[0] - b[0])
    .map(([, c]) => c)
    .join("");

/** Random problems; `max` bounds sizes, so that small ones can be differentiated. */
const problems = (max: { size: number; kernel: number; batch: number }) =>
  fc
    .integer({ min: 1, max: 3 })
    .chain((rank) => {
      const each = <T>(arb: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(arb, { minLength: rank, maxLength: rank });
      const bound = Math.max(2, max.size - 2 * (rank - 1));
      return fc.record({
        sizes: each(fc.integer({ min: 1, max: bound })),
        kernel: each(fc.integer({ min: 1, max: max.kernel })),
        windowStrides: each(fc.integer({ min: 1, max: 3 })),
        padding: each(fc.tuple(fc.integer({ min: -2, max: 3 }), fc.integer({ min: -2, max: 3 }))),
        lhsDilation: each(fc.integer({ min: 1, max: 3 })),
        rhsDilation: each(fc.integer({ min: 1, max: 3 })),
        groups: fc.constantFrom([1, 1], [1, 1], [2, 1], [3, 1], [1, 2], [1, 3]),
        n: fc.integer({ min: 1, max: max.batch }),
        c: fc.integer({ min: 1, max: 3 }),
        o: fc.integer({ min: 1, max: 3 }),
        seed: fc.integer({ min: 1, max: 999 }),
      });
    })
    .map((p): Problem => {
      const letters = "HWD".slice(0, p.sizes.length);
      const dimensionNumbers: [string, string, string] = [
        shuffledSpec(`NC${letters}`, p.seed),
        shuffledSpec(`OI${letters}`, p.seed + 1),
        shuffledSpec(`NC${letters}`, p.seed + 2),
      ];
      const [features, batches] = p.groups;
      const shapeOf = (spec: string, sizes: Record<string, number>): number[] => [...spec].map((ch) => sizes[ch]);
      const inputs = Object.fromEntries([...letters].map((l, k) => [l, p.sizes[k]]));
      const kernels = Object.fromEntries([...letters].map((l, k) => [l, p.kernel[k]]));
      // The options are in the order of the kernel's spatial letters.
      const order = [...dimensionNumbers[1]].filter((l) => letters.includes(l)).map((l) => letters.indexOf(l));
      const sorted = <T>(list: readonly T[]): T[] => order.map((k) => list[k]);
      return {
        lhs: randomArray(shapeOf(dimensionNumbers[0], { ...inputs, N: p.n * batches, C: p.c * features }), p.seed),
        rhs: randomArray(shapeOf(dimensionNumbers[1], { ...kernels, O: p.o * features * batches, I: p.c }), p.seed + 5),
        options: {
          windowStrides: sorted(p.windowStrides),
          padding: sorted(p.padding),
          lhsDilation: sorted(p.lhsDilation),
          rhsDilation: sorted(p.rhsDilation),
          dimensionNumbers,
          featureGroupCount: features,
          batchGroupCount: batches,
        },
      };
    });

test("random convolutions against loops", () => {
  fc.assert(
    fc.property(problems({ size: 7, kernel: 3, batch: 2 }), (p) => {
      const message = JSON.stringify([p.lhs.shape, p.rhs.shape, p.options]);
      assertSame(lax.convGeneralDilated(p.lhs, p.rhs, p.options), oracle(p), 1e-12, message);
    }),
    { numRuns: 400, seed: 3 },
  );
});

test("first and second derivatives of random convolutions", () => {
  fc.assert(
    fc.property(problems({ size: 4, kernel: 2, batch: 1 }), (p) => {
      const f = (a: NDArray, b: NDArray): NDArray => lax.convGeneralDilated(a, b, p.options);
      checkAll(f, [p.lhs, p.rhs], JSON.stringify([p.lhs.shape, p.rhs.shape, p.options]), 2);
    }),
    { numRuns: 60, seed: 4 },
  );
});

test("vmap over every choice of axes", () => {
  for (const groups of [
    { featureGroupCount: 1, batchGroupCount: 1 },
    { featureGroupCount: 2, batchGroupCount: 1 },
    { featureGroupCount: 1, batchGroupCount: 2 },
  ]) {
    const channels = groups.featureGroupCount;
    const f = (a: NDArray, b: NDArray): NDArray =>
      lax.convGeneralDilated(a, b, { windowStrides: [2], padding: [[1, 1]], rhsDilation: [2], ...groups });
    checkVmap(f, [randomArray([2, channels, 5], 1), randomArray([2, 1, 2], 2)], [], 1e-12, JSON.stringify(groups));
  }
});

test("paddings by name have the sizes of JAX", () => {
  const x = lax.full([1, 1, 5], 1);
  const kernel = array([[[1, 10, 100, 1000]]]);
  const run = (padding: "SAME" | "SAME_LOWER" | "VALID", stride: number) =>
    lax.convGeneralDilated(x, kernel, { windowStrides: [stride], padding });
  // Values from jax.lax.conv_general_dilated.
  assertClose(run("SAME", 1), [[[1110, 1111, 1111, 111, 11]]]);
  assertClose(run("SAME_LOWER", 1), [[[1100, 1110, 1111, 1111, 111]]]);
  assertClose(run("VALID", 1), [[[1111, 1111]]]);
  assertClose(run("SAME", 2), [[[1110, 1111, 11]]]);
});

test("integers and bools; operands of two dtypes are refused", () => {
  const x = array([[[1, 2, 3]]], { dtype: "int32" });
  const w = array([[[1, -1]]], { dtype: "int32" });
  assert.equal(lax.convGeneralDilated(x, w, { windowStrides: [1], padding: "VALID" }).toArray(), [[[-1, -1]]]);
  const half = array([[[0.5]]], { dtype: "float64" });
  assertThrows(
    () => lax.convGeneralDilated(x, half, { windowStrides: [1], padding: "VALID" }),
    "lax.convGeneralDilated",
    "int32 and float64",
  );
  const [b, ones] = [array([[[false, false, true, true]]]), array([[[true, true]]])];
  const covered = lax.convGeneralDilated(b, ones, { windowStrides: [1], padding: "VALID" });
  assert.equal(covered.toArray(), [[[false, true, true]]]);
});

test("no spatial axes: a matrix product", () => {
  const [x, w] = [
    array([[1, 2]]),
    array([
      [3, 4],
      [5, 6],
    ]),
  ];
  assertClose(lax.convGeneralDilated(x, w, { windowStrides: [], padding: [] }), [[11, 17]]);
});

test("errors name the function, shapes and axes", () => {
  const x = lax.full([2, 8, 8, 3], 1);
  const w = lax.full([3, 3, 4, 5], 1);
  const options = { windowStrides: [1, 1], padding: "SAME", dimensionNumbers: ["NHWC", "HWIO", "NHWC"] } as const;
  const conv =
    (a: NDArray, b: NDArray, more: object = {}) =>
    () =>
      lax.convGeneralDilated(a, b, { ...options, ...more } as never);
  const good = lax.full([3, 3, 3, 4], 1);
  const fn = "lax.convGeneralDilated";
  assertThrows(conv(x, w), fn, "(2, 8, 8, 3)", "3 input features", "(3, 3, 4, 5)", "4");
  assertThrows(conv(x, lax.full([3, 3, 3], 1)), fn, "(3, 3, 3)", "same number of axes");
  assertThrows(conv(x, good, { padding: "FULL" }), fn, "FULL");
  assertThrows(conv(x, good, { padding: [[1, 1]] }), fn, "[[1, 1]]");
  assertThrows(
    conv(x, good, {
      padding: [
        [1, 1],
        [0.5, 1],
      ],
    }),
    fn,
    "0.5",
  );
  assertThrows(conv(x, good, { windowStrides: [1] }), fn, "windowStrides");
  assertThrows(conv(x, good, { windowStrides: [0, 1] }), fn, "windowStrides", "positive");
  assertThrows(conv(x, good, { windowStrides: undefined }), fn, "windowStrides");
  assertThrows(conv(x, good, { padding: undefined }), fn, "padding");
  assertThrows(conv(x, good, { dimensionNumbers: ["NHWC", "HWIO", "NHCC"] }), fn, "NHCC");
  assertThrows(conv(x, good, { dimensionNumbers: ["NHWC", "HWIO"] }), fn, "three layouts");
  assertThrows(conv(x, good, { featureGroupCount: 2 }), fn, "2 groups");
  assertThrows(conv(x, lax.full([3, 3, 1, 4], 1), { featureGroupCount: 3 }), fn, "divisible", "3");
  assertThrows(conv(x, good, { featureGroupCount: 3, batchGroupCount: 2 }), fn, "one of them 1");
  assertThrows(conv(x, good, { strides: [1, 1] }), fn, "strides", "windowStrides");
  assertThrows(conv(x, good, { lhsDilation: [2, 1] }), fn, "SAME", "lhsDilation");
  assertThrows(() => lax.convGeneralDilated([1] as never, w, options), fn, "lhs");
});

test.run();
