/** `cotangent/onnx` for browsers and bundlers. */
import "./default.ts";

export * from "../onnx/index.ts";
