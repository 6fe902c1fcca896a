/** The steps of a plan before they have addresses: what each kernel reads and writes. */
import type { DType } from "../base/dtypes.ts";
import { sizeOf } from "../base/shapes.ts";
import { contiguous, isRowMajor, type View } from "../base/view.ts";
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

/** Copies elements in a loop; from trip to trip the places move on by `step` elements. */
export interface SliceStep {
  readonly kind: "slice";
  readonly size: number;
  readonly source: { readonly buffer: Buffer; readonly start: number; readonly step: number };
  readonly target: { readonly buffer: Buffer; readonly start: number; readonly step: number };
}

/** Steps repeated `trips` times, or until a `leave` step ends them. */
export interface LoopStep {
  readonly kind: "loop";
  readonly trips: number;
  readonly body: readonly Step[];
  /** The buffers that keep their contents from trip to trip and that no step before the loop has written. */
  readonly kept: readonly Buffer[];
}

/** Ends the loop around it if the condition is false. */
export interface LeaveStep {
  readonly kind: "leave";
  readonly condition: Buffer;
}

/** One of several lists of steps, by the number in `index`. */
export interface BranchStep {
  readonly kind: "branch";
  readonly index: Buffer;
  readonly bodies: readonly (readonly Step[])[];
  readonly outputs: readonly Buffer[];
}

export type Step =
  | CopyStep
  | FillStep
  | MapStep
  | ReduceStep
  | ContractStep
  | KernelStep
  | SliceStep
  | LoopStep
  | LeaveStep
  | BranchStep;

/** The steps inside of a step. */
export function innerSteps(step: Step): readonly (readonly Step[])[] {
  if (step.kind === "loop") return [step.body];
  return step.kind === "branch" ? step.bodies : [];
}

/** The buffers that a step reads; of a loop or branch all that are touched inside. */
export function readsOf(step: Step): Buffer[] {
  if (step.kind === "loop") return touchedIn(step.body);
  if (step.kind === "branch") return [step.index, ...step.bodies.flatMap(touchedIn)];
  if (step.kind === "slice") return [step.source.buffer];
  if (step.kind === "leave") return [step.condition];
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
  if (step.kind === "loop") return [...step.kept];
  if (step.kind === "branch") return [...step.outputs];
  if (step.kind === "slice") return [step.target.buffer];
  return step.kind === "leave" ? [] : [step.target];
}

/** All buffers that some steps read and write. */
const touchedIn = (steps: readonly Step[]): Buffer[] => steps.flatMap((step) => [...readsOf(step), ...writesOf(step)]);

/** A buffer seen as a row-major array. */
export function whole(buffer: Buffer, shape: readonly number[]): ArrayOperand {
  return { kind: "array", dtype: buffer.dtype, buffer, view: contiguous(shape) };
}

/** Whether the operand is all of its buffer, in row-major order. */
export const isWhole = ({ buffer, view }: ArrayOperand): boolean =>
  isRowMajor(view) && view.offset === 0 && buffer.size === sizeOf(view.shape);

/** The step that writes an operand to a buffer in row-major order. */
export function assign(operand: Operand, target: Buffer): Step {
  if (operand.kind === "constant") return { kind: "fill", target, value: operand.value };
  return { kind: "copy", source: operand, target: whole(target, operand.view.shape) };
}

/** A row-major copy of an operand. */
export function copied(operand: Operand, steps: Step[]): ArrayOperand {
  const { shape } = operand.kind === "constant" ? operand : operand.view;
  const target = { dtype: operand.dtype, size: sizeOf(shape) };
  steps.push(assign(operand, target));
  return whole(target, shape);
}
