/** Checkpoints: each array with its values, and networks of their parameters with theirs and their kernels. */
import { type NDArray, nt } from "cotangent";
import { type ArrayTree, loadNpy, loadNpz, loadSafetensors } from "cotangent/io";
import { arrived, difference, PRECISIONS, type Precision, TOLERANCE } from "../compare.ts";
import { Data, type Source, toArray } from "../data.ts";
import { METHODS, type Variant } from "../implementations.ts";
import { type Report, Unavailable, type Way } from "../report.ts";
import type { Tensor } from "../safetensors.ts";
import { loadShards } from "./elsewhere-malformed.ts";
import { type Arrays, NETWORKS } from "./elsewhere-networks.ts";

/** A checkpoint as `index.json` describes it. */
export interface CheckpointEntry {
  readonly name: string;
  readonly files: readonly string[];
  readonly expected?: string;
  readonly reference?: string;
  readonly params?: readonly string[];
  readonly refuse?: Readonly<Record<string, string>>;
  readonly notes?: string;
}

export async function runCheckpoints(
  files: Source,
  entries: readonly CheckpointEntry[],
  report: Report,
): Promise<void> {
  for (const entry of entries) {
    const data = async (file: string): Promise<Data> => Data.of(await files.read(file));
    if (entry.reference !== undefined) new NetworkCases(files, entry, await data(entry.reference), report).run();
    else if (entry.refuse) runRefused(files, entry, report);
    else if (entry.expected !== undefined) runArrays(files, entry, await data(entry.expected), report);
    else report.skip(entry.name, "the index has no values for it");
    await report.settle();
  }
}

interface Loaded {
  readonly arrays: Arrays;
  /** The names of what wasn't read, and why. */
  readonly refused: ReadonlyMap<string, string>;
}

/** The arrays of a file by their names, and what of it is refused. */
async function loadFile(files: Source, file: string, options: object = {}): Promise<Loaded> {
  const refused = new Map<string, string>();
  const onRefused = (name: string, reason: string) => refused.set(name, reason);
  const all = { separator: null, onRefused, ...options };
  const bytes = await files.read(file);
  const load = (): Promise<ArrayTree> => {
    if (file.endsWith(".index.json")) return loadShards(files, file, bytes, all) as Promise<ArrayTree>;
    return file.endsWith(".npz") ? loadNpz(bytes, all) : loadSafetensors(bytes, all);
  };
  return { arrays: await load(), refused };
}

/** Whether it has integers that don't fit into int32, as arrays have them. */
const isWide = ({ type, data }: Tensor): boolean => type === "I64" && data.some((x: number) => x !== Math.trunc(x | 0));

/** Refused where its integers don't fit, otherwise the reference's, to the last bit. */
function differenceInArray(name: string, { arrays, refused }: Loaded, expected: Tensor): string | null {
  if (isWide(expected)) return /fit into int32/.test(refused.get(name) ?? "") ? null : "isn't refused for its integers";
  const x = arrays[name];
  return x === undefined ? `isn't read: ${refused.get(name)}` : difference(x, expected, 0);
}

/** Without the option that lets the others be read, what is refused is told by its name. */
async function differenceInError(files: Source, file: string, names: readonly string[]): Promise<string | null> {
  const outcome = await loadFile(files, file, { onRefused: undefined }).catch(String);
  if (typeof outcome !== "string") return "is read";
  const missing = names.filter((name) => !outcome.includes(`"${name}"`));
  return missing.length > 0 ? `"${outcome}" doesn't name ${missing.join(", ")}` : null;
}

function runArrays(files: Source, entry: CheckpointEntry, expected: Data, report: Report): void {
  for (const file of entry.files) {
    if (file.endsWith(".npy")) {
      // "v1.npy = w" says whose values they are.
      const [, name = ""] = new RegExp(`\\b${file.split("/").at(-1)} = ([\\w/.]*\\w)`).exec(entry.notes ?? "") ?? [];
      report.checkOne(file, async () => difference(await loadNpy(await files.read(file)), expected.get(name), 0));
      continue;
    }
    for (const name of expected.names) {
      report.checkOne(`${file} ${name}`, async () =>
        differenceInArray(name, await loadFile(files, file), expected.get(name)),
      );
    }
    const wide = expected.names.filter((name) => isWide(expected.get(name)));
    if (wide.length > 0) report.checkOne(`${file} as a whole`, () => differenceInError(files, file, wide));
  }
}

/** Files with arrays that must be refused by name, where the others are read. */
function runRefused(files: Source, { files: own, refuse = {} }: CheckpointEntry, report: Report): void {
  const names = Object.keys(refuse);
  for (const file of own) {
    report.checkOne(`${file} as a whole`, () => differenceInError(files, file, names));
    report.checkOne(`${file} in part`, async () => {
      const { arrays, refused } = await loadFile(files, file);
      if ([...refused.keys()].sort().join() !== names.sort().join()) return `refuses ${[...refused.keys()].join(", ")}`;
      return Object.keys(arrays).length > 0 ? null : "reads nothing";
    });
  }
}

/** How a value in float32 must agree with one in float64. */
const VALUE_TOLERANCE: Readonly<Record<Precision, number>> = { float64: 1e-8, float32: 1e-4 };

class NetworkCases {
  constructor(
    readonly files: Source,
    readonly entry: CheckpointEntry,
    readonly data: Data,
    readonly report: Report,
  ) {}

  run(): void {
    const { entry, data, report } = this;
    for (const side of ["x1", "x2"]) {
      report.check(
        `${entry.name} ${side}`,
        PRECISIONS.map((precision): Way => [precision, () => this.differenceInValue(side, precision)]),
      );
    }
    for (const name of data.names.filter((key) => key.startsWith("ntk_"))) {
      const ways = PRECISIONS.flatMap((precision) =>
        METHODS.map((method): Way => {
          return [`${precision} ${method.name}`, () => this.differenceInKernel(name, precision, method)];
        }),
      );
      report.checkMethods(`${entry.name} ${name}`, ways);
    }
  }

  /** The network as a function of its parameters, and those. */
  async network(dtype: Precision) {
    const { name, files, params: names = [] } = this.entry;
    const network = Object.hasOwn(NETWORKS, name) ? NETWORKS[name] : undefined;
    if (network === undefined) throw new Unavailable(`the runner has no network ${name}`);
    const { arrays } = await loadFile(this.files, files[0] ?? "", { dtype });
    const params = Object.fromEntries(Object.entries(arrays).filter(([key]) => names.includes(key)));
    return { f: (given: Arrays, x: NDArray) => network({ ...arrays, ...given }, x), params };
  }

  async differenceInValue(side: string, precision: Precision): Promise<string | null> {
    const { f, params } = await this.network(precision);
    const y = f(params, toArray(this.data.get(side), precision));
    await arrived([y]);
    return difference(y, this.data.get(`y64_${side}`), VALUE_TOLERANCE[precision], precision);
  }

  async differenceInKernel(name: string, precision: Precision, { options }: Variant): Promise<string | null> {
    const { f, params } = await this.network(precision);
    const x = (side: string) => toArray(this.data.get(side), precision);
    const kernelFn = nt.empiricalNtkFn(f, { ...options, traceAxes: [], vmapAxes: 0 });
    const kernel = kernelFn(x("x1"), name.endsWith("x1x1") ? null : x("x2"), params);
    await arrived([kernel]);
    return difference(kernel, this.data.get(name), TOLERANCE[precision], precision);
  }
}
