/** `cotangent/onnx` for Cloudflare-style Workers. */
import "./workerd.ts";

export * from "../onnx/index.ts";
