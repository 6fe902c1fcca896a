/** What the programs of pages are held to: calls of these stand behind the lines that say what they give. */
import { format } from "node:util";
import { plain, same } from "../declarations/same.mjs";

const printed: string[][] = [];
let claims = 0;

export const keep = {
  /** From here on, what is printed belongs to the block of this number. */
  begin(block: number): void {
    printed[block] = [];
    console.log = (...data: unknown[]) => printed[block]?.push(format(...data));
  },

  value(got: unknown, wanted: unknown, line: string): void {
    claims++;
    if (!same(plain(got), plain(wanted))) throw new Error(`it is ${JSON.stringify(plain(got))}: ${line}`);
  },

  shape(got: { readonly shape: readonly number[] }, wanted: readonly number[], line: string): void {
    keep.value(got.shape, wanted, line);
  },

  /** An ellipsis in the message stands for anything. */
  error(fn: () => unknown, wanted: string, line: string): void {
    claims++;
    const parts = wanted.split("...").map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    const message = messageOf(fn);
    if (!new RegExp(`^${parts.join(".*")}$`, "s").test(message)) throw new Error(`${message}: ${line}`);
  },
};

function messageOf(fn: () => unknown): string {
  try {
    fn();
  } catch (error) {
    return String(error);
  }
  return "no error";
}

/** Runs a program; gives back what each block printed, and how many claims were kept. */
export async function runKept(run: () => Promise<unknown>): Promise<{ outputs: string[]; claims: number }> {
  const { log } = console;
  [printed.length, claims] = [0, 0];
  try {
    await run();
  } finally {
    console.log = log;
  }
  return { outputs: printed.map((lines) => `${lines.join("\n")}\n`), claims };
}

const NUMBER = /-?\d+(?:\.\d+)?(?:e[-+]?\d+)?/g;

/** Of printed numbers the last digit may differ; all else is kept literally. */
export function assertPrinted(got: string, wanted: string, name: string): void {
  const shapeOf = (text: string): string => text.replaceAll(NUMBER, "n").replaceAll(/ +/g, " ").trimEnd();
  const numbers = got.match(NUMBER)?.map(Number) ?? [];
  const close = (number: string, i: number): boolean =>
    Math.abs((numbers[i] as number) - Number(number)) <= 2e-4 * Math.max(1e-2, Math.abs(Number(number)));
  if (shapeOf(got) !== shapeOf(wanted) || !(wanted.match(NUMBER) ?? []).every(close)) {
    throw new Error(`${name} prints\n${got}and not\n${wanted}`);
  }
}
