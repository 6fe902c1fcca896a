/**
 * The networks of neural-tangents' `tests/empirical_test.py`, with widths and window sizes taken from the shapes of their
 * parameters (in flatten order), so that any parameters of the kind will do.
 */
import { type AnyFunction, lookup } from "./library.ts";
import { Unavailable } from "./report.ts";

export type Shape = readonly number[];

/** `[initFn, applyFn]`. */
export type Layer = readonly [initFn: AnyFunction, applyFn: AnyFunction];

/** A layer of the library by its name; it may not exist. */
export const layer = (name: string, ...args: readonly unknown[]): Layer => lookup(`stax.${name}`)(...args) as Layer;

export const serial = (...layers: readonly Layer[]): Layer => layer("serial", ...layers);
export const parallel = (...layers: readonly Layer[]): Layer => layer("parallel", ...layers);
const dense = (outDim: number, options?: object): Layer => layer("Dense", outDim, ...(options ? [options] : []));

function size(shapes: readonly Shape[], leaf: number, axis: number): number {
  const n = shapes[leaf]?.at(axis);
  if (n === undefined) throw new RangeError(`the network has no parameter ${leaf} with an axis ${axis}`);
  return n;
}

/** A convolution with channels and window from its weights' shape (height, width, in, out). */
function conv(shapes: readonly Shape[], leaf: number, options: object): Layer {
  const window = [size(shapes, leaf, 0), size(shapes, leaf, 1)];
  return layer("Conv", size(shapes, leaf, -1), window, options);
}

const logits = (shapes: readonly Shape[], leaf: number): Layer => dense(size(shapes, leaf, -1), { WStd: 2, bStd: 0.5 });

/** The network of a kind for inputs with a number of dimensions, batch included. */
export function networkOfKind(kind: string, inputDims: number, shapes: readonly Shape[]): Layer {
  if (kind === "FLAT" && inputDims === 2) return logits(shapes, 0);
  if (kind === "FLAT" && inputDims === 4) {
    return serial(conv(shapes, 0, { WStd: 2, bStd: 0.05 }), layer("Flatten"), logits(shapes, 2));
  }
  if (kind === "POOLING" && inputDims === 4) {
    return serial(conv(shapes, 0, { WStd: 2, bStd: 0.05 }), layer("GlobalAvgPool"), logits(shapes, 2));
  }
  if (kind === "CONV" && inputDims === 4) {
    return serial(conv(shapes, 0, { WStd: 1.5, bStd: 0.1 }), layer("Relu"), conv(shapes, 2, { WStd: 2, bStd: 0.05 }));
  }
  throw new Unavailable(`the runner has no network ${kind} for inputs with ${inputDims} dimensions`);
}

/** Two dense layers side by side, twice. */
export function parallelNetwork(shapes: readonly Shape[]): Layer {
  const pair = (leaf: number) => parallel(dense(size(shapes, leaf, -1)), dense(size(shapes, leaf + 1, -1)));
  return serial(pair(0), pair(2));
}

/** Two dense layers side by side and one more beside them, twice. */
export function nestedNetwork(shapes: readonly Shape[]): Layer {
  const outDims = (leaf: number) => dense(size(shapes, leaf, -1));
  const triple = (leaf: number) => parallel(parallel(outDims(leaf), outDims(leaf + 1)), outDims(leaf + 2));
  return serial(triple(0), triple(3));
}

/** Three inputs with batches on different axes, aggregation over a graph, a sum of branches; two outputs. */
export function mixedAxesNetwork(shapes: readonly Shape[]): Layer {
  const vectors = serial(
    dense(size(shapes, 0, -1), { WStd: 2, bStd: 0.1 }),
    layer("Relu"),
    dense(size(shapes, 2, -1), { WStd: 1, bStd: 0.15 }),
  );
  const graphs = serial(
    layer("Conv", size(shapes, 4, 0), [size(shapes, 4, 2)], {
      padding: "SAME",
      dimensionNumbers: ["HNC", "OIH", "NHC"],
    }),
    layer("Erf"),
    layer("Aggregate", 1, 0, -1),
    layer("GlobalAvgPool"),
    dense(size(shapes, 5, -1), { WStd: 0.5, bStd: 0.2 }),
  );
  const images = serial(
    layer("Conv", size(shapes, 7, 1), [size(shapes, 7, 2), size(shapes, 7, 3)], {
      padding: "SAME",
      dimensionNumbers: ["CWNH", "IOHW", "HWCN"],
    }),
    layer("Sin"),
  );
  const last = layer("Conv", size(shapes, 8, 0), [size(shapes, 8, 2), size(shapes, 8, 3)], {
    dimensionNumbers: ["HWCN", "OIHW", "HNWC"],
  });
  return serial(parallel(parallel(vectors, graphs), images), parallel(layer("FanInSum"), last));
}

/** Dense layers without biases of the parameters' widths, with an activation between them. */
export function multilayerPerceptron(activation: string, shapes: readonly Shape[]): Layer {
  const layers = shapes.flatMap((_, i) => [layer(activation), dense(size(shapes, i, -1))]);
  return serial(...layers.slice(1));
}
