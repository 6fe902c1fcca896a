/** What layers are. */
import type { PyTree } from "../base/tree.ts";
import type { NDArray } from "../ir/ndarray.ts";

/** A shape whose unknown sizes (the batch's, as a rule) are -1 or `null`; they pass through. */
export type InputShape = readonly (number | null)[];

/** A shape, or a list of them for a layer with several inputs or outputs. */
export type Shapes = InputShape | readonly Shapes[];

/** A layer's parameters: `[W, b]`, `[]`, or a list of those of its parts. */
export type Params = PyTree<NDArray>;

/** An array, or a list of them for a layer with several inputs or outputs. */
export type Arrays = NDArray | readonly Arrays[];

/** What is given to every layer of a network besides its input: `rng` for `Dropout`, `pattern` for `Aggregate`. */
export interface Kwargs {
  /** A key; each layer gets one of its own. */
  readonly rng?: NDArray | null;
  readonly [name: string]: unknown;
}

/** The shape of the outputs for inputs of a shape, and random initial parameters. */
export type InitFn = (key: NDArray, inputShape: Shapes) => [outputShape: Shapes, params: Params];

/** The outputs for parameters and inputs. */
export type ApplyFn<Out extends Arrays = NDArray> = (params: Params, inputs: Arrays, kwargs?: Kwargs) => Out;

/** A layer, or a whole network. */
export type Layer<Out extends Arrays = NDArray> = readonly [initFn: InitFn, applyFn: ApplyFn<Out>];

/** `"ntk"`: unit normal parameters, scaled in the layer. `"standard"`: parameters that hold their scale. */
export type Parameterization = "ntk" | "standard";
