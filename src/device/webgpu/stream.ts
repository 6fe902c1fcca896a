/** What a device is asked to do, in the order in which it was asked. */

/** Encodes commands, at once or after something that it waits for; it handles its own errors. */
export type Task = () => void | Promise<void>;

/** A queue of tasks. One that finds it idle runs in the same turn; one that waits holds back all that come after it. */
export class Stream {
  readonly #waiting: Task[] = [];
  #busy = false;

  push(task: Task): void {
    this.#waiting.push(task);
    if (!this.#busy) this.#run();
  }

  #run(): void {
    for (let task = this.#waiting.shift(); task; task = this.#waiting.shift()) {
      this.#busy = true;
      const suspended = task();
      if (suspended) {
        void suspended.finally(() => this.#run());
        return;
      }
    }
    this.#busy = false;
  }
}
