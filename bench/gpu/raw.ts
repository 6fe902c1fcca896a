/** What the adapter itself does, with nothing of the library between. */
import type { Budget } from "./budget.ts";
import { now } from "./timing.ts";

const THREADS = 256;
/** Vectors of a thread, whose chains of multiply-adds don't wait for one another. */
const CHAINS = ["a", "b", "c", "d", "e", "f", "g", "h"];
const UNROLLED = 8;
const STEP_FLOPS = 8 * CHAINS.length * UNROLLED;
const LONG_ENOUGH = 0.05;

const CODE = `
@group(0) @binding(0) var<storage, read_write> result: array<f32>;
@group(0) @binding(1) var<uniform> p: vec4<f32>;
@compute @workgroup_size(${THREADS}) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let x = vec4<f32>(p.x); let y = vec4<f32>(p.y, p.x, p.y, p.x);
  ${CHAINS.map((v, i) => `var ${v} = vec4<f32>(f32(id.x) + ${i}.0);`).join(" ")}
  for (var i = 0u; i < u32(p.z); i++) {
    ${`${CHAINS.map((v) => `${v} = fma(${v}, x, y);`).join(" ")}\n`.repeat(UNROLLED)}
  }
  result[id.x] = dot(${CHAINS.join(" + ")}, x);
}`;

async function done(device: GPUDevice): Promise<void> {
  await device.queue.onSubmittedWorkDone();
}

async function timed(device: GPUDevice, begin: () => void): Promise<number> {
  const start = now();
  begin();
  await done(device);
  return now() - start;
}

/** Operations a second of multiply-adds in registers: what no product can be faster than. */
export async function measurePeak(device: GPUDevice, software: boolean, budget: Budget): Promise<number> {
  const groups = software ? 16 : 8192;
  const { STORAGE, UNIFORM, COPY_DST } = GPUBufferUsage;
  const result = device.createBuffer({ size: 4 * THREADS * groups, usage: STORAGE });
  const numbers = device.createBuffer({ size: 16, usage: UNIFORM | COPY_DST });
  const module = device.createShaderModule({ code: CODE });
  const compute = { module, entryPoint: "main" };
  const pipeline = await device.createComputePipelineAsync({ layout: "auto", compute });
  const entries = [result, numbers].map((buffer, binding) => ({ binding, resource: { buffer } }));
  const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  let best = 0;
  for (let steps = 4; steps <= 2 ** 20; steps *= 2) {
    // Towards a fixed point that is no denormal number.
    device.queue.writeBuffer(numbers, 0, new Float32Array([0.5, 0.25, steps, 0]));
    const run = (): Promise<number> =>
      timed(device, () => {
        const encoder = device.createCommandEncoder();
        const pass = encoder.beginComputePass();
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, group);
        pass.dispatchWorkgroups(groups);
        pass.end();
        device.queue.submit([encoder.finish()]);
      });
    const seconds = Math.min(await run(), await run());
    best = Math.max(best, (STEP_FLOPS * steps * THREADS * groups) / seconds);
    if (seconds >= LONG_ENOUGH || 4 * seconds > budget.left) break;
  }
  result.destroy();
  numbers.destroy();
  return best;
}

export interface Bandwidths {
  /** Bytes a second to the device, */
  readonly up: number;
  /** back, */
  readonly down: number;
  /** and read or written in its own memory. */
  readonly memory: number;
  /** The bytes that were moved. */
  readonly bytes: number;
}

/** Sizes grow until all three take long enough. */
export async function measureBandwidths(device: GPUDevice, budget: Budget): Promise<Bandwidths> {
  const { COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
  let found: Bandwidths = { up: 0, down: 0, memory: 0, bytes: 0 };
  for (let bytes = 2 ** 20; bytes <= Math.min(2 ** 28, device.limits.maxBufferSize); bytes *= 4) {
    const [a, b] = [0, 1].map(() => device.createBuffer({ size: bytes, usage: COPY_SRC | COPY_DST }));
    const staging = device.createBuffer({ size: bytes, usage: COPY_DST | MAP_READ });
    const data = new Uint8Array(bytes).fill(1);
    const copy = (from: GPUBuffer, to: GPUBuffer, times: number): void => {
      const encoder = device.createCommandEncoder();
      for (let i = 0; i < times; i++) encoder.copyBufferToBuffer(from, 0, to, 0, bytes);
      device.queue.submit([encoder.finish()]);
    };
    const up = async () => timed(device, () => device.queue.writeBuffer(a as GPUBuffer, 0, data));
    const memory = async () => (await timed(device, () => copy(a as GPUBuffer, b as GPUBuffer, 8))) / 8;
    const down = async () => {
      const start = now();
      copy(b as GPUBuffer, staging, 1);
      await staging.mapAsync(GPUMapMode.READ);
      data.set(new Uint8Array(staging.getMappedRange()));
      staging.unmap();
      return now() - start;
    };
    const twice = async (measure: () => Promise<number>) => Math.min(await measure(), await measure());
    const seconds = [await twice(up), await twice(down), await twice(memory)] as const;
    found = { up: bytes / seconds[0], down: bytes / seconds[1], memory: (2 * bytes) / seconds[2], bytes };
    for (const buffer of [a, b, staging]) buffer?.destroy();
    if (Math.min(seconds[0], seconds[1]) > 0.1 || 8 * (seconds[0] + seconds[1]) > budget.left) break;
  }
  return found;
}
