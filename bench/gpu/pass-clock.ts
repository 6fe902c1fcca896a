/** How long compute passes take by the device's own clock. */

/** So many passes at most are timed at once. */
const PASSES = 256;

export class PassClock {
  readonly #set: GPUQuerySet;
  #passes = -1;

  /** From now on the passes of the device can be timed. */
  constructor(readonly device: GPUDevice) {
    this.#set = device.createQuerySet({ type: "timestamp", count: 2 * PASSES });
    const createEncoder = device.createCommandEncoder.bind(device);
    device.createCommandEncoder = (descriptor) => {
      const encoder = createEncoder(descriptor);
      const begin = encoder.beginComputePass.bind(encoder);
      encoder.beginComputePass = (pass = {}) => begin({ ...pass, ...this.#writes() });
      return encoder;
    };
  }

  #writes(): GPUComputePassDescriptor {
    if (this.#passes < 0 || this.#passes >= PASSES) return {};
    const first = 2 * this.#passes++;
    return {
      timestampWrites: { querySet: this.#set, beginningOfPassWriteIndex: first, endOfPassWriteIndex: first + 1 },
    };
  }

  /** Seconds of all passes that were recorded and done while `work` was awaited; `null` if they were too many. */
  async time(work: () => Promise<void>): Promise<number | null> {
    const passes = await this.each(work);
    const seconds = passes?.reduce((a, b) => a + b, 0) ?? 0;
    return seconds > 0 ? seconds : null;
  }

  /** Those of each pass. */
  async each(work: () => Promise<void>): Promise<readonly number[] | null> {
    this.#passes = 0;
    await work();
    const passes = this.#passes;
    this.#passes = -1;
    if (passes === 0 || passes >= PASSES) return null;
    const { device } = this;
    const { QUERY_RESOLVE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
    const size = 16 * passes;
    const resolved = device.createBuffer({ size, usage: QUERY_RESOLVE | COPY_SRC });
    const staging = device.createBuffer({ size, usage: COPY_DST | MAP_READ });
    const encoder = device.createCommandEncoder();
    encoder.resolveQuerySet(this.#set, 0, 2 * passes, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, staging, 0, size);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    const times = new BigUint64Array(staging.getMappedRange().slice(0));
    staging.destroy();
    resolved.destroy();
    const at = (i: number): bigint => times[i] as bigint;
    return Array.from({ length: passes }, (_, i) => Number(at(2 * i + 1) - at(2 * i)) / 1e9);
  }
}
