/** Random programs of loops, branches and checkpoints inside of each other, against the same without any of them. */
import { checkpoint, grad, jacfwd, jacrev, jit, jvp, lax, type NDArray, numpy as np, vjp, vmap } from "cotangent";
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertSame, randomArray } from "../support/properties.ts";

type Fn = (...args: NDArray[]) => NDArray;
type Step = (carry: NDArray, x: NDArray) => [NDArray, NDArray];

/** The ways to loop and branch, and their counterparts of plain operations. */
interface Control {
  scan(step: Step, init: NDArray, xs: NDArray, reverse: boolean, unroll: number): [NDArray, NDArray];
  loop(steps: number, body: (i: NDArray, x: NDArray) => NDArray, x: NDArray): NDArray;
  cond(pred: NDArray, yes: Fn, no: Fn, x: NDArray): NDArray;
  checkpoint(f: Fn): Fn;
}

const real: Control = {
  scan: (step, init, xs, reverse, unroll) => lax.scan(step, init, xs, { reverse, unroll }),
  loop: (steps, body, x) => lax.foriLoop(0, steps, body, x),
  cond: (pred, yes, no, x) => lax.cond(pred, yes, no, x),
  checkpoint: (f) => checkpoint(f),
};

const plain: Control = {
  scan: (step, init, xs, reverse) => {
    const rows: NDArray[] = [];
    let carry = init;
    const places = Array.from({ length: xs.shape[0]! }, (_, i) => i);
    for (const i of reverse ? places.reverse() : places) {
      const [next, y] = step(carry, xs.at(i));
      carry = next;
      rows[i] = y;
    }
    return [carry, np.stack(rows)];
  },
  loop: (steps, body, x) => {
    let value = x;
    for (let i = 0; i < steps; i++) value = body(np.array(i, { dtype: "int32" }), value);
    return value;
  },
  cond: (pred, yes, no, x) => np.where(pred, yes(x), no(x)),
  checkpoint: (f) => f,
};

class Choices {
  #next = 0;
  constructor(readonly numbers: readonly number[]) {}
  below(n: number): number {
    return this.numbers[this.#next++ % this.numbers.length]! % n;
  }
}

const smooth: readonly Fn[] = [np.sin, np.tanh, (x) => np.multiply(x, 0.5), (x) => np.multiply(x, np.cos(x))];

/** A function of vectors of length 3, which reads `w` (a vector too) from outside. */
function block(control: Control, c: Choices, w: NDArray, depth: number): Fn {
  const inner = (): Fn => (depth === 0 ? smooth[c.below(smooth.length)]! : block(control, c, w, depth - 1));
  switch (c.below(6)) {
    case 0: {
      const [f, g, reverse, unroll] = [inner(), inner(), c.below(2) === 0, 1 + c.below(3)];
      const step: Step = (carry, x) => {
        const next = np.tanh(np.add(f(carry), np.multiply(x, w)));
        return [next, np.multiply(g(next), x)];
      };
      return (x) => {
        const [last, ys] = control.scan(step, x, np.stack([x, np.sin(x), w, x, np.multiply(w, x)]), reverse, unroll);
        return np.add(last, np.sum(ys, { axis: 0 }));
      };
    }
    case 1: {
      const [f, steps] = [inner(), c.below(4)];
      return (x) =>
        control.loop(steps, (i, v) => np.add(np.multiply(f(v), np.cos(np.add(i.astype("float64"), w))), v), x);
    }
    case 2: {
      const [f, g] = [inner(), inner()];
      const no: Fn = (x) => np.multiply(g(x), w);
      return (x) => control.cond(np.greater(np.sum(x), 0.3), f, no, x);
    }
    case 3: {
      const [f, g] = [inner(), inner()];
      const both: Fn = (x) => np.multiply(np.sin(f(x)), np.add(g(x), w));
      return (x) => control.checkpoint(both)(x);
    }
    case 4: {
      const [f, g] = [inner(), inner()];
      return (x) => np.add(f(x), np.multiply(g(x), w));
    }
    default: {
      // The exchange of two carries, of which one is a view of the other.
      const f = inner();
      const step: Step = (carry, x) => [np.flip(carry), np.add(f(np.flip(carry)), x)];
      return (x) => {
        const [last, ys] = control.scan(step, x, np.stack([w, x, w]), c.below(2) === 0, 1);
        return np.add(last, ys.at(1));
      };
    }
  }
}

const programs = fc.record({
  numbers: fc.array(fc.nat({ max: 1000 }), { minLength: 30, maxLength: 30 }),
  depth: fc.integer({ min: 0, max: 2 }),
});

const functionOf =
  (control: Control, numbers: readonly number[], depth: number): Fn =>
  (x, w) =>
    block(control, new Choices(numbers), w, depth)(x);

const RUNS = 100;

test(`${RUNS} programs: values, both modes, batches and second derivatives`, () => {
  let checked = 0;
  fc.assert(
    fc.property(programs, ({ numbers, depth }) => {
      const f = functionOf(real, numbers, depth);
      const g = functionOf(plain, numbers, depth);
      const [x, w, dx, dw] = [0, 1, 2, 3].map((i) => randomArray([3], numbers[i]! + i)) as [
        NDArray,
        NDArray,
        NDArray,
        NDArray,
      ];
      const check = (transform: (h: Fn) => unknown, name: string): void =>
        assertSame(transform(f) as NDArray, transform(g) as NDArray, 1e-9, name);
      const loss =
        (h: Fn): Fn =>
        (a, b) =>
          np.sum(np.sin(h(a, b)));
      check((h) => h(x, w), "value");
      check((h) => jit(h)(x, w), "jit");
      check((h) => jvp(h, [x, w], [dx, dw]), "jvp");
      check((h) => jit((a: NDArray, b: NDArray) => vjp(h, a, b)[1](dx))(x, w), "vjp");
      const [xs, ws] = [randomArray([4, 3], 5), randomArray([4, 3], 6)];
      check((h) => jit(vmap(h))(xs, ws), "vmap");
      check((h) => jit(vmap(h, { inAxes: [0, null] }))(xs, w), "vmap of one");
      check((h) => jit(vmap(grad(loss(h)), { inAxes: [null, 0] }))(x, ws), "vmap(grad)");
      if (numbers[9]! % 3 === 0) {
        const slope =
          (h: Fn): Fn =>
          (a, b) =>
            np.sum(np.multiply(grad(loss(h), { argnums: 1 })(a, b), dx));
        check((h) => jit(grad(slope(h), { argnums: [0, 1] } as never))(x, w), "grad(grad)");
        check((h) => jit(jacfwd(jacrev(loss(h)) as Fn))(x, w), "jacfwd(jacrev)");
        check((h) => jit(jacrev(jacfwd(h) as Fn))(x, w), "jacrev(jacfwd)");
        check((h) => jvp(grad(loss(h)), [x, w] as never, [dx, dw] as never), "jvp(grad), eager");
      }
      checked++;
    }),
    { numRuns: RUNS, seed: 11 },
  );
  assert.is(checked, RUNS);
});

test.run();
