/** Loops and branches on several threads: each must go the same way through the same commands, and none too early. */
import {
  array,
  grad,
  initThreads,
  jit,
  jvp,
  lax,
  makeJaxpr,
  type NDArray,
  numpy as np,
  random,
  tree,
  vmap,
} from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { innerSteps, type Step } from "../../src/compile/program.ts";
import { hasShared } from "../../src/device/wasm/share.ts";
import { lowered } from "../support/plans.ts";

type Fn = (x: NDArray) => unknown;

/** More elements than threads leave to one of them, and no multiple of anything. */
const WIDE = 40_009;

const int = (value: number): NDArray => array(value, { dtype: "int32" });
const first = (x: NDArray, size: number): NDArray => lax.slice(x, { startIndices: [0], limitIndices: [size] });

/** A number that one thread computes alone, for so long that the others have gone to sleep when it is there. */
const slowly = (x: NDArray): NDArray => np.sort(np.sin(np.multiply(first(x, 10_000), 7))).at(5000);

/** A number of many rows, as all threads compute them. */
const norm = (x: NDArray): NDArray => np.max(np.sum(np.abs(np.reshape(first(x, 40_000), [200, 200])), { axis: 1 }));

/** What all threads compute together: as many numbers as they are given. */
const together = (x: NDArray, y: NDArray | number = 1): NDArray => np.add(np.sin(np.multiply(x, 1.5)), y);

const programs: Record<string, Fn> = {
  "a scan with a carry, slices and stacked results, both ways": (x) => {
    const xs = np.stack([x, np.cos(x), np.multiply(x, 2)]);
    return [false, true].map((reverse) =>
      lax.scan((c: NDArray, row: NDArray) => [together(c, row), np.sum(np.multiply(c, row))], x, xs, { reverse }),
    );
  },

  "carries of several dtypes, exchanged": (x) =>
    lax.foriLoop(0, 5, (i, [a, b, n]: NDArray[]) => [together(b!), np.multiply(a!, 0.5), np.add(n!, i)], [
      x,
      np.cos(x),
      int(3),
    ]),

  "a loop in a loop, whose length depends on the outer one's trip": (x) =>
    lax.foriLoop(0, 4, (i, v: NDArray) => lax.foriLoop(0, i, (j, u: NDArray) => together(u, j), together(v)), x),

  "a while loop whose condition all threads compute": (x) =>
    lax.whileLoop(
      ([v]: NDArray[]) => np.less(norm(v!), 5000),
      ([v, n]: NDArray[]) => [np.multiply(v!, 1.3), np.add(n!, 1)],
      [x, int(0)],
    ),

  "a while loop whose condition one thread computes for long": (x) =>
    lax.whileLoop(
      ([v, n]: NDArray[]) => np.less(np.add(n!, np.multiply(slowly(v!), 0.001)), 4),
      ([v, n]: NDArray[]) => [together(v!, n!), np.add(n!, 1)],
      [x, np.multiply(norm(x), 0)],
    ),

  "a while loop in a while loop": (x) =>
    lax.whileLoop(
      ([v]: NDArray[]) => np.less(norm(v!), 3000),
      ([v, n]: NDArray[]) => [
        np.multiply(
          lax.whileLoop(
            (u: NDArray) => np.greater(norm(u), 300),
            (u: NDArray) => np.multiply(u, 0.7),
            v!,
          ),
          np.add(n!, 2),
        ),
        np.add(n!, 1),
      ],
      [x, int(0)],
    ),

  // The others are asleep when the condition is there. Who sees it late must not see the next one, which comes at once.
  "loops of one short trip behind long work, again and again": (x) =>
    lax.scan(
      (v: NDArray, _: NDArray) => {
        const small = slowly(v);
        const turns = lax.whileLoop(
          (n: NDArray) => np.less(n, 1),
          (n: NDArray) => np.add(n, 1),
          np.floor(np.abs(np.multiply(small, 0.5))),
        );
        return [together(v, np.add(small, turns)), turns];
      },
      x,
      np.zeros([20]),
    ),

  "every branch of a switch, in a scan": (x) => {
    const branches = [
      (v: NDArray): NDArray => together(v),
      (v: NDArray): NDArray => np.zeros([WIDE], { dtype: v.dtype }),
      (v: NDArray): NDArray => np.multiply(v, slowly(v)),
      (v: NDArray): NDArray => together(together(v), norm(v)),
    ];
    const order = array([0, 3, 2, 1, 0, 2, 3, 0, 1, 0], { dtype: "int32" });
    return lax.scan((v: NDArray, i: NDArray) => [lax.switch(i, branches, v), np.sum(v)], x, order);
  },

  // As soon as one thread has done its branch alone it writes a 0 over the branch's number: to who sees it late, the other one.
  "branches of one thread behind long work, and their number overwritten": (x) => {
    const step = (v: NDArray): [NDArray, null] => {
      const small = slowly(v);
      const chosen = np.subtract(1, np.floor(np.abs(np.multiply(small, 0.5))).astype("int32"));
      const branch = lax.switch(chosen, [() => together(v), () => np.zeros([WIDE])]);
      return [np.add(np.multiply(branch.at(7), 0), together(np.add(branch, v), small)), null];
    };
    return lax.scan(step, x, null, { length: 20 });
  },

  "a condition on what all threads have just computed, in a while loop": (x) =>
    lax.whileLoop(
      ([, n]: NDArray[]) => np.less(n!, 6),
      ([v, n]: NDArray[]) => {
        const [up, down] = [(u: NDArray) => together(np.multiply(u, 2)), (u: NDArray) => np.multiply(u, 0.25)];
        return [lax.cond(np.less(norm(v!), 400), up, down, v!), np.add(n!, 1)];
      },
      [x, int(0)],
    ),

  "derivatives of a scan with branches": (x) => {
    const f = (v: NDArray): NDArray => {
      const step = (c: NDArray, i: NDArray) => {
        const chosen = np.equal(np.remainder(i, 2), 0);
        return [
          lax.cond(
            chosen,
            (u: NDArray) => together(u),
            (u: NDArray) => np.multiply(u, u),
            c,
          ),
          np.mean(c),
        ];
      };
      const [last, means] = lax.scan(step, v, lax.iota("int32", 4));
      return np.add(np.mean(last), np.sum(means));
    };
    return [grad(f)(x), jvp(f, [x], [np.cos(x)])];
  },

  "loops of different lengths, mapped": (x) =>
    vmap((scale: NDArray) =>
      lax.whileLoop(
        (v: NDArray) => np.less(norm(v), 700),
        (v: NDArray) => np.multiply(v, 1.7),
        np.multiply(x, scale),
      ),
    )(array([1, 0.1, 3])),
};

/** Whether some loop or branch among the steps, at any depth, holds work that threads share. */
const sharesInside = (steps: readonly Step[]): boolean => steps.some((step) => innerSteps(step).some(hasShared));

const bytesOf = (result: unknown): Buffer[] =>
  tree.leaves<NDArray>(result).map((x) => {
    const data = x.dataSync();
    return Buffer.from(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  });

for (const [name, f] of Object.entries(programs)) {
  test(`on one, two and three threads: ${name}`, async () => {
    const x = random.normal(random.key(1), [WIDE]);
    assert.ok(sharesInside(lowered(makeJaxpr(f)(x).jaxpr).steps), "threads share nothing inside of it");
    const compiled = jit(f as (x: NDArray) => NDArray);
    await initThreads({ threads: 1 });
    const expected = bytesOf(compiled(x));
    for (const threads of [2, 3, 2]) {
      assert.is(await initThreads({ threads }), threads);
      for (let run = 0; run < 3; run++) {
        bytesOf(compiled(x)).forEach((bytes, i) => {
          assert.ok(expected[i]!.equals(bytes), `result ${i} in run ${run} on ${threads} threads`);
        });
      }
    }
  });
}

test.run();
