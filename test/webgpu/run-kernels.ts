/** Runs kernels one after the other, with nothing of the library's own device between a generator and its test. */
import { type Kernel, uniformBytes } from "../../gpu/kernel.ts";
import { allocate, type TypedArray } from "../../src/base/dtypes.ts";
import type { Buffer } from "../../src/compile/program.ts";

const bytesOf = (buffer: Buffer): number => Math.max(16, Math.ceil(buffer.size / 4) * 16);

/** An array as the device stores it: a bool is a word. */
const widened = (array: TypedArray): Uint32Array | TypedArray =>
  array instanceof Uint8Array ? Uint32Array.from(array) : array;

function narrowed(bytes: ArrayBuffer, { dtype, size }: Buffer): TypedArray {
  if (dtype === "bool") return Uint8Array.from(new Uint32Array(bytes, 0, size));
  const array = allocate(dtype, size);
  new Uint8Array(array.buffer).set(new Uint8Array(bytes, 0, array.byteLength));
  return array;
}

const pipelines = new WeakMap<GPUDevice, Map<string, GPUComputePipeline>>();

/** A text's pipeline: compiled once, since its bindings follow from it. */
function pipelineOf(device: GPUDevice, code: string, layout: GPUBindGroupLayout): GPUComputePipeline {
  const known = pipelines.get(device) ?? new Map<string, GPUComputePipeline>();
  pipelines.set(device, known);
  const pipeline =
    known.get(code) ??
    device.createComputePipeline({
      layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module: device.createShaderModule({ code }), entryPoint: "main" },
    });
  known.set(code, pipeline);
  return pipeline;
}

/** The contents of `outputs` after all kernels, from the contents of `inputs` before them; other memory holds NaN's bits. */
export async function runKernels(
  device: GPUDevice,
  kernels: readonly Kernel[],
  inputs: ReadonlyMap<Buffer, TypedArray>,
  outputs: readonly Buffer[],
): Promise<TypedArray[]> {
  const buffers = new Map<Buffer, GPUBuffer>();
  const { STORAGE, COPY_DST, COPY_SRC, UNIFORM, MAP_READ } = GPUBufferUsage;
  const bufferOf = (buffer: Buffer): GPUBuffer => {
    const known = buffers.get(buffer);
    if (known) return known;
    const made = device.createBuffer({ size: bytesOf(buffer), usage: STORAGE | COPY_DST | COPY_SRC });
    device.queue.writeBuffer(made, 0, new Uint32Array(made.size / 4).fill(0x7fc00000));
    const contents = inputs.get(buffer);
    if (contents) device.queue.writeBuffer(made, 0, widened(contents) as Uint32Array<ArrayBuffer>);
    buffers.set(buffer, made);
    return made;
  };
  device.pushErrorScope("validation");
  const encoder = device.createCommandEncoder();
  for (const { code, words, bindings, grid } of kernels) {
    const entries = bindings.map(({ access }, binding) => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type: access === "read" ? "read-only-storage" : "storage" } as GPUBufferBindingLayout,
    }));
    const resources: GPUBuffer[] = bindings.map(({ buffer }) => bufferOf(buffer));
    if (words.length > 0) {
      const uniform = device.createBuffer({ size: uniformBytes(words.length), usage: UNIFORM | COPY_DST });
      device.queue.writeBuffer(uniform, 0, Int32Array.from(words));
      entries.push({ binding: entries.length, visibility: GPUShaderStage.COMPUTE, buffer: { type: "uniform" } });
      resources.push(uniform);
    }
    const layout = device.createBindGroupLayout({ entries });
    const pipeline = pipelineOf(device, code, layout);
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    const bound = resources.map((buffer, binding) => ({ binding, resource: { buffer } }));
    pass.setBindGroup(0, device.createBindGroup({ layout, entries: bound }));
    pass.dispatchWorkgroups(...grid);
    pass.end();
  }
  const staged = outputs.map((buffer) => {
    const source = bufferOf(buffer);
    const staging = device.createBuffer({ size: source.size, usage: MAP_READ | COPY_DST });
    encoder.copyBufferToBuffer(source, 0, staging, 0, source.size);
    return staging;
  });
  device.queue.submit([encoder.finish()]);
  const error = await device.popErrorScope();
  if (error) throw new Error(`${error.message}\n${[...new Set(kernels.map((kernel) => kernel.code))].join("\n")}`);
  const results: TypedArray[] = [];
  for (const [i, staging] of staged.entries()) {
    await staging.mapAsync(GPUMapMode.READ);
    results.push(narrowed(staging.getMappedRange(), outputs[i]));
    staging.destroy();
  }
  for (const buffer of buffers.values()) buffer.destroy();
  return results;
}
