/** Time is limited: what doesn't fit isn't run, and says so. */

const now = (): number => performance.now() / 1000;

export class Budget {
  readonly #end: number;

  constructor(seconds: number) {
    this.#end = now() + seconds;
  }

  /** Seconds that are left. */
  get left(): number {
    return Math.max(0, this.#end - now());
  }

  /** A part of it: what is left, but no more than so many seconds. */
  part(seconds: number): Budget {
    return new Budget(Math.min(seconds, this.left));
  }
}

/** What stands in a table for something that wasn't run. */
export const notRun = (why: string): string => (why.startsWith("not run") ? why : `not run: ${why}`);

/** About how long something would take. */
export const about = (seconds: number): string =>
  seconds < 10 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds).toLocaleString("en")} s`;
