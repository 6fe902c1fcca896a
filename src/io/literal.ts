/** Python's literals, as the headers of .npy files have them: texts, whole numbers, True, False, None, and what holds those. */

/** A dictionary is a `Map`, a tuple or list a list. */
export type Literal = string | number | boolean | null | readonly Literal[] | ReadonlyMap<Literal, Literal>;

/** Nothing that arrays need is nested deeper. */
const MAX_DEPTH = 32;
const WORDS: ReadonlyMap<string, Literal> = /* @__PURE__ */ new Map<string, Literal>([
  ["True", true],
  ["False", false],
  ["None", null],
]);

/** The value of a text that is one literal and nothing else; `undefined` for any other text. It is read, never run. */
export function parseLiteral(text: string): Literal | undefined {
  const parser = new Parser(text);
  const value = parser.value(0);
  return parser.isAtEnd() ? value : undefined;
}

class Parser {
  #at = 0;

  constructor(readonly text: string) {}

  isAtEnd(): boolean {
    return this.#take(/\s*/y) !== undefined && this.#at === this.text.length;
  }

  /** The next literal; `undefined` where there is none, and from there on nothing fits any more. */
  value(depth: number): Literal | undefined {
    if (depth > MAX_DEPTH) return undefined;
    const quoted = this.#take(/\s*(?:'[^'\\\n]*'|"[^"\\\n]*")/y);
    if (quoted !== undefined) return quoted.trim().slice(1, -1);
    const number = this.#take(/\s*-?\d{1,16}(?=L?\b)/y);
    // Python 2 wrote long numbers with an L.
    if (number !== undefined) return this.#take(/L?/y) === undefined ? undefined : Number(number);
    const word = this.#take(/\s*(?:True|False|None)\b/y);
    if (word !== undefined) return WORDS.get(word.trim());
    if (this.#take(/\s*\(/y)) return this.#items(/\s*\)/y, depth);
    if (this.#take(/\s*\[/y)) return this.#items(/\s*\]/y, depth);
    return this.#take(/\s*\{/y) ? this.#entries(depth) : undefined;
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #items(end: RegExp, depth: number): Literal[] | undefined {
    const items: Literal[] = [];
    while (this.#take(end) === undefined) {
      const item = this.value(depth + 1);
      if (item === undefined) return undefined;
      items.push(item);
      if (this.#take(/\s*,/y) === undefined) return this.#take(end) === undefined ? undefined : items;
    }
    return items;
  }

  #entries(depth: number): Map<Literal, Literal> | undefined {
    const entries = new Map<Literal, Literal>();
    const end = /\s*\}/y;
    while (this.#take(end) === undefined) {
      const key = this.value(depth + 1);
      const value = this.#take(/\s*:/y) === undefined ? undefined : this.value(depth + 1);
      if (key === undefined || value === undefined || entries.has(key)) return undefined;
      entries.set(key, value);
      if (this.#take(/\s*,/y) === undefined) return this.#take(end) === undefined ? undefined : entries;
    }
    return entries;
  }
}
