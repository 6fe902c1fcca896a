/** Elementwise kernels moved to the one kernel that reads them, so that their results are never stored. */
import { itemSize } from "../base/dtypes.ts";
import { sameShape, sizeOf } from "../base/shapes.ts";
import { type Atom, type Jaxpr, Var } from "../ir/jaxpr.ts";
import { type Kernel, MAX_VALUES, valuesOf } from "./fuse.ts";

/** What may come into being between a kernel and its reader, as a part of what need not be stored. */
const SLACK = 0.25;

const bytesOf = ({ aval }: Var): number => sizeOf(aval.shape) * itemSize(aval.dtype);
const total = (variables: Iterable<Var>): number => [...variables].reduce((sum, v) => sum + bytesOf(v), 0);
const isView = ({ equations }: Kernel): boolean => equations[0]!.primitive.lowering.kind === "view";

/** Which kernels read each array, directly or through views. */
class Readers {
  readonly #baseOf = new Map<Var, Var>();
  readonly #viewed = new Set<Var>();
  readonly #kernels = new Map<Var, Set<Kernel | null>>();

  constructor(kernels: readonly Kernel[], outputs: readonly Atom[]) {
    for (const kernel of kernels) {
      if (isView(kernel)) {
        const [{ inputs, outputs: views }] = kernel.equations as [Kernel["equations"][number]];
        if (!(inputs[0] instanceof Var)) continue;
        this.#baseOf.set(views[0]!, this.#base(inputs[0]));
        this.#viewed.add(this.#base(inputs[0]));
        continue;
      }
      for (const v of this.inputsOf(kernel)) this.of(v).add(kernel);
    }
    // The program's caller reads to the end.
    for (const atom of outputs) if (atom instanceof Var) this.of(this.#base(atom)).add(null);
  }

  #base(v: Var): Var {
    return this.#baseOf.get(v) ?? v;
  }

  /** Whether there are views of an array, which must come after it. */
  isViewed(v: Var): boolean {
    return this.#viewed.has(v);
  }

  of(base: Var): Set<Kernel | null> {
    const found = this.#kernels.get(base) ?? new Set();
    this.#kernels.set(base, found);
    return found;
  }

  /** The arrays that a kernel reads and does not make itself. */
  inputsOf({ equations }: Kernel): Set<Var> {
    const made = new Set(equations.flatMap((e) => e.outputs));
    const read = equations.flatMap((e) => e.inputs).filter((a) => a instanceof Var && !made.has(a)) as Var[];
    return new Set(read.map((v) => this.#base(v)));
  }

  /** What of a kernel's results others read. */
  resultsOf(kernel: Kernel): Var[] {
    const others = (v: Var): boolean => [...this.of(v)].some((reader) => reader !== kernel);
    return kernel.equations.flatMap((e) => e.outputs).filter(others);
  }
}

/**
 * Moves a kernel into the only one that reads it where memory stays as it is: what the kernel reads must live on in place
 * of its results. A sum of many products thus passes once over two of them instead of once over each.
 */
export function sink(kernels: readonly Kernel[], { outputs }: Jaxpr): Kernel[] {
  const readers = new Readers(kernels, outputs);
  const list = [...kernels];
  const fits = (kernel: Kernel, reader: Kernel): boolean => {
    const values = new Set([...kernel.equations, ...reader.equations].flatMap(valuesOf));
    const [a, b] = [kernel, reader].map(({ equations }) => equations[0]!.outputs[0]!.aval.shape) as [
      number[],
      number[],
    ];
    return reader.elementwise && sameShape(a, b) && values.size <= MAX_VALUES;
  };
  const keepsMemory = (kernel: Kernel, at: number, reader: Kernel): boolean => {
    const made = total(readers.resultsOf(kernel));
    const dying = total(
      [...readers.inputsOf(kernel)].filter((v) => {
        return [...readers.of(v)].every((other) => other !== null && other.start <= kernel.start);
      }),
    );
    const between = list.slice(at + 1, list.indexOf(reader) + 1).filter((k) => !isView(k));
    const grown = total(between.flatMap((k) => readers.resultsOf(k)));
    const limit = (1 + SLACK) * made;
    return dying <= limit || grown <= limit;
  };
  /** The only kernel that reads another one's results, if it can take that one in. */
  const readerOf = (kernel: Kernel, at: number): Kernel | undefined => {
    const results = kernel.elementwise ? readers.resultsOf(kernel) : [];
    const all = new Set(results.flatMap((v) => [...readers.of(v)].filter((other) => other !== kernel)));
    const [reader] = all;
    if (!reader || all.size > 1 || results.some((v) => readers.isViewed(v))) return undefined;
    return fits(kernel, reader) && keepsMemory(kernel, at, reader) ? reader : undefined;
  };
  for (let i = 0; i < list.length; ) {
    const kernel = list[i]!;
    const reader = readerOf(kernel, i);
    if (!reader) {
      i++;
      continue;
    }
    for (const v of readers.inputsOf(kernel)) {
      readers.of(v).delete(kernel);
      readers.of(v).add(reader);
    }
    reader.equations.unshift(...kernel.equations);
    list.splice(i, 1);
  }
  return list;
}
