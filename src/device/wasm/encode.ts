/** Steps as the words that the kernels read; the format is described in `assembly/opcodes.ts`. */
import * as opcodes from "../../../assembly/opcodes.ts";
import { Command, ENDLESS as ENDLESS_CODE, KERNEL_BYTES, MAX_REGISTERS, SHARED } from "../../../assembly/opcodes.ts";
import { allocate, type DType, itemSize } from "../../base/dtypes.ts";
import { rowMajorStrides } from "../../base/view.ts";
import type { Layout } from "../../compile/layout.ts";
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
} from "../../compile/program.ts";
import { ENDLESS } from "../../compile/program.ts";
import { mergeWalk } from "../../compile/walk.ts";
import type { MapOp } from "../../ir/map-ops.ts";
import type { KernelCommand, ReduceOp } from "../../ir/primitive.ts";
import { assignRegisters } from "./registers.ts";
import { isShared } from "./share.ts";

/** A name without a number in `opcodes.ts` doesn't compile here. */
interface Numbers {
  readonly Command: Readonly<Record<KernelCommand, number>>;
  readonly Op: Readonly<Record<MapOp, number>>;
  readonly ReduceOp: Readonly<Record<ReduceOp, number>>;
}

type Codes<Enum> = { readonly [name in keyof Enum]: number };

/** As they are at run time: AssemblyScript needs `const enum`s, in which TypeScript looks up no names. */
interface Enums {
  readonly Command: Codes<typeof opcodes.Command>;
  readonly DType: Codes<typeof opcodes.DType>;
  readonly Op: Codes<typeof opcodes.Op>;
  readonly ReduceOp: Codes<typeof opcodes.ReduceOp>;
}

/** The numbers by name; each is taken by itself, since bundlers would have to make an object of the whole module. */
const codes = {
  Command: (opcodes as unknown as Enums).Command,
  DType: (opcodes as unknown as Enums).DType,
  Op: (opcodes as unknown as Enums).Op,
  ReduceOp: (opcodes as unknown as Enums).ReduceOp,
} satisfies Numbers & Pick<Enums, "DType">;

const dtypeCode = (dtype: DType): number => codes.DType[dtype.toUpperCase() as Uppercase<DType>];

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
export function encode(steps: readonly Step[], addressOf: Layout["addressOf"]): Int32Array {
  const encoder = new Encoder(addressOf);
  const commands = steps.map((step) => encoder.step(step));
  return Int32Array.from([KERNEL_BYTES, 0, ...commands.flat(), Command.END, 2]);
}

const command = (code: Command, words: readonly number[]): number[] => [code, words.length + 2, ...words];

class Encoder {
  readonly #addressOf: Layout["addressOf"];

  constructor(addressOf: Layout["addressOf"]) {
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
        const trips = step.trips === ENDLESS ? ENDLESS_CODE : step.trips;
        return [...command(Command.LOOP, [trips, body.length]), ...body];
      }
      case "place":
        throw new Error("internal: a step for other devices has passed the target's refinement");
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

  #map(step: MapStep): number[] {
    const { shape } = step;
    const { inputs, constants, outputs, instructions } = assignRegisters(step);
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
      words.push(register, dtypeCode(operand.dtype), this.#address(operand), ...strides.map((s) => s * bytes));
    });
    for (const { register, dtype, value } of constants)
      words.push(register, dtypeCode(dtype), ...wordsOf(value, dtype));
    for (const { register, buffer } of outputs)
      words.push(register, dtypeCode(buffer.dtype), this.#addressOf.get(buffer)!);
    for (const { op, dtype, result, target, operands } of instructions) {
      if (target >= MAX_REGISTERS) throw new Error("internal: a fused kernel needs too many registers");
      const [a = 0, b = 0, c = 0, d = 0] = operands;
      words.push(codes.Op[op] | (dtypeCode(dtype) << 16) | (dtypeCode(result) << 24), target, a, b, c, d);
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
    const head = [codes.ReduceOp[op], dtypeCode(source.dtype), this.#addressOf.get(target)!, this.#address(source)];
    return command(Command.REDUCE, [...head, keptRank, reducedRank, ...kept, ...reduced]);
  }

  #kernel({ command: name, inputs, outputs, arguments: words }: KernelStep): number[] {
    const addresses = [...inputs, ...outputs].map((buffer) => this.#addressOf.get(buffer)!);
    return command(codes.Command[name], [dtypeCode(inputs[0]!.dtype), ...addresses, ...words]);
  }

  #contract({ a, b, target, targetOffset, batch, m, n, k, symmetric }: ContractStep): number[] {
    const bytes = itemSize(target.dtype);
    const strides = (axes: readonly ContractAxis[], keys: readonly ("a" | "b" | "c")[]): number[] => [
      ...axes.map((axis) => axis.size),
      ...keys.flatMap((key) => axes.map((axis) => axis[key] * bytes)),
    ];
    return command(symmetric ? Command.CONTRACT_HALF : Command.CONTRACT, [
      dtypeCode(target.dtype),
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
