// A convolutional network that PyTorch has exported to ONNX, and its kernel beside Python's.

import { readFile } from "node:fs/promises";
import { type NDArray, numpy as np, nt } from "cotangent";
import { loadNpz } from "cotangent/io";
import * as onnx from "cotangent/onnx";

// onnx/write.py has made the files.
const file = (name: string) => readFile(new URL(`onnx/${name}`, import.meta.url));
const { f, params, inputs, outputs, initializers } = await onnx.load(file("cnn.onnx"));

const shapeOf = ({ name, shape }: onnx.ValueInfo) => `${name} (${shape?.join(", ")})`;
console.log(`${inputs.map(shapeOf)} -> ${outputs.map(shapeOf)}`);
for (const { name, shape, trainable, reason } of initializers) {
  console.log(`  ${trainable ? "parameter" : "constant "} ${name.padEnd(10)} (${shape}): ${reason}`);
}

// What Python computed.
const expected = await loadNpz<{ x: NDArray; y: NDArray; ntk: NDArray }>(file("expected.npz"), { dtype: "float32" });
const kernel = nt.empiricalNtkFn(f, { traceAxes: [], vmapAxes: 0 })(expected.x, null, params);
const logits = f(params, expected.x);

const deviation = (a: NDArray, b: NDArray) =>
  np
    .max(np.abs(a.sub(b)))
    .div(np.max(np.abs(b)))
    .item();
console.log(`outputs (${logits.shape}): ${deviation(logits, expected.y).toExponential(1)} from Python's`);
console.log(`kernel (${kernel.shape}): ${deviation(kernel, expected.ntk).toExponential(1)} from Python's`);
if (!(deviation(kernel, expected.ntk) < 1e-5)) throw new Error("the kernel isn't Python's");
