/** Writes docs/onnx-operators.md: `npm run docs:onnx`. */
import { writeFileSync } from "node:fs";
import { onnxOperators } from "./onnx-operators.ts";

writeFileSync(new URL("../../docs/onnx-operators.md", import.meta.url), onnxOperators());
