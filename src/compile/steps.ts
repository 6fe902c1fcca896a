/** The steps of a plan before they have addresses: what each kernel reads and writes. */
import type { DType } from "../base/dtypes.ts";
import type { View } from "../base/view.ts";
import type { KernelCommand, MapOp, ReduceOp, Register } from "../ir/primitive.ts";

/** A range of the arena, written once and then read. */
export interface Buffer {
  readonly dtype: DType;
  /** In elements. */
  readonly size: number;
}

/** An array in the arena, seen through a view; or one value, repeated over a shape. */
export type Operand =
  | { readonly kind: "array"; readonly dtype: DType; readonly buffer: Buffer; readonly view: View }
  | { readonly kind: "constant"; readonly dtype: DType; readonly value: number; readonly shape: readonly number[] };

export type ArrayOperand = Extract<Operand, { kind: "array" }>;

export interface CopyStep {
  readonly kind: "copy";
  readonly source: ArrayOperand;
  readonly target: ArrayOperand;
}

export interface FillStep {
  readonly kind: "fill";
  readonly target: Buffer;
  readonly value: number;
}

export interface MapInstruction {
  readonly op: MapOp;
  readonly dtype: DType;
  readonly result: DType;
  readonly target: Register;
  readonly operands: readonly Register[];
}

export interface MapStep {
  readonly kind: "map";
  readonly shape: readonly number[];
  readonly inputs: readonly { readonly register: Register; readonly operand: ArrayOperand }[];
  readonly constants: readonly { readonly register: Register; readonly dtype: DType; readonly value: number }[];
  readonly outputs: readonly { readonly register: Register; readonly buffer: Buffer }[];
  readonly instructions: readonly MapInstruction[];
}

export interface ReduceStep {
  readonly kind: "reduce";
  readonly op: ReduceOp;
  readonly source: ArrayOperand;
  readonly target: Buffer;
  /** The axes of `source` that disappear. */
  readonly axes: readonly number[];
}

/** One axis, or several that lie as one in every operand: its size and its stride in each, in elements. */
export interface ContractAxis {
  readonly size: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

export interface ContractStep {
  readonly kind: "contract";
  readonly a: ArrayOperand;
  readonly b: ArrayOperand;
  readonly target: Buffer;
  /** Where in the target the result begins, in elements. */
  readonly targetOffset: number;
  readonly batch: readonly ContractAxis[];
  readonly m: readonly ContractAxis[];
  readonly n: readonly ContractAxis[];
  readonly k: readonly ContractAxis[];
}

export interface KernelStep {
  readonly kind: "kernel";
  readonly command: KernelCommand;
  readonly inputs: readonly Buffer[];
  readonly outputs: readonly Buffer[];
  readonly arguments: readonly number[];
}

export type Step = CopyStep | FillStep | MapStep | ReduceStep | ContractStep | KernelStep;

/** The buffers that a step reads. */
export function readsOf(step: Step): Buffer[] {
  if (step.kind === "copy" || step.kind === "reduce") return [step.source.buffer];
  if (step.kind === "map") return step.inputs.map((i) => i.operand.buffer);
  if (step.kind === "contract") return [step.a.buffer, step.b.buffer];
  if (step.kind === "kernel") return [...step.inputs];
  return [];
}

/** The buffers that a step writes. */
export function writesOf(step: Step): Buffer[] {
  if (step.kind === "copy") return [step.target.buffer];
  if (step.kind === "map") return step.outputs.map((o) => o.buffer);
  if (step.kind === "kernel") return [...step.outputs];
  return [step.target];
}
