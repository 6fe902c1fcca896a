/** Trees of arrays from NumPy's .npz files and to them. */
import { noMore } from "../base/errors.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { collect, type Entry } from "./collect.ts";
import { crc32 } from "./crc32.ts";
import type { FloatDType } from "./elements.ts";
import type { ArrayTree } from "./names.ts";
import { npyParts, readNpy } from "./npy.ts";
import { checked, LOAD_OPTIONS, type LoadOptions } from "./options.ts";
import { type ByteReader, deflated, inflating, readerOf } from "./reader.ts";
import { Refusal } from "./refusal.ts";
import { joined, savedArrays } from "./saved.ts";
import { readBytes, type Source } from "./source.ts";
import { parseZip, type ZipEntry } from "./zip.ts";
import { zipParts } from "./zip-write.ts";

const [STORED, DEFLATED] = [0, 8];
/** No deflated byte stands for more, and an empty file has some. */
const MOST_INFLATION = 1032;
const SUFFIX = ".npy";

/**
 * The arrays of a .npz file as a tree: `layers/0/kernel` is at `tree.layers[0].kernel`. Stored and deflated files are read, and
 * each array as `loadNpy` reads one; the sums by which the file guards its contents are checked. Source: `numpy.load`.
 * @throws Error that says what is wrong with a bad file, before memory is taken for what it claims.
 * @throws Error naming each array that can't be read: pickled objects, which are never read, texts and all else that is no
 * number, and 64-bit integers beyond int32; see the options `names` and `onRefused`.
 * @throws Error where one name is the beginning of another; see the option `separator`.
 * @example
 * const bytes = await io.saveNpz({ dense: { kernel: np.ones([2, 3]) } }, { compressed: true });
 * const params = await io.loadNpz(bytes);
 * params.dense.kernel.shape // [2, 3]
 */
export async function loadNpz<Tree = ArrayTree>(
  source: Source,
  options?: LoadOptions<Tree>,
  ...rest: never[]
): Promise<Tree> {
  const fn = "io.loadNpz";
  noMore(fn, rest);
  const given = checked(fn, options, LOAD_OPTIONS);
  const files = parseZip(fn, await readBytes(fn, source)).filter(({ name }) => !name.endsWith("/"));
  const entries = files.map(
    (file): Entry => ({ name: arrayName(file.name), read: () => readEntry(fn, file, given.dtype) }),
  );
  const names = new Set<string>();
  for (const { name } of entries) {
    if (names.has(name)) throw new Error(`${fn}: the file has two arrays "${name}".`);
    names.add(name);
  }
  return await collect(fn, entries, given);
}

const arrayName = (file: string): string => (file.endsWith(SUFFIX) ? file.slice(0, -SUFFIX.length) : file);

async function readEntry(fn: string, file: ZipEntry, float: FloatDType): Promise<NDArray> {
  const { name, method, size, stored, crc } = file;
  if (!name.endsWith(SUFFIX)) throw new Refusal("no .npy file");
  if (file.encrypted) throw new Refusal("encrypted");
  if (method !== STORED && method !== DEFLATED) throw new Refusal(`compressed by method ${method} of zip files`);
  const what = `${fn}: array "${arrayName(name)}"`;
  const isPossible = method === STORED ? size === stored.length : size <= stored.length * MOST_INFLATION;
  if (!isPossible) throw new Error(`${what} claims ${size} bytes, which ${stored.length} stored ones can't be.`);
  const reader = new CheckedReader(what, method === STORED ? readerOf(stored) : inflating(stored), crc);
  try {
    const array = await readNpy(what, reader, size, float);
    await reader.end();
    return array;
  } finally {
    reader.cancel();
  }
}

/** Sums up what it takes, and tells damage apart. */
class CheckedReader implements ByteReader {
  #sum = 0;

  constructor(
    readonly what: string,
    readonly reader: ByteReader,
    readonly crc: number,
  ) {}

  async take(count: number): Promise<Uint8Array> {
    let taken: Uint8Array;
    try {
      taken = await this.reader.take(count);
    } catch (error) {
      throw new Error(`${this.what}: its deflated bytes are damaged (${(error as Error).message}).`);
    }
    this.#sum = crc32(taken, this.#sum);
    return taken;
  }

  /** Throws unless this is the end, and all was as it was when it was written. */
  async end(): Promise<void> {
    if ((await this.take(1)).length > 0)
      throw new Error(`${this.what} goes on behind the size that the zip file claims.`);
    if (this.#sum !== this.crc) throw new Error(`${this.what} is damaged: its CRC isn't the one in the zip file.`);
  }

  cancel(): void {
    this.reader.cancel();
  }
}

/** Options of `saveNpz`. */
export interface SaveNpzOptions {
  /** Whether the arrays are deflated, as `numpy.savez_compressed` does it; by default they aren't. */
  readonly compressed?: boolean;
  /** What stands between the keys on the way to an array, in its name: "." by default. */
  readonly separator?: string;
}

/**
 * A tree of arrays as the bytes of a .npz file: the array at `tree.layers[0].kernel` has the name `layers.0.kernel`; `null`s have
 * none. The inverse of `loadNpz`, whose option `like` gives lists again. Source: `numpy.savez`.
 * @throws Error where two arrays have the same name, and for more than 4 GB.
 * @example
 * const bytes = await io.saveNpz({ w: np.ones([2]), layers: [np.zeros([1])] });
 * const { w } = await io.loadNpz(bytes);
 * w.shape // [2]
 */
export async function saveNpz(tree: unknown, options?: SaveNpzOptions, ...rest: never[]): Promise<Uint8Array> {
  const fn = "io.saveNpz";
  noMore(fn, rest);
  const { compressed = false, separator = "." } = checked(fn, options, ["compressed", "separator"]);
  const files = [];
  for (const array of await savedArrays(fn, tree, separator)) {
    const parts = npyParts(array);
    const crc = parts.reduce((sum, part) => crc32(part, sum), 0);
    const size = parts.reduce((sum, { length }) => sum + length, 0);
    const stored = compressed ? [await deflated(joined(parts))] : parts;
    files.push({ name: `${array.name}${SUFFIX}`, method: compressed ? DEFLATED : STORED, crc, size, stored });
  }
  return joined(zipParts(fn, files));
}
