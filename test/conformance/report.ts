/** Counting of cases and printing of what failed or was skipped. */

/** Thrown where a case needs something that the library does not have (yet): the case is skipped with this reason. */
export class Unavailable extends Error {
  override readonly name = "Unavailable";
}

const describeError = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message.split("\n")[0]}` : String(error);

/** What differs, or `null`; on a device that isn't the host's it is known when the results have been read. */
export type Finding = string | null | Promise<string | null>;

/** One way to compute a case's value: its name and a check of it. The name begins with the precision, where it has one. */
export type Way = readonly [name: string, check: () => Finding];

/** Ids by the reason that they share. */
class Reasons {
  readonly #ids = new Map<string, string[]>();

  add(reason: string, id: string): void {
    const ids = this.#ids.get(reason);
    if (ids) ids.push(id);
    else this.#ids.set(reason, [id]);
  }

  lines(prefix: string): string[] {
    return [...this.#ids].map(([reason, ids]) => {
      const more = ids.length > 3 ? "; ..." : "";
      return `${prefix} ${ids.length} x ${reason} (${ids.slice(0, 3).join("; ")}${more})`;
    });
  }
}

/** The results of one family. A case is a reference value; it may be computed in several ways. */
export class Report {
  passed = 0;
  failed = 0;
  skipped = 0;
  readonly #failures: string[] = [];
  readonly #skipped = new Reasons();
  readonly #cases: (() => Promise<void>)[] = [];
  #lacking = 0;
  #seen = 0;

  constructor(
    readonly family: string,
    /** A precision that the device doesn't have: its ways are one skip together. */
    readonly lacks: { readonly precision: string; readonly reason: string } | null = null,
    /** Of how many cases one is run, spread evenly; the others are skipped. */
    readonly every = 1,
  ) {}

  /** Whether only a part of the cases is run. */
  get isPart(): boolean {
    return this.every > 1;
  }

  fail(id: string, problem: string): void {
    this.failed++;
    this.#failures.push(`FAIL ${this.family} ${id}: ${problem}`);
  }

  skip(id: string, reason: string): void {
    this.skipped++;
    this.#skipped.add(reason, id);
  }

  /**
   * Counts one case: failed if any way fails, skipped if no way exists, otherwise passed. A way that does not exist beside
   * others that do is a skip of its own.
   */
  check(id: string, ways: Iterable<Way>): void {
    this.#add(id, () => this.#check(id, ways, (way, reason) => this.skip(way, reason)));
  }

  /** Counts a case whose ways are the library's methods: one that does not exist beside others is a failure. */
  checkMethods(id: string, ways: Iterable<Way>): void {
    this.#add(id, () => this.#check(id, ways, (way, reason) => this.fail(way, reason)));
  }

  #add(id: string, check: () => Promise<void>): void {
    if (this.#seen++ % this.every === 0) this.#cases.push(check);
    else this.skip(id, `one case in ${this.every} is run`);
  }

  /** Checks the cases, one after the other. */
  async settle(): Promise<void> {
    for (const check of this.#cases.splice(0)) await check();
  }

  /** After the last case: what the device can't compute is one skip. */
  close(): void {
    if (!this.lacks || this.#lacking === 0) return;
    this.skip(`${this.#lacking} ways in ${this.lacks.precision}`, this.lacks.reason);
  }

  async #check(id: string, ways: Iterable<Way>, onMissing: (way: string, reason: string) => void): Promise<void> {
    const problems: string[] = [];
    const missing: [way: string, reason: string][] = [];
    let ran = 0;
    for (const [name, check] of ways) {
      if (this.lacks && name.startsWith(this.lacks.precision)) {
        this.#lacking++;
        continue;
      }
      const way = name === "" ? id : `${id} ${name}`;
      try {
        const problem = await check();
        ran++;
        if (problem !== null) problems.push(`FAIL ${this.family} ${way}: ${problem}`);
      } catch (error) {
        if (this.lacks && String(error).includes(`has no ${this.lacks.precision}`)) {
          missing.push([way, `${this.lacks.precision} inside of it`]);
        } else if (error instanceof Unavailable) missing.push([way, error.message.split("\n")[0] as string]);
        else problems.push(`FAIL ${this.family} ${way}: ${describeError(error)}`);
      }
    }
    this.#failures.push(...problems);
    if (problems.length > 0) this.failed++;
    else if (ran > 0) this.passed++;
    else this.skip(id, missing[0]?.[1] ?? "there is no way to compute it");
    if (problems.length > 0 || ran > 0) for (const [way, reason] of missing) onMissing(way, reason);
  }

  /** Counts a case with one way. */
  checkOne(id: string, check: () => Finding): void {
    this.check(id, [["", check]]);
  }

  /** Failures one by one, what was skipped by reason, and the summary as the last line. */
  lines(): string[] {
    return [
      ...this.#failures,
      ...this.#skipped.lines(`SKIP ${this.family}`),
      `conformance ${this.family}: ${this.passed} passed, ${this.failed} failed, ${this.skipped} skipped`,
    ];
  }
}
