/** Pieces of the device's memory, which are taken again after use: making a buffer costs far more than a dispatch. */

/** A buffer with its users: the arrays and the runs that hold it. */
export class Memory {
  static #count = 0;
  readonly id = Memory.#count++;
  users = 1;
  /** The submission up to which commands that are recorded may use it. */
  lastUse = 0;
  constructor(readonly buffer: GPUBuffer) {}
}

/** Idle buffers above this are destroyed, those that were idle longest first. */
const IDLE_LIMIT = 2 ** 28;
const SMALLEST = 256;

/** Sizes in steps of a quarter of a power of two, so that arrays of about one size share buffers. */
export function sizeClass(bytes: number): number {
  if (bytes <= SMALLEST) return SMALLEST;
  const step = 2 ** (Math.floor(Math.log2(bytes)) - 2);
  return Math.ceil(bytes / step) * step;
}

export class Pool {
  /** By size, the one that was given back last at the end. */
  readonly #idle = new Map<number, Memory[]>();
  #idleBytes = 0;
  /** Bytes of all buffers that exist, and how many were ever made. */
  bytes = 0;
  made = 0;

  constructor(
    readonly device: GPUDevice,
    /** The number of the submission that is being recorded. */
    readonly submission: () => number,
  ) {}

  /** A buffer of at least so many bytes, with any contents, for commands to write. */
  take(bytes: number): Memory {
    const size = sizeClass(bytes);
    return this.#reuse(size, (list) => list.length - 1) ?? this.#make(size);
  }

  /** One that no recorded command uses: what the host writes comes before all of them. */
  takeUnused(bytes: number): Memory {
    const size = sizeClass(bytes);
    const unused = (list: readonly Memory[]): number => list.findIndex((x) => x.lastUse < this.submission());
    return this.#reuse(size, unused) ?? this.#make(size);
  }

  /** Whether there is an idle buffer for so many bytes. */
  has(bytes: number): boolean {
    return (this.#idle.get(sizeClass(bytes))?.length ?? 0) > 0;
  }

  #reuse(size: number, choose: (list: readonly Memory[]) => number): Memory | undefined {
    const list = this.#idle.get(size) ?? [];
    const at = choose(list);
    const [memory] = at < 0 ? [] : list.splice(at, 1);
    if (!memory) return undefined;
    this.#idleBytes -= size;
    memory.users = 1;
    return memory;
  }

  #make(size: number): Memory {
    const { STORAGE, INDIRECT, COPY_SRC, COPY_DST } = GPUBufferUsage;
    this.made++;
    this.bytes += size;
    return new Memory(this.device.createBuffer({ size, usage: STORAGE | INDIRECT | COPY_SRC | COPY_DST }));
  }

  /** One user less; without any it is free for the commands that are recorded next. */
  release(memory: Memory): void {
    memory.users--;
    if (memory.users > 0) return;
    const { size } = memory.buffer;
    const list = this.#idle.get(size) ?? [];
    memory.lastUse = this.submission();
    list.push(memory);
    this.#idle.set(size, list);
    this.#idleBytes += size;
  }

  /** Takes out one for which there was no room. */
  discard(memory: Memory): void {
    this.bytes -= memory.buffer.size;
    memory.buffer.destroy();
  }

  /** Destroys idle buffers that no recorded command uses, until at most so many bytes are idle. */
  trim(limit = IDLE_LIMIT): void {
    if (this.#idleBytes <= limit) return;
    const unused = [...this.#idle.values()].flat().filter((x) => x.lastUse < this.submission());
    unused.sort((a, b) => a.lastUse - b.lastUse);
    for (const memory of unused) {
      if (this.#idleBytes <= limit) break;
      const { size } = memory.buffer;
      const list = this.#idle.get(size) ?? [];
      list.splice(list.indexOf(memory), 1);
      this.#idleBytes -= size;
      this.bytes -= size;
      memory.buffer.destroy();
    }
  }
}
