/** Reference values, and loading them from wherever they lie. */
import { array, type NDArray } from "cotangent";
import type { Precision } from "./compare.ts";
import { readSafetensors, type Tensor } from "./safetensors.ts";

/** Where the files of reference values are. */
export interface Source {
  /** What errors call it. */
  readonly place: string;
  /** The names of its files, those in folders as `folder/file`. */
  readonly files: readonly string[];
  read(file: string): Promise<Uint8Array>;
}

/** The tensors of one file and the index beside it. */
export class Data {
  readonly #read = new Set<string>();

  private constructor(
    private readonly tensors: ReadonlyMap<string, Tensor>,
    private readonly indexText: string | null,
  ) {}

  /** The data named `name`, or `null` where there is none. */
  static async load(source: Source, name: string): Promise<Data | null> {
    const [file, index] = [`${name}.safetensors`, `${name}.json`];
    if (!source.files.includes(file)) return null;
    const tensors = readSafetensors(await source.read(file));
    const isIndexed = source.files.includes(index);
    return new Data(tensors, isIndexed ? new TextDecoder().decode(await source.read(index)) : null);
  }

  /** The tensors in the bytes of a file. */
  static of(file: Uint8Array): Data {
    return new Data(readSafetensors(file), null);
  }

  /** The JSON index. Throws where the file has none. */
  index<T>(): T {
    if (this.indexText === null) throw new Error("there is no JSON index beside the tensors");
    return JSON.parse(this.indexText) as T;
  }

  get names(): string[] {
    return [...this.tensors.keys()];
  }

  /** The tensors that nobody has looked at. */
  get unread(): string[] {
    return this.names.filter((name) => !this.#read.has(name));
  }

  has(name: string): boolean {
    return this.tensors.has(name);
  }

  get(name: string): Tensor {
    const tensor = this.tensors.get(name);
    if (tensor === undefined) throw new Error(`the data has no tensor ${name}`);
    this.#read.add(name);
    return tensor;
  }

  /** The tensors `prefix/0`, `prefix/1`, ... */
  list(prefix: string): Tensor[] {
    const found: Tensor[] = [];
    while (this.has(`${prefix}/${found.length}`)) found.push(this.get(`${prefix}/${found.length}`));
    return found;
  }
}

const DTYPES = { I32: "int32", I64: "int32", U32: "uint32", BOOL: "bool" } as const;

/** A reference value as an array: floats in the given precision, other types as they are. */
export function toArray({ type, shape, data }: Tensor, precision: Precision): NDArray {
  const dtype = type === "F32" || type === "F64" ? precision : DTYPES[type];
  return array(data, { shape: [...shape], dtype });
}
