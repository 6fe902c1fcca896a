/** Tables of measurements, as Markdown that is readable as it stands. */
import type { Timing } from "./timing.ts";

/** A cell: text, or nothing where there is nothing to say. */
export type Cell = string | null;

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** The numbers behind the cells, for the JSON file. */
  readonly data: readonly unknown[];
}

/** Three significant digits. */
const significant = (x: number): string => {
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(x) || 1)));
  return x.toFixed(Math.min(digits, 6));
};

export const milliseconds = (seconds: number): string => `${significant(seconds * 1e3)} ms`;
export const giga = (perSecond: number): string => significant(perSecond / 1e9);
/** A range of times. */
export const range = ({ fastest, slowest }: Pick<Timing, "fastest" | "slowest">): string =>
  `${milliseconds(fastest).replace(" ms", "")} to ${milliseconds(slowest)}`;

export const percent = (x: number): string => `${(100 * x).toFixed(0)}%`;
export const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;
export const times = (ratio: number): string => `${significant(ratio)}x`;

/** The columns that every timing has. */
export const TIMING_COLUMNS = ["median", "fastest to slowest", "CPU time"] as const;

export const timingCells = (timing: Timing): Cell[] => [
  milliseconds(timing.median),
  range(timing),
  milliseconds(timing.cpu),
];

export function formatTable({ title, columns, rows }: Table): string {
  const cells = [columns, ...rows].map((row) => row.map((cell) => cell ?? ""));
  const widths = columns.map((_, j) => Math.max(...cells.map((row) => (row[j] as string).length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, j) => (j === 0 ? cell.padEnd(widths[j] as number) : cell.padStart(widths[j] as number))).join(" | ")} |`;
  const rule = `|${widths.map((w, j) => (j === 0 ? "-".repeat(w + 2) : `${"-".repeat(w + 1)}:`)).join("|")}|`;
  const [head, ...body] = cells as [string[], ...string[][]];
  return [`## ${title}`, "", line(head), rule, ...body.map(line), ""].join("\n");
}
