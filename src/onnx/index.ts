/**
 * Networks from ONNX files, as functions of parameters and inputs.
 * @example
 * import * as onnx from "cotangent/onnx";
 * const { f, params } = await onnx.load(fetch("network.onnx"));
 */
export type { ByteSource, Source } from "../io/source.ts";
export type { ExternalData } from "./external.ts";
export { type Inputs, load, type Network, type Outputs, type Params } from "./load.ts";
export type { LoadOptions, ParamsOption } from "./options.ts";
export type { InitializerInfo } from "./parameters.ts";
export type { Tie } from "./ties.ts";
export type { FloatType } from "./types.ts";
export type { ValueInfo } from "./values.ts";
