/** Command lists as text. What the words of a command are called is read from the comments in `assembly/opcodes.ts`. */
import { readFileSync } from "node:fs";
import * as opcodes from "../../assembly/opcodes.ts";
import { SHARED } from "../../assembly/opcodes.ts";

type Names = Readonly<Record<number, string>>;

/** The names by number: `const enum`s, in which TypeScript looks up no names although they are there. */
const names = opcodes as unknown as {
  readonly Command: Names;
  readonly DType: Names;
  readonly Op: Names;
  readonly ReduceOp: Names;
};

/** What a command's words are, one item of its comment each: `dst`, `sizes[rank]`, `m: sizes[mRank]`, `nIn x [register, ...]`. */
type Items = readonly string[];

/** A list at its outermost commas. */
function split(list: string): Items {
  const items = [""];
  let depth = 0;
  for (const letter of list) {
    if (letter === "[") depth++;
    if (letter === "]") depth--;
    if (letter === "," && depth === 0) items.push("");
    else items[items.length - 1] += letter;
  }
  return items.map((item) => item.trim()).filter((item) => item !== "");
}

function readFormats(): ReadonlyMap<string, Items> {
  const source = readFileSync(new URL("../../assembly/opcodes.ts", import.meta.url), "utf8")
    .replaceAll(/\n\s+\* /g, " ")
    .replaceAll(/ +/g, " ");
  const comments = source.matchAll(/`\[([A-Z_]+), (?:len|2)([^`]*)\]`/g);
  return new Map([...comments].map(([, name, items]) => [name as string, split(items as string)]));
}

const FORMATS = readFormats();

const hex = (word: number): string => `0x${(word >>> 0).toString(16).padStart(8, "0")}`;

/** One word as what it stands for. */
function formatWord(name: string, word: number): string {
  if (name === "dtype") return (names.DType[word] as string).toLowerCase();
  if (name === "reduceOp") return (names.ReduceOp[word] as string).toLowerCase();
  return name === "lo" || name === "hi" ? hex(word) : String(word);
}

/** An instruction's first word: the operation, its operands' dtype, and the result's where that is another. */
function formatOp(word: number): string {
  const [op, dtype, result] = [names.Op[word & 0xffff], names.DType[(word >> 16) & 0xff], names.DType[word >>> 24]];
  return `op=${[op, dtype, ...(result === dtype ? [] : [result])].join(".").toLowerCase()}`;
}

/** The words of one command, from the first after its length. */
class Words {
  /** What has been read, by name: later items count by it. */
  readonly #read = new Map<string, number>();
  #next: number;

  /** Where the next word is. */
  get next(): number {
    return this.#next;
  }

  constructor(
    readonly list: Int32Array,
    start: number,
  ) {
    this.#next = start;
  }

  /** Lines of text: the command's own words, then a line for each label (`m:`) and each member of a group. */
  lines(items: Items): string[] {
    const lines: string[][] = [[]];
    for (const item of items) {
      const group = /^(\w+) x \[(.*)\]$/.exec(item);
      if (/^\w+: /.test(item)) lines.push([]);
      if (group) lines.push(...this.#group(group[1] as string, split(group[2] as string)).map((line) => [line]));
      else lines.at(-1)?.push(this.#item(item));
    }
    return lines.map((words) => words.filter((text) => !text.endsWith("=[]")).join(" ")).filter((line) => line !== "");
  }

  #group(count: string, items: Items): string[] {
    const name = count.slice(1).toLowerCase();
    return Array.from(
      { length: this.#count(count) },
      () => `${name} ${items.map((item) => this.#item(item)).join(" ")}`,
    );
  }

  #item(item: string): string {
    const list = /^(.*)\[(\w+)\]$/.exec(item);
    if (list) {
      const words = Array.from({ length: this.#count(list[2] as string) }, () => this.#word());
      return `${list[1]}=[${words.join(",")}]`;
    }
    const word = this.#word();
    this.#read.set(item, word);
    return item.startsWith("op |") ? formatOp(word) : `${item}=${formatWord(item, word)}`;
  }

  #count(name: string): number {
    const count = this.#read.get(name);
    if (count === undefined) throw new Error(`no word ${name} has been read`);
    return count;
  }

  #word(): number {
    return this.list[this.#next++] as number;
  }
}

/** A line for each command, with the place of its first word; what else it says is indented. Throws where a comment is wrong. */
export function disassemble(list: Int32Array): string {
  const lines: string[] = [];
  for (let at = 2; at < list.length; at += list[at + 1] as number) {
    const code = list[at] as number;
    const name = names.Command[code & ~SHARED] as string;
    const words = new Words(list, at + 2);
    const [own = "", ...others] = words.lines(FORMATS.get(name) as Items);
    if (words.next !== at + (list[at + 1] as number))
      throw new Error(`assembly/opcodes.ts miscounts the words of ${name}`);
    const shared = code & SHARED ? " shared" : "";
    lines.push(
      `${String(at).padStart(4)} ${name}${shared} ${own}`.trimEnd(),
      ...others.map((line) => `       ${line}`),
    );
  }
  return lines.join("\n");
}
