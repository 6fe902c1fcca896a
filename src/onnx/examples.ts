/** Networks that were exported for one example, run on each of many. */
import type { NDArray } from "../ir/ndarray.ts";
import * as lax from "../lax/index.ts";
import { vmapAs } from "../transform/vmap.ts";
import type { ValueInfo } from "./values.ts";

type Values = ReadonlyMap<string, NDArray>;
type Evaluate = (x: Values) => NDArray[];

/** Whether the first axis of all inputs and outputs is of size 1, for one example. */
export const takesOneExample = (inputs: readonly ValueInfo[], outputs: readonly ValueInfo[]): boolean =>
  inputs.length > 0 && [...inputs, ...outputs].every(({ shape }) => shape?.[0] === 1);

/** The inputs with a free first axis, of one size for all. */
export const withFreeBatch = (inputs: readonly ValueInfo[]): ValueInfo[] =>
  inputs.map((info) => ({ ...info, shape: ["batch", ...(info.shape ?? []).slice(1)] }));

/** The outputs for a batch, of which `evaluate` takes one example at a time. */
export function onEach(x: Values, evaluate: Evaluate): NDArray[] {
  const arrays = [...x.values()];
  if (arrays.every(({ shape }) => shape[0] === 1)) return evaluate(x);
  const examples = arrays.map((array) => {
    const [size = 0, ...others] = array.shape;
    return lax.reshape(array, { newSizes: [size, 1, ...others] });
  });
  const names = [...x.keys()];
  const one = (given: NDArray[]): NDArray[] => evaluate(new Map(given.map((array, i) => [names[i] ?? "", array])));
  return vmapAs(
    "onnx f",
    one,
  )(examples).map((array) => {
    const [size = 0, , ...others] = array.shape;
    return lax.reshape(array, { newSizes: [size, ...others] });
  });
}
