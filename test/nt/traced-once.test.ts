/** Each call of a kernel function calls `f` once at each shape, the first one too. */
import { lax, type NDArray, numpy as np, nt } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { compileKernel, givenArguments } from "../../src/nt/task/compile-kernel.ts";
import { Recorder } from "../../src/nt/task/recording.ts";
import { numbers } from "../support/arrays.ts";
import { assertSame, randomArray } from "../support/properties.ts";

// biome-ignore lint/suspicious/noExplicitAny: kernel functions of any arguments
type Any = any;

/** The batch sizes at which `f` was called. */
let seen: number[] = [];
const f = (p: Any, x: NDArray, { gain = 1 }: Any = {}): NDArray => {
  seen.push(x.shape[0]!);
  return np.multiply(np.matmul(np.tanh(np.matmul(x, p.w)), p.v), gain);
};
const params = { w: randomArray([3, 8], 1), v: randomArray([8, 2], 2) };
const x1 = randomArray([6, 3], 3);

/** For each x2 the sizes of the batches in which one call sees examples. */
const seconds: [string, NDArray | null, number[]][] = [
  ["x2 null", null, [6]],
  ["x2 of the same shape", randomArray([6, 3], 4), [6]],
  ["x2 of another batch size", randomArray([5, 3], 5), [6, 5]],
];

type Call = (x2: NDArray | null) => unknown;
type Make = (options: Any, ...kwargs: Any[]) => Call;

const methods = Object.entries(nt.NtkImplementation).map(([name, implementation]): [string, Make] => [
  name,
  (options, ...kwargs) => {
    const kernelFn = nt.empiricalNtkFn(f, { ...options, implementation });
    return (x2) => kernelFn(x1, x2, params, ...kwargs);
  },
]);

/** What takes `vmapAxes`: with these `f` is also called with one example. */
const perExample: [string, Make][] = [
  ...methods,
  [
    "both kernels",
    (options, ...kwargs) => {
      const kernelFn = nt.empiricalKernelFn(f, options);
      return (x2) => kernelFn(x1, x2, null, params, ...kwargs);
    },
  ],
  [
    "costOf",
    (options, ...kwargs) =>
      (x2) =>
        nt.costOf(f, x1, x2, params, options, ...kwargs),
  ],
];

const whole: [string, Make][] = [
  [
    "nngp",
    (_, ...kwargs) => {
      const kernelFn = nt.empiricalNngpFn(f);
      return (x2) => kernelFn(x1, x2, params, ...kwargs);
    },
  ],
  [
    "vector product",
    (_, ...kwargs) =>
      (x2) =>
        nt.empiricalNtkVpFn(f, x1, x2, params, ...kwargs)(lax.full([(x2 ?? x1).shape[0]!, 2], 1, "float64")),
  ],
];

const sizesSeen = (run: () => unknown): number[] => {
  seen = [];
  run();
  return seen;
};

for (const [name, make] of [...perExample, ...whole]) {
  test(`${name}: once at each shape, in the first call and in later ones`, () => {
    for (const kwargs of [[], [{ gain: 2 }], [{ gain: [2, 3] }], [{ gain: randomArray([2], 6) }]]) {
      for (const [label, x2, sizes] of seconds) {
        const call = make({}, ...kwargs);
        // A pair gives numbers, which are part of what is traced, to each side its own.
        const pair = kwargs.some(({ gain }) => Array.isArray(gain)) && x2 !== null;
        const expected = pair ? [6, x2.shape[0]!] : sizes;
        for (const time of ["first", "second"]) {
          assert.equal(
            sizesSeen(() => call(x2)),
            expected,
            `${label}, ${JSON.stringify(kwargs)}, ${time} call`,
          );
        }
      }
    }
  });
}

// Whether outputs follow the batch shows in batches alone, and f may look at the size: one example has its own program.
for (const [name, make] of perExample) {
  test(`${name}: with vmapAxes once at each shape, of which one example is one`, () => {
    for (const kwargs of [[], [{ gain: 2 }]]) {
      for (const [label, x2, [first, ...others]] of seconds) {
        const call = make({ vmapAxes: 0 }, ...kwargs);
        for (const time of ["first", "second"]) {
          assert.equal(sizesSeen(() => call(x2)).sort(), [1, ...others, first], `${label}, ${time} call`);
        }
      }
    }
  });
}

test("one example is a batch of one", () => {
  const kernelFn = nt.empiricalNtkFn(f, { vmapAxes: 0 });
  assert.equal(
    sizesSeen(() => kernelFn(randomArray([1, 3], 1), null, params)),
    [1],
  );
});

const allDiffer = (sizes: readonly number[]): boolean => new Set(sizes).size === sizes.length;

test("tiles and batches see no shape twice", () => {
  const big = { w: randomArray([200, 8], 1), v: randomArray([8, 2], 2) };
  const x = randomArray([300, 200], 3);
  let tiles = 0;
  const onProgress = (_: number, all: number): void => {
    tiles = all;
  };
  const batched: Any = nt.batch(nt.empiricalKernelFn(f, { vmapAxes: 0 }), { batchSize: 70, onProgress });
  for (const x2 of [null, randomArray([300, 200], 4), randomArray([150, 200], 5)]) {
    const { peakMemory } = nt.costOf(f, x, x2, big, { vmapAxes: 0 }).JACOBIAN_CONTRACTION;
    const kernelFn = nt.empiricalNtkFn(f, { vmapAxes: 0, memoryLimit: 0.8 * peakMemory, onProgress });
    for (const call of [() => kernelFn(x, x2, big), () => batched(x, x2, null, big)]) {
      for (const time of ["first", "second"]) {
        tiles = 0;
        const sizes = sizesSeen(call);
        assert.ok(tiles > 1, "there are tiles");
        assert.ok(allDiffer(sizes), `${time} call: ${sizes}`);
      }
    }
  }
});

test("numbers, and arrays of numbers' types, as inputs and parameters are found again", () => {
  const g = (p: Any, x: NDArray): NDArray => {
    seen.push(x.shape[0]!);
    return np.multiply(np.matmul(x, p.w), np.multiply(p.a, np.sum(x, { axis: 1, keepdims: true })));
  };
  const p = { w: np.ones([2, 2], { dtype: "float64" }), a: 0.1 };
  const [x, other] = [lax.broadcast(1.5, [3, 2]), lax.broadcast(2.5, [4, 2])];
  const reference = nt.empiricalNtkFn(g)(x.astype("float64"), other.astype("float64"), p);
  for (const implementation of Object.values(nt.NtkImplementation)) {
    for (const vmapAxes of [null, 0]) {
      const kernelFn = nt.empiricalNtkFn(g, { vmapAxes, implementation });
      let kernel: Any;
      const sizes = sizesSeen(() => {
        kernel = kernelFn(x, other, p);
      });
      assert.equal(sizes, vmapAxes === null ? [3, 4] : [3, 1, 4]);
      assertSame(kernel, reference, 1e-6);
    }
  }
});

test("a kernel is compiled for the room that it is told", () => {
  const kernel = compileKernel(null, (_, __, { room = 0 }) => lax.full([2], room, "float32"));
  const run = (beside?: { room: number }): unknown =>
    kernel(givenArguments("test", x1, null, params, {}), new Recorder("test", f), beside).run();
  assert.equal(numbers(run({ room: 1 })), [1, 1]);
  assert.equal(numbers(run({ room: 2 })), [2, 2]);
  assert.equal(numbers(run()), [0, 0]);
});

test("what f returns is part of the program: another tree of the same arrays is seen", () => {
  let named = false;
  const g = (p: Any, x: NDArray): Any => {
    const out = f(p, x);
    return named ? { out } : [out];
  };
  for (const kernelFn of [nt.empiricalNtkFn(g), nt.empiricalNngpFn(g)]) {
    named = false;
    assert.equal(Object.keys(kernelFn(x1, null, params)), ["0"]);
    named = true;
    assert.equal(Object.keys(kernelFn(x1, null, params)), ["out"]);
  }
});

test.run();
