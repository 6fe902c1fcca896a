/** `cotangent/onnx` for Node, Deno and Bun. */
import "./node.ts";

export * from "../onnx/index.ts";
