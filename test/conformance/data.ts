/** The folder of reference values, and loading from it. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { array, type NDArray } from "cotangent";
import type { Precision } from "./compare.ts";
import { readSafetensors, type Tensor } from "./safetensors.ts";

/** This project's own reference values, or those of the folder named by `CONFORMANCE_DATA`. */
export function dataFolder(): string {
  return process.env.CONFORMANCE_DATA || fileURLToPath(new URL("data", import.meta.url));
}

/** The tensors of one file and the index beside it. */
export class Data {
  readonly #read = new Set<string>();

  private constructor(
    private readonly tensors: ReadonlyMap<string, Tensor>,
    private readonly indexText: string | null,
  ) {}

  /** The data named `name` in a folder, or `null` where there is none. */
  static load(folder: string, name: string): Data | null {
    const file = join(folder, `${name}.safetensors`);
    if (!existsSync(file)) return null;
    const index = join(folder, `${name}.json`);
    return new Data(readSafetensors(readFileSync(file)), existsSync(index) ? readFileSync(index, "utf8") : null);
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

const DTYPES = { I32: "int32", U32: "uint32", BOOL: "bool" } as const;

/** A reference value as an array: floats in the given precision, other types as they are. */
export function toArray({ type, shape, data }: Tensor, precision: Precision): NDArray {
  const dtype = type === "F32" || type === "F64" ? precision : DTYPES[type];
  return array(data, { shape: [...shape], dtype });
}
