/** Lowered programs as text, for tests, documentation and a debugger's console; the library itself never prints one. */
import { type DType, shortName } from "../base/dtypes.ts";
import { isRowMajor, type View } from "../base/view.ts";
import { nameOf } from "../ir/print.ts";
import {
  type ArrayOperand,
  type BranchStep,
  type Buffer,
  type ContractAxis,
  type ContractStep,
  type CopyStep,
  ENDLESS,
  type FillStep,
  isWhole,
  type KernelStep,
  type LeaveStep,
  type LoopStep,
  type MapStep,
  type Operand,
  type PlaceStep,
  type Program,
  type ReduceStep,
  type SliceStep,
  type Step,
} from "./program.ts";

/** The values of a longer constant are its plan's affair. */
const MAX_SHOWN = 8;

/**
 * A line for each step, the steps inside of loops and branches indented; every buffer with dtype and size where it is
 * first written.
 */
export const formatProgram = (program: Program): string => new Printer().program(program);

const indented = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);

const formatNumber = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));

/** `(2,3)`, and strides and an offset where the elements don't lie one after the other. */
function formatView(view: View): string {
  const strides = isRowMajor(view) ? "" : ` strides ${view.strides.join(",")}`;
  const offset = view.offset === 0 ? "" : ` offset ${view.offset}`;
  return `(${view.shape.join(",")}${strides}${offset})`;
}

/** ` m[2: A3 C1]`: each axis by its size and its strides in the operands that have it. */
function formatAxes(name: string, axes: readonly ContractAxis[], operands: readonly ("a" | "b" | "c")[]): string {
  if (axes.length === 0) return "";
  const strides = (axis: ContractAxis): string => operands.map((key) => key.toUpperCase() + axis[key]).join(" ");
  return ` ${name}[${axes.map((axis) => `${axis.size}: ${strides(axis)}`).join("; ")}]`;
}

class Printer {
  readonly #names = new Map<Buffer, string>();

  program({ inputs, constants, steps, outputs }: Program): string {
    const head = `inputs ${inputs.map((buffer) => this.#name(buffer)).join(" ")}`;
    const brought = [...constants].map(([buffer, array]) => {
      const values = [...array.dataSync().subarray(0, MAX_SHOWN)].map(formatNumber).join(" ");
      return `constant ${this.#name(buffer)} = ${values}${array.size > MAX_SHOWN ? " ..." : ""}`;
    });
    const body = this.#steps(steps);
    return [head, ...brought, ...body, `outputs ${outputs.map((buffer) => this.#name(buffer)).join(" ")}`, ""].join(
      "\n",
    );
  }

  /** A buffer's name, with its dtype and size where it comes first. */
  #name(buffer: Buffer): string {
    const known = this.#names.get(buffer);
    if (known !== undefined) return known;
    const name = nameOf(this.#names.size);
    this.#names.set(buffer, name);
    return `${name}:${shortName(buffer.dtype)}[${buffer.size}]`;
  }

  #list(buffers: readonly Buffer[]): string {
    return buffers.map((buffer) => this.#name(buffer)).join(" ");
  }

  #operand(operand: Operand): string {
    if (operand.kind === "constant") return `${formatNumber(operand.value)}:${shortName(operand.dtype)}`;
    return this.#name(operand.buffer) + formatView(operand.view);
  }

  /** What a step writes: all of a buffer, or what a view shows of it. */
  #target(operand: ArrayOperand): string {
    return isWhole(operand) ? this.#name(operand.buffer) : this.#operand(operand);
  }

  #steps(steps: readonly Step[]): string[] {
    return steps.flatMap((step) => this.#step(step));
  }

  #step(step: Step): string[] {
    switch (step.kind) {
      case "copy":
        return [this.#copy(step)];
      case "fill":
        return [this.#fill(step)];
      case "place":
        return this.#place(step);
      case "map":
        return this.#map(step);
      case "reduce":
        return [this.#reduce(step)];
      case "contract":
        return [this.#contract(step)];
      case "kernel":
        return [this.#kernel(step)];
      case "slice":
        return [this.#slice(step)];
      case "loop":
        return this.#loop(step);
      case "leave":
        return [this.#leave(step)];
      case "branch":
        return this.#branch(step);
    }
  }

  #copy({ source, target }: CopyStep): string {
    return `${this.#target(target)} = copy ${this.#operand(source)}`;
  }

  #fill({ target, value }: FillStep): string {
    return `${this.#name(target)} = fill ${formatNumber(value)}`;
  }

  #place({ target, fill, pieces }: PlaceStep): string[] {
    const under = fill === null ? "" : ` over ${this.#operand(fill)}`;
    const lines = pieces.map(({ source, target: view }) => `${formatView(view)} = ${this.#operand(source)}`);
    return [`${this.#name(target)} = place${under}`, ...indented(lines)];
  }

  /** The program in static single assignment form: a value's number is its place among inputs, constants and instructions. */
  #map({ shape, inputs, constants, instructions, outputs }: MapStep): string[] {
    const values: [DType, string][] = [
      ...inputs.map((operand): [DType, string] => [operand.dtype, this.#operand(operand)]),
      ...constants.map(({ dtype, value }): [DType, string] => [dtype, formatNumber(value)]),
      ...instructions.map(({ op, result, operands }): [DType, string] => [
        result,
        [op.toLowerCase(), ...operands.map((value) => `v${value}`)].join(" "),
      ]),
    ];
    const lines = values.map(([dtype, text], i) => `v${i}:${shortName(dtype)} = ${text}`);
    const results = outputs.map(({ value }) => `v${value}`).join(" ");
    const targets = this.#list(outputs.map(({ buffer }) => buffer));
    return [`${targets} = map (${shape.join(",")}) to ${results}`, ...indented(lines)];
  }

  #reduce({ op, source, target, axes }: ReduceStep): string {
    return `${this.#name(target)} = reduce ${op.toLowerCase()} ${this.#operand(source)} over axes ${axes.join(",")}`;
  }

  #contract({ a, b, target, targetOffset, batch, m, n, k, symmetric }: ContractStep): string {
    const place = targetOffset === 0 ? "" : `(offset ${targetOffset})`;
    const axes = [
      formatAxes("batch", batch, ["a", "b", "c"]),
      formatAxes("m", m, ["a", "c"]),
      formatAxes("n", n, ["b", "c"]),
      formatAxes("k", k, ["a", "b"]),
    ].join("");
    const operands = `A ${this.#operand(a)} B ${this.#operand(b)}`;
    return `${this.#name(target)}${place} = contract ${operands}${axes}${symmetric ? " symmetric" : ""}`;
  }

  #kernel({ command, inputs, outputs, arguments: words }: KernelStep): string {
    return `${this.#list(outputs)} = ${command.toLowerCase()} ${this.#list(inputs)} (${words.join(",")})`;
  }

  /** ` at 6 by -3`: where a slice begins, and how far it moves on with each trip. */
  #slice({ size, source, target }: SliceStep): string {
    const place = ({ buffer, start, step }: SliceStep["source"]): string =>
      this.#name(buffer) + (start === 0 && step === 0 ? "" : ` at ${start} by ${step}`);
    return `${place(target)} = slice ${size} of ${place(source)}`;
  }

  #loop({ trips, body, kept }: LoopStep): string[] {
    const results = kept.length === 0 ? "" : `${this.#list(kept)} = `;
    return [`${results}loop ${trips === ENDLESS ? "until it is left" : trips}`, ...indented(this.#steps(body))];
  }

  #leave({ condition }: LeaveStep): string {
    return `leave unless ${this.#name(condition)}`;
  }

  #branch({ index, bodies, outputs }: BranchStep): string[] {
    const head = `${this.#list(outputs)} = branch on ${this.#name(index)}`;
    const lines = bodies.flatMap((body, i) => [`case ${i}:`, ...indented(this.#steps(body))]);
    return [head, ...indented(lines)];
  }
}
