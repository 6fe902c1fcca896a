/** Random networks: of images and of tokens, with parameters used in every way that one can think of. */
import { lax, type NDArray, nn, numpy as np } from "cotangent";
import type { Choices } from "./programs.ts";
import { randomArray } from "./properties.ts";

export type Params = readonly NDArray[];
type Read = (params: Params) => NDArray;

interface Layer {
  readonly channels: number;
  readonly apply: (params: Params, x: NDArray) => NDArray;
}

export interface Network {
  readonly params: NDArray[];
  readonly f: (params: Params, x: NDArray) => unknown;
  /** Inputs of `n` examples. */
  readonly inputs: (n: number, seed: number) => NDArray;
  /** Where the outputs have their batch axis, as `vmapAxes` has it. */
  readonly outAxes: unknown;
}

const transposed = (x: NDArray): NDArray => np.swapaxes(x, -1, -2);
const part = (x: NDArray, axis: number, from: number, to: number, stride = 1): NDArray =>
  lax.sliceInDim(x, from, to, { axis, stride });

/** The parameters, and ways to read arrays of wanted shapes from them. */
class Weights {
  readonly params: NDArray[] = [];
  readonly #choices: Choices;

  constructor(choices: Choices) {
    this.#choices = choices;
  }

  #fresh(shape: readonly number[]): Read {
    const scaled = randomArray(shape, 20 + this.params.length, { low: -1.5, high: 1.5 });
    const i = this.params.push(scaled) - 1;
    return (p) => p[i] as NDArray;
  }

  /** A parameter that exists, or a part of it, perhaps transposed. */
  #shared(shape: readonly number[]): Read | null {
    const fits = this.params.flatMap((x, i) => {
      const contains = (own: readonly number[]): boolean =>
        own.length === shape.length && own.every((n, axis) => n >= (shape[axis] as number));
      const turned = x.ndim === 2 && contains([...x.shape].reverse());
      return contains(x.shape) ? [{ i, turn: false }] : turned ? [{ i, turn: true }] : [];
    });
    if (fits.length === 0) return null;
    const { i, turn } = this.#choices.of(fits);
    const late = this.#choices.below(2) === 1;
    return (p) => {
      const whole = turn ? transposed(p[i] as NDArray) : (p[i] as NDArray);
      return shape.reduce((x, n, axis) => {
        const from = late ? (x.shape[axis] as number) - n : 0;
        return n === x.shape[axis] ? x : part(x, axis, from, from + n);
      }, whole);
    };
  }

  take(...shape: number[]): Read {
    const [first = 1, ...rest] = shape;
    switch (this.#choices.below(9)) {
      case 0: {
        const wide = this.#fresh([first + 2, ...rest]);
        return (p) => part(wide(p), 0, 1, first + 1);
      }
      case 1: {
        const double = this.#fresh([...shape.slice(0, -1), 2 * (shape.at(-1) as number)]);
        return (p) => part(double(p), shape.length - 1, 1, 2 * (shape.at(-1) as number), 2);
      }
      case 2: {
        const [a, b] = [this.#fresh([1, ...rest]), first > 1 ? this.take(first - 1, ...rest) : null];
        return b ? (p) => np.concatenate([a(p), b(p)], { axis: 0 }) : a;
      }
      case 3: {
        const size = shape.reduce((a, b) => a * b, 1);
        const list = this.#fresh([size + 3]);
        return (p) => np.reshape(part(list(p), 0, 2, size + 2), shape);
      }
      case 4: {
        const back = this.#fresh(shape);
        return (p) => np.flip(back(p), { axis: 0 });
      }
      case 5:
      case 6:
        return this.#shared(shape) ?? this.#fresh(shape);
      default:
        return this.#fresh(shape);
    }
  }
}

type Make = (channels: number, weights: Weights, choices: Choices) => Layer;

const dense: Make = (c, weights, choices) => {
  const channels = 1 + choices.below(3);
  const [w, b] = [weights.take(c, channels), weights.take(channels)];
  return { channels, apply: (p, x) => np.add(np.matmul(x, w(p)), b(p)) };
};

/** A parameter that is used transposed and summed as well. */
const summed: Make = (c, weights, choices) => {
  const channels = 1 + choices.below(3);
  const w = weights.take(channels, c);
  return { channels, apply: (p, x) => np.add(np.matmul(x, transposed(w(p))), np.sum(w(p))) };
};

const scaled: Make = (c, weights, choices) => {
  const channels = 1 + choices.below(3);
  const [s, w, t] = [weights.take(c), weights.take(c, channels), weights.take(1)];
  return {
    channels,
    apply: (p, x) => np.divide(np.matmul(np.multiply(x, s(p)), w(p)), np.add(np.square(t(p)), 1)),
  };
};

const gated: Make = (c, weights, choices) => {
  const channels = 1 + choices.below(3);
  // One parameter, split: the values and their gates.
  const w = weights.take(c, 2 * channels);
  return {
    channels,
    apply: (p, x) => {
      const [a, b] = np.split(np.matmul(x, w(p)), 2, { axis: -1 }) as [NDArray, NDArray];
      return np.multiply(a, np.tanh(b));
    },
  };
};

const normalized: Make = (channels, weights) => {
  const [scale, shift] = [weights.take(channels), weights.take(channels)];
  return {
    channels,
    apply: (p, x) => {
      const centred = np.subtract(x, np.mean(x, { axis: -1, keepdims: true }));
      const size = np.sqrt(np.add(np.mean(np.square(centred), { axis: -1, keepdims: true }), 0.1));
      return np.add(np.multiply(np.divide(centred, size), scale(p)), shift(p));
    },
  };
};

/** The same matrix forwards and back, around an activation. */
const tied: Make = (channels, weights, choices) => {
  const w = weights.take(channels, 1 + choices.below(3));
  return { channels, apply: (p, x) => np.add(x, np.matmul(np.tanh(np.matmul(x, w(p))), transposed(w(p)))) };
};

const conv: Make = (c, weights, choices) => {
  const size = 1 + choices.below(2);
  const featureGroupCount = choices.of([1, 1, c]);
  const channels = featureGroupCount * (1 + choices.below(2));
  const options = {
    windowStrides: [1 + choices.below(2), 1],
    padding: choices.of(["SAME", "VALID"] as const),
    rhsDilation: [1, 1 + choices.below(2)],
    dimensionNumbers: ["NHWC", "HWIO", "NHWC"] as const,
    featureGroupCount,
  };
  const w = weights.take(size, size, c / featureGroupCount, channels);
  return { channels, apply: (p, x) => lax.convGeneralDilated(x, w(p), options) };
};

const attention: Make = (channels, weights, choices) => {
  const width = 1 + choices.below(2);
  const [w, out] = [weights.take(channels, 3 * width), weights.take(width, channels)];
  return {
    channels,
    apply: (p, x) => {
      const [q, k, v] = np.split(np.matmul(x, w(p)), 3, { axis: -1 }) as [NDArray, NDArray, NDArray];
      const weightsOf = nn.softmax(np.matmul(q, transposed(k)), { axis: -1 });
      return np.add(x, np.matmul(np.matmul(weightsOf, v), out(p)));
    },
  };
};

/** A recurrent layer along the tokens, as a loop. */
const recurrent: Make = (c, weights, choices) => {
  const channels = 1 + choices.below(2);
  const [w, u] = [weights.take(channels, channels), weights.take(c, channels)];
  return {
    channels,
    apply: (p, x) => {
      const start = np.zeros([x.shape[0] as number, channels], { dtype: "float64" });
      const step = (h: NDArray, token: NDArray): [NDArray, NDArray] => {
        const next = np.tanh(np.add(np.matmul(h, w(p)), np.matmul(token, u(p))));
        return [next, next];
      };
      return np.swapaxes(lax.scan(step as never, start, np.swapaxes(x, 0, 1))[1] as NDArray, 0, 1);
    },
  };
};

const activations = [np.tanh, np.sin, (x: NDArray) => np.maximum(x, 0), (x: NDArray) => x];

/** What becomes of the features, with the places of the batch. */
const heads: readonly (readonly [(x: NDArray) => unknown, outAxes: unknown])[] = [
  [(x) => x, 0],
  [(x) => np.mean(x, { axis: 1 }), 0],
  [(x) => np.reshape(x, [x.shape[0] as number, x.shape.slice(1).reduce((a, b) => a * b, 1)]), 0],
  [(x) => np.moveaxis(x, 0, -1), -1],
  [(x) => part(x, 1, 0, 1), 0],
  [(x) => ({ total: np.sum(x, { axis: 1 }), whole: [x] }), 0],
  [(x) => [np.moveaxis(x, 0, 1), x], [1, 0]],
];

const COMMON = [dense, summed, scaled, gated, normalized, tied];
const OF_IMAGES = [...COMMON, conv, conv, conv];
const OF_TOKENS = [...COMMON, attention, attention, recurrent];
const [TOKENS, WORDS, IMAGE_CHANNELS] = [3, 5, 2];

/** The network that a list of numbers stands for. */
export function randomNetwork(choices: Choices): Network {
  const weights = new Weights(choices);
  const ofTokens = choices.below(2) === 1;
  let channels = IMAGE_CHANNELS;
  const table = ofTokens ? weights.take(WORDS, channels) : null;
  const layers = Array.from({ length: 1 + choices.below(3) }, () => {
    const layer = choices.of(ofTokens ? OF_TOKENS : OF_IMAGES)(channels, weights, choices);
    channels = layer.channels;
    return { ...layer, activation: choices.of(activations) };
  });
  // Embeddings whose table gives the logits as well.
  const tiesTable = table !== null && channels === IMAGE_CHANNELS && choices.below(2) === 1;
  const [head, outAxes] = choices.of(heads);
  return {
    params: weights.params,
    outAxes,
    inputs: (n, seed) =>
      ofTokens
        ? lax.convertElementType(np.floor(randomArray([n, TOKENS], seed, { low: 0, high: WORDS - 0.01 })), "int32")
        : randomArray([n, 4, 3, IMAGE_CHANNELS], seed),
    f: (p, x) => {
      const start = table ? np.take(table(p), x, { axis: 0 }) : x;
      const features = layers.reduce((h, { apply, activation }) => activation(apply(p, h)), start);
      return head(tiesTable ? np.matmul(features, transposed((table as Read)(p))) : features);
    },
  };
}
