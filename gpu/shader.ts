/** Writes one compute shader: its bindings, the numbers that differ from shape to shape, the functions that it calls. */
import type { Buffer } from "../src/compile/program.ts";
import { type Part, partsOf } from "./cut.ts";
import { functionsIn } from "./functions.ts";
import { type Access, type Grid, type Kernel, type Settings, uniformBytes, type Work } from "./kernel.ts";
import { bitsOf, type DType, int, type StorageType, storageType } from "./values.ts";

/** Threads of a workgroup where each works by itself. */
const THREADS = 64;

interface Binding {
  readonly name: string;
  readonly type: string;
  access: Access;
}

export class Shader {
  readonly #words: number[] = [];
  readonly #bindings = new Map<Buffer, Binding>();
  readonly #declarations: string[] = [];
  #lines: string[] = [];
  #names = 0;

  constructor(
    readonly label: string,
    readonly settings: Settings,
  ) {}

  /** Adds lines to the body of `main`. */
  emit(...lines: readonly string[]): void {
    this.#lines.push(...lines);
  }

  /** The lines that `write` emits, taken out of the body again: for a function beside `main`. */
  collect(write: () => void): string[] {
    const before = this.#lines;
    this.#lines = [];
    write();
    const own = this.#lines;
    this.#lines = before;
    return own;
  }

  /** A loop of fixed length over registers; its variable is a u32. */
  repeat(name: string, count: number, body: () => void): void {
    if (!this.settings.unrolled) {
      this.emit(`for (var ${name} = 0u; ${name} < ${count}u; ${name}++) {`);
      body();
      this.emit("}");
      return;
    }
    const lines = this.collect(body);
    for (let i = 0; i < count; i++) this.emit("{", `const ${name} = ${i}u;`, ...lines, "}");
  }

  /** Adds a declaration outside of `main`: a function, or memory that a workgroup shares. */
  declare(...lines: readonly string[]): void {
    this.#declarations.push(...lines);
  }

  /** A name that nothing else has. */
  fresh(prefix = "v"): string {
    return `${prefix}${this.#names++}`;
  }

  /** The name of a buffer's variable, of which only the elements' bits matter where a type is given. */
  read(buffer: Buffer, type: StorageType | "vec4<f32>" = storageType(buffer.dtype)): string {
    return this.#bind(buffer, "read", type);
  }

  /** The same for a buffer that is written. One that is read, too, is bound once. */
  write(buffer: Buffer, type: StorageType | "vec4<f32>" = storageType(buffer.dtype)): string {
    return this.#bind(buffer, "write", type);
  }

  #bind(buffer: Buffer, access: Access, type: string): string {
    const known = this.#bindings.get(buffer);
    if (!known) {
      const name = `buffer${this.#bindings.size}`;
      this.#bindings.set(buffer, { name, type, access });
      return name;
    }
    if (access === "write") known.access = "write";
    if (known.type !== type) throw new Error(`internal: ${this.label} binds one buffer as ${known.type} and ${type}`);
    return known.name;
  }

  /** A whole number that differs from shape to shape, as an i32: a size, an offset. */
  number(n: number): string {
    return this.settings.numbers === "literal" ? int(n) : this.#word(n);
  }

  /** The same as a u32. */
  count(n: number): string {
    return this.settings.numbers === "literal" ? `${n}u` : `u32(${this.#word(n)})`;
  }

  /** `index * stride`, without what a stride of 0 or 1 doesn't need: these two are part of the text. */
  times(index: string, stride: number): string {
    if (stride === 0) return "0i";
    return stride === 1 ? `i32(${index})` : `i32(${index}) * ${this.number(stride)}`;
  }

  /**
   * A constant of a computation. Floats always stand in the uniform, since compilers may take NaN and infinity for
   * impossible, and fold products with zero.
   */
  constant(value: number, dtype: DType): string {
    if (dtype === "bool") return value ? "true" : "false";
    if (dtype !== "float32" && this.settings.numbers === "literal") {
      return dtype === "uint32" ? `${value >>> 0}u` : int(value | 0);
    }
    return `bitcast<${storageType(dtype)}>(${this.#word(bitsOf(value, dtype))})`;
  }

  #word(n: number): string {
    const at = this.#words.push(n) - 1;
    return `numbers[${at >> 2}].${"xyzw"[at & 3]}`;
  }

  /**
   * The offsets of the element with a flat index, one for each list of strides: `let`s for its coordinates are emitted, and
   * expressions of type i32 returned. The index is a u32.
   */
  offsets(
    index: string,
    sizes: readonly number[],
    strides: readonly (readonly number[])[],
    bases?: readonly number[],
  ): string[] {
    const terms = strides.map((_, operand): string[] => {
      const base = bases?.[operand] ?? 0;
      // Where there may be one, it is in the text also if it is 0.
      return bases === undefined || (base === 0 && this.settings.numbers === "literal") ? [] : [this.number(base)];
    });
    this.#coordinates(index, sizes).forEach((coordinate, axis) => {
      strides.forEach((list, operand) => {
        const stride = list[axis] ?? 0;
        if (stride !== 0) terms[operand]?.push(this.times(coordinate, stride));
      });
    });
    return terms.map((list) => (list.length === 0 ? "0i" : list.join(" + ")));
  }

  /** The names of an index's coordinates. */
  #coordinates(index: string, sizes: readonly number[]): string[] {
    const names: string[] = [];
    let rest = index;
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      if (axis === 0) {
        names.unshift(rest);
        break;
      }
      const size = this.count(sizes[axis] ?? 1);
      const [quotient, coordinate] = [this.fresh("q"), this.fresh("c")];
      this.emit(`let ${quotient} = ${rest} / ${size};`, `let ${coordinate} = ${rest} - ${quotient} * ${size};`);
      names.unshift(coordinate);
      rest = quotient;
    }
    return names;
  }

  /**
   * A grid of so many workgroups, whose number `g` (a u32) is emitted before the body, with a guard: a dimension of a
   * dispatch has an end.
   */
  #numbered(groups: number): { readonly grid: Grid; readonly number: string } {
    const x = Math.min(groups, this.settings.maxGroups);
    const y = Math.ceil(groups / x);
    return { grid: [x, y, 1], number: y > 1 ? `(group.y * ${this.count(x)} + group.x)` : "group.x" };
  }

  /** A kernel with a thread for each of `total` elements; `i` is the element's number, a u32. */
  elements(total: number, work: Work): Kernel {
    const { grid, number } = this.#numbered(Math.ceil(total / THREADS));
    this.#select("i", `${number} * ${THREADS}u + thread`, this.count(total));
    return this.#build(THREADS, grid, work);
  }

  /** A kernel with a workgroup for each of `total` items; `g` is the item's number, a u32, the same in all of its threads. */
  groups(total: number, threads: number, work: Work): Kernel {
    const { grid, number } = this.#numbered(total);
    this.#select("g", number, this.count(total));
    return this.#build(threads, grid, work);
  }

  /** The same in as many kernels as it takes to keep to the most operations of a dispatch. */
  elementsInParts(total: number, work: Work): Kernel[] {
    const parts = partsOf(total, work, this.settings);
    return parts.length === 1 ? [this.elements(total, work)] : this.#inParts("i", parts, THREADS, THREADS);
  }

  groupsInParts(total: number, threads: number, work: Work): Kernel[] {
    const parts = partsOf(total, work, this.settings);
    return parts.length === 1 ? [this.groups(total, threads, work)] : this.#inParts("g", parts, threads, 1);
  }

  /** One text for all parts, of which the first is the largest: where each begins and ends is always in the uniform. */
  #inParts(name: string, parts: readonly Part[], threads: number, items: number): Kernel[] {
    const groups = parts.map(({ count }) => Math.ceil(count / items));
    const { grid, number } = this.#numbered(Math.max(...groups));
    const place = items === 1 ? number : `${number} * ${items}u + thread`;
    const at = this.#words.length;
    const [count, first] = [this.#word(0), this.#word(0)];
    this.#select(name, place, `u32(${count})`, `u32(${first})`);
    const kernel = this.#build(threads, grid, { flops: 0, traffic: 0 });
    return parts.map((part, i) => {
      const x = Math.min(groups[i] ?? 0, grid[0]);
      const words = kernel.words.map((word, n) => (n === at ? part.count : n === at + 1 ? part.first : word));
      return { ...kernel, ...part.work, words, grid: [x, Math.ceil((groups[i] ?? 0) / x), 1] };
    });
  }

  /** Puts the number of what a thread works on before the body, and ends the threads that have nothing to do. */
  #select(name: string, place: string, end: string, first?: string): void {
    const body = this.#lines;
    this.#lines = [];
    const own = first === undefined ? name : this.fresh("place");
    this.emit(`let ${own} = ${place};`, `if (${own} >= ${end}) { return; }`);
    if (first !== undefined) this.emit(`let ${name} = ${own} + ${first};`);
    this.emit(...body);
  }

  #build(threads: number, grid: Grid, { flops, traffic }: Work): Kernel {
    const bindings = [...this.#bindings.values()];
    const own = [
      ...this.#declarations,
      `@compute @workgroup_size(${threads})`,
      "fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {",
      ...this.#lines.map((line) => `  ${line}`),
      "}",
    ].join("\n");
    const code = [
      ...bindings.map(
        ({ name, type, access }, i) =>
          `@group(0) @binding(${i}) var<storage, ${access === "read" ? "read" : "read_write"}> ${name}: array<${type}>;`,
      ),
      ...(this.#words.length > 0
        ? [
            `@group(0) @binding(${bindings.length}) var<uniform> numbers: array<vec4<i32>, ${uniformBytes(this.#words.length) / 16}>;`,
          ]
        : []),
      ...functionsIn(own),
      own,
      "",
    ].join("\n");
    return {
      label: this.label,
      code,
      words: [...this.#words],
      bindings: [...this.#bindings].map(([buffer, { access }]) => ({ buffer, access })),
      grid,
      flops,
      traffic,
    };
  }
}
