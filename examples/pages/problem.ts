/** Kernels to compute: networks with their inputs. */
import { type NDArray, nt, random, stax } from "cotangent";

export interface Problem {
  /** Computes the kernel where it is called: on the processor, or on a device by `withDevice`. */
  readonly kernel: () => NDArray;
  /** The same with other weights, so that nothing of an earlier call can be used again. */
  readonly again: (seed: number) => () => NDArray;
}

type Network = ReturnType<typeof stax.serial>;

function problemOf([initFn, f]: Network, x1: NDArray, x2: NDArray, key: NDArray, traceAxes: number[]): Problem {
  const kernelFn = nt.empiricalNtkFn(f, { traceAxes, vmapAxes: 0 });
  const kernelBy = (weights: NDArray) => {
    const [, params] = initFn(weights, x2.shape);
    return () => kernelFn(x1, x2, params);
  };
  return { kernel: kernelBy(key), again: (seed) => kernelBy(random.foldIn(key, seed)) };
}

export interface ConvolutionalSize {
  /** The sides of an image, which has 3 colours. */
  readonly side: number;
  readonly channels: number;
  readonly test: number;
  readonly train: number;
}

/** The network in the documentation of neural-tangents' `empirical.py`, which examples/docstring-cnn.ts explains. */
export const DOCSTRING: ConvolutionalSize = { side: 32, channels: 32, test: 5, train: 20 };

/** That network, or a smaller one like it. */
export function convolutional({ side, channels, test, train }: ConvolutionalSize): Problem {
  const keys = random.split(random.key(1), 3);
  const images = (count: number) => random.normal(keys.at(0), [count, side, side, 3]);
  const network = stax.serial(
    stax.Conv(channels, [3, 3]),
    stax.Relu(),
    stax.Conv(channels, [3, 3]),
    stax.Relu(),
    stax.Conv(channels, [3, 3]),
    stax.Flatten(),
    stax.Dense(10),
  );
  return problemOf(network, images(test), images(train), keys.at(2), [-1]);
}

/** Dense layers of one width, for so many inputs of 64 numbers; every pair of the 10 outputs. */
export function dense(width: number, inputs: number): Problem {
  const keys = random.split(random.key(1), 3);
  const network = stax.serial(stax.Dense(width), stax.Relu(), stax.Dense(width), stax.Relu(), stax.Dense(10));
  const [x1, x2] = [random.normal(keys.at(0), [inputs, 64]), random.normal(keys.at(1), [inputs, 64])];
  return problemOf(network, x1, x2, keys.at(2), []);
}
