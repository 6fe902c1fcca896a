/** WebGPU as a device: programs become plans, and runs of plans tasks of the stream. */
import { GUARANTEED, type Settings } from "../../../gpu/kernel.ts";
import type { TypedArray } from "../../base/dtypes.ts";
import { formatShape, UnsupportedError } from "../../base/errors.ts";
import type { Rates } from "../../compile/cost.ts";
import type { Program } from "../../compile/program.ts";
import type { Target } from "../../compile/target.ts";
import type { Aval } from "../../ir/aval.ts";
import { HostArray, type NDArray, storageOf } from "../../ir/ndarray.ts";
import type { DeviceInfo } from "../placement.ts";
import { DeviceArray, type Owner } from "./array.ts";
import { Contents } from "./contents.ts";
import { planProgram, type WebGpuPlan } from "./plan.ts";
import { runPlan } from "./run.ts";
import { fromWords, type Session } from "./session.ts";
import { perform } from "./suspend.ts";
import { makeTarget } from "./target.ts";

/** WebGPU doesn't tell how much memory there is. */
const MEMORY_LIMIT = 2 ** 31;

/** No dispatch may take longer: systems reset a device that doesn't answer for two seconds. */
const DISPATCH_SECONDS = 0.5;

/** About the operations a second of one workgroup. */
const GROUP_FLOPS = 5e10;

const HEAVY_FLOPS = 1e9;

/** Whether an adapter is a processor that stands in for a GPU. */
const isSoftware = ({ architecture, description, isFallbackAdapter }: GPUAdapterInfo): boolean =>
  isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|basic render/i.test(`${architecture} ${description}`);

/** The limits that decide what fits. */
const NAMED_LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
] as const;

export class WebGpu implements Owner {
  readonly name = "webgpu";
  readonly target: Target;
  settings: Settings;
  /** From so many operations on a kernel is compiled for its shapes; never where the compiler takes the cores that compute. */
  heavyFlops: number;
  readonly info: DeviceInfo;
  /** A slow adapter's, until they are measured. */
  #rates: Rates = { contract: 1e10, map: 1e9, memory: 1e9, dispatch: 1e4, transfer: 1e9, latency: 1e-3 };

  constructor(readonly session: Session) {
    const { limits, features } = session.device;
    const { vendor, architecture, description } = session.adapter;
    this.info = {
      name: this.name,
      vendor,
      architecture,
      description,
      limits: Object.fromEntries(NAMED_LIMITS.map((name) => [name, limits[name]])),
      features: [...features],
    };
    const software = isSoftware(session.adapter);
    this.heavyFlops = software ? Number.POSITIVE_INFINITY : HEAVY_FLOPS;
    this.settings = {
      ...GUARANTEED,
      unrolled: !software,
      maxGroups: limits.maxComputeWorkgroupsPerDimension,
      maxThreads: limits.maxComputeInvocationsPerWorkgroup,
      workgroupBytes: limits.maxComputeWorkgroupStorageSize,
      maxBuffers: limits.maxStorageBuffersPerShaderStage,
    };
    this.target = makeTarget(this.settings);
  }

  plan(program: Program, outputs: readonly Aval[]): WebGpuPlan {
    return planProgram(program, outputs, this.settings, this.heavyFlops);
  }

  run(plan: WebGpuPlan, arrays: readonly NDArray[]): DeviceArray[] {
    const { session } = this;
    this.#checkAlive();
    this.#checkSize(plan);
    const inputs = arrays.map((x) => this.#contentsOf(x));
    const outputs = plan.outputs.map(() => new Contents(session.pool, null));
    const all = [...inputs, ...outputs];
    for (const contents of all) contents.retain();
    session.stream.push(() => perform(this.#task(plan, inputs, outputs)));
    return plan.outputs.map(({ aval }, i) => this.#arrayOf(outputs[i], aval));
  }

  *#task(plan: WebGpuPlan, inputs: readonly Contents[], outputs: readonly Contents[]) {
    try {
      if (this.session.failure) throw this.session.failure;
      yield* runPlan(this.session, plan, inputs, outputs);
    } catch (reason) {
      const error = reason instanceof Error ? reason : new Error(String(reason));
      for (const contents of outputs) contents.fail(error);
    } finally {
      for (const contents of [...inputs, ...outputs]) contents.release();
    }
  }

  upload(array: HostArray): DeviceArray {
    if (array.dtype === "float64") {
      throw new UnsupportedError(
        `${this.name} has no float64, got ${array.dtype}${formatShape(array.shape)}; convert it first: x.astype("float32").`,
      );
    }
    this.#checkAlive();
    const { session } = this;
    const contents = new Contents(session.pool, storageOf(array));
    contents.retain();
    session.stream.push(() =>
      perform(
        (function* () {
          try {
            yield* session.resident(contents);
            contents.host = null;
          } catch (reason) {
            contents.fail(reason instanceof Error ? reason : new Error(String(reason)));
          } finally {
            contents.release();
          }
        })(),
      ),
    );
    return this.#arrayOf(contents, array.aval);
  }

  read(array: DeviceArray): HostArray {
    return new HostArray(array.dataSync(), array.aval);
  }

  memoryLimit(): number {
    return MEMORY_LIMIT;
  }

  /** A shader sees a buffer as a whole. */
  largestBuffer(): number {
    return this.session.device.limits.maxStorageBufferBindingSize;
  }

  done(): Promise<void> {
    const { session } = this;
    return new Promise((resolve, reject) => {
      session.stream.push(() => {
        session.recorder.flush();
        session.alive(session.device.queue.onSubmittedWorkDone()).then(() => resolve(), reject);
      });
    });
  }

  rates(): Rates {
    return this.#rates;
  }

  /** What was measured, of which the cuts of long work depend, too. */
  setRates(rates: Rates): void {
    this.#rates = rates;
    const { contract, memory, dispatch = Number.POSITIVE_INFINITY } = rates;
    this.session.speed = { flops: contract, traffic: memory, dispatches: dispatch };
    this.settings = {
      ...this.settings,
      maxFlops: contract * DISPATCH_SECONDS,
      // WebGPU tells nothing of cores; fast adapters have many.
      fillGroups: Math.min(1024, Math.max(GUARANTEED.fillGroups, Math.round(contract / GROUP_FLOPS))),
    };
  }

  lost(): boolean {
    return this.session.failure !== null;
  }

  /** The elements, which are the host's from then on. */
  download(contents: Contents, { dtype, shape }: Aval): Promise<TypedArray> {
    contents.reading ??= this.#read(contents, dtype, shape).finally(() => {
      contents.reading = null;
    });
    return contents.reading;
  }

  async #read(contents: Contents, dtype: Aval["dtype"], shape: Aval["shape"]): Promise<TypedArray> {
    const { session } = this;
    contents.retain();
    const size = shape.reduce((n, length) => n * length, 1);
    try {
      const words = await new Promise<Uint32Array>((resolve, reject) => {
        session.stream.push(() => perform(session.reading(contents, size, resolve, reject)));
      });
      contents.host = fromWords(words, dtype as "float32");
      contents.giveBack();
      return contents.host;
    } finally {
      contents.release();
    }
  }

  destroy(contents: Contents): void {
    this.session.stream.push(() => contents.destroy());
  }

  #contentsOf(x: NDArray): Contents {
    if (x instanceof DeviceArray && x.device === this) return x.contents;
    const host = x instanceof DeviceArray ? x.host : x;
    if (host instanceof HostArray) return this.session.contentsOf(host);
    throw new Error("internal: an array of another device");
  }

  #arrayOf(contents: Contents | undefined, aval: Aval): DeviceArray {
    if (!contents) throw new Error("internal: an output without contents");
    const array = new DeviceArray(this, contents, aval);
    this.session.onCollected(array, contents);
    return array;
  }

  #checkAlive(): void {
    if (this.session.failure) throw this.session.failure;
  }

  #checkSize({ largestBuffer }: WebGpuPlan): void {
    const limit = this.largestBuffer();
    if (largestBuffer <= limit) return;
    throw new UnsupportedError(
      `webgpu: an array of ${Math.ceil(largestBuffer / 2 ** 20)} MiB is above the ${Math.floor(limit / 2 ** 20)} MiB that this ` +
        "adapter binds; compute in parts (kernels do so by themselves where vmapAxes allows it), or on the processor: " +
        'withDevice("cpu", () => ...).',
    );
  }
}
