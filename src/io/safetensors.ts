/** Trees of arrays from safetensors files, whole or in parts, and to them. */
import { type DType, itemSize } from "../base/dtypes.ts";
import { noMore } from "../base/errors.ts";
import { hostArray, type NDArray } from "../ir/ndarray.ts";
import { collect, type Entry } from "./collect.ts";
import { elementsOf, type FloatDType } from "./elements.ts";
import type { ArrayTree } from "./names.ts";
import { checked, LOAD_OPTIONS, type SafetensorsOptions } from "./options.ts";
import { Refusal } from "./refusal.ts";
import { kindOfType, LENGTH_BYTES, parseSafetensors, type Safetensors, type TensorInfo } from "./safetensors-header.ts";
import { joined, savedArrays } from "./saved.ts";
import { parseIndex, readShard, type Shards } from "./shards.ts";
import { readBytes, type Source } from "./source.ts";

/** The header ends at a multiple of it, as Python's writer has it. */
const ALIGNMENT = 8;
const SPACE = 32;

/**
 * The arrays of a safetensors file as a tree: `layers.0.weight` is at `tree.layers[0].weight`. What the elements are stays, but
 * for types that arrays don't have: float16 and bfloat16 become float32, and all integers but uint32 int32. An array stands on the
 * file's bytes where it can, so they mustn't be written to afterwards; otherwise it is one copy.
 *
 * A checkpoint in several files is read by its index, with the option `shards`. The option `like` gives the arrays in the
 * structure of another tree.
 *
 * @throws Error that says what is wrong with a bad file, before memory is taken for what it claims.
 * @throws Error naming each array that can't be read: of float8 and other types that arrays can't hold, and of 64-bit integers
 * beyond int32; see the options `names` and `onRefused`.
 * @throws Error where one name is the beginning of another; see the option `separator`.
 * @example
 * const bytes = await io.saveSafetensors({ dense: { kernel: np.ones([2, 3]) } });
 * const params = await io.loadSafetensors(bytes);
 * params.dense.kernel.shape // [2, 3]
 */
export async function loadSafetensors<Tree = ArrayTree>(
  source: Source,
  options?: SafetensorsOptions<Tree>,
  ...rest: never[]
): Promise<Tree> {
  const fn = "io.loadSafetensors";
  noMore(fn, rest);
  const given = checked(fn, options, [...LOAD_OPTIONS, "shards"]);
  const bytes = await readBytes(fn, source);
  const { shards, dtype } = given;
  const entries = shards === undefined ? entriesOf(fn, bytes, dtype) : entriesOfShards(fn, bytes, shards, dtype);
  return await collect(fn, entries, given);
}

const entriesOf = (fn: string, file: Uint8Array, float: FloatDType): Entry[] =>
  [...parseSafetensors(fn, file).tensors].map(([name, info]) => ({ name, read: () => arrayOf(info, float) }));

function arrayOf({ type, shape, bytes }: TensorInfo, float: FloatDType): NDArray {
  const kind = kindOfType(type);
  if (kind === undefined) throw new Refusal(`elements of ${type}, which arrays can't hold`);
  const { dtype, storage } = elementsOf(kind, bytes, { float });
  return hostArray(storage, shape, dtype);
}

/** The arrays that an index names, in files that are read when the first array of theirs is. */
function entriesOfShards(fn: string, index: Uint8Array, shards: Shards, float: FloatDType): Entry[] {
  const files = new Map<string, Promise<Safetensors>>();
  const open = async (file: string) => parseSafetensors(`${fn}: ${file}`, await readShard(fn, shards, file));
  const opened = (file: string): Promise<Safetensors> => {
    const found = files.get(file) ?? open(file);
    files.set(file, found);
    return found;
  };
  return parseIndex(fn, index).map(([name, file]) => ({
    name,
    read: async () => {
      const info = (await opened(file)).tensors.get(name);
      if (info) return arrayOf(info, float);
      throw new Error(`${fn}: the index says that tensor "${name}" is in ${file}, which hasn't got it.`);
    },
  }));
}

/** Options of `saveSafetensors`. */
export interface SaveSafetensorsOptions {
  /** Texts that travel with the arrays, such as `{ format: "pt" }`. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** What stands between the keys on the way to an array, in its name: "." by default. */
  readonly separator?: string;
}

const TYPE_OF_DTYPE: Readonly<Record<DType, string>> = {
  float32: "F32",
  float64: "F64",
  int32: "I32",
  uint32: "U32",
  bool: "BOOL",
};

/**
 * A tree of arrays as the bytes of a safetensors file, which Python's `safetensors` reads: the array at `tree.layers[0].weight`
 * has the name `layers.0.weight`; `null`s have none. The inverse of `loadSafetensors`, whose option `like` gives lists again.
 * @throws Error where two arrays have the same name.
 * @example
 * const bytes = await io.saveSafetensors({ w: np.ones([2]), b: [np.zeros([1])] }, { metadata: { step: "10" } });
 * const { w } = await io.loadSafetensors(bytes);
 * w.shape // [2]
 */
export async function saveSafetensors(
  tree: unknown,
  options?: SaveSafetensorsOptions,
  ...rest: never[]
): Promise<Uint8Array> {
  const fn = "io.saveSafetensors";
  noMore(fn, rest);
  const { metadata, separator = "." } = checked(fn, options, ["metadata", "separator"]);
  const arrays = await savedArrays(fn, tree, separator);
  // As Python's writer has them: the widest elements first, so that each array is aligned, and equal ones by name.
  arrays.sort((a, b) => itemSize(b.dtype) - itemSize(a.dtype) || (a.name < b.name ? -1 : 1));
  const header: [string, unknown][] = metadata === undefined ? [] : [["__metadata__", metadata]];
  let offset = 0;
  for (const { name, dtype, shape, bytes } of arrays) {
    if (name === "__metadata__") throw new Error(`${fn}: "__metadata__" is no name that an array can have.`);
    const entry = { dtype: TYPE_OF_DTYPE[dtype], shape, data_offsets: [offset, offset + bytes.length] };
    header.push([name, entry]);
    offset += bytes.length;
  }
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const start = new Uint8Array(LENGTH_BYTES + Math.ceil(text.length / ALIGNMENT) * ALIGNMENT).fill(SPACE);
  new DataView(start.buffer).setBigUint64(0, BigInt(start.length - LENGTH_BYTES), true);
  start.set(text, LENGTH_BYTES);
  return joined([start, ...arrays.map(({ bytes }) => bytes)]);
}
