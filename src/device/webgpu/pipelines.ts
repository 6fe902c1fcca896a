/** Compiled shaders. Compiling takes milliseconds to seconds, so each text is compiled once, all of a plan's at a time. */
import { type Kernel, uniformBytes } from "../../../gpu/kernel.ts";
import { DeviceError } from "../../base/errors.ts";

export interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

const TYPES = { read: "read-only-storage", write: "storage" } as const;

export class Pipelines {
  readonly #ready = new Map<string, Pipeline>();
  readonly #layouts = new Map<string, GPUBindGroupLayout>();

  constructor(readonly device: GPUDevice) {}

  get count(): number {
    return this.#ready.size;
  }

  get({ code }: Kernel): Pipeline {
    const known = this.#ready.get(code);
    if (!known) throw new Error("internal: a kernel runs before it is compiled");
    return known;
  }

  /** Compiles those kernels that are new; nothing where none is. */
  prepare(kernels: readonly Kernel[]): Promise<void> | undefined {
    const missing = new Map(
      kernels.filter(({ code }) => !this.#ready.has(code)).map((kernel) => [kernel.code, kernel]),
    );
    if (missing.size === 0) return undefined;
    return Promise.all([...missing.values()].map((kernel) => this.#compile(kernel))).then(() => {});
  }

  async #compile(kernel: Kernel): Promise<void> {
    const { device } = this;
    const { label, code } = kernel;
    const layout = this.#layout(kernel);
    // A text with a mistake shows when its pipeline is made; nothing of it reaches the console.
    device.pushErrorScope("validation");
    const module = device.createShaderModule({ label, code });
    const complaint = device.popErrorScope().catch(() => null);
    try {
      const pipeline = await device.createComputePipelineAsync({
        label,
        layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
        compute: { module, entryPoint: "main" },
      });
      this.#ready.set(code, { pipeline, layout });
    } catch (reason) {
      const why = (await complaint)?.message ?? String(reason);
      throw new DeviceError(
        `webgpu: the adapter's compiler refuses the shader "${label}": ${why} Please report this with the name of the ` +
          'adapter (devices()), and compute on the processor until then: withDevice("cpu", () => ...).',
      );
    }
  }

  /** Named layouts: one made from the text would leave out what the text doesn't use. */
  #layout({ bindings, words }: Kernel): GPUBindGroupLayout {
    const key = `${bindings.map(({ access }) => access).join()} ${uniformBytes(words.length)}`;
    const known = this.#layouts.get(key);
    if (known) return known;
    const visibility = GPUShaderStage.COMPUTE;
    const entries: GPUBindGroupLayoutEntry[] = bindings.map(({ access }, binding) => ({
      binding,
      visibility,
      buffer: { type: TYPES[access] },
    }));
    if (words.length > 0) {
      const buffer = { type: "uniform", minBindingSize: uniformBytes(words.length) } as const;
      entries.push({ binding: entries.length, visibility, buffer });
    }
    const layout = this.device.createBindGroupLayout({ entries });
    this.#layouts.set(key, layout);
    return layout;
  }
}
