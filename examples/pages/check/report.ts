/** The report as it grows: rows of text, each with what it found or the error that it ended with. */

/** `null` for what is only told. */
export type Mark = "ok" | "HIGH" | "WRONG" | "ERROR" | null;

export interface Finding {
  readonly mark: Mark;
  readonly text: string;
}

export const told = (text: string): Finding => ({ mark: null, text });

export interface Check {
  readonly section: string;
  readonly name: string;
  /** Whether a short check has it, too. */
  readonly short?: boolean;
  readonly run: () => Promise<Finding>;
}

const NAME = 35;

export class Report {
  readonly #lines: string[] = [];
  readonly #counts = new Map<Mark, number>();
  #section = "";

  constructor(title: readonly string[]) {
    this.#lines.push(...title);
  }

  add({ section, name }: Check, { mark, text }: Finding): void {
    if (section !== this.#section) this.#lines.push("", `== ${section}`);
    this.#section = section;
    const [first = "", ...others] = text.split("\n");
    this.#lines.push(`${(mark ?? "").padEnd(5)} ${name.padEnd(NAME)} ${first}`);
    this.#lines.push(...others.map((line) => `${" ".repeat(7 + NAME)}${line}`));
    this.#counts.set(mark, (this.#counts.get(mark) ?? 0) + 1);
  }

  end(text: string): void {
    this.#lines.push("", `== ${this.summary()}`, text);
  }

  summary(): string {
    const marks = ["ok", "HIGH", "WRONG", "ERROR"] as const;
    return marks.map((mark) => `${this.#counts.get(mark) ?? 0} ${mark}`).join(", ");
  }

  toString(): string {
    return `${this.#lines.join("\n")}\n`;
  }
}
