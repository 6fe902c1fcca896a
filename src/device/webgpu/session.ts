/** One `GPUDevice` from its opening to its loss, and all that lives with it. */
import type { Kernel } from "../../../gpu/kernel.ts";
import { allocate, type TypedArray } from "../../base/dtypes.ts";
import { DeviceError } from "../../base/errors.ts";
import { type HostArray, storageOf } from "../../ir/ndarray.ts";
import { Contents } from "./contents.ts";
import { type Memory, Pool } from "./memory.ts";
import { Pipelines } from "./pipelines.ts";
import type { WebGpuPlan } from "./plan.ts";
import { Prepared } from "./prepared.ts";
import { Recorder } from "./recorder.ts";
import { Stream } from "./stream.ts";
import { type Work, waitFor } from "./suspend.ts";

/** So many bytes may be taken before the device is asked whether there is room. */
const UNCHECKED_BYTES = 2 ** 24;
/** Buffers to read from that are larger than this aren't kept. */
const LARGE_STAGING = 2 ** 22;
/** Of each size so many are kept, whatever was read at once. */
const KEPT_STAGING = 16;
/** So many submissions of heavy work are on their way at once. */
const IN_FLIGHT = 2;

/** How fast the device is, for cutting submissions: operations, bytes and dispatches a second. */
export interface Speed {
  readonly flops: number;
  readonly traffic: number;
  readonly dispatches: number;
}

/** An elementary operation is as fast as in a product; nothing waits for the other. */
const seconds = ({ flops, traffic }: Kernel, speed: Speed): number =>
  Math.max(flops / speed.flops, traffic / speed.traffic) + 1 / speed.dispatches;

export class Session {
  readonly stream = new Stream();
  readonly recorder: Recorder;
  readonly pipelines: Pipelines;
  readonly pool: Pool;
  /** Why nothing can be computed here any more. */
  failure: DeviceError | null = null;
  /** Called when that is known. */
  onFailure: () => void = () => {};
  /** Until it is measured, a slow device's. */
  speed: Speed = { flops: 1e10, traffic: 1e10, dispatches: 1e4 };
  readonly #failed: Promise<never>;
  #fail: (error: DeviceError) => void = () => {};
  readonly #uploads = new WeakMap<HostArray, Contents>();
  readonly #prepared = new WeakMap<WebGpuPlan, Prepared>();
  /** For so many bytes in all there is room. */
  #checkedBytes = 0;
  readonly #inFlight: Promise<unknown>[] = [];
  readonly #staging = new Map<number, GPUBuffer[]>();
  /** Gives back the memory of what has been collected. */
  readonly #collected = new FinalizationRegistry<{ release(): void }>((owned) =>
    this.stream.push(() => owned.release()),
  );

  constructor(
    readonly device: GPUDevice,
    readonly adapter: GPUAdapterInfo,
  ) {
    this.#failed = new Promise((_, reject) => {
      this.#fail = reject;
    });
    this.#failed.catch(() => {});
    this.recorder = new Recorder(device, (message) => this.fail(`a mistake in this library: ${message}`));
    this.pipelines = new Pipelines(device);
    this.pool = new Pool(device, () => this.recorder.submission);
    device.addEventListener("uncapturederror", (event) => {
      // Whatever isn't awaited anywhere; the console is the program's own.
      event.preventDefault();
      this.fail(event.error.message);
    });
    void device.lost.then(({ reason, message }) => this.fail(`${reason}${message ? `: ${message}` : ""}`));
  }

  /** Everything that waits for this device ends with an error, now and from now on. */
  fail(why: string): void {
    if (this.failure) return;
    this.failure = new DeviceError(
      `webgpu: the device is lost (${why}). The processor computes from now on; arrays that were read go there by x.to("cpu"), ` +
        "what was only on the device is gone. await initWebGPU() opens the device again.",
    );
    this.#fail(this.failure);
    this.onFailure();
  }

  /** The promise, or the device's failure: a lost device may never settle what was asked of it. */
  alive<Value>(promise: Promise<Value>): Promise<Value> {
    return Promise.race([promise, this.#failed]).catch(async (error: unknown) => {
      // A browser ends what it was asked for before it says that the device is lost.
      if (error instanceof DOMException && error.name === "AbortError") await this.#failed;
      throw this.failure ?? error;
    });
  }

  secondsOf(kernel: Kernel): number {
    return seconds(kernel, this.speed);
  }

  /** Submits, and waits until not too much is on its way. */
  *submitHeavy(): Work<void> {
    this.recorder.flush();
    this.#inFlight.push(this.device.queue.onSubmittedWorkDone());
    if (this.#inFlight.length < IN_FLIGHT) return;
    const first = this.#inFlight.shift();
    if (first) yield* waitFor(this.alive(first));
  }

  /** Releases something when the object goes that stands for it. */
  onCollected(object: object, owned: { release(): void }): void {
    this.#collected.register(object, owned);
  }

  /** What a host's array is on this device. It is uploaded once, and forgotten with the array. */
  contentsOf(array: HostArray): Contents {
    const known = this.#uploads.get(array);
    if (known) return known;
    const contents = new Contents(this.pool, storageOf(array));
    this.#uploads.set(array, contents);
    this.onCollected(array, contents);
    return contents;
  }

  /** The memory of an array, where it is written to if it isn't there. */
  *resident(contents: Contents | undefined): Work<Memory> {
    if (!contents) throw new Error("internal: an input without an array");
    if (contents.error) throw contents.error;
    if (contents.memory) return contents.memory;
    if (!contents.host) throw new Error("internal: an array that was never computed");
    const words = toWords(contents.host);
    const memory = yield* this.allocate(Math.max(16, words.byteLength), true);
    // To write nothing ends Deno's process.
    if (words.length > 0) this.device.queue.writeBuffer(memory.buffer, 0, words);
    this.recorder.counts.uploadedBytes += words.byteLength;
    contents.memory = memory;
    return memory;
  }

  /** Memory for commands to write, or for the host, which writes before all commands. */
  *allocate(bytes: number, byHost = false): Work<Memory> {
    const take = (): Memory => (byHost ? this.pool.takeUnused(bytes) : this.pool.take(bytes));
    if (this.pool.has(bytes) || this.pool.bytes + bytes <= this.#checkedBytes + UNCHECKED_BYTES) return take();
    const memory = yield* this.#attempt(take);
    if (memory) return memory;
    // All that is idle goes, once nothing uses it any more.
    this.recorder.flush();
    yield* waitFor(this.alive(this.device.queue.onSubmittedWorkDone()));
    this.pool.trim(0);
    const again = yield* this.#attempt(take);
    if (again) return again;
    throw this.#noRoom(bytes);
  }

  *#attempt(take: () => Memory): Work<Memory | null> {
    const memory = yield* this.#ifRoom(take, (own) => this.pool.discard(own));
    if (memory) this.#checkedBytes = Math.max(this.#checkedBytes, this.pool.bytes);
    return memory;
  }

  /** What is made, if the device has room for it. */
  *#ifRoom<Made>(make: () => Made, discard: (made: Made) => void): Work<Made | null> {
    this.recorder.flush();
    this.device.pushErrorScope("out-of-memory");
    const made = make();
    const error = yield* waitFor(this.alive(this.device.popErrorScope()));
    if (!error) return made;
    discard(made);
    return null;
  }

  #noRoom(bytes: number): DeviceError {
    return new DeviceError(
      `webgpu: the device has no room for an array of ${Math.ceil(bytes / 2 ** 20)} MiB beside the ` +
        `${Math.ceil(this.pool.bytes / 2 ** 20)} MiB that are in use; give kernels a smaller memoryLimit, destroy() arrays ` +
        'that are needed no more, or compute on the processor: withDevice("cpu", () => ...).',
    );
  }

  /** A buffer for the numbers of kernels. */
  uniforms(bytes: number): GPUBuffer {
    return this.device.createBuffer({ size: bytes, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
  }

  /** What runs of a plan share. */
  prepared(plan: WebGpuPlan): Prepared {
    const known = this.#prepared.get(plan);
    if (known) return known;
    const made = new Prepared(this, plan.dispatches);
    this.#prepared.set(plan, made);
    this.onCollected(plan, made);
    return made;
  }

  /** The first words of some memory. */
  *read(memory: Memory, words: number): Work<Uint32Array> {
    const staging = yield* this.staging(4 * words);
    return yield* waitFor(this.transfer(memory, words, staging));
  }

  /** The same, for whoever doesn't hold the stream meanwhile: the copy is recorded when this returns. */
  transfer(memory: Memory, words: number, staging: GPUBuffer): Promise<Uint32Array> {
    const bytes = 4 * words;
    this.recorder.copy(memory, staging, bytes);
    this.recorder.flush();
    this.recorder.counts.downloadedBytes += bytes;
    return this.alive(staging.mapAsync(GPUMapMode.READ, 0, bytes)).then(() => {
      const copy = new Uint32Array(staging.getMappedRange(0, bytes).slice(0));
      staging.unmap();
      this.#giveStaging(staging);
      return copy;
    });
  }

  /** Records the way of an array's elements to the host; they come when the stream has long gone on. */
  *reading(
    { memory, error }: Contents,
    size: number,
    resolve: (words: Uint32Array | Promise<Uint32Array>) => void,
    reject: (reason: unknown) => void,
  ): Work<void> {
    try {
      if (!memory || this.failure) throw error ?? this.failure ?? new Error("internal: nothing to read");
      if (size === 0) resolve(new Uint32Array());
      else resolve(this.transfer(memory, size, yield* this.staging(4 * size)));
    } catch (reason) {
      reject(reason);
    }
  }

  /** A buffer that the host can read so many bytes from. */
  *staging(bytes: number): Work<GPUBuffer> {
    const size = 2 ** Math.max(8, Math.ceil(Math.log2(bytes)));
    const idle = this.#staging.get(size)?.pop();
    if (idle) return idle;
    const make = (): GPUBuffer =>
      this.device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    if (size <= UNCHECKED_BYTES) return make();
    const made = yield* this.#ifRoom(make, (own) => own.destroy());
    if (made) return made;
    throw this.#noRoom(size);
  }

  #giveStaging(staging: GPUBuffer): void {
    const idle = this.#staging.get(staging.size) ?? [];
    if (staging.size > LARGE_STAGING || idle.length === KEPT_STAGING) staging.destroy();
    else {
      idle.push(staging);
      this.#staging.set(staging.size, idle);
    }
  }
}

/** Elements as the device has them: bools are words, and numbers with all of their digits `float32`. */
function toWords(storage: TypedArray): Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> {
  if (storage instanceof Uint8Array) return Uint32Array.from(storage);
  if (storage instanceof Float64Array) return Float32Array.from(storage);
  return storage as Float32Array<ArrayBuffer>;
}

/** Words as elements. */
export function fromWords(words: Uint32Array, dtype: "float32" | "int32" | "uint32" | "bool"): TypedArray {
  if (dtype === "bool") return Uint8Array.from(words);
  const array = allocate(dtype, words.length);
  new Uint32Array(array.buffer).set(words);
  return array;
}
