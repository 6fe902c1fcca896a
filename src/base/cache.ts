/** A cache that is bounded in bytes. */

interface Entry<Value> {
  readonly value: Value;
  readonly bytes: number;
}

/** Values by name, as many as there is room for: those that were used longest ago go first. */
export class LruCache<Value> {
  readonly #entries = new Map<string, Entry<Value>>();
  #bytes = 0;

  /** @param limit the bytes that the values and their names may take in all. */
  constructor(readonly limit: number) {}

  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    // A map keeps the order in which its entries came.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** Keeps a value that takes so many bytes, in the place of one of the same name. One with no room is not kept. */
  set(key: string, value: Value, bytes: number): void {
    this.delete(key);
    const all = bytes + 2 * key.length;
    if (all > this.limit) return;
    this.#entries.set(key, { value, bytes: all });
    this.#bytes += all;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.limit) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    this.#bytes -= this.#entries.get(key)?.bytes ?? 0;
    this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }
}
