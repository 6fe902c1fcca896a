/** The chosen tests, conformance families and programs, in the runtime that loads this. */
import { initThreads } from "cotangent";
import type { Source } from "../conformance/data.ts";
import { runFamily } from "../conformance/families.ts";
import { Report, type Way } from "../conformance/report.ts";
import { Digests } from "./digests.ts";
import { listPrograms } from "./programs.ts";
import { takeTests } from "./uvu.ts";

/** What is run. */
export interface Chosen {
  /** Test files by name, which declare their tests when they are loaded. */
  readonly files: Readonly<Record<string, () => Promise<unknown>>>;
  /** Reference values by the names of their files. */
  readonly data: Readonly<Record<string, () => Promise<{ readonly default: Uint8Array }>>>;
  /** Of each family one in so many cases. */
  readonly families: Readonly<Record<string, number>>;
}

/** How many passed of one kind, and what is wrong with the others. */
export interface Counts {
  readonly passed: number;
  readonly problems: readonly string[];
}

/** What came of it. */
export interface Outcome {
  readonly counts: Readonly<Record<string, Counts>>;
  /** Of each program and each case of a family. */
  readonly digests: Readonly<Record<string, string>>;
}

const describe = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));

/** Runs checks one after the other; what one throws is its problem. */
async function countChecks(checks: Iterable<readonly [string, () => unknown]>): Promise<Counts> {
  const problems: string[] = [];
  let passed = 0;
  for (const [name, check] of checks) {
    try {
      await check();
      passed++;
    } catch (error) {
      problems.push(`${name}: ${describe(error)}`);
    }
  }
  return { passed, problems };
}

async function runFiles({ files }: Chosen): Promise<Counts> {
  const checks: [string, () => unknown][] = [];
  for (const [file, load] of Object.entries(files)) {
    await load();
    const tests = takeTests();
    if (tests.length === 0) throw new Error(`${file} has no tests`);
    for (const { name, run } of tests) checks.push([`${file} "${name}"`, run]);
  }
  return await countChecks(checks);
}

/** Tells the digests which case is computed. What `AUTO` chooses depends on the machine's speed: it is left out. */
class Digested extends Report {
  constructor(
    family: string,
    every: number,
    readonly digests: Digests,
  ) {
    super(family, null, every);
  }

  #digested(id: string, ways: Iterable<Way>): Way[] {
    return Array.from(ways, ([name, check]) => [
      name,
      () => {
        this.digests.begin(name.includes("AUTO") ? null : `${this.family} ${id}`);
        return check();
      },
    ]);
  }

  override check(id: string, ways: Iterable<Way>): void {
    super.check(id, this.#digested(id, ways));
  }

  override checkMethods(id: string, ways: Iterable<Way>): void {
    super.checkMethods(id, this.#digested(id, ways));
  }
}

const sourceOf = ({ data }: Chosen): Source => ({
  place: "the bundle",
  files: Object.keys(data),
  read: async (file) => (await (data[file] as Chosen["data"][string])()).default,
});

async function countFamily(chosen: Chosen, family: string, every: number, digests: Digests): Promise<Counts> {
  const report = new Digested(family, every, digests);
  await runFamily(report, sourceOf(chosen));
  return { passed: report.passed, problems: report.lines().filter((line) => line.startsWith("FAIL")) };
}

function runPrograms(digests: Digests): Promise<Counts> {
  const checks = Object.entries(listPrograms()).map(([name, program]) => {
    const run = (): void => {
      digests.begin(name);
      for (const x of program()) x.dataSync();
    };
    return [name, run] as const;
  });
  return countChecks(checks);
}

/** Runs all of it, in deterministic mode. */
export async function runSuite(chosen: Chosen): Promise<Outcome> {
  await initThreads({ threads: 1, deterministic: true });
  const counts: Record<string, Counts> = { tests: await runFiles(chosen) };
  const digests = new Digests();
  counts.programs = await runPrograms(digests);
  for (const [family, every] of Object.entries(chosen.families)) {
    counts[family] = await countFamily(chosen, family, every, digests);
  }
  return { counts, digests: digests.all };
}
