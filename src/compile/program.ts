/**
 * What a program of equations is lowered to, for any device: steps that read and write buffers, without addresses or bytes.
 */
import type { DType } from "../base/dtypes.ts";
import { sizeOf } from "../base/shapes.ts";
import { contiguous, isRowMajor, type View } from "../base/view.ts";
import type { MapOp } from "../ir/map-ops.ts";
import type { HostArray } from "../ir/ndarray.ts";
import type { KernelCommand, KernelModule, ReduceOp, Value } from "../ir/primitive.ts";

/** A piece of a run's memory. */
export interface Buffer {
  readonly dtype: DType;
  /** In elements. */
  readonly size: number;
}

/** An array in memory, seen through a view; or one value, repeated over a shape. */
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

/** An array put together from pieces, over a value that fills what they leave; `null` where they leave nothing. */
export interface PlaceStep {
  readonly kind: "place";
  readonly target: Buffer;
  readonly fill: Operand | null;
  readonly pieces: readonly { readonly source: ArrayOperand; readonly target: View }[];
}

export interface MapInstruction {
  readonly op: MapOp;
  readonly dtype: DType;
  readonly result: DType;
  readonly operands: readonly Value[];
}

/**
 * An elementwise program in static single assignment form. A value's number is its place in `inputs`, then `constants`, then
 * `instructions`.
 */
export interface MapStep {
  readonly kind: "map";
  readonly shape: readonly number[];
  readonly inputs: readonly ArrayOperand[];
  readonly constants: readonly { readonly dtype: DType; readonly value: number }[];
  readonly instructions: readonly MapInstruction[];
  readonly outputs: readonly { readonly value: Value; readonly buffer: Buffer }[];
  /** Where the processor's kernels of its instructions are, if not with most. */
  readonly module?: KernelModule | undefined;
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
  /** Whether C[m, n] = C[n, m], because both operands are one array read in one way. */
  readonly symmetric: boolean;
}

/** The same product with its operands in each other's place, and so rows for columns. */
export function exchanged<Product extends Omit<ContractStep, "symmetric">>(step: Product): Product {
  const swap = (axes: readonly ContractAxis[]): ContractAxis[] =>
    axes.map(({ size, a, b, c }) => ({ size, a: b, b: a, c }));
  const { a, b, batch, m, n, k } = step;
  return { ...step, a: b, b: a, batch: swap(batch), m: swap(n), n: swap(m), k: swap(k) };
}

export interface KernelStep {
  readonly kind: "kernel";
  readonly command: KernelCommand;
  readonly module?: KernelModule | undefined;
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

/** The trips of a loop that only a `leave` step ends. */
export const ENDLESS = Number.POSITIVE_INFINITY;

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
  | PlaceStep
  | MapStep
  | ReduceStep
  | ContractStep
  | KernelStep
  | SliceStep
  | LoopStep
  | LeaveStep
  | BranchStep;

/** A program as steps over buffers. */
export interface Program {
  readonly steps: readonly Step[];
  /** The buffers of the program's constants and inputs, in this order. */
  readonly inputs: readonly Buffer[];
  /** Small arrays that the plan itself brings. */
  readonly constants: ReadonlyMap<Buffer, HostArray>;
  /** Row-major buffers of the outputs. */
  readonly outputs: readonly Buffer[];
}

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
  if (step.kind === "place") {
    const arrays = step.pieces.map(({ source }) => source.buffer);
    return step.fill?.kind === "array" ? [step.fill.buffer, ...arrays] : arrays;
  }
  if (step.kind === "map") return step.inputs.map((operand) => operand.buffer);
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
