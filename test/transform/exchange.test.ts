/** Carries that change places: what a loop writes over one of them may be what another is made of. */
import { array, grad, jit, jvp, lax, type NDArray, numpy as np, vmap } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertSame, randomArray } from "../support/properties.ts";

type Carry = NDArray[];
type Step = (carry: Carry, closed: NDArray) => Carry;

/** What becomes of three square matrices; `w` is one from outside of the loop. */
const steps: Record<string, Step> = {
  "an exchange": ([x, y, z]) => [y, x, z],
  "a rotation": ([x, y, z]) => [y, z, x],
  "the other rotation": ([x, y, z]) => [z, x, y],
  "an exchange around one that is computed": ([x, y, z]) => [z, np.add(y, x), x],
  "one in two places": ([x, y]) => [y, y, x],
  "one everywhere": ([, y]) => [y, y, y],
  "one that moves on and one from outside": ([x, y], w) => [w, x, y],
  "one from outside and its exchange": ([x, y, z], w) => [np.multiply(y, w), x, np.add(z, w)],
  "numbers behind those that move": ([x, y]) => [np.full([3, 3], 2, { dtype: "float64" }), x, y],
  "an exchange turned": ([x, y, z]) => [y.T, x.T, z],
  "one turned in its place": ([x, y, z]) => [x.T, z, y],
  "a rotation, flipped and shifted": ([x, y, z]) => [np.flip(y), np.roll(z, 1, { axis: 0 }), x.T],
  "a row of one in another's place": ([x, y, z]) => [
    np.broadcastTo(y.at(1), [3, 3]),
    x,
    np.broadcastTo(z.at(0), [3, 3]),
  ],
  "an exchange of views of what is computed": ([x, y, z]) => {
    const sum = np.sin(np.add(x, np.multiply(y, 0.5)));
    return [sum.T, np.flip(x), np.subtract(sum, z)];
  },
  "products of those that move": ([x, y, z]) => [np.multiply(np.matmul(y, x), 0.3), x, np.add(z, y.T)],
};

/** The same, step by step and outside of any loop. */
function unrolled(step: Step, carry: Carry, w: NDArray, length: number): Carry {
  let now = carry;
  for (let i = 0; i < length; i++) now = step(now, w);
  return now;
}

/** The same as loops of every kind. */
const loops: Record<string, (step: Step, carry: Carry, w: NDArray, length: number) => Carry> = {
  foriLoop: (step, carry, w, length) => lax.foriLoop(0, length, (_, now: Carry) => step(now, w), carry),
  "foriLoop of a traced length": (step, carry, w, length) => {
    const run = jit((n: NDArray, ...now: Carry) => lax.foriLoop(0, n, (_, c: Carry) => step(c, w), now));
    return run(array(length, { dtype: "int32" }), ...carry);
  },
  scan: (step, carry, w, length) => lax.scan((now: Carry) => [step(now, w), null], carry, null, { length })[0],
  "scan of two steps at a time": (step, carry, w, length) =>
    lax.scan((now: Carry) => [step(now, w), null], carry, null, { length, unroll: 2 })[0],
  whileLoop: (step, carry, w, length) => {
    const [, ...last] = lax.whileLoop(
      ([n]: Carry) => np.less(n!, length),
      ([n, ...now]: Carry) => [np.add(n!, 1), ...step(now, w)],
      [array(0, { dtype: "int32" }), ...carry],
    );
    return last;
  },
  "a branch in a loop": (step, carry, w, length) =>
    lax.foriLoop(
      0,
      2 * length,
      (i, now: Carry) =>
        lax.cond(
          np.equal(np.remainder(i, 2), 0),
          (c: Carry) => step(c, w),
          (c: Carry) => c,
          now,
        ) as Carry,
      carry,
    ),
};

const carryOf = (seed: number): Carry => [1, 2, 3].map((i) => randomArray([3, 3], 10 * seed + i));
const W = randomArray([3, 3], 7);

for (const [name, step] of Object.entries(steps)) {
  test(`carries that change places: ${name}`, () => {
    const carry = carryOf(1);
    for (const [kind, loop] of Object.entries(loops)) {
      for (const length of [0, 1, 2, 3, 4]) {
        const expected = unrolled(step, carry, W, length);
        const message = `${length} steps of ${kind}`;
        assertSame(loop(step, carry, W, length), expected, 1e-14, message);
        const compiled = jit((now: Carry, w: NDArray) => loop(step, now, w, length));
        assertSame(compiled(carry, W), expected, 1e-14, `${message}, compiled`);
      }
    }
  });

  test(`carries that change places, their history: ${name}`, () => {
    const carry = carryOf(2);
    const history = jit((now: Carry) => {
      const keep = (c: Carry): [Carry, Carry[]] => {
        const next = step(c, W);
        return [next, [c, next]];
      };
      return lax.scan(keep, now, null, { length: 4 });
    });
    const [last, [before, after]] = history(carry);
    const all = [0, 1, 2, 3, 4].map((length) => unrolled(step, carry, W, length));
    const stacked = (lists: Carry[]): Carry => [0, 1, 2].map((k) => np.stack(lists.map((list) => list[k]!)));
    assertSame(last, all[4], 1e-14);
    assertSame(before, stacked(all.slice(0, 4)), 1e-14, "before each step");
    assertSame(after, stacked(all.slice(1)), 1e-14, "after each step");
  });

  test(`carries that change places in a loop in a loop: ${name}`, () => {
    const carry = carryOf(3);
    const nested = jit((now: Carry) =>
      lax.foriLoop(
        0,
        2,
        (_, outer: Carry) => {
          const [x, y, z] = lax.foriLoop(0, 3, (_i, inner: Carry) => step(inner, outer[0]!), outer);
          return [z!, x!, y!];
        },
        now,
      ),
    );
    let expected = carry;
    for (let i = 0; i < 2; i++) {
      const [x, y, z] = unrolled(step, expected, expected[0]!, 3);
      expected = [z!, x!, y!];
    }
    assertSame(nested(carry), expected, 1e-13);
  });

  test(`derivatives through carries that change places: ${name}`, () => {
    const carry = carryOf(4);
    const weights = carryOf(5);
    const total = (last: Carry): NDArray =>
      last.map((x, i) => np.sum(np.multiply(np.sin(x), weights[i]!))).reduce((a, b) => np.add(a, b));
    const looped = (kind: string) => (now: Carry, w: NDArray) => total(loops[kind]!(step, now, w, 3));
    const plain = (now: Carry, w: NDArray) => total(unrolled(step, now, w, 3));
    const gradient = grad(plain, { argnums: [0, 1] })(carry, W);
    const tangents: [Carry, NDArray] = [carryOf(6), randomArray([3, 3], 8)];
    const tangent = jvp(plain, [carry, W], tangents);
    const second = (f: typeof plain) => (now: Carry, w: NDArray) => total(grad(f)(now, w));
    const batch = carryOf(1).map((x, i) => np.stack([x, carry[i]!]));
    for (const kind of ["foriLoop", "scan", "a branch in a loop"]) {
      const f = looped(kind);
      assertSame(grad(f, { argnums: [0, 1] })(carry, W), gradient, 1e-12, `grad of ${kind}`);
      assertSame(jit(grad(f, { argnums: [0, 1] }))(carry, W), gradient, 1e-12, `jit of grad of ${kind}`);
      assertSame(jvp(f, [carry, W], tangents), tangent, 1e-12, `jvp of ${kind}`);
      assertSame(jit(grad(second(f)))(carry, W), grad(second(plain))(carry, W), 1e-11, `second order of ${kind}`);
      const mapped = [f, plain].map((g) => vmap(grad(g), { inAxes: [0, null] })(batch, W));
      assertSame(mapped[0], mapped[1], 1e-12, `vmap of grad of ${kind}`);
    }
    assertSame(jvp(looped("whileLoop"), [carry, W], tangents), tangent, 1e-12, "jvp of whileLoop");
  });
}

test("an exchange and a rotation of numbers of every dtype", () => {
  for (const dtype of ["float32", "float64", "int32", "uint32", "bool"] as const) {
    const [a, b, c] = [1, 0, 1].map((n, i) => array(dtype === "bool" ? n : i + 1, { dtype })) as Carry;
    const values = (carry: Carry): unknown[] => carry.map((x) => x.item());
    const exchanged = (n: number) => values(lax.foriLoop(0, n, (_, [x, y]: Carry) => [y!, x!], [a!, b!]));
    const rotated = (n: number) => values(lax.foriLoop(0, n, (_, [x, y, z]: Carry) => [y!, z!, x!], [a!, b!, c!]));
    const [x, y, z] = values([a!, b!, c!]);
    assert.equal([0, 1, 2, 3].map(exchanged), [
      [x, y],
      [y, x],
      [x, y],
      [y, x],
    ]);
    assert.equal([0, 1, 2, 3].map(rotated), [
      [x, y, z],
      [y, z, x],
      [z, x, y],
      [x, y, z],
    ]);
  }
});

test("the exchange of what is larger than its parts: trees, and arrays of different shapes that stay", () => {
  const start = { pair: [np.array([1, 2]), np.array([3, 4])], total: np.array([[0], [0], [0]]) };
  type Tree = typeof start;
  const step = ({ pair: [a, b], total }: Tree): Tree => ({ pair: [b!, a!], total: np.add(total, a!.at(0)) });
  const looped = jit((tree: Tree) => lax.foriLoop(0, 3, (_, t: Tree) => step(t), tree))(start);
  assert.equal(
    looped.pair.map((x) => x.toArray()),
    [
      [3, 4],
      [1, 2],
    ],
  );
  assert.equal(looped.total.toArray(), [[5], [5], [5]]);
});

test.run();
