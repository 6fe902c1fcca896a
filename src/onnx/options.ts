/** The options of `load`. */
import { checkOptions, describe } from "../base/errors.ts";
import { checkExternalData, type ExternalData } from "./external.ts";
import { listed } from "./names.ts";
import type { InitializerInfo } from "./parameters.ts";
import type { FloatType } from "./types.ts";

/** Which tensors of floats are parameters: their names, a pattern of names, or a function of what is known of each. */
export type ParamsOption = readonly string[] | RegExp | ((info: InitializerInfo) => boolean);

/** Options of `load`. */
export interface LoadOptions {
  /**
   * What all floats are read as and computed in. Without it "float64" for a file all of whose inputs of floats are doubles,
   * otherwise "float32"; and a call with parameters or inputs of float64 is computed in float64, with the file's constants.
   */
  readonly dtype?: FloatType;
  /** Which tensors of floats are parameters; the others are constants. Without it what `initializers` tells. */
  readonly params?: ParamsOption;
  /** The outputs that are wanted, in this order. Without it all of them; nodes that none of these needs are left out. */
  readonly outputs?: readonly string[];
  /**
   * Parameters that the file holds twice (see `ties`) become one: all of them with `true`, or those with a name in a list. `params` has
   * the first of each.
   */
  readonly tie?: boolean | readonly string[];
  /**
   * The files beside the model that hold its weights: an object of sources by the names in the model, or a function that gives
   * one, such as `(name) => fetch(folder + name)`. The names never lead out of the model's folder.
   */
  readonly externalData?: ExternalData;
}

const NAMES = ["dtype", "params", "outputs", "tie", "externalData"] as const;

const isNames = (x: unknown): x is readonly string[] => Array.isArray(x) && x.every((name) => typeof name === "string");

/** The options, if each is what it must be. */
export function checkedOptions(given: LoadOptions | undefined): LoadOptions {
  const options = checkOptions("onnx.load", given, NAMES);
  const { dtype, params, outputs, externalData } = options;
  if (dtype !== undefined && dtype !== "float32" && dtype !== "float64") {
    throw new TypeError(`onnx.load: dtype must be "float32" or "float64", got ${describe(dtype)}.`);
  }
  if (params !== undefined && !isNames(params) && !(params instanceof RegExp) && typeof params !== "function") {
    throw new TypeError(
      `onnx.load: params must be a list of names, a RegExp or a function of {name, shape, ...}, got ${describe(params)}.`,
    );
  }
  if (outputs !== undefined && (!isNames(outputs) || outputs.length === 0 || new Set(outputs).size < outputs.length)) {
    throw new TypeError(`onnx.load: outputs must be a list of different names, got ${describe(outputs)}.`);
  }
  checkExternalData(externalData);
  return options;
}

/** What is known of each tensor of floats, with the caller's choice in the place of the graph's. */
export function chosenParams(infos: readonly InitializerInfo[], params: ParamsOption | undefined): InitializerInfo[] {
  if (params === undefined) return [...infos];
  if (isNames(params)) {
    const unknown = params.filter((name) => !infos.some((info) => info.name === name));
    if (unknown.length > 0) {
      throw new Error(
        `onnx.load: params names ${listed(unknown)}, which the graph doesn't use as tensors of floats; there are ${listed(infos.map(({ name }) => name)) || "none"}.`,
      );
    }
  }
  return infos.map((info) => {
    const trainable = isChosen(info, params);
    return trainable === info.trainable ? info : { ...info, trainable, reason: "chosen by the option params" };
  });
}

function isChosen(info: InitializerInfo, params: ParamsOption): boolean {
  if (isNames(params)) return params.includes(info.name);
  if (typeof params === "function") return Boolean(params(info));
  params.lastIndex = 0;
  return params.test(info.name);
}
