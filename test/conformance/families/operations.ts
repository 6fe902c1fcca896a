/** Values, jvp and vjp of single operations. */
import { jvp, type NDArray, vjp } from "cotangent";
import { arrived, difference, PRECISIONS, type Precision, TOLERANCE } from "../compare.ts";
import { type Data, toArray } from "../data.ts";
import { type Options, operation } from "../registry.ts";
import type { Finding, Report } from "../report.ts";
import type { Tensor } from "../safetensors.ts";

interface Case {
  readonly id: number;
  readonly op: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly options: Options;
  readonly diff: readonly number[];
}

/** One case in one precision: the operation, its inputs, and the reference tensors. */
class Run {
  readonly inputs: NDArray[];

  constructor(
    readonly data: Data,
    readonly spec: Case,
    readonly precision: Precision,
  ) {
    this.inputs = Array.from({ length: spec.inputs }, (_, i) => this.array(`in${i}`));
  }

  tensor(name: string): Tensor {
    return this.data.get(`${this.spec.id}/${name}`);
  }

  array(name: string): NDArray {
    return toArray(this.tensor(name), this.precision);
  }

  /** The operation as a function of the differentiated inputs, the others held fast. */
  ofDifferentiated(): (...args: NDArray[]) => NDArray[] {
    const { op, options, diff } = this.spec;
    const f = operation(op, options);
    return (...args) => f(...this.inputs.map((x, i) => (diff.includes(i) ? (args[diff.indexOf(i)] as NDArray) : x)));
  }

  differentiated(): NDArray[] {
    return this.spec.diff.map((i) => this.inputs[i] as NDArray);
  }

  /** What differs in the results from the tensors of the given names, which are read first. */
  async compare(compute: () => readonly NDArray[], names: readonly string[]): Promise<string | null> {
    const expected = names.map((name) => this.tensor(name));
    const results = compute();
    await arrived(results);
    if (results.length !== names.length) return `${results.length} results, expected ${names.length}`;
    for (const [i, name] of names.entries()) {
      const found = difference(results[i] as NDArray, expected[i] as Tensor, TOLERANCE[this.precision], this.precision);
      if (found !== null) return `${name}: ${found}`;
    }
    return null;
  }

  names(prefix: string): string[] {
    return Array.from({ length: this.spec.outputs }, (_, j) => `${prefix}${j}`);
  }

  value(): Finding {
    return this.compare(() => operation(this.spec.op, this.spec.options)(...this.inputs), this.names("out"));
  }

  jvp(): Finding {
    const tangents = this.spec.diff.map((i) => this.array(`tan${i}`));
    const compute = () => (jvp(this.ofDifferentiated(), this.differentiated(), tangents) as [unknown, NDArray[]])[1];
    return this.compare(compute, this.names("jvp"));
  }

  vjp(): Finding {
    const cotangents = this.names("ct").map((name) => this.array(name));
    return this.compare(
      () => vjp(this.ofDifferentiated(), ...this.differentiated())[1](cotangents) as NDArray[],
      this.spec.diff.map((i) => `vjp${i}`),
    );
  }
}

export function runOperations(data: Data, report: Report): void {
  for (const spec of data.index<Case[]>()) {
    const checks = spec.diff.length > 0 ? (["value", "jvp", "vjp"] as const) : (["value"] as const);
    for (const check of checks) {
      report.check(
        `${spec.id} ${spec.op} ${JSON.stringify(spec.options)} ${check}`,
        PRECISIONS.map((precision) => [precision, () => new Run(data, spec, precision)[check]()]),
      );
    }
  }
}
