/**
 * Every rule of structured derivatives by itself, over a grid of shapes and parameters of its primitive: the Jacobian that
 * the path stands for is that of forward and of reverse mode, and the dense Jacobian has the structure that it claims.
 */
import { array, jacfwd, jacrev, lax, type NDArray, numpy as np } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Atom, type Equation, Literal } from "../../src/ir/jaxpr.ts";
import { evalJaxpr, traceToJaxpr } from "../../src/ir/trace.ts";
import { identityPath, type Path } from "../../src/nt/structure/path.ts";
import { type PathStep, STRUCTURE_RULES } from "../../src/nt/structure/rules.ts";
import { linearizeJaxpr } from "../../src/transform/linearize.ts";
import { contradictions, jacobianOfPath, type Structure, structureOf } from "../support/paths.ts";
import { assertSame, randomArray } from "../support/properties.ts";

type Linear = (w: NDArray) => NDArray;

/** The paths along a chain of equations from the parameter on, as far as the rules lead; and the function up to there. */
function follow(f: Linear, w: NDArray): { f: Linear; path: Path; last: PathStep | null; steps: number } {
  const program = traceToJaxpr(([x]) => [f(x as NDArray)], [w.aval]);
  const { jaxpr, consts } = linearizeJaxpr(program, [w], [true]).linear;
  const read = (atom: Atom): NDArray =>
    atom instanceof Literal ? atom.array : (consts[jaxpr.constVars.indexOf(atom)] as NDArray);
  let [value, path, steps, last]: [Atom, Path, number, PathStep | null] = [
    jaxpr.inputs[0] as Atom,
    identityPath(w.shape),
    0,
    null,
  ];
  for (const equation of jaxpr.equations as Equation[]) {
    const input = equation.inputs.indexOf(value);
    assert.ok(input >= 0, "the function is a chain");
    last = STRUCTURE_RULES.get(equation.primitive)?.({ equation, input }, path, read) ?? null;
    if (!last) break;
    [value, path] = [equation.outputs[0] as Atom, last.path];
    steps++;
    if (last.ends) break;
  }
  const prefix = { jaxpr: { ...jaxpr, outputs: [value] }, consts };
  return { f: (x) => evalJaxpr(prefix, [x])[0] as NDArray, path, last, steps };
}

/** Checks the rules along `f`; all of its equations must have one. Returns what is claimed of the result's axes. */
function check(f: Linear, w: NDArray, message: string): Structure[] {
  const { f: reached, path, last, steps } = follow(f, w);
  assert.ok(last !== null, `${message}: no rule for equation ${steps}`);
  const [forward, reverse] = [jacfwd(reached)(w), jacrev(reached)(w)] as [NDArray, NDArray];
  const rows = jacobianOfPath(path, w.size);
  const claimed = array(Float64Array.from(rows.flat()), { shape: [...forward.shape] });
  assertSame(
    claimed.astype(forward.dtype),
    forward,
    1e-6 * Number(forward.dtype === "float32") + 1e-12,
    `${message} forward`,
  );
  assertSame(
    claimed.astype(reverse.dtype),
    reverse,
    1e-6 * Number(reverse.dtype === "float32") + 1e-12,
    `${message} reverse`,
  );
  assert.equal(contradictions(path, reverse), [], message);
  return structureOf(path);
}

const SHAPES = [[], [2], [1, 2], [2, 3], [1, 2, 3], [4, 3, 2], [2, 1, 3, 2]] as const;

function* permutations<T>(list: readonly T[]): Generator<T[]> {
  if (list.length === 0) yield [];
  for (const [i, first] of list.entries()) {
    for (const rest of permutations([...list.slice(0, i), ...list.slice(i + 1)])) yield [first, ...rest];
  }
}

const subsets = (n: number): number[][] =>
  Array.from({ length: 2 ** n }, (_, bits) => Array.from({ length: n }, (__, i) => i).filter((i) => bits & (1 << i)));

/** Every function of the grid: for each shape, by name. */
type Grid = (shape: readonly number[]) => readonly (readonly [name: string, f: Linear])[];

const only = (...functions: Linear[]): (readonly [string, Linear])[] => functions.map((f, i) => [`${i}`, f]);

/** A mask of the same shape. */
const mask = (shape: readonly number[]): NDArray => lax.gt(randomArray(shape, 8), 0);

const UNARY: Readonly<Record<string, Grid>> = {
  neg: () => only(lax.neg),
  convert_element_type: () => only((w) => lax.convertElementType(w, "float32")),
  transpose: (shape) =>
    [...permutations([...shape.keys()])].map((permutation) => [
      `${permutation}`,
      (w) => lax.transpose(w, { permutation }),
    ]),
  reduce_sum: (shape) =>
    subsets(shape.length)
      .slice(1)
      .map((axes) => [`${axes}`, (w) => lax.reduceSum(w, { axes })]),
  rev: (shape) =>
    subsets(shape.length)
      .slice(1)
      .map((dimensions) => [`${dimensions}`, (w) => lax.rev(w, { dimensions })]),
  broadcast_in_dim: (shape) =>
    Array.from({ length: shape.length + 1 }, (_, i) => {
      const dimensions = [...shape.keys()].map((d) => (d < i ? d : d + 1));
      const one: (readonly [string, Linear])[] = [3, 1].map((n) => {
        const target = [...shape.slice(0, i), n, ...shape.slice(i)];
        return [`${target}`, (w) => lax.broadcastInDim(w, { shape: target, broadcastDimensions: dimensions })];
      });
      const two = [4, ...shape.slice(0, i), 3, ...shape.slice(i)];
      const shifted = dimensions.map((d) => d + 1);
      return [
        ...one,
        [`${two}`, (w: NDArray) => lax.broadcastInDim(w, { shape: two, broadcastDimensions: shifted })] as const,
      ];
    }).flat(),
  reshape: (shape) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const factors = [1, 2, 3, 4, 6].filter((n) => size % n === 0);
    const targets = factors.flatMap((n) => [
      [n, size / n],
      [size / n, 1, n],
      ...[2, 3].filter((m) => (size / n) % m === 0).map((m) => [m, n, size / n / m]),
    ]);
    return [[size], ...targets].map((newSizes) => [`${newSizes}`, (w) => lax.reshape(w, { newSizes })]);
  },
  slice: (shape) =>
    [1, 2, 3].flatMap((stride) =>
      [0, 1].map((from) => [
        `${from}:${stride}`,
        (w) =>
          lax.slice(w, {
            startIndices: shape.map((n) => Math.min(from, n - 1)),
            limitIndices: shape.map((n, i) => n - (i % 2 === 1 && n > 2 ? 1 : 0)),
            strides: shape.map(() => stride),
          }),
      ]),
    ),
  mul: (shape) =>
    only(
      (w) => lax.mul(w, randomArray(shape, 5)),
      (w) => lax.mul(randomArray(shape, 6), w),
      (w) => lax.mul(w, 3),
    ),
  div: (shape) =>
    only(
      (w) => lax.div(w, randomArray(shape, 5, { low: 0.5, high: 2 })),
      (w) => lax.div(w, 4),
    ),
  select: (shape) =>
    only(
      (w) => lax.select(mask(shape), w, lax.full(shape, 0, "float64")),
      (w) => lax.select(mask(shape), lax.full(shape, 0, "float64"), w),
    ),
};

for (const [name, grid] of Object.entries(UNARY)) {
  test(`${name}: Jacobian and structure over shapes and parameters`, () => {
    let checked = 0;
    for (const shape of SHAPES) {
      for (const [label, f] of grid(shape)) {
        const w = randomArray(shape, 3);
        // What changes nothing is no equation.
        if (traceToJaxpr(([x]) => [f(x as NDArray)], [w.aval]).jaxpr.equations.length === 0) continue;
        check(f, w, `${name} of (${shape}) by ${label}`);
        checked++;
      }
    }
    assert.ok(checked >= SHAPES.length);
  });
}

/** All ways to pair axes of equal sizes, each pair contracted, a batch, or left alone. */
function* dimensionNumbers(
  shape1: readonly number[],
  shape2: readonly number[],
  axis = 0,
): Generator<[number[][], number[][]]> {
  if (axis === shape1.length) {
    yield [
      [[], []],
      [[], []],
    ];
    return;
  }
  for (const [[c1, c2], [b1, b2]] of dimensionNumbers(shape1, shape2, axis + 1) as Generator<
    [[number[], number[]], [number[], number[]]]
  >) {
    yield [
      [c1, c2],
      [b1, b2],
    ];
    for (const [other, size] of shape2.entries()) {
      if (size !== shape1[axis] || c2.includes(other) || b2.includes(other)) continue;
      yield [
        [
          [axis, ...c1],
          [other, ...c2],
        ],
        [b1, b2],
      ];
      yield [
        [c1, c2],
        [
          [axis, ...b1],
          [other, ...b2],
        ],
      ];
    }
  }
}

test("contract: products by all dimension numbers, the parameter on either side", () => {
  let [checked, refused] = [0, 0];
  for (const shape of [[2], [2, 3], [3, 2, 2]]) {
    for (const other of [[2], [3, 2], [2, 1, 3], [2, 2]]) {
      for (const [contractingDims, batchDims] of dimensionNumbers(shape, other) as Generator<
        [[number[], number[]], [number[], number[]]]
      >) {
        const [w, x] = [randomArray(shape, 3), randomArray(other, 4)];
        const swapped = {
          contractingDims: [...contractingDims].reverse(),
          batchDims: [...batchDims].reverse(),
        } as const;
        const sides: Linear[] = [
          (p) => lax.dotGeneral(p, x, { contractingDims, batchDims }),
          (p) =>
            lax.dotGeneral(x, p, swapped as { contractingDims: [number[], number[]]; batchDims: [number[], number[]] }),
        ];
        for (const [side, f] of sides.entries()) {
          const message = `(${shape}) (${other}) ${JSON.stringify({ contractingDims, batchDims })} side ${side}`;
          // Where no axis of the parameter remains, there is no structure beyond the product.
          if (contractingDims[0].length === shape.length) {
            const { last, steps } = follow(f, w);
            assert.ok(last === null && steps === 0, message);
            refused++;
            continue;
          }
          const claims = check(f, w, message);
          const [batches, free] = [batchDims[0].length, shape.length - contractingDims[0].length - batchDims[0].length];
          const count = (kind: Structure): number => claims.filter((c) => c === kind).length;
          assert.is(count("diagonal"), batches, `${message}: a batch of both is a diagonal`);
          assert.is(
            count("constant diagonal"),
            free,
            `${message}: an axis of the parameter alone is a constant diagonal`,
          );
          checked++;
        }
      }
    }
  }
  assert.ok(checked > 100 && refused > 0);
});

test("contract: kernels of convolutions, over strides, paddings, dilations, layouts and groups", () => {
  const layouts = [
    ["NWC", "WIO", "NWC"],
    ["NCW", "OIW", "NCW"],
    ["CNW", "IWO", "WNC"],
  ] as const;
  const arranged = (layout: string, sizes: Readonly<Record<string, number>>): number[] =>
    [...layout].map((axis) => sizes[axis] as number);
  for (const dimensionNumbers of layouts) {
    for (const windowStrides of [[1], [2]]) {
      for (const padding of ["SAME", "VALID", [[1, 0]], [[2, 3]], [[-1, 1]]] as const) {
        for (const [lhsDilation, rhsDilation] of [
          [[1], [1]],
          [[2], [1]],
          [[1], [2]],
        ]) {
          if (typeof padding === "string" && lhsDilation?.[0] !== 1) continue;
          for (const groups of [{}, { featureGroupCount: 2 }, { batchGroupCount: 2 }]) {
            const features = "featureGroupCount" in groups ? 2 : 4;
            const x = randomArray(arranged(dimensionNumbers[0], { N: 2, W: 5, C: 4 }), 4);
            const w = randomArray(arranged(dimensionNumbers[1], { W: 2, I: features, O: 4 }), 3);
            const options = { windowStrides, padding, lhsDilation, rhsDilation, dimensionNumbers, ...groups };
            const { f, last, steps, path } = follow((p) => lax.convGeneralDilated(x, p, options as never), w);
            const message = JSON.stringify(options);
            assert.ok(steps > 0, `${message}: no rule`);
            const claims = check(f, w, message);
            if (last?.ends && !("batchGroupCount" in groups) && path.factors.length === 1) {
              assert.ok(claims.includes("constant diagonal") || claims.includes("diagonal"), `${message}: ${claims}`);
            }
          }
        }
      }
    }
  }
});

test("contract: a parameter that a window slides over has no structure of its own", () => {
  const kernel = randomArray([2, 3, 1], 4);
  const f: Linear = (w) =>
    lax.convGeneralDilated(w, kernel, { windowStrides: [1], padding: "SAME", dimensionNumbers: ["NWC", "WIO", "NWC"] });
  assert.is(follow(f, randomArray([2, 4, 3], 3)).last, null);
});

test("gather: rows of a table along any axis, in range and outside", () => {
  const table = [9, 2, 3];
  for (const permutation of permutations([0, 1, 2])) {
    const w = randomArray(
      permutation.map((p) => table[p] as number),
      3,
    );
    const axis = permutation.indexOf(0);
    for (const places of [[0], [8, 0, 3], [2, 2, 5, 7], [11, -12, 4]]) {
      for (const mode of ["clip", "fill", "wrap"] as const) {
        const f: Linear = (p) => np.take(p, array(places, { dtype: "int32" }), { axis, mode } as never);
        const { last, steps, f: reached } = follow(f, w);
        assert.ok(steps > 0 && last !== null, `take ${places} along ${axis} ${mode}`);
        check(reached, w, `take ${places} along ${axis} ${mode}`);
      }
    }
  }
});

test("chains of two and of three rules", () => {
  const [x, y] = [randomArray([5, 4], 4), randomArray([2, 3], 5)];
  const chains: Readonly<Record<string, Linear>> = {
    "a transposed part": (w) =>
      lax.dotGeneral(x, lax.transpose(lax.slice(w, { startIndices: [1, 0], limitIndices: [3, 4] })), {
        contractingDims: [[1], [0]],
      }),
    "reversed, reshaped, multiplied": (w) =>
      lax.dotGeneral(x, lax.reshape(lax.rev(w, { dimensions: [0, 1] }), { newSizes: [4, 3] }), {
        contractingDims: [[1], [0]],
      }),
    "scaled, then summed": (w) => lax.reduceSum(lax.mul(lax.neg(w), 2), { axes: [0] }),
    "summed, then a product": (w) => lax.dotGeneral(x, lax.reduceSum(w, { axes: [0] }), { contractingDims: [[], []] }),
    "repeated, then a product": (w) =>
      lax.dotGeneral(y, lax.broadcastInDim(w, { shape: [2, 3, 4], broadcastDimensions: [1, 2] }), {
        contractingDims: [[1], [1]],
        batchDims: [[0], [0]],
      }),
    "masked, then a product": (w) =>
      lax.dotGeneral(x, lax.mul(w, randomArray([3, 4], 6)), { contractingDims: [[1], [1]] }),
    "every other, backwards": (w) =>
      lax.rev(lax.slice(w, { startIndices: [0, 1], limitIndices: [3, 4], strides: [2, 2] }), { dimensions: [0, 1] }),
  };
  for (const [name, f] of Object.entries(chains)) check(f, randomArray([3, 4], 3), name);
});

test("every rule of the table is tested above", () => {
  const names = [...STRUCTURE_RULES.keys()].map(({ name }) => name);
  assert.equal(names.sort(), [...Object.keys(UNARY), "contract", "gather"].sort());
});

test.run();
