/** Small random programs of every kind of operation, against the laws of `support/properties.ts`. */
import { lax, type NDArray, vmap } from "cotangent";
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertSame, checkJit, checkJvp, checkVjp, randomArray, stackAt, takeAt } from "../support/properties.ts";

/** Numbers that decide what the program does, used up one after the other. */
class Choices {
  #next = 0;
  constructor(readonly numbers: readonly number[]) {}

  below(n: number): number {
    return (this.numbers[this.#next++ % this.numbers.length] as number) % n;
  }

  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
}

type Op = (pool: readonly NDArray[], c: Choices) => NDArray;

const smooth: ((x: NDArray) => NDArray)[] = [
  lax.sin,
  lax.tanh,
  lax.logistic,
  lax.neg,
  lax.square,
  (x) => lax.exp(lax.sin(x)),
  (x) => lax.log(lax.add(lax.square(x), 1.5)),
  (x) => lax.sqrt(lax.add(lax.square(x), 0.5)),
  (x) => lax.div(x, lax.add(lax.square(x), 2)),
  (x) => lax.sub(0.75, lax.mul(x, 0.5)),
  (x) => lax.integerPow(lax.add(lax.tanh(x), 2), { exponent: -2 }),
  (x) => lax.erf(x),
  (x) => lax.select(lax.gt(lax.sin(x), 3), x, lax.mul(x, x)),
];

/** An array repeated or summed to another's shape. */
function fitted(x: NDArray, like: NDArray): NDArray {
  if (x.shape.join() === like.shape.join()) return x;
  const whole = x.ndim === 0 ? x : lax.reduceSum(lax.tanh(x));
  return lax.broadcastInDim(whole, { shape: like.shape, broadcastDimensions: [] });
}

const OPS: readonly Op[] = [
  (pool, c) => c.of(smooth)(c.of(pool)),
  (pool, c) => c.of(smooth)(c.of(pool)),
  (pool, c) => {
    const x = c.of(pool);
    return c.of([lax.add, lax.sub, lax.mul])(x, fitted(c.of(pool), x));
  },
  (pool, c) => {
    const x = c.of(pool);
    return c.of([lax.add, lax.sub, lax.mul])(fitted(c.of(pool), x), x);
  },
  (pool, c) => {
    const x = c.of(pool);
    return lax.reduceSum(x, { axes: x.shape.map((_, i) => i).filter(() => c.below(2) === 0) });
  },
  (pool, c) => {
    const x = c.of(pool);
    return x.size === 0 ? x : lax.reduceMax(x, { axes: x.ndim === 0 ? [] : [c.below(x.ndim)] });
  },
  (pool, c) => {
    const x = c.of(pool);
    return lax.transpose(x, { permutation: x.shape.map((_, i) => (i + 1 + c.numbers[0]) % x.ndim) });
  },
  (pool, c) => {
    const x = c.of(pool);
    return lax.reshape(x, { newSizes: c.of([[-1], [1, -1], [...x.shape, 1], [...x.shape].reverse()]) });
  },
  (pool, c) => {
    const x = c.of(pool);
    return lax.rev(x, { dimensions: x.shape.map((_, i) => i).filter(() => c.below(2) === 0) });
  },
  (pool, c) => {
    const x = c.of(pool);
    const starts = x.shape.map((n) => c.below(Math.max(1, n)));
    return lax.slice(x, { startIndices: starts, limitIndices: x.shape, strides: x.shape.map(() => 1 + c.below(2)) });
  },
  (pool, c) => {
    const x = c.of(pool);
    if (x.size > 60) return x;
    const paddingConfig = x.shape.map((n): [number, number, number] => [
      c.below(3) - (n > 1 ? 1 : 0),
      c.below(2),
      c.below(2),
    ]);
    return lax.pad(x, c.of([0, 0.5]), { paddingConfig });
  },
  (pool, c) => {
    const x = c.of(pool);
    return x.ndim === 0 || x.size > 60 ? x : lax.concatenate([x, lax.sin(x)], { dimension: c.below(x.ndim) });
  },
  (pool, c) => {
    const x = c.of(pool);
    if (x.size > 40 || x.ndim > 3) return x;
    const at = c.below(x.ndim + 1);
    const dims = x.shape.map((_, i) => (i < at ? i : i + 1));
    return lax.broadcastInDim(x, {
      shape: [...x.shape.slice(0, at), 2, ...x.shape.slice(at)],
      broadcastDimensions: dims,
    });
  },
  (pool, c) => {
    const [x, y] = [c.of(pool), c.of(pool)];
    const pairs = x.shape.flatMap((n, i) => y.shape.flatMap((m, j) => (n === m ? [[i, j]] : [])));
    const used = pairs
      .slice(c.below(2))
      .filter(([i, j], k, all) => all.findIndex(([a, b]) => a === i || b === j) === k);
    if (used.length === 0 || x.size * y.size > 400) return x;
    const [first, ...rest] = used as [number, number][];
    const batch = rest.length > 0 && c.below(2) === 0 ? [rest[0]] : [];
    const mean = lax.dotGeneral(x, y, {
      contractingDims: [[first[0]], [first[1]]],
      batchDims: [batch.map(([i]) => i), batch.map(([, j]) => j)],
    });
    return lax.mul(mean, 0.25);
  },
  (pool, c) => {
    const x = c.of(pool);
    if (x.ndim !== 2 || x.size > 40 || x.size === 0) return x;
    const image = lax.reshape(x, { newSizes: [1, ...x.shape] });
    const kernel = lax.reshape(lax.tanh(x), { newSizes: [...x.shape.slice(0, 1), 1, x.shape[1] as number].reverse() });
    if (kernel.shape[1] !== 1) return x;
    return lax.convGeneralDilated(
      lax.reshape(image, { newSizes: [x.shape[0] as number, 1, x.shape[1] as number] }),
      kernel,
      {
        windowStrides: [1 + c.below(2)],
        padding: [[c.below(3), c.below(2)]],
        rhsDilation: [1 + c.below(2)],
        lhsDilation: [1 + c.below(2)],
      },
    );
  },
];

const MAX_SIZE = 150;

/** The program that the choices describe; its results are a few of the values that it made. */
function program(numbers: readonly number[], length: number): (...inputs: NDArray[]) => NDArray[] {
  return (...inputs) => {
    const c = new Choices(numbers);
    const pool = [...inputs];
    for (let i = 0; i < length; i++) {
      const next = c.of(OPS)(pool, c);
      if (next.size <= MAX_SIZE && next.ndim <= 4) pool.push(next);
    }
    return [pool[pool.length - 1] as NDArray, c.of(pool)];
  };
}

const programs = fc.record({
  numbers: fc.array(fc.nat(10000), { minLength: 64, maxLength: 64 }),
  length: fc.integer({ min: 1, max: 12 }),
  shapes: fc.array(fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }), { minLength: 1, maxLength: 3 }),
});

test("300 programs: compiled as alone, forward mode as differences, reverse as forward mode", () => {
  let checked = 0;
  fc.assert(
    fc.property(programs, ({ numbers, length, shapes }) => {
      const f = program(numbers, length);
      const args = shapes.map((s, i) => randomArray(s, numbers[i] as number));
      const values = f(...args);
      if (values.some((v) => [...v.dataSync()].some((e) => !(Math.abs(e) < 1e3)))) return;
      checkJit(f, args, 1e-11);
      checkVjp(f, args, 1e-8);
      checkJvp(f, args, 1e-4);
      checked++;
    }),
    { numRuns: 2500, seed: 1234 },
  );
  assert.ok(checked >= 300, `${checked} programs`);
});

test("150 programs: batches as loops, of gradients too", () => {
  let compared = 0;
  fc.assert(
    fc.property(programs, ({ numbers, length, shapes }) => {
      const f = program(numbers, length);
      const axes = shapes.map((s, i) =>
        (numbers[i] as number) % 3 === 0 && i > 0 ? null : (numbers[i] as number) % (s.length + 1),
      );
      const args = shapes.map((s, i) => {
        const axis = axes[i] as number | null;
        return randomArray(axis === null ? s : [...s.slice(0, axis), 2, ...s.slice(axis)], numbers[i] as number);
      });
      const one = (k: number): NDArray[] =>
        f(...args.map((x, i) => (axes[i] === null ? x : takeAt(x, axes[i] as number, k))));
      const rows = [one(0), one(1)];
      const batched = vmap(f, { inAxes: axes })(...args);
      batched.forEach((b, k) => {
        const expected = stackAt(
          rows.map((row) => row[k] as NDArray),
          0,
        );
        assertSame(b, expected, 1e-10);
        compared++;
      });
    }),
    { numRuns: 1000, seed: 4321 },
  );
  assert.ok(compared);
});

test.run();
