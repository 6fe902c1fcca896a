/** The shaders whose results have been compared, over all files of a run: each is replayed once. */
import { appendFileSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Kernel } from "../../../gpu/kernel.ts";

/** A shader as it stands in a file. */
export interface Text {
  readonly label: string;
  readonly code: string;
  readonly access: readonly ("read" | "write")[];
  /** Words of the uniform. */
  readonly words: number;
  /** Whether it ran as one workgroup only, which tells little of how groups share the work. */
  readonly alone: boolean;
}

const isAlone = ({ grid: [x, y, z] }: Kernel): boolean => x * y * z === 1;

const key = (code: string, alone: boolean): string => `${alone} ${code}`;

export const keyOf = (kernel: Kernel): string => key(kernel.code, isAlone(kernel));

/** All texts in a folder; each process of a run writes a file there. */
export function readTexts(folder: string): Text[] {
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".jsonl")) : [];
  return files.flatMap((name) =>
    readFileSync(join(folder, name), "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Text),
  );
}

export class Texts {
  readonly #known: Set<string>;

  /** Without a folder nothing is kept. */
  constructor(readonly folder: string | undefined) {
    this.#known = new Set(folder ? readTexts(folder).map(({ code, alone }) => key(code, alone)) : []);
  }

  has = (kernel: Kernel): boolean => this.#known.has(keyOf(kernel));

  /** For this process alone. */
  expect(kernel: Kernel): void {
    this.#known.add(keyOf(kernel));
  }

  /** For all processes that begin later. */
  keep(kernels: Iterable<Kernel>): void {
    if (!this.folder) return;
    const lines = [...kernels].map((kernel) => {
      const { label, code, words, bindings } = kernel;
      const access = bindings.map((binding) => binding.access);
      return `${JSON.stringify({ label, code, access, words: words.length, alone: isAlone(kernel) } satisfies Text)}\n`;
    });
    appendFileSync(join(this.folder, `${process.pid}.jsonl`), lines.join(""));
  }
}
