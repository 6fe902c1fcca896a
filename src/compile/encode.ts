/** Steps as the words that the kernels read; the format is described in `assembly/opcodes.ts`. */
import {
  Command,
  DType as DTypeCode,
  MAX_REGISTERS,
  Op,
  ReduceOp as ReduceCode,
  SHARED,
} from "../../assembly/opcodes.ts";
import { allocate, type DType, itemSize } from "../base/dtypes.ts";
import { rowMajorStrides } from "../base/view.ts";
import type { KernelCommand, MapOp, ReduceOp } from "../ir/primitive.ts";
import type { Layout } from "./layout.ts";
import { isShared } from "./share.ts";
import type {
  ArrayOperand,
  ContractAxis,
  ContractStep,
  CopyStep,
  FillStep,
  KernelStep,
  MapStep,
  ReduceStep,
  SliceStep,
  Step,
} from "./steps.ts";

const DTYPE: Readonly<Record<DType, number>> = {
  float32: DTypeCode.FLOAT32,
  float64: DTypeCode.FLOAT64,
  int32: DTypeCode.INT32,
  uint32: DTypeCode.UINT32,
  bool: DTypeCode.BOOL,
};

const KERNEL: Readonly<Record<KernelCommand, number>> = {
  GATHER: Command.GATHER,
  SCATTER_ADD: Command.SCATTER_ADD,
  ARGSORT: Command.ARGSORT,
  CHOLESKY: Command.CHOLESKY,
  TRIANGULAR_SOLVE: Command.TRIANGULAR_SOLVE,
  LU: Command.LU,
  LU_SOLVE: Command.LU_SOLVE,
  HOUSEHOLDER: Command.HOUSEHOLDER,
  JACOBI: Command.JACOBI,
};

const REDUCE: Readonly<Record<ReduceOp, number>> = {
  SUM: ReduceCode.SUM,
  PROD: ReduceCode.PROD,
  MAX: ReduceCode.MAX,
  MIN: ReduceCode.MIN,
  AND: ReduceCode.AND,
  OR: ReduceCode.OR,
  ARGMAX: ReduceCode.ARGMAX,
  ARGMIN: ReduceCode.ARGMIN,
};

const OP: Readonly<Record<MapOp, number>> = {
  MOVE: Op.MOVE,
  NEG: Op.NEG,
  ABS: Op.ABS,
  SIGN: Op.SIGN,
  FLOOR: Op.FLOOR,
  CEIL: Op.CEIL,
  ROUND: Op.ROUND,
  SQRT: Op.SQRT,
  RSQRT: Op.RSQRT,
  CBRT: Op.CBRT,
  EXP: Op.EXP,
  EXPM1: Op.EXPM1,
  LOG: Op.LOG,
  LOG1P: Op.LOG1P,
  SIN: Op.SIN,
  COS: Op.COS,
  TAN: Op.TAN,
  ASIN: Op.ASIN,
  ACOS: Op.ACOS,
  ATAN: Op.ATAN,
  SINH: Op.SINH,
  COSH: Op.COSH,
  TANH: Op.TANH,
  ASINH: Op.ASINH,
  ACOSH: Op.ACOSH,
  ATANH: Op.ATANH,
  ERF: Op.ERF,
  ERFC: Op.ERFC,
  ERFINV: Op.ERFINV,
  LOGISTIC: Op.LOGISTIC,
  LGAMMA: Op.LGAMMA,
  DIGAMMA: Op.DIGAMMA,
  IS_FINITE: Op.IS_FINITE,
  NOT: Op.NOT,
  POPCOUNT: Op.POPCOUNT,
  CLZ: Op.CLZ,
  EXP2: Op.EXP2,
  SIGN_BIT: Op.SIGN_BIT,
  ADD: Op.ADD,
  SUB: Op.SUB,
  MUL: Op.MUL,
  DIV: Op.DIV,
  REM: Op.REM,
  POW: Op.POW,
  ATAN2: Op.ATAN2,
  NEXTAFTER: Op.NEXTAFTER,
  MAX: Op.MAX,
  MIN: Op.MIN,
  AND: Op.AND,
  OR: Op.OR,
  XOR: Op.XOR,
  SHL: Op.SHL,
  SHR_LOGICAL: Op.SHR_LOGICAL,
  SHR_ARITHMETIC: Op.SHR_ARITHMETIC,
  EQ: Op.EQ,
  NE: Op.NE,
  LT: Op.LT,
  LE: Op.LE,
  GT: Op.GT,
  GE: Op.GE,
  SELECT: Op.SELECT,
  CONVERT: Op.CONVERT,
  THREEFRY_A: Op.THREEFRY_A,
  THREEFRY_B: Op.THREEFRY_B,
  IGAMMA: Op.IGAMMA,
  IGAMMAC: Op.IGAMMAC,
  IGAMMA_GRAD_A: Op.IGAMMA_GRAD_A,
  RANDOM_GAMMA_GRAD: Op.RANDOM_GAMMA_GRAD,
  BETAINC: Op.BETAINC,
  BESSEL_I0E: Op.BESSEL_I0E,
  BESSEL_I1E: Op.BESSEL_I1E,
  REDUCE_PRECISION: Op.REDUCE_PRECISION,
};

/** Axes of a walk: one size and one stride per operand. */
interface Walk {
  readonly sizes: readonly number[];
  readonly strides: readonly (readonly number[])[];
}

/** Drops axes of size 1 and joins neighbours that lie as one in every operand. */
export function mergeWalk({ sizes, strides }: Walk): Walk {
  const kept: number[] = [];
  const merged = strides.map((): number[] => []);
  sizes.forEach((size, i) => {
    if (size === 1) return;
    const joins = kept.length > 0 && strides.every((s, j) => merged[j]!.at(-1) === s[i]! * size);
    if (joins) {
      kept[kept.length - 1] = kept.at(-1)! * size;
      strides.forEach((s, j) => {
        merged[j]![merged[j]!.length - 1] = s[i]!;
      });
    } else {
      kept.push(size);
      strides.forEach((s, j) => {
        merged[j]!.push(s[i]!);
      });
    }
  });
  return { sizes: kept, strides: merged };
}

/** The bits of a number in an array's dtype, as two words. */
function wordsOf(value: number, dtype: DType): [number, number] {
  const storage = allocate(dtype, 1);
  storage[0] = value;
  const bytes = new Uint8Array(8);
  bytes.set(new Uint8Array(storage.buffer));
  const view = new DataView(bytes.buffer);
  return [view.getInt32(0, true), view.getInt32(4, true)];
}

/** The command list; addresses are absolute. */
export function encode(steps: readonly Step[], layout: Layout, scratch: number): Int32Array {
  const encoder = new Encoder(layout);
  const commands = steps.map((step) => encoder.step(step));
  return Int32Array.from([scratch, 0, ...commands.flat(), Command.END, 2]);
}

const command = (code: Command, words: readonly number[]): number[] => [code, words.length + 2, ...words];

class Encoder {
  readonly #addressOf: Layout["addressOf"];

  constructor({ addressOf }: Layout) {
    this.#addressOf = addressOf;
  }

  step(step: Step): number[] {
    const words = this.#words(step);
    if (isShared(step)) words[0]! |= SHARED;
    return words;
  }

  #words(step: Step): number[] {
    switch (step.kind) {
      case "copy":
        return this.#copy(step);
      case "fill":
        return this.#fill(step);
      case "map":
        return this.#map(step);
      case "reduce":
        return this.#reduce(step);
      case "contract":
        return this.#contract(step);
      case "kernel":
        return this.#kernel(step);
      case "slice":
        return this.#slice(step);
      case "leave":
        return command(Command.LEAVE, [this.#addressOf.get(step.condition)!]);
      case "loop": {
        const body = this.#steps(step.body);
        return [...command(Command.LOOP, [step.trips, body.length]), ...body];
      }
      case "branch":
        return step.bodies.flatMap((steps, i) => {
          const body = this.#steps(steps);
          return [...command(Command.BRANCH, [this.#addressOf.get(step.index)!, i, body.length]), ...body];
        });
    }
  }

  #steps(steps: readonly Step[]): number[] {
    return steps.flatMap((step) => this.step(step));
  }

  #slice({ size, source, target }: SliceStep): number[] {
    const bytes = itemSize(source.buffer.dtype);
    const [from, to] = [source, target].map(({ buffer, start }) => this.#addressOf.get(buffer)! + start * bytes) as [
      number,
      number,
    ];
    return command(Command.SLICE, [size * bytes, from, to, source.step * bytes, target.step * bytes]);
  }

  #address({ buffer, view, dtype }: ArrayOperand): number {
    return this.#addressOf.get(buffer)! + view.offset * itemSize(dtype);
  }

  #copy({ source, target }: CopyStep): number[] {
    const bytes = itemSize(source.dtype);
    const { sizes, strides } = mergeWalk({
      sizes: source.view.shape,
      strides: [source.view.strides, target.view.strides],
    });
    const [from, to] = strides.map((s) => s.map((n) => n * bytes)) as [number[], number[]];
    const addresses = [this.#address(source), this.#address(target)];
    return command(Command.COPY, [bytes, sizes.length, ...addresses, ...sizes, ...from, ...to]);
  }

  #fill({ target, value }: FillStep): number[] {
    const [low, high] = wordsOf(value, target.dtype);
    return command(Command.FILL, [itemSize(target.dtype), this.#addressOf.get(target)!, target.size, low, high]);
  }

  #map({ shape, inputs, constants, outputs, instructions }: MapStep): number[] {
    const walk = mergeWalk({
      sizes: shape,
      // A 0-dimensional operand is read again and again.
      strides: [
        rowMajorStrides(shape),
        ...inputs.map(({ operand: { view } }) => (view.shape.length === 0 ? shape.map(() => 0) : view.strides)),
      ],
    });
    const scalar = walk.sizes.length === 0;
    const sizes = scalar ? [1] : walk.sizes;
    const words = [sizes.length, inputs.length, constants.length, outputs.length, instructions.length, ...sizes];
    inputs.forEach(({ register, operand }, i) => {
      const strides = scalar ? [0] : walk.strides[i + 1]!;
      const bytes = itemSize(operand.dtype);
      words.push(register, DTYPE[operand.dtype], this.#address(operand), ...strides.map((s) => s * bytes));
    });
    for (const { register, dtype, value } of constants) words.push(register, DTYPE[dtype], ...wordsOf(value, dtype));
    for (const { register, buffer } of outputs) words.push(register, DTYPE[buffer.dtype], this.#addressOf.get(buffer)!);
    for (const { op, dtype, result, target, operands } of instructions) {
      if (target >= MAX_REGISTERS) throw new Error("internal: a fused kernel needs too many registers");
      const [a = 0, b = 0, c = 0, d = 0] = operands;
      words.push(OP[op] | (DTYPE[dtype] << 16) | (DTYPE[result] << 24), target, a, b, c, d);
    }
    return command(Command.MAP, words);
  }

  #reduce({ op, source, target, axes }: ReduceStep): number[] {
    const { shape, strides } = source.view;
    const walk = (keep: (axis: number) => boolean): number[] => {
      const chosen = [...shape.keys()].filter(keep);
      const merged = mergeWalk({ sizes: chosen.map((i) => shape[i]!), strides: [chosen.map((i) => strides[i]!)] });
      return [merged.sizes.length, ...merged.sizes, ...merged.strides[0]!.map((s) => s * itemSize(source.dtype))];
    };
    const [keptRank, ...kept] = walk((i) => !axes.includes(i)) as [number, ...number[]];
    const [reducedRank, ...reduced] = walk((i) => axes.includes(i)) as [number, ...number[]];
    const head = [REDUCE[op], DTYPE[source.dtype], this.#addressOf.get(target)!, this.#address(source)];
    return command(Command.REDUCE, [...head, keptRank, reducedRank, ...kept, ...reduced]);
  }

  #kernel({ command: name, inputs, outputs, arguments: words }: KernelStep): number[] {
    const addresses = [...inputs, ...outputs].map((buffer) => this.#addressOf.get(buffer)!);
    return command(KERNEL[name], [DTYPE[inputs[0]!.dtype], ...addresses, ...words]);
  }

  #contract({ a, b, target, targetOffset, batch, m, n, k }: ContractStep): number[] {
    const bytes = itemSize(target.dtype);
    const strides = (axes: readonly ContractAxis[], keys: readonly ("a" | "b" | "c")[]): number[] => [
      ...axes.map((axis) => axis.size),
      ...keys.flatMap((key) => axes.map((axis) => axis[key] * bytes)),
    ];
    return command(Command.CONTRACT, [
      DTYPE[target.dtype],
      this.#address(a),
      this.#address(b),
      this.#addressOf.get(target)! + targetOffset * bytes,
      ...[batch.length, m.length, n.length, k.length],
      ...strides(batch, ["a", "b", "c"]),
      ...strides(m, ["a", "c"]),
      ...strides(n, ["b", "c"]),
      ...strides(k, ["a", "b"]),
    ]);
  }
}
