/** Small random programs of operations of every kind, made from lists of numbers. */
import { customJvp, lax, type NDArray, nn, numpy as np } from "cotangent";
import fc from "fast-check";

/** Numbers that decide what the program does, used up one after the other. */
export class Choices {
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

const cubed = customJvp((x: NDArray) => lax.mul(x, lax.square(x)));
cubed.defjvp(([x], [t]) => [cubed(x), lax.mul(lax.mul(t, 3), lax.square(x))]);
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
  (x) => cubed(lax.tanh(x)),
  (x) => lax.igamma(lax.add(lax.square(x), 0.5), 1.5),
  (x) => lax.igammac(2.5, lax.add(lax.square(x), 0.5)),
  (x) => lax.betainc(1.5, 2.5, lax.logistic(x)),
  (x) => lax.mul(lax.polygamma(1, lax.add(lax.square(x), 1)), 0.5),
  (x) => lax.zeta(lax.add(lax.square(x), 2), lax.add(lax.logistic(x), 1)),
  (x) => lax.besselI0e(lax.mul(x, 3)),
  (x) => lax.besselI1e(lax.add(lax.square(x), 0.5)),
  (x) => lax.selectN(lax.convertElementType(lax.ge(lax.sin(x), 3), "int32"), lax.sin(x), x),
  (x) => nn.gelu(x),
  (x) => nn.silu(x),
  (x) => nn.softplus(x),
  (x) => np.logaddexp(x, lax.sin(x)),
  (x) => np.sinc(lax.tanh(x)),
  (x) => np.where(np.greater(lax.sin(x), 3), 0, np.hypot(x, 1)),
  // What a compiler may leave out.
  (x) => lax.mul(lax.add(x, 0), 1),
  (x) => lax.div(lax.mul(x, lax.sqrt(lax.full([], 4, x.dtype))), lax.full(x.shape, 2, x.dtype)),
];

/** An array repeated or summed to another's shape. */
function fitted(x: NDArray, like: NDArray): NDArray {
  if (x.shape.join() === like.shape.join()) return x;
  const whole = x.ndim === 0 ? x : lax.reduceSum(lax.tanh(x));
  return lax.broadcastInDim(whole, { shape: like.shape, broadcastDimensions: [] });
}

/** An operation on an array with axes, along one of them; other arrays stay as they are. */
const along =
  (op: (x: NDArray, axis: number, c: Choices) => NDArray): Op =>
  (pool, c) => {
    const x = c.of(pool);
    return x.ndim === 0 || x.size === 0 || x.size > 60 ? x : op(x, c.below(x.ndim), c);
  };

/** Whole numbers from the contents of an array, which have no derivative: a permutation of an axis. */
const order = (x: NDArray, axis: number): NDArray => {
  const others = Array.from({ length: x.ndim }, (_, i) => i).filter((i) => i !== axis);
  return np.argsort(lax.reduceSum(x, { axes: others }));
};

const arithmetic: readonly Op[] = [
  (pool, c) => c.of(smooth)(c.of(pool)),
  (pool, c) => {
    const x = c.of(pool);
    return c.of([lax.add, lax.sub, lax.mul])(x, fitted(c.of(pool), x));
  },
  (pool, c) => {
    const x = c.of(pool);
    return c.of([lax.add, lax.sub, lax.mul])(fitted(c.of(pool), x), x);
  },
];

const reductions: readonly Op[] = [
  (pool, c) => {
    const x = c.of(pool);
    return lax.reduceSum(x, { axes: x.shape.map((_, i) => i).filter(() => c.below(2) === 0) });
  },
  along((x, axis) => lax.reduceMax(x, { axes: [axis] })),
  along((x, axis) => lax.reduceProd(lax.add(lax.tanh(x), 1.5), { axes: [axis] })),
  along((x, axis) => lax.reduce(lax.add(lax.tanh(x), 1.5), 1, lax.mul, [axis])),
  along((x, axis, c) => c.of([nn.softmax, nn.logsumexp, nn.standardize])(x, { axis })),
  along((x, axis, c) => c.of([lax.cumsum, lax.cumlogsumexp, lax.cummax])(x, { axis, reverse: c.below(2) === 0 })),
  along((x, axis) => lax.cumprod(lax.add(lax.sin(x), 1.5), { axis })),
  along((x, axis, c) => {
    const at = <T>(value: T, other: T): T[] => x.shape.map((_, i) => (i === axis ? value : other));
    const reduce = c.of([lax.reduceWindowSum, lax.reduceWindowMax, lax.reduceWindowMin]);
    return reduce(x, {
      windowDimensions: at(1 + c.below(Math.min(2, x.shape[axis] as number)), 1),
      windowStrides: at(1 + c.below(2), 1),
    });
  }),
];

const movements: readonly Op[] = [
  along((x, axis, c) => c.of(lax.split(x, [0, 1, (x.shape[axis] as number) - 1], { axis }).slice(1))),
  along((x, axis) => lax.stack(lax.unstack(x, { axis }).reverse(), { axis })),
  along((x, axis) => lax.collapse(x, axis)),
  along((x, axis) =>
    lax.tile(
      x,
      x.shape.map((_, i) => (i === axis ? 2 : 1)),
    ),
  ),
  (pool, c) => {
    const x = c.of(pool);
    return lax.transpose(x, { permutation: x.shape.map((_, i) => (i + 1 + (c.numbers[0] as number)) % x.ndim) });
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
  along((x, axis) => lax.concatenate([x, lax.sin(x)], { dimension: axis })),
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
];

const indexing: readonly Op[] = [
  along((x, axis) => lax.sort(x, { dimension: axis })),
  along((x, axis, c) => lax.topK(x, 1 + c.below(x.shape[axis] as number), { axis })[0]),
  along((x, axis) => np.take(x, order(x, axis), { axis })),
  along((x, axis, c) => np.take(x, np.array([c.below(3), 0], { dtype: "int32" }), { axis, mode: "clip" })),
  along((x, axis) => np.takeAlongAxis(x, np.argsort(x, { axis }), { axis })),
  along((x, axis) => lax.scatterAdd(lax.sin(x), order(x, axis), x, { axis })),
  // Windows of two axes, some of them the same, some outside.
  along((x, axis, c) => {
    const places = order(x, axis);
    const indices = lax.reshape(lax.sub(places, c.below(2)), { newSizes: [-1, 1] });
    const sizes = x.shape.map((n, i) => (i === axis ? 1 + c.below(n) : n));
    const mode = c.of(["clip", "fill"] as const);
    const inner = x.shape.map((_, i) => i + 1);
    const read = lax.gather(x, indices, {
      dimensionNumbers: { offsetDims: inner, collapsedSliceDims: [], startIndexMap: [axis] },
      sliceSizes: sizes,
      mode,
      fillValue: 0.25,
    });
    const write = c.of([lax.scatterAdd, lax.scatterSub, lax.scatterMul, lax.scatterMin, lax.scatterMax, lax.scatter]);
    const kind = c.below(3);
    return kind === 0
      ? read
      : write(lax.cos(x), indices, lax.sin(read), {
          dimensionNumbers: { updateWindowDims: inner, insertedWindowDims: [], scatterDimsToOperandDims: [axis] },
          mode: kind === 1 ? mode : "clip",
        });
  }),
  along((x, axis, c) => {
    const starts = x.shape.map((_, i) => (i === axis ? np.argmax(order(x, axis)) : 0));
    const sliceSizes = x.shape.map((n, i) => (i === axis ? 1 + c.below(n) : n));
    const part = lax.dynamicSlice(x, starts, { sliceSizes });
    return c.below(2) === 0 ? part : lax.dynamicUpdateSlice(x, lax.tanh(part), starts);
  }),
];

const products: readonly Op[] = [
  (pool, c) => {
    const [x, y] = [c.of(pool), c.of(pool)];
    const pairs = x.shape.flatMap((n, i) => y.shape.flatMap((m, j): [number, number][] => (n === m ? [[i, j]] : [])));
    const used = pairs
      .slice(c.below(2))
      .filter(([i, j], k, all) => all.findIndex(([a, b]) => a === i || b === j) === k);
    if (used.length === 0 || x.size * y.size > 400) return x;
    const [first, ...rest] = used as [[number, number], ...[number, number][]];
    const batch = rest.length > 0 && c.below(2) === 0 ? [rest[0] as [number, number]] : [];
    const mean = lax.dotGeneral(x, y, {
      contractingDims: [[first[0]], [first[1]]],
      batchDims: [batch.map(([i]) => i), batch.map(([, j]) => j)],
    });
    return lax.mul(mean, 0.25);
  },
  // With an identity, from either side, scaled or not.
  along((x, axis, c) => {
    const eye = lax.mul(np.eye(x.shape[axis] as number, { dtype: x.dtype }), c.of([1, 0.5]));
    return c.below(2) === 0
      ? lax.dotGeneral(x, eye, { contractingDims: [[axis], [c.below(2)]] })
      : lax.dotGeneral(eye, x, { contractingDims: [[c.below(2)], [axis]] });
  }),
  // A convolution over one or two axes of what the array is folded to; all options.
  (pool, c) => {
    const [x, y] = [c.of(pool), c.of(pool)];
    if (x.size < 4 || x.size > 40 || y.size < 2) return x;
    const [groups, batchGroups] = c.of([
      [1, 1],
      [2, 1],
      [1, 2],
    ] as const);
    const features = c.below(2) === 0 ? 2 : 1;
    const channels = features * groups;
    const count = batchGroups * channels;
    const image = lax.slice(lax.reshape(x, { newSizes: [-1] }), {
      startIndices: [0],
      limitIndices: [Math.floor(x.size / count) * count],
    });
    if (image.size === 0) return x;
    const size = image.size / count;
    const spatial = size % 2 === 0 && c.below(2) === 0 ? [2, size / 2] : [size];
    const window = spatial.map(() => 1 + c.below(2));
    const taps = window.reduce((a, b) => a * b, 1) * features * 2;
    const flat = lax.reshape(lax.tanh(y), { newSizes: [-1] });
    const kernel = np.take(flat, np.mod(np.arange(taps), y.size));
    return lax.convGeneralDilated(
      lax.reshape(image, { newSizes: [batchGroups, channels, ...spatial] }),
      lax.reshape(kernel, { newSizes: [2, features, ...window] }),
      {
        windowStrides: spatial.map(() => 1 + c.below(2)),
        padding: spatial.map((): [number, number] => [c.below(3), c.below(2)]),
        rhsDilation: spatial.map(() => 1 + c.below(2)),
        lhsDilation: spatial.map(() => 1 + c.below(2)),
        featureGroupCount: groups,
        batchGroupCount: batchGroups,
      },
    );
  },
];

const numpyLike: readonly Op[] = [
  along((x, axis, c) => c.of([np.mean, np.var])(x, { axis })),
  along((x, axis, c) => np.quantile(x, c.of([0.3, 0.5, 0.85]), { axis, keepdims: c.below(2) === 0 })),
  along((x, axis) => np.sum(x, { axis, where: lax.lt(lax.sin(x), 3) })),
  along((x, axis) => np.diff(x, { axis })),
  along((x, axis, c) => np.roll(np.flip(x, axis), 1 + c.below(2), { axis })),
  along((x, axis) => np.moveaxis(np.stack([x, lax.tanh(x)], axis), axis, 0)),
  along((x, axis, c) => (c.below(2) === 0 ? np.tile(x, 2) : np.repeat(x, 2, { axis }))),
  along((x, _, c) => np.pad(x, 1, { mode: c.of(["edge", "wrap", "reflect", "symmetric"]) })),
  along((x) => np.trapezoid(x)),
  along((x) => np.indexAdd(x, [-1], 0.5)),
  along((x) => np.indexMultiply(x, [[0, 0]], lax.sin(np.at(x, [0, 0])))),
  (pool, c) => {
    const [x, y] = [c.of(pool), c.of(pool)];
    return x.size * y.size > 40 ? x : c.of([np.outer, np.kron])(x, lax.tanh(y));
  },
  (pool, c) => {
    const x = c.of(pool);
    if (x.ndim !== 2 || x.size > 16) return x;
    const gram = np.add(
      np.matmul(np.tanh(x), np.transpose(np.tanh(x))),
      np.eye(x.shape[0] as number, { dtype: x.dtype }),
    );
    return c.of([np.linalg.cholesky, np.linalg.inv, np.linalg.det, np.trace, np.tril])(gram);
  },
];

const control: readonly Op[] = [
  (pool, c) => {
    const x = c.of(pool);
    if (x.ndim === 0 || x.size > 40) return x;
    const step = (carry: NDArray, row: NDArray) => [
      lax.sin(lax.add(carry, lax.reduceSum(row))),
      lax.mul(row, repeated(carry, row)),
    ];
    const [last, rows] = lax.scan(step, lax.full([], 0.5, x.dtype), x, { reverse: c.below(2) === 0 });
    return c.below(2) === 0 ? last : rows;
  },
  (pool, c) => {
    const x = c.of(pool);
    return lax.cond(
      lax.gt(lax.reduceSum(x), 0.1234),
      (y: NDArray) => lax.sin(y),
      (y: NDArray) => lax.mul(y, 0.5),
      x,
    );
  },
  (pool, c) => {
    const x = c.of(pool);
    return lax.foriLoop(
      0,
      1 + c.below(3),
      (i, y: NDArray) => lax.tanh(lax.add(y, lax.convertElementType(repeated(i, y), y.dtype))),
      x,
    );
  },
];

/** A scalar in an array's shape. */
function repeated(value: NDArray, like: NDArray): NDArray {
  return lax.broadcastInDim(value, { shape: like.shape, broadcastDimensions: [] });
}

const KINDS = [arithmetic, arithmetic, reductions, movements, indexing, products, numpyLike, control];

const MAX_SIZE = 150;

/** The program that the numbers describe; its results are a few of the values that it made. */
export function program(numbers: readonly number[], length: number): (...inputs: NDArray[]) => NDArray[] {
  return (...inputs) => {
    const c = new Choices(numbers);
    const pool = [...inputs];
    for (let i = 0; i < length; i++) {
      const next = c.of(c.of(KINDS))(pool, c);
      if (next.size <= MAX_SIZE && next.ndim <= 4) pool.push(next);
    }
    return [pool[pool.length - 1] as NDArray, c.of(pool)];
  };
}

export const programs = fc.record({
  numbers: fc.array(fc.nat(10000), { minLength: 64, maxLength: 64 }),
  length: fc.integer({ min: 1, max: 12 }),
  shapes: fc.array(fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }), { minLength: 1, maxLength: 3 }),
});
