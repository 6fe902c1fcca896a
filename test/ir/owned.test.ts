/** What a caller changes after a call changes nothing that the library holds. */
import { array, grad, jit, lax, type NDArray, numpy as np, nt, random, ShapeDtypeStruct, vjp, vmap } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";

// Sizes that no other test uses, so that the plans are made here.
for (const [name, make] of Object.entries<(shape: number[]) => NDArray>({
  zeros: (shape) => np.zeros(shape),
  ones: (shape) => np.ones(shape),
  full: (shape) => np.full(shape, 3),
  empty: (shape) => np.empty(shape),
  "lax.full": (shape) => lax.full(shape, 3),
  broadcastTo: (shape) => np.broadcastTo(2, shape),
  "lax.broadcast": (shape) => lax.broadcast(array(2), shape),
  "lax.broadcastInDim": (shape) => lax.broadcastInDim(array(2), { shape, broadcastDimensions: [] }),
  reshape: (shape) => np.reshape(np.ones([17]), shape),
  "random.normal": (shape) => random.normal(random.key(1), shape),
})) {
  test(`${name}: the list of sizes is the caller's again`, () => {
    const shape = [17];
    const x = make(shape);
    const before = x.toArray();
    shape[0] = 19;
    assert.equal(x.shape, [17]);
    assert.equal(x.toArray(), before);
    if (name !== "reshape") assert.equal(make(shape).size, 19);
    assert.equal(make([17]).toArray(), before);
    assert.equal(grad((w: NDArray) => np.sum(np.multiply(w, make([17]))))(np.ones([17])).toArray(), before);
  });
}

test("a shape that is read from an array can't be changed", () => {
  const x = np.sin(np.ones([3, 5]));
  assert.throws(() => (x.shape as number[]).reverse(), TypeError);
  assert.throws(() => Object.assign(x.aval, { shape: [5, 3] }), TypeError);
  assert.equal(np.sin(np.ones([3, 5])).shape, [3, 5]);
  assert.throws(() => (np.eye(4).shape as number[]).push(1), TypeError);
  assert.throws(() => (jit((y: NDArray) => np.add(y, 1))(x).shape as number[]).pop(), TypeError);
});

test("an array's elements can't be written through it", () => {
  const data = Float32Array.of(1, 2, 3);
  const x = array(data);
  data[0] = 9;
  x.dataSync()[1] = 9;
  assert.is((x as { storage?: unknown }).storage, undefined);
  assert.equal(x.toArray(), [1, 2, 3]);
  const sum = jit((y: NDArray) => np.add(x, y));
  assert.equal(sum(np.zeros([3])).toArray(), [1, 2, 3]);
});

test("lists in a primitive's parameters are kept for the pullback", () => {
  const startIndices = [1];
  const limitIndices = [3];
  const [y, pullback] = vjp((x: NDArray) => lax.slice(x, { startIndices, limitIndices }), np.ones([5]));
  startIndices[0] = 0;
  limitIndices[0] = 5;
  assert.equal(y.shape, [2]);
  assert.equal(pullback(np.ones([2]))[0].toArray(), [0, 1, 1, 0, 0]);

  const contractingDims: [number[], number[]] = [[1], [0]];
  const [a, b] = [np.ones([2, 3]), np.ones([3, 4])];
  const [, pull] = vjp((p: NDArray, q: NDArray) => lax.dotGeneral(p, q, { contractingDims }), a, b);
  contractingDims[0][0] = 0;
  contractingDims[1].push(1);
  assert.equal(pull(np.ones([2, 4]))[0].toArray(), [
    [4, 4, 4],
    [4, 4, 4],
  ]);

  const paddingConfig: [number, number, number][] = [[1, 1, 0]];
  const padded = jit((x: NDArray) => lax.pad(x, 0, { paddingConfig }));
  assert.equal(padded(np.ones([2])).toArray(), [0, 1, 1, 0]);
  paddingConfig[0]![0] = 3;
  assert.equal(padded(np.ones([2])).toArray(), [0, 1, 1, 0]);
  assert.equal(lax.pad(np.ones([2]), 0, { paddingConfig: [[1, 1, 0]] }).toArray(), [0, 1, 1, 0]);
});

test("options of functions that return functions", () => {
  const [m, v] = [
    array([
      [1, 2],
      [3, 4],
    ]),
    array([10, 20]),
  ];
  const inAxes: (number | null)[] = [1, null];
  const columns = vmap((x: NDArray, y: NDArray) => np.dot(x, y), { inAxes });
  inAxes[0] = 0;
  assert.equal(columns(m, v).toArray(), [70, 100]);

  const argnums = [1];
  const byLast = grad((x: NDArray, y: NDArray) => np.multiply(np.multiply(x, x), y), { argnums });
  argnums[0] = 0;
  assert.equal(byLast(array(3), array(5))[0].item(), 9);

  const staticArgnums = [1];
  const powered = jit((x: NDArray, n: number) => (n === 2 ? np.multiply(x, x) : x), { staticArgnums });
  staticArgnums.length = 0;
  assert.is(powered(array(3), 2).item(), 9);

  const options = { traceAxes: [] as number[], diagonalAxes: [1] };
  const f = (p: NDArray, x: NDArray): NDArray => np.multiply(x, p);
  const [kernel, product] = [nt.empiricalNtkFn(f, options), nt.empiricalNngpFn(f, options)];
  const [x, p] = [np.ones([3, 2]), np.ones([2])];
  options.diagonalAxes.length = 0;
  options.traceAxes.push(1);
  assert.equal(kernel(x, null, p).shape, [3, 3, 2]);
  assert.equal(product(x, null, p).shape, [3, 3, 2]);

  const shape = [2, 3];
  const struct = new ShapeDtypeStruct(shape, "float32");
  shape[0] = 7;
  assert.equal(struct.shape, [2, 3]);
});

test("parameters around which a function is expanded", () => {
  const params = { w: [array(2)], data: Float64Array.of(1) };
  const f = (p: { w: NDArray[]; data: NDArray }, x: NDArray): NDArray => np.multiply(np.square(p.w[0]!), x);
  const expansions = [nt.linearize(f as never, params), nt.taylorExpand(f as never, params, 1)] as ((
    ...args: unknown[]
  ) => NDArray)[];
  const at = { w: [array(3)], data: Float64Array.of(1) };
  params.w[0] = array(100);
  params.data[0] = 5;
  // 2^2 + 2 * 2 * (3 - 2)
  for (const expansion of expansions) assert.is(expansion(at, array(1)).item(), 8);

  const [x, weights] = [{ a: np.ones([1]) }, { w: array([2]) }];
  const vp = nt.empiricalNtkVpFn(
    ((p: typeof weights, y: typeof x) => np.multiply(p.w, y.a)) as never,
    x,
    null,
    weights,
  );
  x.a = array([100]);
  assert.equal(vp(array([1])).toArray(), [1]);
});

test.run();
