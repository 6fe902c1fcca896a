/** Networks whose layers are steps of a loop, with the inputs and parameters that the Python program draws as well. */
import { lax, type NDArray, nn, numpy as np, random } from "cotangent";

/** Examples, features of a step, units, steps and layers. */
export const SIZES = { examples: 8, features: 16, units: 64, steps: 100, layers: 32 } as const;

type Weights = Readonly<Record<string, NDArray>>;

export interface RecurrentJob {
  readonly name: string;
  readonly x: NDArray;
  readonly params: Weights;
  readonly f: (params: Weights, x: NDArray) => NDArray;
}

const { examples, features, units, steps, layers } = SIZES;
const key = random.key(0);
let drawn = 0;

/** Normal numbers, divided by the root of the inputs' number where they are a layer's weights. */
function draw(...shape: number[]): NDArray {
  const numbers = random.normal(random.foldIn(key, drawn++), shape);
  return shape.length === 1 ? numbers : np.divide(numbers, Math.sqrt(shape.at(-2)!));
}

const upTo = (x: NDArray, from: number, to: number): NDArray => lax.sliceInDim(x, from, to, { axis: -1 });
const inTime = (x: NDArray): NDArray => np.swapaxes(x, 0, 1);
const start = (x: NDArray): NDArray => np.zeros([x.shape[0]!, units]);

const lstm = {
  name: "LSTM",
  params: { wx: draw(features, 4 * units), wh: draw(units, 4 * units), b: draw(4 * units), head: draw(units, 1) },
  x: draw(examples, steps, features),
  f: ({ wx, wh, b, head }: Weights, x: NDArray): NDArray => {
    const step = ([h, c]: readonly [NDArray, NDArray], input: NDArray) => {
      const all = np.add(np.add(np.matmul(input, wx!), np.matmul(h, wh!)), b!);
      const [i, f, g, o] = np.split(all, 4, { axis: -1 });
      const cell = np.add(np.multiply(nn.sigmoid(f!), c), np.multiply(nn.sigmoid(i!), np.tanh(g!)));
      return [[np.multiply(nn.sigmoid(o!), np.tanh(cell)), cell], null];
    };
    const [[last]] = lax.scan(step as never, [start(x), start(x)], inTime(x)) as unknown as [[NDArray]];
    return np.matmul(last, head!);
  },
};

const gru = {
  name: "GRU",
  params: {
    ...{ wx: draw(features, 3 * units), wh: draw(units, 2 * units), wn: draw(units, units) },
    ...{ b: draw(3 * units), head: draw(units, 1) },
  },
  x: draw(examples, steps, features),
  f: ({ wx, wh, wn, b, head }: Weights, x: NDArray): NDArray => {
    const step = (h: NDArray, input: NDArray): [NDArray, null] => {
      const all = np.add(np.matmul(input, wx!), b!);
      const gates = nn.sigmoid(np.add(upTo(all, 0, 2 * units), np.matmul(h, wh!)));
      const [r, u] = np.split(gates, 2, { axis: -1 });
      const next = np.tanh(np.add(upTo(all, 2 * units, 3 * units), np.matmul(np.multiply(r!, h), wn!)));
      return [np.add(next, np.multiply(u!, np.subtract(h, next))), null];
    };
    const [last] = lax.scan(step, start(x), inTime(x));
    return np.matmul(last, head!);
  },
};

const deep = {
  name: "layers",
  params: { w: draw(layers, units, units), b: draw(layers, units), head: draw(units, 1) },
  x: draw(examples, units),
  f: ({ w, b, head }: Weights, x: NDArray): NDArray => {
    const layer = (h: NDArray, [weights, bias]: readonly [NDArray, NDArray]): [NDArray, null] => [
      np.tanh(np.add(np.matmul(h, weights), bias)),
      null,
    ];
    const [last] = lax.scan(layer, x, [w!, b!]);
    return np.matmul(last, head!);
  },
};

export const RECURRENT_JOBS: readonly RecurrentJob[] = [lstm, gru, deep];
