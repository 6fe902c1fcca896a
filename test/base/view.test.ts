import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  broadcastView,
  contiguous,
  isRowMajor,
  permuteView,
  reshapeView,
  reverseView,
  sliceView,
  type View,
} from "../../src/base/view.ts";
import { indices } from "../support/arrays.ts";

/** The addresses that a view reads, in row-major order. */
const addresses = ({ offset, shape, strides }: View): number[] =>
  indices(shape).map((index) => index.reduce((sum, i, k) => sum + i * strides[k], offset));

const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });

interface Step {
  readonly kind: number;
  readonly seed: number;
}
const pick = (seed: number, n: number): number => Math.floor(Math.abs(Math.sin(seed * 91.7)) * 1e6) % Math.max(1, n);

/** A view after one random operation. */
function changed(view: View, { kind, seed }: Step): View {
  const rank = view.shape.length;
  if (kind === 0) {
    const order = view.shape.map((_, i) => i).sort((a, b) => Math.sin(seed * (a + 1)) - Math.sin(seed * (b + 1)));
    return permuteView(view, order);
  }
  if (kind === 1) {
    return reverseView(
      view,
      view.shape.map((_, i) => i).filter((i) => pick(seed + i, 2) === 1),
    );
  }
  if (kind === 2) {
    const start = view.shape.map((n, i) => pick(seed + i, n + 1));
    const limit = view.shape.map((n, i) => start[i] + pick(seed + 7 * i, n - start[i] + 1));
    const step = view.shape.map((_, i) => 1 + pick(seed + 3 * i, 3));
    return sliceView(view, start, limit, step);
  }
  const at = pick(seed, rank + 1);
  const shape = [...view.shape.slice(0, at), 2, ...view.shape.slice(at)];
  return broadcastView(
    view,
    shape,
    view.shape.map((_, i) => (i < at ? i : i + 1)),
  );
}

const views = fc
  .tuple(
    shapes,
    fc.array(fc.record({ kind: fc.integer({ min: 0, max: 3 }), seed: fc.integer({ min: 1, max: 999 }) }), {
      maxLength: 3,
    }),
  )
  .map(([shape, steps]) => steps.reduce(changed, contiguous(shape)));

/** Every shape with `n` elements and at most four axes, ones included now and then. */
function factorizations(n: number, axes: number): number[][] {
  if (axes === 1) return [[n]];
  const result: number[][] = [];
  for (let d = 1; d <= n; d++)
    if (n % d === 0) for (const rest of factorizations(n / d, axes - 1)) result.push([d, ...rest]);
  return result;
}

/** Whether some strides read the addresses in this order under `shape`. */
function expressible(list: readonly number[], shape: readonly number[]): boolean {
  const strides = shape.map((n, k) => {
    const inner = shape.slice(k + 1).reduce((a, b) => a * b, 1);
    return n === 1 ? 0 : list[inner] - list[0];
  });
  return indices(shape).every((index, i) => index.reduce((sum, x, k) => sum + x * strides[k], list[0]) === list[i]);
}

test("reshapeView: right whenever it answers, and it answers whenever strides can express it", () => {
  let answered = 0;
  let refused = 0;
  fc.assert(
    fc.property(views, fc.integer({ min: 1, max: 4 }), (view, axes) => {
      const list = addresses(view);
      if (list.length === 0 || list.length > 64) return;
      for (const shape of [...factorizations(list.length, axes), ...(list.length === 1 ? [[]] : [])]) {
        const result = reshapeView(view, shape);
        if (result) {
          assert.equal([...result.shape], shape);
          assert.equal(addresses(result), list);
          answered++;
        } else {
          refused++;
        }
        assert.is(result !== undefined, expressible(list, shape), `${JSON.stringify(view)} as ${shape}`);
      }
    }),
    { numRuns: 500, seed: 5 },
  );
  assert.ok(answered > 500 && refused > 200, `${answered} answered, ${refused} refused`);
});

test("views of nothing can have any empty shape", () => {
  const view = reshapeView(sliceView(contiguous([3, 2]), [1, 0], [1, 2], [1, 1]), [5, 0]);
  assert.equal([...(view as View).shape], [5, 0]);
});

test("permute, reverse, slice, broadcast against index arithmetic", () => {
  fc.assert(
    fc.property(shapes, fc.integer({ min: 1, max: 999 }), (shape, seed) => {
      const base = contiguous(shape);
      const at = (index: readonly number[]): number => index.reduce((sum, i, k) => sum + i * base.strides[k], 0);
      const axes = shape.map((_, i) => i).filter((i) => pick(seed + i, 2) === 1);
      assert.equal(
        addresses(reverseView(base, axes)),
        indices(shape).map((index) => at(index.map((i, k) => (axes.includes(k) ? shape[k] - 1 - i : i)))),
      );
      const start = shape.map((n, i) => pick(seed + i, n + 1));
      const step = shape.map((_, i) => 1 + pick(seed + 3 * i, 3));
      const sliced = sliceView(base, start, shape, step);
      const sizes = shape.map((n, i) => Math.ceil((n - start[i]) / step[i]));
      assert.equal([...sliced.shape], sizes);
      assert.equal(
        addresses(sliced),
        indices(sizes).map((index) => at(index.map((i, k) => start[k] + i * step[k]))),
      );
      const order = shape.map((_, i) => i).reverse();
      assert.equal(
        addresses(permuteView(base, order)),
        indices([...shape].reverse()).map((index) => at([...index].reverse())),
      );
    }),
    { numRuns: 300 },
  );
});

test("isRowMajor is true only for elements one after the other", () => {
  fc.assert(
    fc.property(views, (view) => {
      const list = addresses(view);
      assert.is(
        isRowMajor(view),
        list.every((a, i) => a === view.offset + i),
      );
    }),
    { numRuns: 500 },
  );
});

test.run();
