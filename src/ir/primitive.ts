/**
 * What an operation is: one record that holds all of its rules. The families in `src/lax` define the records; the
 * interpreters in `src/transform` and `src/compile` read them and know no operation by name.
 */
import type { DType } from "../base/dtypes.ts";
import { UnsupportedError } from "../base/errors.ts";
import type { View } from "../base/view.ts";
import type { Aval } from "./aval.ts";
import type { Equation, Jaxpr, Var } from "./jaxpr.ts";
import type { MapOp } from "./map-ops.ts";
import { type HostArray, NDArray } from "./ndarray.ts";

/** A tangent or cotangent; `null` is a zero that is known without computing. */
export type Tangent = NDArray | null;

/** The place of an input in which an equation is linear and whose value isn't known (JAX: `UndefinedPrimal`). */
export class UndefinedPrimal {
  constructor(readonly aval: Aval) {}
}

export const isUndefined = (x: NDArray | UndefinedPrimal): x is UndefinedPrimal => x instanceof UndefinedPrimal;

/** Where the batch axis of each value is; `null` for a value without one. */
export type BatchAxis = number | null;

/** A value of the elementwise program that is being built, by its number. */
export type Value = number;

/** What an elementwise primitive emits its instructions through. */
export interface MapEmitter {
  /** Adds one instruction; `dtype` is the operands' (for SELECT the branches', for CONVERT the source's). */
  op(name: MapOp, dtype: DType, operands: readonly Value[], result?: DType): Value;
  constant(value: number, dtype: DType): Value;
}

/** A part of an output: an input's view copied to a view of the output. */
export interface Placement {
  readonly input: number;
  readonly source: (input: View) => View;
  readonly target: (output: View) => View;
}

/** A labelled contraction, `einsum` with windows; see `lax/products/contract.ts`. */
export interface Window {
  /** The label of the axis of `lhs` that the window slides over. */
  readonly input: number;
  /** Zeros in front of the axis (negative: elements cut off). */
  readonly low: number;
  /** The axis is read as if `dilation - 1` zeros stood between its elements. */
  readonly dilation: number;
  /** `index = i * first.step + j * second.step - low`. */
  readonly first: { readonly label: number; readonly step: number };
  readonly second: { readonly label: number; readonly step: number };
}

export interface ContractParams {
  readonly lhs: readonly number[];
  readonly rhs: readonly number[];
  readonly out: readonly number[];
  /** The size of every label. */
  readonly sizes: readonly number[];
  readonly windows: readonly Window[];
}

export type ReduceOp = "SUM" | "PROD" | "MAX" | "MIN" | "AND" | "OR" | "ARGMAX" | "ARGMIN";

/** The kernels that serve one primitive each and that every device has. */
export const COMMON_COMMANDS = [
  "GATHER",
  "SCATTER_ADD",
  "ARGSORT",
  "CHOLESKY",
  "TRIANGULAR_SOLVE",
  "LU",
  "LU_SOLVE",
  "HOUSEHOLDER",
  "JACOBI",
] as const;

/** All of them: the last are the processor's own. */
export const KERNEL_COMMANDS = [...COMMON_COMMANDS, "EIGEN", "SVD"] as const;

export type CommonCommand = (typeof COMMON_COMMANDS)[number];
export type KernelCommand = (typeof KERNEL_COMMANDS)[number];

/** WebAssembly that only programs with certain kernels need. */
export interface KernelModule {
  readonly name: "linalg" | "special";
  /** Its bytes, packed, where the runtime's loader doesn't have them; */
  readonly text: string;
  /** and how many they are. */
  readonly size: number;
}

/** A program repeated over slices; its inputs are `[...constants, ...carry, ...slices]`, its outputs `[...carry, ...ys]`. */
export interface LoopParams {
  readonly body: Jaxpr;
  readonly length: number;
  readonly reverse: boolean;
  /** How many of the inputs are the same in every step, and how many are carried from step to step. */
  readonly consts: number;
  readonly carries: number;
}

/** Programs with the same inputs and outputs; the equation's first input is the number of the one that runs. */
export interface BranchParams {
  readonly branches: readonly Jaxpr[];
}

/** A program repeated while a condition holds; the inputs are `[...constants of either, ...carry]`. */
export interface WhileParams {
  /** `[...constants, ...carry]` to one bool. */
  readonly condition: Jaxpr;
  /** `[...constants, ...carry]` to the next carry. */
  readonly body: Jaxpr;
  readonly conditionConsts: number;
  readonly bodyConsts: number;
}

/** How many operands a primitive has, as a list of their places. */
export type Places = readonly unknown[];
export type One = readonly [0];
export type Two = readonly [0, 1];
export type Three = readonly [0, 1, 2];

/** A `T` for each operand. */
export type Each<Operands extends Places, T> = { readonly [place in keyof Operands]: T };

/** The operands' batch axes, one of which there is. */
export type BatchAxes<Operands extends Places> = Operands extends One ? readonly [number] : Each<Operands, BatchAxis>;

/** A kernel that not every device has. */
export interface OwnKernel<Params, Operands extends Places = Places> {
  /** How many numbers of the first input's dtype it works with beside its inputs and outputs. */
  room(inputs: Each<Operands, Aval>, params: Params): number;
  /** The same outputs without it. */
  without(inputs: Each<Operands, Aval>, params: Params): Jaxpr;
}

/** How a primitive becomes kernel commands: one of a few shapes that the compiler knows. */
export type Lowering<Params, Operands extends Places = Places> =
  | {
      readonly kind: "map";
      /** Where the processor's kernels of its instructions are, if not with most. */
      readonly module?: KernelModule | undefined;
      emit(e: MapEmitter, operands: Each<Operands, Value>, inputs: Each<Operands, Aval>, params: Params): Value[];
    }
  | {
      /** The output is its input seen through other strides; `undefined` when the input must be made row-major first. */
      readonly kind: "view";
      view(input: View, output: Aval, params: Params): View | undefined;
    }
  | {
      /** The output is put together from copies of the inputs over a fill value. */
      readonly kind: "place";
      place(inputs: Each<Operands, Aval>, params: Params): { fill: number | null; pieces: readonly Placement[] };
    }
  | { readonly kind: "reduce"; readonly op: ReduceOp; axes(params: Params): readonly number[] }
  | { readonly kind: "contract"; contract(params: Params): ContractParams }
  | {
      /** An array that belongs to the plan. */
      readonly kind: "constant";
      array(params: Params): HostArray;
    }
  | {
      /**
       * A kernel of its own. It gets the first input's dtype, the addresses of its row-major inputs and outputs, and
       * whole numbers: sizes and flags.
       */
      readonly kind: "kernel";
      readonly command: KernelCommand;
      /** Where the processor's kernel is. */
      readonly module?: KernelModule;
      /** What sets a kernel apart that only the processor has. */
      readonly own?: OwnKernel<Params, Operands>;
      arguments(inputs: Each<Operands, Aval>, params: Params): readonly number[];
    }
  | {
      /** Loops and branches. The compiler's own way to lower them, of types that this layer doesn't know: a `LowerControl`. */
      readonly kind: "control";
      readonly lower: unknown;
    }
  /** The outputs are the inputs, none of which is used before all of them exist. */
  | { readonly kind: "barrier" }
  | {
      /** A program of its own, which takes the equation's place: only derivatives and batching see the primitive. */
      readonly kind: "call";
      program(params: Params): Jaxpr;
    };

/** An operation with all of its rules; `Operands` are their places, where their number is fixed. */
export interface Primitive<Params = unknown, Operands extends Places = Places> {
  readonly name: string;
  /** The outputs' shapes and dtypes. Inputs were validated by the function that binds the primitive. @internal */
  aval(inputs: Each<Operands, Aval>, params: Params): Aval[];
  /** The outputs and their tangents. @internal */
  jvp(primals: Each<Operands, NDArray>, tangents: Each<Operands, Tangent>, params: Params): [NDArray[], Tangent[]];
  /** The cotangents of the inputs that are `UndefinedPrimal`; only for primitives that are linear in some inputs. @internal */
  transpose?(
    cotangents: readonly Tangent[],
    inputs: Each<Operands, NDArray | UndefinedPrimal>,
    params: Params,
  ): Tangent[];
  /**
   * The outputs that follow from the inputs that are known, and an equation for the others. `save` gives a value that the
   * equation reads a name. Without this rule nothing is known until every input is.
   * @internal
   */
  partialEval?(
    equation: Equation<Params>,
    inputs: Each<Operands, NDArray | null>,
    save: (value: NDArray) => Var,
  ): { readonly outputs: readonly (NDArray | null)[]; readonly rest: Equation | null };
  /** The outputs of the operation mapped over the inputs' batch axes (at least one is not `null`), and their axes. @internal */
  batch(inputs: Each<Operands, NDArray>, axes: BatchAxes<Operands>, params: Params): [NDArray[], BatchAxis[]];
  /** What the equation keeps of its own programs when only some outputs are used; by default itself. @internal */
  prune?(equation: Equation<Params>, used: readonly boolean[]): Equation;
  /** @internal */
  readonly lowering: Lowering<Params, Operands>;
  /** What the operation does beside its outputs, of which it has none: a call of the host with the inputs' values. @internal */
  effect?(inputs: readonly NDArray[], params: Params): void;
  /** The parameters as text for caches, where they hold functions that are made anew for each use. @internal */
  key?(params: Params): string;
  /** The parameters as printed programs show them; by default `key=value` of each. @internal */
  format?(params: Params): string;
}

/** Throws for an operation that isn't linear in what a transposition asks for: a derivative's program never has one. */
export function notLinear(primitive: string): never {
  throw new UnsupportedError(
    `linearTranspose: the function must be linear in all of its arguments together, but it takes ${primitive} of them; ` +
      "for the derivative of a function use vjp or grad.",
  );
}

/** The value of an input that a transpose rule needs to know. */
export function known(primitive: string, x: NDArray | UndefinedPrimal | undefined): NDArray {
  return x instanceof NDArray ? x : notLinear(primitive);
}
