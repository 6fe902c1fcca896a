/** Networks in ONNX files: their values and kernels, and files that must be refused. */
import { lax, type NDArray, nt } from "cotangent";
import { type LoadOptions, load, type Network } from "cotangent/onnx";
import { arrived, difference, PRECISIONS, type Precision, TOLERANCE } from "../compare.ts";
import { Data, type Source, toArray } from "../data.ts";
import { METHODS, type Variant } from "../implementations.ts";
import { type Report, Unavailable, type Way } from "../report.ts";

/** A model as `index.json` describes it. */
export interface ModelEntry {
  readonly name: string;
  readonly file: string;
  readonly tensors: string;
  readonly inputs: readonly { readonly name: string; readonly type: string }[];
  readonly outputs: readonly { readonly name: string; readonly type: string }[];
  readonly batchAxis: number;
  readonly outputBatchAxis: number;
  readonly output: string;
  readonly params: readonly string[];
  readonly excluded: readonly string[];
  readonly externalData?: string;
  readonly refuse?: string;
}

/** Files of one folder and those below it. */
export type Files = Pick<Source, "read">;

type Named = Readonly<Record<string, NDArray>>;

/** How a value in float32 must agree with that of another program in float32. */
const VALUE_TOLERANCE: Readonly<Record<Precision, number>> = { float64: 1e-8, float32: 1e-4 };

/** Tied kernels are those of the network before it was exported, whose constants the file has rounded to float32. */
const TIED_TOLERANCE: Readonly<Record<Precision, number>> = { float64: 1e-7, float32: TOLERANCE.float32 };

export async function runModels(files: Files, entries: readonly ModelEntry[], report: Report): Promise<void> {
  for (const entry of entries) {
    await new ModelCases(files, entry, Data.of(await files.read(entry.tensors)), report).run();
    await report.settle();
  }
}

class ModelCases {
  constructor(
    readonly files: Files,
    readonly entry: ModelEntry,
    readonly data: Data,
    readonly report: Report,
  ) {}

  async run(): Promise<void> {
    const { entry, report } = this;
    report.checkOne(`${entry.name} parameters`, () => this.differenceInParameters());
    for (const side of ["x1", "x2"]) {
      for (const { name } of entry.outputs) {
        const ways = PRECISIONS.map(
          (precision): Way => [precision, () => this.differenceInValue(side, name, precision)],
        );
        report.check(`${entry.name} ${side} ${name}`, ways);
      }
    }
    for (const name of this.data.names.filter((key) => key.startsWith("ntk_"))) {
      const ways = PRECISIONS.flatMap((precision) =>
        METHODS.flatMap((method) =>
          this.vmapAxes.map((axes): Way => {
            const way = `${precision} ${method.name} vmapAxes=${axes}`;
            return [way, () => this.differenceInKernel(name, precision, method, axes)];
          }),
        ),
      );
      report.checkMethods(`${entry.name} ${name}`, ways);
    }
  }

  /** What has its batch along first axes is also given one example at a time. */
  get vmapAxes(): readonly (0 | null)[] {
    const { batchAxis, outputBatchAxis } = this.entry;
    return batchAxis === 0 && outputBatchAxis === 0 ? [null, 0] : [null];
  }

  async load(options: LoadOptions): Promise<Network<Named>> {
    const { file, refuse } = this.entry;
    const folder = file.slice(0, file.lastIndexOf("/") + 1);
    try {
      const all = { outputs: this.entry.outputs.map(({ name }) => name), ...options };
      const externalData = (name: string): Promise<Uint8Array> => this.files.read(folder + name);
      return await load<Named>(await this.files.read(file), { ...all, externalData });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const operators = refuse?.match(/[A-Z]\w+/g) ?? [];
      throw operators.some((op) => reason.includes(op)) ? new Unavailable(reason) : error;
    }
  }

  async differenceInParameters(): Promise<string | null> {
    const { initializers } = await this.load({});
    const { params, excluded } = this.entry;
    const trainable = (name: string): boolean | undefined => initializers.find((info) => info.name === name)?.trainable;
    const wrong = [
      ...params.filter((name) => trainable(name) !== true).map((name) => `${name} isn't taken for a parameter`),
      ...excluded.filter((name) => trainable(name) === true).map((name) => `${name} is taken for a parameter`),
    ];
    const others = initializers.filter(({ name, trainable }) => trainable && !params.includes(name));
    return [...wrong, ...others.map(({ name }) => `${name} isn't in the index`)].join("; ") || null;
  }

  inputs(side: string, precision: Precision): Named {
    const entries = this.entry.inputs.map(
      ({ name }) => [name, toArray(this.data.get(`${side}/${name}`), precision)] as const,
    );
    return Object.fromEntries(entries);
  }

  async differenceInValue(side: string, output: string, precision: Precision): Promise<string | null> {
    const { f, params } = await this.load({ dtype: precision, params: this.entry.params });
    const found = f(params, this.inputs(side, precision));
    const result = this.entry.outputs.length === 1 ? (found as unknown as NDArray) : found[output];
    if (result === undefined) return `there is no output ${output}`;
    await arrived([result]);
    const wide = `y64_${side}/${output}`;
    const expected = this.data.get(precision === "float64" && this.data.has(wide) ? wide : `y_${side}/${output}`);
    return difference(result, expected, VALUE_TOLERANCE[precision]);
  }

  async differenceInKernel(
    name: string,
    precision: Precision,
    { options }: Variant,
    vmapAxes: 0 | null,
  ): Promise<string | null> {
    const tie = name.startsWith("ntk_tied");
    const { output } = this.entry;
    const { f, params } = await this.load({ dtype: precision, params: this.entry.params, outputs: [output], tie });
    const g = (p: Named, x: Named): NDArray => flattened(f(p, x) as unknown as NDArray, this.entry.outputBatchAxis);
    const kernelFn = nt.empiricalNtkFn(g, { ...options, traceAxes: [], vmapAxes });
    const x2 = name.endsWith("x1x1") ? null : this.inputs("x2", precision);
    const kernel = kernelFn(this.inputs("x1", precision), x2, params);
    await arrived([kernel]);
    return difference(kernel, this.data.get(name), tie ? TIED_TOLERANCE[precision] : TOLERANCE[precision], precision);
  }
}

/** Each example's output as a row. */
function flattened(y: NDArray, batchAxis: number): NDArray {
  const others = y.shape.map((_, axis) => axis).filter((axis) => axis !== batchAxis);
  const rows = lax.transpose(y, { permutation: [batchAxis, ...others] });
  return lax.reshape(rows, { newSizes: [y.shape[batchAxis] ?? 0, y.size / (y.shape[batchAxis] ?? 1)] });
}
