/** Keyword arguments that belong to the examples: cut with them in batches, and named where their axis was forgotten. */
import { jit, lax, type NDArray, numpy as np, nt } from "cotangent";
import { test } from "uvu";
import { assertThrows } from "../support/arrays.ts";
import { assertSame, randomArray } from "../support/properties.ts";

// biome-ignore lint/suspicious/noExplicitAny: kernel functions of any arguments
type Any = any;
const params = { w: randomArray([3, 4], 1), v: randomArray([4, 2], 2) };
const [x1, x2] = [randomArray([7, 3], 3), randomArray([5, 3], 4)];
const [mask1, mask2] = [randomArray([7, 1], 5), randomArray([5, 1], 6)];
const methods = Object.values(nt.NtkImplementation);

const f = (p: typeof params, x: NDArray, { mask, gain = 1 }: Any): NDArray =>
  np.multiply(np.matmul(np.tanh(np.matmul(x, p.w)), p.v), np.multiply(mask, gain));
const vmapAxes = [0, 0, { mask: 0 }];

/** The kernel of examples that are scaled is the kernel of those that aren't, scaled. */
function expected(other: boolean, gain = 1): NDArray {
  const plain = nt.empiricalNtkFn((p: typeof params, x: NDArray) => f(p, x, { mask: 1 }))(
    x1,
    other ? x2 : null,
    params,
  );
  const columns = np.transpose(other ? mask2 : mask1);
  return np.multiply(np.multiply(plain, np.multiply(mask1, columns)), gain * gain);
}

test("nt.batch cuts the keyword arguments that vmapAxes maps, by every method", () => {
  for (const implementation of methods) {
    const kernelFn: Any = nt.batch(nt.empiricalNtkFn(f, { vmapAxes, implementation }), { batchSize: 2 });
    assertSame(kernelFn(x1, x2, params, { mask: [mask1, mask2] }), expected(true), 1e-12);
    assertSame(kernelFn(x1, null, params, { mask: mask1 }), expected(false), 1e-12);
    // Those that aren't mapped stay as they are.
    assertSame(
      kernelFn(x1, null, params, { mask: mask1, gain: randomArray([1, 1], 7).item() }),
      expected(false, randomArray([1, 1], 7).item()),
      1e-12,
    );
    const jitted = jit((x: NDArray, mask: NDArray) => kernelFn(x, null, params, { mask }));
    assertSame(jitted(x1, mask1), expected(false), 1e-12);
  }
});

test("so does the batch of both kernels, and of kernels that are diagonal in the batch", () => {
  const kernelFn: Any = nt.empiricalKernelFn(f, { vmapAxes });
  const batched: Any = nt.batch(kernelFn, { batchSize: 3 });
  for (const get of ["ntk", "nngp"]) {
    for (const [second, mask] of [
      [x2, [mask1, mask2]],
      [null, mask1],
    ] as const) {
      assertSame(batched(x1, second, get, params, { mask }), kernelFn(x1, second, get, params, { mask }), 1e-12);
    }
  }
  const diagonal = nt.empiricalNtkFn(f, { vmapAxes, diagonalAxes: 0 });
  const parts: Any = nt.batch(diagonal, { batchSize: 3 });
  const values = np.diagonal(expected(false)) as NDArray;
  assertSame(parts(x1, null, params, { mask: mask1 }), values, 1e-12);
});

test("nt.batch cuts trees of keyword arguments and of inputs where vmapAxes says that they have examples", () => {
  // Examples along the last axis, a mask in a tree, and a part of the input that all examples share.
  const g = (p: typeof params, { own, shared }: Any, { masks }: Any): NDArray =>
    f(p, np.add(np.transpose(own), shared), { mask: np.multiply(np.transpose(masks.a[0]), masks.b) });
  const axes = [{ own: 1, shared: null }, 0, { masks: { a: 1, b: null } }];
  const shared = randomArray([1, 3], 8);
  const input = { own: np.transpose(x1), shared };
  const kwargs = { masks: { a: [np.transpose(mask1)], b: 2 } };
  const reference: Any = nt.empiricalNtkFn((p: typeof params, x: NDArray, own: Any) => f(p, np.add(x, shared), own));
  const whole = reference(x1, null, params, { mask: np.multiply(mask1, 2) });
  const b = np.full([1, 1], 2, { dtype: "float64" });
  for (const implementation of methods) {
    const kernelFn: Any = nt.batch(nt.empiricalNtkFn(g, { vmapAxes: axes, implementation }), { batchSize: 2 });
    assertSame(kernelFn(input, null, params, { masks: { ...kwargs.masks, b } }), whole, 1e-12);
  }
});

test("a mask whose axis was forgotten is named", () => {
  for (const implementation of methods) {
    const kernelFn: Any = nt.empiricalNtkFn(f, { vmapAxes: 0, implementation });
    const named = ['"mask" of shape (', "vmapAxes: [..., ..., { mask: 0 }]"];
    assertThrows(() => kernelFn(x1, x2, params, { mask: [mask1, mask2] }), "nt.empiricalNtkFn", ...named);
    const batched = nt.batch(kernelFn, { batchSize: 4 });
    assertThrows(() => batched(x1, null, params, { mask: mask1 }), "nt.batch", ...named);
    const whole: Any = nt.batch(nt.empiricalNtkFn(f, { implementation }), { batchSize: 4 });
    assertThrows(() => whole(x1, x2, params, { mask: [mask1, mask2] }), "nt.batch", ...named);
  }
  assertThrows(() => nt.costOf(f, x1, null, params, { vmapAxes: 0 }, { mask: mask1 }), "nt.costOf", '"mask"');
  // Where f itself fails of one example with the masks of all.
  const strict = (p: typeof params, x: NDArray, { mask }: Any): NDArray =>
    lax.dotGeneral(x, np.multiply(mask, np.sum(p.w)), { contractingDims: [[], []], batchDims: [[0], [0]] });
  const kernelFn: Any = nt.empiricalNtkFn(strict, { vmapAxes: 0 });
  const flat = np.reshape(mask1, [7]);
  assertThrows(
    () => kernelFn(x1, null, params, { mask: flat }),
    "nt.empiricalNtkFn",
    '"mask" of shape (7,)',
    "lax.dotGeneral",
  );
});

test("keyword arguments under names that every object inherits are told apart, too", () => {
  const g = (p: typeof params, x: NDArray, { toString: mask }: Any): NDArray => f(p, x, { mask });
  assertThrows(
    () => nt.empiricalNtkFn(g, { vmapAxes: [0, 0, {}] })(x1, null, params, { toString: mask1 } as Any),
    "name its axis: vmapAxes: [..., ..., { toString: 0 }]",
  );
  assertThrows(
    () => nt.empiricalNtkFn(f, { vmapAxes: [0, 0, { constructor: 0 }] })(x1, null, params, { mask: mask1 }),
    'the keyword argument "constructor", which isn\'t given',
  );
});

test("a function that makes more of one example says which output", () => {
  const doubled = (p: typeof params, x: NDArray): NDArray =>
    x.shape[0] === 1 ? np.matmul(np.concatenate([x, x]), p.w) : np.matmul(x, p.w);
  const kernelFn = nt.empiricalNtkFn(doubled, { vmapAxes: 0 });
  assertThrows(() => kernelFn(x1, null, params), "one example at a time", "output 0 has shape (2, 4)", "batch axis 0");
  const flattened = (p: typeof params, x: NDArray): NDArray =>
    np.sum(np.matmul(x, p.w), { axis: x.shape[0] === 1 ? [0, 1] : 1 });
  const scalar = nt.empiricalNtkFn(flattened, { vmapAxes: 0 });
  assertThrows(() => scalar(x1, null, params), "output 0 has shape ()", "nothing along its batch axis 0");
});

test.run();
