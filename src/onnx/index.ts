/** Networks from ONNX files as functions: `cotangent/onnx`. */
export type { NodeView, Operator, Operators } from "./operator.ts";
