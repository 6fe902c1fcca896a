/** Networks from layers. */

import { describe, formatShape, noMore, ShapeError } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { frozen } from "../base/plain.ts";
import { map } from "../base/tree.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { concatenate, reshape, slice } from "../lax/index.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import { checkKey, splitToList } from "../random/keys.ts";
import { checkRepetitions, layerOf } from "./layer.ts";
import type { Arrays, Kwargs, Layer, Params, Shapes } from "./types.ts";

// biome-ignore lint/suspicious/noExplicitAny: as a bound alone: a layer takes and gives its output's type, so that no `Layer<X>` holds all layers; what is returned has the inferred one
type AnyLayer = Layer<any>;
type OutputOf<L> = L extends Layer<infer Out> ? Out : never;
type LastOf<L extends readonly unknown[]> = L extends readonly [...unknown[], infer Last] ? Last : L[number];

/** The layers, which stay as they are when the caller changes the lists that they came in. */
function checkLayers<Layers extends readonly unknown[]>(fn: string, layers: Layers): Layers {
  if (layers.length === 0) throw new TypeError(`${fn}: needs at least one layer.`);
  Array.from(layers).forEach((layer, i) => {
    const valid = Array.isArray(layer) && typeof layer[0] === "function" && typeof layer[1] === "function";
    if (valid) return;
    const hint = typeof layer === "function" ? " Call the layer's constructor: stax.Relu()." : "";
    throw new TypeError(`${fn}: layer ${i} must be [initFn, applyFn], got ${describe(layer)}.${hint}`);
  });
  return frozen(layers);
}

/** One entry for each layer: of the parameters, inputs or shapes. */
function entries<T>(fn: string, name: string, list: unknown, count: number): T[] {
  if (Array.isArray(list) && list.length === count && !list.includes(undefined)) return list;
  throw new TypeError(`${fn}: ${name} must be a list of ${count}, one entry for each layer, got ${describe(list)}.`);
}

/** What the initFn of a layer gives. */
function initialized(fn: string, [initFn]: AnyLayer, key: NDArray, shape: Shapes): [Shapes, Params] {
  const result: unknown = initFn(key, shape);
  if (Array.isArray(result) && result.length === 2) return result as [Shapes, Params];
  throw new TypeError(`${fn}: a layer's initFn must return [outputShape, params], got ${describe(result)}.`);
}

/** The keyword arguments of each layer: the same for all but for the key. */
function layerKwargs(fn: string, { rng, ...rest }: Kwargs, count: number): Kwargs[] {
  const keys = rng ? splitToList(checkKey(fn, rng), count) : [];
  return Array.from({ length: count }, (_, i) => (rng ? { ...rest, rng: entry(keys, i) } : rest));
}

/**
 * The layers one after another. Source: `neural_tangents.stax.serial`.
 * Parameters: a list of the layers'.
 * @example
 * const [initFn, applyFn] = stax.serial(stax.Dense(512), stax.Relu(), stax.Dense(10));
 * const [, params] = initFn(random.key(0), [-1, 784]);
 * applyFn(params, x); // (n, 10) for x of shape (n, 784)
 */
export function serial<const Layers extends readonly AnyLayer[]>(...given: Layers): Layer<OutputOf<LastOf<Layers>>> {
  const fn = "stax.serial";
  const layers = checkLayers(fn, given);
  return layerOf(
    fn,
    (key, inputShape) => {
      let [rest, shape] = [checkKey(fn, key), inputShape];
      const params = layers.map((layer) => {
        const [next, layerKey] = splitToList(rest, 2);
        const [outputShape, layerParams] = initialized(fn, layer, layerKey, shape);
        [rest, shape] = [next, outputShape];
        return layerParams;
      });
      return [shape, params];
    },
    (params, inputs, kwargs) => {
      const layerParams = entries<Params>(fn, "params", params, layers.length);
      const each = layerKwargs(fn, kwargs, layers.length);
      const out = layers.reduce<Arrays>((x, [, applyFn], i) => applyFn(entry(layerParams, i), x, each[i]), inputs);
      return out as OutputOf<LastOf<Layers>>;
    },
  );
}

/**
 * The layers side by side: a list of inputs becomes a list of outputs. Source: `neural_tangents.stax.parallel`.
 * Parameters: a list of the layers'. `initFn` takes and gives a list of shapes.
 * @example stax.parallel(stax.Dense(4), stax.Identity())[0](random.key(0), [[-1, 3], [-1, 3]])[0] // [[-1, 4], [-1, 3]]
 */
export function parallel<const Layers extends readonly AnyLayer[]>(
  ...given: Layers
): Layer<{ -readonly [I in keyof Layers]: OutputOf<Layers[I]> }> {
  const fn = "stax.parallel";
  type Outputs = { -readonly [I in keyof Layers]: OutputOf<Layers[I]> };
  const layers = checkLayers(fn, given);
  return layerOf<Outputs>(
    fn,
    (key, inputShape) => {
      const shapes = entries<Shapes>(fn, "inputShape", inputShape, layers.length);
      const keys = splitToList(checkKey(fn, key), layers.length);
      const results = layers.map((layer, i) => initialized(fn, layer, entry(keys, i), entry(shapes, i)));
      return [results.map(([shape]) => shape), results.map(([, params]) => params)];
    },
    (params, inputs, kwargs) => {
      const layerParams = entries<Params>(fn, "params", params, layers.length);
      const branches = entries<Arrays>(fn, "inputs", inputs, layers.length);
      const each = layerKwargs(fn, kwargs, layers.length);
      return layers.map(([, applyFn], i) => applyFn(entry(layerParams, i), entry(branches, i), each[i])) as Outputs;
    },
  );
}

/** Arrays of one shape along a new first axis. */
function stack(arrays: readonly NDArray[]): NDArray {
  const rows = arrays.map((x) => reshape(x, { newSizes: [1, ...x.shape] }));
  return concatenate(rows, { dimension: 0 });
}

function unstack(fn: string, given: ArrayLike, i: number, count: number): NDArray {
  const x = asArray(fn, given, "a parameter");
  const [length, ...rest] = x.shape;
  if (length !== count) {
    throw new ShapeError(`${fn}: a parameter of shape ${formatShape(x.shape)} must have size ${count} along axis 0.`);
  }
  const part = slice(x, { startIndices: [i, ...rest.map(() => 0)], limitIndices: [i + 1, ...rest] });
  return reshape(part, { newSizes: rest });
}

/**
 * A layer `n` times in a row, each with parameters of its own. Source: `neural_tangents.stax.repeat`.
 * Parameters: the layer's, with a first axis of size `n`.
 * @throws ShapeError by `initFn` when the layer changes the shape of its inputs.
 * @example stax.repeat(stax.serial(stax.Dense(4), stax.Relu()), 3)[0](random.key(0), [-1, 4])[0] // [-1, 4]
 */
export function repeat<Out extends Arrays>(layer: Layer<Out>, n: number, ...rest: never[]): Layer<Out> {
  const fn = "stax.repeat";
  noMore(fn, rest);
  const [own] = checkLayers(fn, [layer] as const);
  checkRepetitions(fn, "n", n);
  const [, applyFn] = own;
  return layerOf(
    fn,
    (key, inputShape) => {
      let rest = checkKey(fn, key);
      const params = Array.from({ length: n }, () => {
        const [next, layerKey] = splitToList(rest, 2);
        rest = next;
        const [outputShape, layerParams] = initialized(fn, own, layerKey, inputShape);
        if (JSON.stringify(outputShape) !== JSON.stringify(inputShape)) {
          throw new ShapeError(
            `${fn}: the layer changes the shape from ${JSON.stringify(inputShape)} to ${JSON.stringify(outputShape)}; ` +
              "repeat it with stax.serial.",
          );
        }
        return layerParams;
      });
      const [first, ...others] = params;
      return [inputShape, map<Params>((...leaves) => stack(leaves), first, ...others)];
    },
    (params, inputs, kwargs) => {
      let x: Arrays = inputs;
      for (let i = 0; i < n; i++) {
        x = applyFn(
          map<Params>((leaf) => unstack(fn, leaf, i, n), params),
          x,
          kwargs,
        );
      }
      return x as Out;
    },
  );
}
