/** Counting of cases and printing of what failed or was skipped. */

/** Thrown where a case needs something that the library does not have (yet): the case is skipped with this reason. */
export class Unavailable extends Error {
  override readonly name = "Unavailable";
}

/** An error of the library that says that a part of it does not exist (yet). */
const saysUnavailable = (error: unknown): error is Error =>
  error instanceof Unavailable || (error instanceof Error && /not available|not implemented/.test(error.message));

const describeError = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message.split("\n")[0]}` : String(error);

/** The results of one family. */
export class Report {
  passed = 0;
  skipped = 0;
  readonly failures: { readonly id: string; readonly problem: string }[] = [];
  readonly #skips = new Map<string, string[]>();

  constructor(readonly family: string) {}

  get failed(): number {
    return this.failures.length;
  }

  pass(): void {
    this.passed++;
  }

  fail(id: string, problem: string): void {
    this.failures.push({ id, problem });
  }

  skip(id: string, reason: string): void {
    this.skipped++;
    this.#skips.set(reason, [...(this.#skips.get(reason) ?? []), id]);
  }

  /** One case: `check` returns what differs (or nothing), or throws. */
  check(id: string, check: () => string | null): void {
    try {
      const problem = check();
      if (problem === null) this.pass();
      else this.fail(id, problem);
    } catch (error) {
      this.caught(id, error);
    }
  }

  /** Counts a case that threw: skipped if something does not exist, otherwise failed. */
  caught(id: string, error: unknown): void {
    if (saysUnavailable(error)) this.skip(id, error.message.split("\n")[0] as string);
    else this.fail(id, describeError(error));
  }

  /** Failures one by one, skips by reason, and the summary as the last line. */
  lines(): string[] {
    const failures = this.failures.map(({ id, problem }) => `FAIL ${this.family} ${id}: ${problem}`);
    const skips = [...this.#skips].map(([reason, ids]) => {
      const few = ids.slice(0, 3).join("; ");
      return `SKIP ${this.family} ${ids.length} x ${reason} (${few}${ids.length > 3 ? "; ..." : ""})`;
    });
    const counts = `${this.passed} passed, ${this.failed} failed, ${this.skipped} skipped`;
    return [...failures, ...skips, `conformance ${this.family}: ${counts}`];
  }
}
