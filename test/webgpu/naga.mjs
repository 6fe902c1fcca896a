// A program for Deno, whose WebGPU is wgpu: validates the texts on its input, and prints what is wrong with them.

import process from "node:process";
import { text } from "node:stream/consumers";

const codes = JSON.parse(await text(process.stdin));
const adapter = await navigator.gpu.requestAdapter();
const device = await adapter.requestDevice();
const errors = [];
for (const [i, code] of codes.entries()) {
  device.pushErrorScope("validation");
  device.createShaderModule({ code });
  const error = await device.popErrorScope();
  if (error) errors.push({ i, message: error.message });
}
console.log(JSON.stringify({ count: codes.length, errors }));
process.exit(0);
