/** What `f` reads beside its arguments is seen at each call, as it is then. */
import { array, customJvp, customVjp, grad, jit, lax, type NDArray, nn, numpy as np, nt, vmap } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { compiled } from "../../src/device/compiled.ts";
import { assertClose, f64, numbers } from "../support/arrays.ts";
import { assertSame, randomArray } from "../support/properties.ts";

// biome-ignore lint/suspicious/noExplicitAny: the same helpers call kernel functions, products and expansions, whose arguments differ
type Any = any;
const methods = Object.values(nt.NtkImplementation);
const w = randomArray([3, 2], 1);
const [x1, x2] = [randomArray([4, 3], 2), randomArray([5, 3], 3)];

/** The kernel of `s * (x w)` is `s^2 x y^T`. */
const scaled = (s: number, other: NDArray = x1): NDArray => np.multiply(np.matmul(x1, np.transpose(other)), f64(s * s));

/** Every kernel function of `f`, as functions of x1 and x2. */
function kernelsOf(f: nt.ApplyFn): [string, (a: NDArray, b: NDArray | null) => NDArray][] {
  const ways: [string, Any][] = methods.flatMap((implementation) =>
    [null, 0].map((vmapAxes): [string, Any] => [
      `${implementation} ${vmapAxes}`,
      nt.empiricalNtkFn(f, { implementation, vmapAxes }),
    ]),
  );
  const both: Any = nt.empiricalKernelFn(f, { vmapAxes: 0 });
  const product = (a: NDArray, b: NDArray | null): ((ct: NDArray) => NDArray) =>
    nt.empiricalNtkVpFn(f, a, b, w) as (ct: NDArray) => NDArray;
  const products = new Map<NDArray | null, (ct: NDArray) => NDArray>();
  return [
    ...ways.map(([name, kernelFn]): [string, Any] => [name, (a: NDArray, b: NDArray | null) => kernelFn(a, b, w)]),
    ["both", (a, b) => both(a, b, "ntk", w)],
    [
      "batch",
      (
        (kernelFn: Any) => (a, b) =>
          kernelFn(a, b, w)
      )(nt.batch(ways[1]![1], { batchSize: 2 })),
    ],
    [
      "products",
      (a, b) => {
        const made = products.get(b) ?? product(a, b);
        products.set(b, made);
        const n = (b ?? a).shape[0]!;
        // The products with the first output of each example are the kernel's columns.
        const column = (ct: NDArray): NDArray =>
          made(np.stack([ct, np.zerosLike(ct)], { axis: 1 })).at(":", 0) as NDArray;
        const columns = Array.from({ length: n }, (_, i) => column(np.eye(n, { dtype: "float64" }).at(i) as NDArray));
        return np.stack(columns, { axis: 1 });
      },
    ],
  ];
}

test("a changed array, with and without dimensions, a changed number and a changed flag are seen by every kernel function", () => {
  let [scalar, vector, number, doubled, made] = [f64(1), f64([1, 1]), 1, false, [1, 1]];
  const f = (p: NDArray, x: NDArray): NDArray => {
    const y = np.multiply(np.multiply(np.matmul(x, p), scalar), np.multiply(vector, number));
    const z = np.multiply(y, f64(made));
    return doubled ? np.add(z, z) : z;
  };
  const kernels = kernelsOf(f);
  const check = (s: number): void => {
    for (const [name, kernel] of kernels) {
      assertSame(kernel(x1, null), scaled(s), 1e-12, `${name}, ${s}`);
      assertSame(kernel(x1, x2), scaled(s, x2), 1e-12, `${name}, ${s}, two inputs`);
    }
  };
  check(1);
  scalar = f64(10);
  check(10);
  vector = f64([2, 2]);
  check(20);
  number = 3;
  check(60);
  doubled = true;
  check(120);
  made = [0.5, 0.5];
  check(60);
  [scalar, vector, number, doubled] = [f64(1), f64([1, 1]), 1, false];
  check(0.5);
});

test("so does the NNGP", () => {
  let s = f64([1, 1]);
  const f = (p: NDArray, x: NDArray): NDArray => np.multiply(s, np.matmul(x, p));
  const nngpFn = nt.empiricalNngpFn(f);
  const plain = nngpFn(x1, x2, w);
  s = f64([3, 3]);
  assertSame(nngpFn(x1, x2, w), np.multiply(plain, f64(9)), 1e-12);
});

test("arrays change places, and one array comes in the places of two", () => {
  let [a, b] = [f64([1, 1]), f64([2, 2])];
  const f = (p: NDArray, x: NDArray): NDArray => np.multiply(np.add(np.matmul(x, p), a), np.multiply(b, b));
  const kernelFn = nt.empiricalNtkFn(f, { vmapAxes: 0 });
  const nngpFn = nt.empiricalNngpFn(f);
  const values = (shift: number, factor: number): NDArray => {
    const y = np.multiply(np.add(np.matmul(x1, w), f64(shift)), f64(factor));
    return np.divide(np.matmul(y, np.transpose(y)), f64(2));
  };
  for (const [shift, factor] of [
    [1, 2],
    [2, 1],
    [3, 3],
    [1, 3],
  ] as const) {
    a = f64([shift, shift]);
    b = shift === factor ? a : f64([factor, factor]);
    assertSame(kernelFn(x1, null, w), scaled(factor * factor), 1e-12);
    assertSame(nngpFn(x1, null, w), values(shift, factor * factor), 1e-12);
  }
});

test("changed arrays need no compilation, nor do custom derivatives and what f makes anew each time", () => {
  let [s, calls] = [f64([1, 1]), 0];
  const own = customJvp((y: NDArray) => np.sin(y));
  own.defjvp(([y], [t]) => [own(y), np.multiply(np.cos(y), t)]);
  const other = customVjp((y: NDArray) => np.sin(y));
  other.defvjp(
    (y: NDArray) => [other(y), y],
    (y: NDArray, ct: NDArray) => [np.multiply(np.cos(y), ct)],
  );
  const f = (p: NDArray, x: NDArray): NDArray => {
    calls++;
    const h = vmap((row: NDArray) => own(row))(nn.gelu(np.matmul(x, p)));
    const k = lax.scan((c: NDArray, _: NDArray) => [other(c), null], h, np.arange(3))[0];
    return np.multiply(np.multiply(s, np.take(k, array([1, 0], { dtype: "int32" }), { axis: 1 })), f64([1, 2]));
  };
  for (const [vmapAxes, each] of [
    [null, 1],
    [0, 2],
  ] as const) {
    const kernelFn = nt.empiricalNtkFn(f, { vmapAxes });
    const first = kernelFn(x1, null, w);
    for (const factor of [2, 3]) {
      s = f64([factor, factor]);
      calls = 0;
      const before = compiled.bytes;
      const kernel = kernelFn(x1, null, w);
      assert.is(compiled.bytes, before, "nothing is compiled");
      assertSame(kernel, np.multiply(first, f64(factor * factor)), 1e-12);
      assert.is(calls, each);
    }
    s = f64([1, 1]);
  }
});

test("closures over arrays of other traces: jit, vmap and grad around a kernel function", () => {
  const around = (s: NDArray): NDArray => {
    const f = (p: NDArray, x: NDArray): NDArray => np.multiply(s, np.matmul(x, p));
    return nt.empiricalNtkFn(f, { vmapAxes: 0 })(x1, x2, w);
  };
  assertSame(jit(around)(f64(3)), scaled(3, x2), 1e-12);
  const many = vmap(around)(f64([1, 2]));
  assertSame(many, np.stack([scaled(1, x2), scaled(2, x2)]), 1e-12);
  const slope = grad((s: NDArray) => np.sum(around(s)))(f64(3));
  assertClose(slope, numbers(np.sum(scaled(1, x2)))[0]! * 6, 1e-12);
  // One kernel function inside of several traces, whose arrays are others each time.
  let s = f64(1);
  const kernelFn = nt.empiricalNtkFn((p: NDArray, x: NDArray) => np.multiply(s, np.matmul(x, p)), { vmapAxes: 0 });
  const inside = (value: NDArray): NDArray => {
    s = value;
    return kernelFn(x1, null, w);
  };
  for (const value of [2, 3]) {
    assertSame(jit(inside)(f64(value)), scaled(value), 1e-12);
    assertSame(vmap(inside)(f64([value])), np.reshape(scaled(value), [1, 4, 4]), 1e-12);
    assertSame(inside(f64([value, value])), scaled(value), 1e-12);
  }
});

test("what rules of custom derivatives close over is seen", () => {
  let [s, number] = [f64([1, 1]), 1];
  const own = customJvp((y: NDArray) => y);
  own.defjvp(([y], [t]) => [own(y), np.multiply(np.multiply(s, number), t)]);
  const other = customVjp((y: NDArray) => y);
  other.defvjp(
    (y: NDArray) => [other(y), null],
    (_: null, ct: NDArray) => [np.multiply(np.multiply(s, number), ct)],
  );
  const { JACOBIAN_CONTRACTION, STRUCTURED_DERIVATIVES } = nt.NtkImplementation;
  for (const rule of [own, other]) {
    for (const implementation of [JACOBIAN_CONTRACTION, STRUCTURED_DERIVATIVES]) {
      [s, number] = [f64([1, 1]), 1];
      const kernelFn = nt.empiricalNtkFn((p: NDArray, x: NDArray) => rule(np.matmul(x, p)), { implementation });
      assertSame(kernelFn(x1, x2, w), scaled(1, x2), 1e-12);
      s = f64([2, 2]);
      assertSame(kernelFn(x1, x2, w), scaled(2, x2), 1e-12);
      number = 3;
      assertSame(kernelFn(x1, x2, w), scaled(6, x2), 1e-12);
    }
  }
});

test("a rule that closes over the inputs works as before", () => {
  const f = (p: NDArray, x: NDArray): NDArray => {
    const g = customJvp((y: NDArray) => np.matmul(x, y));
    g.defjvp(([y], [t]) => [g(y), np.matmul(x, t)]);
    return g(p);
  };
  for (const implementation of methods) {
    assertSame(nt.empiricalNtkFn(f, { implementation })(x1, x2, w), scaled(1, x2), 1e-12);
    assertSame(nt.empiricalNtkFn(f, { implementation, vmapAxes: 0 })(x1, x2, w), scaled(1, x2), 1e-12);
  }
});

test("tiles see a changed array too", () => {
  let s = f64([1, 1]);
  const p = randomArray([200, 2], 1);
  const f = (q: NDArray, x: NDArray): NDArray => np.multiply(s, np.tanh(np.matmul(x, q)));
  const x = randomArray([300, 200], 2);
  let total = 0;
  const whole = nt.empiricalNtkFn(f, { vmapAxes: 0 });
  const { peakMemory } = nt.costOf(f, x, null, p, { vmapAxes: 0 }).JACOBIAN_CONTRACTION;
  const tiled = nt.empiricalNtkFn(f, { vmapAxes: 0, memoryLimit: 0.8 * peakMemory, onProgress: (_, n) => (total = n) });
  for (const factor of [1, 2]) {
    s = f64([factor, factor]);
    assertSame(tiled(x, null, p), whole(x, null, p), 1e-12);
    assert.ok(total > 1);
  }
});

test.run();
