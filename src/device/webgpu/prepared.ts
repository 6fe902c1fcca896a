/** What runs of one plan share: its numbers in memory, and the bind groups of the last run. */
import { type Kernel, uniformBytes } from "../../../gpu/kernel.ts";
import type { Buffer } from "../../compile/program.ts";
import type { Memory } from "./memory.ts";
import type { DispatchNode } from "./nodes.ts";
import { bufferBytes } from "./plan.ts";
import type { Session } from "./session.ts";

/** A part of a buffer. */
interface Window {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly size: number;
}

/** A kernel that can be recorded, and the group that it was last recorded with. */
interface Ready {
  readonly kernel: Kernel;
  readonly numbers: Window | null;
  bound: { readonly ids: readonly number[]; readonly group: GPUBindGroup } | null;
}

/** Runs after which it pays to compile the heavy kernels of a plan again, with their shapes in the text. */
const RUNS = 3;

export class Prepared {
  readonly #ready = new Map<DispatchNode, Ready>();
  readonly #uniforms: GPUBuffer[] = [];
  #runs = 0;

  constructor(
    readonly session: Session,
    readonly dispatches: readonly DispatchNode[],
  ) {
    this.#add(dispatches.map((node) => [node, node.kernel]));
  }

  /** Makes kernels ready, their numbers in one buffer. */
  #add(kernels: readonly (readonly [DispatchNode, Kernel])[]): void {
    const sizes = kernels.map(([, { words }]) => uniformBytes(words.length));
    const bytes = sizes.reduce((a, b) => a + b, 0);
    const buffer = bytes > 0 ? this.session.uniforms(bytes) : null;
    if (buffer) this.#uniforms.push(buffer);
    const words = new Int32Array(bytes / 4);
    let offset = 0;
    for (const [i, [node, kernel]] of kernels.entries()) {
      const size = sizes[i] ?? 0;
      words.set(kernel.words, offset / 4);
      const numbers = buffer && size > 0 ? { buffer, offset, size } : null;
      this.#ready.set(node, { kernel, numbers, bound: null });
      offset += size;
    }
    if (buffer) this.session.device.queue.writeBuffer(buffer, 0, words);
  }

  /** Records a dispatch but for its grid. */
  set(pass: GPUComputePassEncoder, node: DispatchNode, memoryOf: (buffer: Buffer) => Memory): void {
    const ready = this.#ready.get(node);
    if (!ready) throw new Error("internal: a dispatch of another plan");
    pass.setPipeline(this.session.pipelines.get(ready.kernel).pipeline);
    pass.setBindGroup(0, this.#group(ready, memoryOf));
  }

  /** The group for the memory that the buffers have in this run. Making one costs more than a dispatch. */
  #group(ready: Ready, memoryOf: (buffer: Buffer) => Memory): GPUBindGroup {
    const { kernel, numbers, bound } = ready;
    const memory = kernel.bindings.map(({ buffer }) => memoryOf(buffer));
    if (bound && memory.every(({ id }, i) => id === bound.ids[i])) return bound.group;
    const resources: GPUBufferBinding[] = kernel.bindings.map(({ buffer }) => ({
      buffer: memoryOf(buffer).buffer,
      size: bufferBytes(buffer),
    }));
    if (numbers) resources.push(numbers);
    const { layout } = this.session.pipelines.get(kernel);
    const entries = resources.map((resource, binding) => ({ binding, resource }));
    const group = this.session.device.createBindGroup({ layout, entries });
    ready.bound = { ids: memory.map(({ id }) => id), group };
    return group;
  }

  /** Counts runs. Heavy kernels of a plan that runs again and again are compiled once more in the background. */
  countRun(): void {
    this.#runs++;
    if (this.#runs !== RUNS) return;
    const heavy = this.dispatches.flatMap((node) => (node.specialize ? [[node, node.specialize()] as const] : []));
    if (heavy.length === 0) return;
    const compiling = this.session.pipelines.prepare(heavy.map(([, kernel]) => kernel)) ?? Promise.resolve();
    // Without them the kernels at hand go on.
    compiling.then(
      () => this.#add(heavy),
      () => {},
    );
  }

  release(): void {
    for (const buffer of this.#uniforms) buffer.destroy();
  }
}
