/** The commands that are being recorded: one encoder and one compute pass for as many dispatches as may wait together. */
import type { Memory } from "./memory.ts";

/** So many dispatches of separate runs are submitted together. */
const BATCH = 64;

/** What has been done, for tests and predictions. */
export interface Counts {
  dispatches: number;
  submits: number;
  uploadedBytes: number;
  downloadedBytes: number;
  /** Words that the host read to decide whether a loop goes on. */
  decisions: number;
}

export class Recorder {
  readonly counts: Counts = { dispatches: 0, submits: 0, uploadedBytes: 0, downloadedBytes: 0, decisions: 0 };
  /** The number of the submission that is being recorded. */
  submission = 1;
  #encoder: GPUCommandEncoder | null = null;
  #pass: GPUComputePassEncoder | null = null;
  #dispatches = 0;

  constructor(
    readonly device: GPUDevice,
    /** Called with what a validation complains of, which is a mistake of this library. */
    readonly onError: (message: string) => void,
  ) {}

  /** The pass to record dispatches in. */
  pass(): GPUComputePassEncoder {
    this.#pass ??= this.#open().beginComputePass();
    this.#dispatches++;
    this.counts.dispatches++;
    return this.#pass;
  }

  copy(source: Memory, target: GPUBuffer, bytes: number): void {
    this.#pass?.end();
    this.#pass = null;
    this.#open().copyBufferToBuffer(source.buffer, 0, target, 0, bytes);
  }

  #open(): GPUCommandEncoder {
    if (this.#encoder) return this.#encoder;
    this.device.pushErrorScope("validation");
    this.#encoder = this.device.createCommandEncoder();
    // What nobody asks for is submitted when the program comes to rest.
    queueMicrotask(() => this.flush());
    return this.#encoder;
  }

  /** Submits if enough has come together. */
  settle(): void {
    if (this.#dispatches >= BATCH) this.flush();
  }

  /** Submits what was recorded. */
  flush(): void {
    const encoder = this.#encoder;
    if (!encoder) return;
    this.#pass?.end();
    this.#encoder = null;
    this.#pass = null;
    this.#dispatches = 0;
    this.device.queue.submit([encoder.finish()]);
    this.submission++;
    this.counts.submits++;
    this.device.popErrorScope().then(
      (error) => error && this.onError(error.message),
      () => {},
    );
  }
}
