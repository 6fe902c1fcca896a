/** A program's steps carried out one element after the other: no blocks, no tiles, no threads, sums in double precision. */
import { allocate, type DType, isFloat, type TypedArray } from "../../src/base/dtypes.ts";
import type { View } from "../../src/base/view.ts";
import type {
  ArrayOperand,
  Buffer,
  ContractAxis,
  ContractStep,
  CopyStep,
  KernelStep,
  MapStep,
  Operand,
  PlaceStep,
  Program,
  ReduceStep,
  SliceStep,
  Step,
} from "../../src/compile/program.ts";
import { resultDType } from "../../src/ir/map-ops.ts";
import type { ReduceOp } from "../../src/ir/primitive.ts";
import { commands } from "./commands.ts";
import { operation } from "./operations.ts";

/** The places of a view's elements, in row-major order. */
function placesOf({ offset, shape, strides }: View): number[] {
  let places = [offset];
  shape.forEach((size, axis) => {
    places = places.flatMap((place) => Array.from({ length: size }, (_, i) => place + i * strides[axis]));
  });
  return places;
}

const isSmall = (dtype: DType): boolean => dtype === "float32";
const rounded = (value: number, dtype: DType): number => (isSmall(dtype) ? Math.fround(value) : value);

/** The value that changes no other in a fold. */
function identity(op: ReduceOp, dtype: DType): number {
  const float = isFloat(dtype);
  const [least, greatest] = { int32: [-(2 ** 31), 2 ** 31 - 1], uint32: [0, 2 ** 32 - 1], bool: [0, 1] }[
    dtype as "int32"
  ] ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  if (op === "PROD") return 1;
  if (op === "MAX" || op === "ARGMAX") return float ? Number.NEGATIVE_INFINITY : least;
  if (op === "MIN" || op === "ARGMIN") return float ? Number.POSITIVE_INFINITY : greatest;
  if (op === "AND") return dtype === "bool" ? 1 : operation("NOT", dtype, dtype, [0]);
  return 0;
}

/** Two elements in one; a sum of bools, as a product of matrices of them needs it, is an OR. */
const fold = (op: "ADD" | "MUL" | "MAX" | "MIN" | "AND" | "OR", dtype: DType, x: number, y: number): number =>
  operation(op === "ADD" && dtype === "bool" ? "OR" : op, dtype, dtype, [x, y]);

const FOLDS = { SUM: "ADD", PROD: "MUL", MAX: "MAX", MIN: "MIN", AND: "AND", OR: "OR" } as const;

/** The first of the largest or smallest elements, where NaN beats everything. */
function extremePlace(values: readonly number[], isMax: boolean): number {
  const nan = values.findIndex(Number.isNaN);
  if (nan >= 0) return nan;
  return values.reduce((best, value, i) => ((isMax ? value > values[best] : value < values[best]) ? i : best), 0);
}

/** What is thrown to end the loop around a `leave` step. */
const LEAVE = Symbol("leave");

/** One run of a program. */
export class Run {
  readonly #arrays = new Map<Buffer, TypedArray>();
  #trip = 0;

  set(buffer: Buffer, values: TypedArray): void {
    this.#arrays.set(buffer, values.slice());
  }

  /** A buffer's elements; before anything is written floats are NaN, so that what reads them shows. */
  read(buffer: Buffer): TypedArray {
    const known = this.#arrays.get(buffer);
    if (known) return known;
    const fresh = allocate(buffer.dtype, buffer.size);
    if (isFloat(buffer.dtype)) fresh.fill(Number.NaN);
    this.#arrays.set(buffer, fresh);
    return fresh;
  }

  steps(steps: readonly Step[]): void {
    for (const step of steps) this.#step(step);
  }

  #step(step: Step): void {
    if (step.kind === "copy") this.#copy(step);
    else if (step.kind === "fill") this.read(step.target).fill(step.value);
    else if (step.kind === "place") this.#place(step);
    else if (step.kind === "map") this.#map(step);
    else if (step.kind === "reduce") this.#reduce(step);
    else if (step.kind === "contract") this.#contract(step);
    else if (step.kind === "kernel") this.#kernel(step);
    else if (step.kind === "slice") this.#slice(step);
    else if (step.kind === "loop") this.#loop(step.trips, step.body);
    else if (step.kind === "branch") this.steps(step.bodies[this.read(step.index)[0]]);
    else if (this.read(step.condition)[0] === 0) throw LEAVE;
  }

  #kernel({ command, inputs, outputs, arguments: args }: KernelStep): void {
    const arrays = [inputs, outputs].map((list) => list.map((buffer) => this.read(buffer)));
    commands[command as keyof typeof commands](inputs[0].dtype, arrays[0], arrays[1], args);
  }

  #loop(trips: number, body: readonly Step[]): void {
    const outer = this.#trip;
    try {
      for (this.#trip = 0; this.#trip < trips; this.#trip++) this.steps(body);
    } catch (reason) {
      if (reason !== LEAVE) throw reason;
    } finally {
      this.#trip = outer;
    }
  }

  /** The elements of an operand in row-major order. */
  #values(operand: ArrayOperand): number[] {
    const storage = this.read(operand.buffer);
    return placesOf(operand.view).map((place) => storage[place]);
  }

  #write(buffer: Buffer, view: View, values: readonly number[]): void {
    const storage = this.read(buffer);
    placesOf(view).forEach((place, i) => {
      storage[place] = values[i];
    });
  }

  #copy({ source, target }: CopyStep): void {
    this.#write(target.buffer, target.view, this.#values(source));
  }

  #place({ target, fill, pieces }: PlaceStep): void {
    const first = (operand: Operand): number =>
      operand.kind === "constant" ? operand.value : this.read(operand.buffer)[operand.view.offset];
    if (fill !== null) this.read(target).fill(first(fill));
    for (const { source, target: view } of pieces) this.#write(target, view, this.#values(source));
  }

  #map({ shape, inputs, constants, instructions, outputs }: MapStep): void {
    const count = shape.reduce((n, size) => n * size, 1);
    const columns = inputs.map((operand) => this.#values(operand));
    const results = outputs.map(({ buffer }) => this.read(buffer));
    for (let i = 0; i < count; i++) {
      // A 0-dimensional input is read again and again.
      const values = [
        ...columns.map((x) => x[x.length === 1 ? 0 : i]),
        ...constants.map((x) => rounded(x.value, x.dtype)),
      ];
      for (const { op, dtype, result, operands } of instructions) {
        const own = operands.map((value) => values[value]);
        values.push(rounded(operation(op, dtype, result, own), resultDType(op, dtype, result)));
      }
      outputs.forEach(({ value }, k) => {
        results[k][i] = values[value];
      });
    }
  }

  #reduce({ op, source, target, axes }: ReduceStep): void {
    const { offset, shape, strides } = source.view;
    const part = (keep: boolean, from: number): View => {
      const own = [...shape.keys()].filter((axis) => axes.includes(axis) !== keep);
      return { offset: from, shape: own.map((axis) => shape[axis]), strides: own.map((axis) => strides[axis]) };
    };
    const [storage, results] = [this.read(source.buffer), this.read(target)];
    const steps = placesOf(part(false, 0));
    placesOf(part(true, offset)).forEach((base, i) => {
      const values = steps.map((step) => storage[base + step]);
      if (op === "ARGMAX" || op === "ARGMIN") results[i] = extremePlace(values, op === "ARGMAX");
      else results[i] = values.reduce((a, b) => fold(FOLDS[op], source.dtype, a, b), identity(op, source.dtype));
    });
  }

  #contract({ a, b, target, targetOffset, batch, m, n, k }: ContractStep): void {
    const { dtype } = target;
    const places = (axes: readonly ContractAxis[], key: "a" | "b" | "c", offset = 0): number[] =>
      placesOf({ offset, shape: axes.map((axis) => axis.size), strides: axes.map((axis) => axis[key]) });
    const [left, right, out] = [this.read(a.buffer), this.read(b.buffer), this.read(target)];
    const [termsA, termsB] = [places(k, "a"), places(k, "b")];
    const [rowsA, rowsC, columnsB, columnsC] = [places(m, "a"), places(m, "c"), places(n, "b"), places(n, "c")];
    const items = [
      places(batch, "a", a.view.offset),
      places(batch, "b", b.view.offset),
      places(batch, "c", targetOffset),
    ];
    items[0].forEach((itemA, item) => {
      rowsA.forEach((rowA, i) => {
        columnsB.forEach((columnB, j) => {
          let sum = 0;
          for (let t = 0; t < termsA.length; t++) {
            const product = fold(
              "MUL",
              dtype,
              left[itemA + rowA + termsA[t]],
              right[items[1][item] + columnB + termsB[t]],
            );
            sum = fold("ADD", dtype, sum, product);
          }
          out[items[2][item] + rowsC[i] + columnsC[j]] = sum;
        });
      });
    });
  }

  #slice({ size, source, target }: SliceStep): void {
    const at = ({ start, step }: SliceStep["source"]): number => start + this.#trip * step;
    const values = this.read(source.buffer).slice(at(source), at(source) + size);
    this.read(target.buffer).set(values, at(target));
  }
}

/** The outputs of a program, row-major. */
export function interpret(
  program: Program,
  inputs: readonly TypedArray[],
  constants: readonly TypedArray[],
): TypedArray[] {
  const run = new Run();
  program.inputs.forEach((buffer, i) => {
    run.set(buffer, inputs[i]);
  });
  [...program.constants.keys()].forEach((buffer, i) => {
    run.set(buffer, constants[i]);
  });
  run.steps(program.steps);
  return program.outputs.map((buffer) => run.read(buffer).slice());
}
