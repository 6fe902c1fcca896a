/** What an array holds, wherever it is just now. */
import type { TypedArray } from "../../base/dtypes.ts";
import { DeviceError } from "../../base/errors.ts";
import type { Memory, Pool } from "./memory.ts";

/** In the device's memory, the host's or both; or neither while it is still to be computed. */
export class Contents {
  memory: Memory | null = null;
  /** Why there is nothing. */
  error: Error | null = null;
  /** The transfer to the host that is under way. */
  reading: Promise<TypedArray> | null = null;
  /** The array itself, and the runs that are to read or write it. */
  #users = 1;

  constructor(
    readonly pool: Pool,
    public host: TypedArray | null,
  ) {}

  retain(): void {
    this.#users++;
  }

  release(): void {
    this.#users--;
    if (this.#users === 0) this.giveBack();
  }

  /** There will be nothing. */
  fail(error: Error): void {
    this.error = error;
    this.giveBack();
  }

  /** Lets go of everything at the user's wish. */
  destroy(): void {
    this.host = null;
    this.fail(new DeviceError("this array was destroyed; use it before destroy() is called."));
  }

  /** Lets go of the device's memory. */
  giveBack(): void {
    if (this.memory) this.pool.release(this.memory);
    this.memory = null;
  }
}
