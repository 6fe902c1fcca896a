// In Deno, whose WebGPU is wgpu: a kernel on it, and all shaders in a file of texts through its compiler. Prints JSON.

import { readFileSync } from "node:fs";
import process from "node:process";
import { compareDevices, kernelOf, mlp } from "./kernel.js";

const [, , entry, file] = process.argv;

/** A pipeline takes this compiler and the adapter's seconds, a text alone a millisecond. */
const PIPELINES = 6;

/** The first shaders of so many kinds, one that works in tiles among them. */
function chosen(texts) {
  const kinds = new Map(texts.map((text) => [text.label.split(/[ ,]/)[0], text]));
  const tile = texts.find(({ label }) => /^contract, \d/.test(label));
  return [...(tile ? [tile] : []), ...kinds.values()].slice(0, PIPELINES);
}

/** What the compiler has against the texts. */
async function refused(device, texts) {
  const problems = [];
  for (const { label, code } of texts) {
    device.pushErrorScope("validation");
    device.createShaderModule({ code });
    const error = await device.popErrorScope();
    if (error) problems.push(`${label}: ${error.message}\n${code}`);
  }
  return problems;
}

async function refusedPipelines(device, texts) {
  const problems = [];
  for (const { label, code } of texts) {
    const compute = { module: device.createShaderModule({ code }), entryPoint: "main" };
    await device.createComputePipelineAsync({ layout: "auto", compute }).catch((error) => {
      problems.push(`pipeline of ${label}: ${error.message}`);
    });
  }
  return problems;
}

const texts = readFileSync(file, "utf8")
  .split("\n")
  .filter(Boolean)
  .map((line) => JSON.parse(line));
const adapter = await navigator.gpu.requestAdapter();
if (!adapter) throw new Error("Deno finds no adapter");
const device = await adapter.requestDevice();
const pipelines = chosen(texts);
const problems = [...(await refused(device, texts)), ...(await refusedPipelines(device, pipelines))];
device.destroy();

const cotangent = await import(entry);
await cotangent.initWebGPU();
cotangent.setDefaultDevice("cpu");
const error = await compareDevices(kernelOf(cotangent, mlp, [4, 4, 1]));
console.log(JSON.stringify({ texts: texts.length, pipelines: pipelines.map(({ label }) => label), problems, error }));
process.exit();
