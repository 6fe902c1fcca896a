import { array, jit, lax, makeJaxpr, type NDArray, numpy as np } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { MAX_REGISTERS } from "../../assembly/opcodes.ts";
import { fuse } from "../../src/compile/fuse.ts";
import { arrange, outputBytes } from "../../src/compile/layout.ts";
import type { MapStep, Program } from "../../src/compile/program.ts";
import { assignRegisters } from "../../src/device/wasm/registers.ts";
import { wasmTarget } from "../../src/device/wasm/target.ts";
import { Var } from "../../src/ir/jaxpr.ts";
import { assertClose, numbers } from "../support/arrays.ts";
import { lowered } from "../support/plans.ts";
import { assertSame, randomArray } from "../support/properties.ts";

type F = (...xs: NDArray[]) => unknown;
const steps = (f: F, ...args: NDArray[]) => lowered(makeJaxpr(f)(...args).jaxpr).steps;
const maps = (f: F, ...args: NDArray[]): MapStep[] => steps(f, ...args).filter((s) => s.kind === "map");
const sum = (x: NDArray): NDArray => lax.reduceSum(x);
const spread = (x: NDArray, like: NDArray): NDArray =>
  lax.broadcastInDim(x, { shape: like.shape, broadcastDimensions: [] });

/** Compiled as one program, as each operation alone. */
function same(f: F, ...args: NDArray[]): void {
  assertSame(jit(f)(...args), f(...args), 1e-13);
  for (const step of maps(f, ...args)) {
    const { instructions, inputs, constants, outputs } = assignRegisters(step);
    const registers = [...inputs, ...constants, ...outputs].map((x) => x.register);
    assert.is(new Set(registers).size, registers.length, "inputs, constants and outputs have registers of their own");
    const used = [...registers, ...instructions.flatMap((i) => [i.target, ...i.operands])];
    assert.ok(Math.max(...used) < MAX_REGISTERS, `register ${Math.max(...used)}`);
  }
}

/** What a run takes at its peak, but for its commands. */
const peakBytes = (program: Program): number => arrange(program, wasmTarget).end + outputBytes(program, wasmTarget);

const x = randomArray([7], 1);
const y = randomArray([7], 2);

test("a chain is one kernel with one output", () => {
  const f = (a: NDArray, b: NDArray) => lax.add(lax.sub(lax.exp(lax.mul(a, b)), a), 1);
  const [step, ...rest] = steps(f, x, y);
  assert.is(rest.length, 0);
  assert.is((step as MapStep).outputs.length, 1);
  same(f, x, y);
});

test("a value that goes around through a reduction is not joined to the kernel before it", () => {
  const f = (a: NDArray) => {
    const e = lax.exp(a);
    return lax.div(e, spread(sum(e), e));
  };
  assert.is(maps(f, x).length, 2);
  same(f, x);
});

test("adversarial orders: joins that would read a value before it is made", () => {
  same(
    (a, b) => {
      const early = lax.sin(a);
      const total = sum(lax.mul(b, 3));
      const mixed = lax.mul(early, spread(total, early));
      return [lax.add(early, mixed), lax.sub(mixed, sum(mixed)), early];
    },
    x,
    y,
  );
  same(
    (a, b) => {
      const p = lax.sin(a);
      const q = lax.cos(b);
      const s = sum(p);
      const r = lax.mul(q, spread(s, q));
      const t = lax.add(p, q);
      const u = lax.mul(t, r);
      return [u, lax.add(q, p), sum(u)];
    },
    x,
    y,
  );
  same((a) => {
    const p = lax.neg(a);
    const reversed = lax.rev(p, { dimensions: [0] });
    const q = lax.add(p, reversed);
    const again = lax.rev(q, { dimensions: [0] });
    return [lax.mul(q, again), lax.mul(p, again), reversed];
  }, x);
  same(
    (a, b) => {
      let [p, q] = [a, b];
      const out: NDArray[] = [];
      for (let i = 0; i < 6; i++) {
        const s = i % 2 === 0 ? sum(p) : lax.reduceMax(q);
        [p, q] = [lax.add(q, spread(s, q)), lax.tanh(lax.mul(p, lax.rev(q, { dimensions: [0] })))];
        out.push(lax.mul(p, q));
      }
      return out;
    },
    x,
    y,
  );
});

test("kernels run in an order in which every operand exists", () => {
  const f = (a: NDArray, b: NDArray) => {
    const p = lax.sin(a);
    const v = lax.rev(p, { dimensions: [0] });
    const w = lax.reshape(lax.add(v, b), { newSizes: [7, 1] });
    return [lax.mul(lax.reshape(w, { newSizes: [7] }), p), lax.add(p, b), sum(v)];
  };
  const { jaxpr } = makeJaxpr(f)(x, y);
  const defined = new Set<Var>(jaxpr.inputs);
  const kernels = fuse(jaxpr, wasmTarget);
  for (const { equations } of kernels) {
    for (const { inputs, outputs } of equations) {
      for (const a of inputs) if (a instanceof Var) assert.ok(defined.has(a));
      for (const v of outputs) defined.add(v);
    }
  }
  assert.is(
    kernels.reduce((n, k) => n + k.equations.length, 0),
    jaxpr.equations.length,
  );
});

test("chains of 200 operations: split, right, within the registers", () => {
  const deep = (a: NDArray) =>
    Array.from({ length: 200 }).reduce<NDArray>((v, _, i) => lax.sin(lax.add(v, i / 100)), a);
  assert.ok(maps(deep, x).length > 1);
  same(deep, x);
  const all = (a: NDArray) => {
    const out: NDArray[] = [a];
    for (let i = 0; i < 100; i++) out.push(lax.add(lax.mul(out[i], 0.5 + i / 1000), 1 / (i + 1)));
    return out;
  };
  same(all, x);
});

test("a chain whose later part brings an operand product of its own is one kernel", () => {
  const f = (a: NDArray, b: NDArray, c: NDArray) =>
    lax.add(lax.mul(lax.sub(lax.mul(lax.add(a, b), c), b), a), lax.mul(c, b));
  const args = [x, y, randomArray([7], 3)];
  assert.is(steps(f, ...args).length, 1);
  same(f, ...args);
});

test("what is read with gaps again and again is put side by side once", () => {
  const weights = randomArray([8, 3], 4);
  const examples = randomArray([5, 8], 5);
  const f = (w: NDArray, a: NDArray) =>
    lax.mul(
      lax.broadcastInDim(lax.transpose(w, { permutation: [1, 0] }), { shape: [5, 3, 8], broadcastDimensions: [1, 2] }),
      lax.broadcastInDim(a, { shape: [5, 3, 8], broadcastDimensions: [0, 2] }),
    );
  assert.equal(
    steps(f, weights, examples).map((s) => s.kind),
    ["copy", "map"],
  );
  const [copy] = steps(f, weights, examples);
  assert.equal(copy?.kind === "copy" && copy.source.view.shape, [1, 3, 8]);
  same(f, weights, examples);
  same(
    (w, a) => [f(lax.rev(w, { dimensions: [0] }), a), f(lax.mul(w, 2), lax.rev(a, { dimensions: [1] }))],
    weights,
    examples,
  );
  const once = (w: NDArray, a: NDArray) => lax.mul(lax.transpose(w, { permutation: [1, 0] }), a);
  assert.equal(
    steps(once, weights, randomArray([3, 8], 6)).map((s) => s.kind),
    ["map"],
    "one reading is not worth a copy",
  );
});

test("many numbers, each with a register, and every value an output", () => {
  const f = (a: NDArray) => {
    const out: NDArray[] = [];
    let v = a;
    for (let i = 0; i < 40; i++) {
      v = lax.select(lax.gt(v, 0.01 * i), lax.add(v, 3.25 + i), lax.mul(v, -1.5 - i / 7));
      v = lax.select(lax.lt(v, -50 - i), 100.5 + i, v);
      out.push(lax.select(lax.gt(v, 200.5 + i), 300.25 + i, 400.125 + i), v);
    }
    return out;
  };
  same(f, x);
});

test("many inputs", () => {
  const args = Array.from({ length: 120 }, (_, i) => randomArray([5], i + 1));
  same((...xs) => xs.reduce((s, v, i) => lax.add(lax.mul(s, 0.9), lax.mul(v, i + 1))), ...args);
  same(
    (...xs) => {
      let s = xs[0];
      for (let i = 1; i + 1 < xs.length; i += 2) s = lax.select(lax.gt(s, xs[i]), xs[i + 1], lax.sub(s, xs[i]));
      return s;
    },
    ...args,
  );
});

test("whole powers with many steps, beside other operations", () => {
  same(
    (a) => [lax.integerPow(a, { exponent: 127 }), lax.integerPow(lax.add(a, 2), { exponent: -31 }), lax.mul(a, a)],
    x,
  );
});

test("results that are inputs, constants or shared", () => {
  same((a) => [lax.add(a, 0), a, lax.neg(a), lax.neg(a)], x);
  same((a) => [lax.convertElementType(a, "float64"), lax.select(lax.gt(a, 5), a, a)], x);
  same(() => [lax.add(1, 2), lax.full([3], 4), lax.add(lax.full([3], 1), lax.full([3], 2))]);
});

test("different shapes side by side are not fused", () => {
  const z = randomArray([7, 1], 3);
  same((a, b) => [lax.sin(a), lax.sin(b), lax.add(lax.reshape(lax.cos(b), { newSizes: [7] }), a)], x, z);
});

test("broadcast operands, and numbers made of arrays", () => {
  const m = randomArray([3, 7], 5);
  same((a, b) => lax.mul(b, lax.broadcastInDim(a, { shape: [3, 7], broadcastDimensions: [1] })), x, m);
  same((a) => lax.mul(sum(a), sum(lax.mul(a, a))), x);
  same((a) => lax.add(lax.broadcastInDim(lax.exp(sum(a)), { shape: [3, 7], broadcastDimensions: [] }), 1), x);
});

test("bools and integers inside a kernel", () => {
  same(
    (a, b) => {
      const p = lax.gt(a, b);
      const q = lax.bitwiseAnd(p, lax.lt(a, 0.5));
      const n = lax.convertElementType(q, "int32");
      return [q, lax.shiftLeft(n, 3), lax.convertElementType(lax.mul(n, -5), "uint32"), lax.select(q, a, b)];
    },
    x,
    y,
  );
});

test("programs over nothing", () => {
  const empty = lax.full([0], 1);
  same((a) => [lax.sin(lax.add(a, 1)), sum(a), lax.concatenate([a, a], { dimension: 0 })], empty);
  same((a) => lax.pad(a, 3, { paddingConfig: [[1, 1, 0]] }), empty);
  same(
    (a) =>
      lax.dotGeneral(lax.reshape(a, { newSizes: [2, 0] }), lax.reshape(a, { newSizes: [0, 3] }), {
        contractingDims: [[1], [0]],
      }),
    empty,
  );
});

test("padding by a computed number", () => {
  const f = (a: NDArray) => lax.pad(a, sum(a), { paddingConfig: [[1, 2, 1]] });
  same(f, x);
  assertClose(jit(f)(array([1, 2])), [3, 1, 3, 2, 3, 3]);
  assert.equal(numbers(jit(f)(array([1, 2]))).length, 6);
});

test("what only a later kernel reads becomes a part of it", () => {
  const [a, b, s] = [randomArray([6, 6], 3), randomArray([6, 6], 4), randomArray([6], 5)];
  const product = (p: NDArray, q: NDArray): NDArray => lax.dotGeneral(p, q, { contractingDims: [[1], [0]] });
  const rows = (v: NDArray): NDArray => lax.broadcastInDim(v, { shape: [6, 6], broadcastDimensions: [0] });
  const later = (first: (p: NDArray) => NDArray) => (p: NDArray, q: NDArray, v: NDArray) =>
    lax.add(lax.mul(first(p), rows(v)), lax.tanh(product(p, q)));
  assert.is(maps(later(lax.sin), a, b, s).length, 1);
  same(later(lax.sin), a, b, s);
  // Chains of such kernels too.
  const chain: F = (p, q) => {
    const one = lax.sin(p as NDArray);
    const two = lax.mul(one, rows(lax.reduceSum(q as NDArray, { axes: [0] })));
    return lax.add(two, product(p as NDArray, q as NDArray));
  };
  assert.is(maps(chain, a, b).length, 1);
  same(chain, a, b);
  // A product reads it as well, or it is a result itself.
  const shared: F = (p, q) => {
    const e = lax.exp(p as NDArray);
    return lax.add(e, product(e, q as NDArray));
  };
  assert.is(maps(shared, a, b).length, 2);
  same(shared, a, b);
  const result: F = (p, q) => {
    const e = lax.exp(p as NDArray);
    return [e, lax.add(e, product(p as NDArray, q as NDArray))];
  };
  assert.is(maps(result, a, b).length, 2);
  same(result, a, b);
});

test("a kernel that makes one array of two runs at once, and not when it is read", () => {
  const [a, b] = [randomArray([6, 6], 3), randomArray([6, 6], 4)];
  const f: F = (p, q) => {
    const difference = lax.sub(lax.sin(p as NDArray), q as NDArray);
    return lax.add(difference, lax.dotGeneral(p as NDArray, q as NDArray, { contractingDims: [[1], [0]] }));
  };
  assert.is(maps(f, a, b).length, 2);
  same(f, a, b);
});

test("a sum over many products holds a few of them at a time, not all", () => {
  const sumOf =
    (terms: number) =>
    (a: NDArray, b: NDArray, c: NDArray): NDArray => {
      let [total, power] = [np.matmul(a, b).mul(c), a];
      for (let i = 1; i < terms; i++) {
        power = np.matmul(power, b);
        total = total.add(np.matmul(power, c).mul(a));
      }
      return total;
    };
  const args = [0, 1, 2].map((seed) => randomArray([32, 32], seed)) as [NDArray, NDArray, NDArray];
  const memory = (terms: number): number => peakBytes(lowered(makeJaxpr(sumOf(terms))(...args).jaxpr));
  assert.is(memory(12), memory(6));
});

test.run();
