/** Lowering: every variable gets an operand, every group of equations the steps that compute it. */
import { allocate } from "../base/dtypes.ts";
import { checkRoom, sizeOf } from "../base/shapes.ts";
import type { View } from "../base/view.ts";
import type { Aval } from "../ir/aval.ts";
import { type Atom, type Equation, type Jaxpr, Literal, Var } from "../ir/jaxpr.ts";
import { type HostArray, hostArray } from "../ir/ndarray.ts";
import type { ContractParams } from "../ir/primitive.ts";
import { commonPadding, staysInside, type WindowPadding } from "../lax/products/windows.ts";
import { type PaddingConfig, paddedSize, padPlacement } from "../lax/slice.ts";
import { countUses, type Fusion, fuse } from "./fuse.ts";
import { fromFirstPosition, lowerContract } from "./lower-contract.ts";
import type { LowerControl } from "./lower-control.ts";
import { buildMapProgram } from "./map-program.ts";
import { splitDilated } from "./phases.ts";
import {
  type ArrayOperand,
  type Buffer,
  copied,
  isWhole,
  type Operand,
  type Program,
  type Step,
  whole,
} from "./program.ts";
import { simplify } from "./simplify.ts";
import { checkSupported, refined, type Target } from "./target.ts";

/** A simplified program as steps for a device. */
export function lower(jaxpr: Jaxpr, target: Target): Program {
  const lowerer = new Lowerer(jaxpr, target);
  const inputs = [...jaxpr.constVars, ...jaxpr.inputs].map((v) => lowerer.define(v).buffer);
  lowerer.run();
  const outputs = jaxpr.outputs.map((atom) => lowerer.rowMajor(lowerer.read(atom)).buffer);
  return { steps: refined(lowerer.steps, target), inputs, constants: lowerer.constants, outputs };
}

/** Throws for an array too large to be counted in, which may exist as a view of a smaller one. */
function checkSizes({ primitive, outputs }: Equation): void {
  for (const { aval } of outputs) checkRoom(`a computation (${primitive.name}, ${aval.dtype})`, aval.shape);
}

/** An operand through another view. */
const seen = (operand: ArrayOperand, view: (view: View) => View): ArrayOperand => ({
  ...operand,
  view: view(operand.view),
});

/** One program on its way; those inside of loops and branches have a `Lowerer` of their own. */
export class Lowerer {
  readonly steps: Step[] = [];
  readonly #operands = new Map<Var, Operand>();
  readonly #uses: Map<Var, number>;

  constructor(
    readonly jaxpr: Jaxpr,
    readonly target: Target,
    readonly constants = new Map<Buffer, HostArray>(),
  ) {
    this.#uses = countUses(jaxpr);
  }

  run(): void {
    for (const equation of this.jaxpr.equations) {
      checkSizes(equation);
      checkSupported(equation, this.target);
    }
    for (const group of fuse(this.jaxpr, this.target)) this.#group(group);
  }

  /** The outputs of a program inside, whose inputs are `operands`; its steps go to `steps`. */
  inside(jaxpr: Jaxpr, operands: readonly Operand[], steps: Step[]): Operand[] {
    const inner = new Lowerer(jaxpr, this.target, this.constants);
    jaxpr.inputs.forEach((v, i) => {
      inner.set(v, operands[i]!);
    });
    inner.run();
    for (const step of inner.steps) steps.push(step);
    return jaxpr.outputs.map((atom) => inner.read(atom));
  }

  set(v: Var, operand: Operand): void {
    this.#operands.set(v, operand);
  }

  read(atom: Atom): Operand {
    if (atom instanceof Literal) {
      return { kind: "constant", dtype: atom.aval.dtype, value: atom.value, shape: [] };
    }
    const operand = this.#operands.get(atom);
    if (!operand) throw new Error("internal: a kernel is scheduled before its operands");
    return operand;
  }

  #group({ elementwise, equations }: Fusion): void {
    if (elementwise) this.#map(equations);
    else this.#single(equations[0]!);
  }

  /** The operand in row-major order: itself, or a copy. */
  rowMajor(operand: Operand): ArrayOperand {
    if (operand.kind === "array" && isWhole(operand)) return operand;
    return copied(operand, this.steps);
  }

  /** A new row-major array for a variable. */
  define(v: Var): ArrayOperand {
    const { shape, dtype } = v.aval;
    const operand = whole({ dtype, size: sizeOf(shape) }, shape);
    this.#operands.set(v, operand);
    return operand;
  }

  /** A constant becomes one element that is read again and again. */
  #array(operand: Operand): ArrayOperand {
    if (operand.kind === "array") return operand;
    const { dtype, value, shape } = operand;
    const buffer = { dtype, size: 1 };
    const storage = allocate(dtype, 1);
    storage[0] = value;
    this.constants.set(buffer, hostArray(storage, [], dtype));
    return { kind: "array", dtype, buffer, view: { offset: 0, shape, strides: shape.map(() => 0) } };
  }

  #map(equations: readonly Equation[]): void {
    const inside = new Map<Var, number>();
    for (const { inputs } of equations) {
      for (const a of inputs) if (a instanceof Var) inside.set(a, (inside.get(a) ?? 0) + 1);
    }
    const outputs = equations.flatMap((e) => e.outputs);
    const needed = outputs.filter((v) => (this.#uses.get(v) ?? 0) > (inside.get(v) ?? 0));
    const buffers = new Map(needed.map((v) => [v, this.define(v).buffer]));
    if (needed.length === 0) return;
    this.steps.push(buildMapProgram(equations, (v) => this.read(v), buffers));
  }

  #single({ primitive, inputs, params, outputs }: Equation): void {
    const { lowering } = primitive;
    const [out] = outputs as [Var];
    const operands = inputs.map((a) => this.read(a));
    const avals = inputs.map((a) => a.aval);
    switch (lowering.kind) {
      case "constant":
        this.constants.set(this.define(out).buffer, lowering.array(params));
        return;
      case "view":
        this.#operands.set(
          out,
          this.#view(operands[0]!, out.aval, (view) => lowering.view(view, out.aval, params)),
        );
        return;
      case "place": {
        const { fill, pieces } = lowering.place(avals, params);
        const target = this.define(out);
        this.steps.push({
          kind: "place",
          target: target.buffer,
          fill: fill === null ? null : operands[fill]!,
          pieces: pieces.map(({ input, source, target: place }) => ({
            source: seen(this.#array(operands[input]!), source),
            target: place(target.view),
          })),
        });
        return;
      }
      case "reduce": {
        const source = this.#array(operands[0]!);
        const target = this.define(out).buffer;
        this.steps.push({ kind: "reduce", op: lowering.op, source, target, axes: lowering.axes(params) });
        return;
      }
      case "contract": {
        this.#contract(
          this.#array(operands[0]!),
          this.#array(operands[1]!),
          this.define(out),
          lowering.contract(params),
        );
        return;
      }
      case "kernel": {
        const { command, module, own } = lowering;
        if (own && !this.target.hasOwn) {
          this.inside(simplify(own.without(avals, params)), operands, this.steps).forEach((operand, i) => {
            this.set(outputs[i]!, operand);
          });
          return;
        }
        const room = own ? [{ dtype: avals[0]!.dtype, size: own.room(avals, params) }] : [];
        this.steps.push({
          kind: "kernel",
          command,
          module,
          inputs: operands.map((operand) => this.rowMajor(operand).buffer),
          outputs: [...outputs.map((v) => this.define(v).buffer), ...room],
          arguments: lowering.arguments(avals, params),
        });
        return;
      }
      case "barrier":
        outputs.forEach((v, i) => {
          this.set(v, operands[i]!);
        });
        return;
      case "control":
        (lowering.lower as LowerControl<unknown>)(this, params, operands, outputs);
        return;
      case "map":
      case "call":
        throw new Error(`internal: ${primitive.name} is neither fused nor inlined`);
    }
  }

  #view(input: Operand, aval: Aval, apply: (view: View) => View | undefined): Operand {
    if (input.kind === "constant") return { ...input, shape: aval.shape };
    const view = apply(input.view);
    if (view) return { ...input, view };
    const copy = copied(input, this.steps);
    return { ...copy, view: apply(copy.view)! };
  }

  #contract(lhs: ArrayOperand, rhs: ArrayOperand, target: ArrayOperand, given: ContractParams): void {
    const phases = splitDilated(given);
    const summed = phases.filter((phase) => !phase.isEmpty);
    if (summed.length < phases.length || summed.length === 0) {
      this.steps.push({ kind: "fill", target: target.buffer, value: 0 });
    }
    if (summed.length === 0) return;
    const padding = commonPadding(
      lhs.view.shape,
      summed.map((phase) => phase.params),
    );
    const padded = this.#pad(lhs, padding);
    const low = padding.map((p) => (padded === lhs ? 0 : p.low));
    for (const { params, rhsPart, outPart } of summed) {
      const a = seen(padded, (view) => fromFirstPosition(view, params, low));
      this.steps.push(lowerContract(a, seen(rhs, rhsPart), seen(target, outPart), params));
    }
  }

  /** The windowed operand of a contraction with its zeros in place; itself, where none are needed. */
  #pad(lhs: ArrayOperand, padding: readonly WindowPadding[]): ArrayOperand {
    if (padding.every(staysInside)) return lhs;
    const { shape } = lhs.view;
    const config: PaddingConfig = padding.map(({ low, high, interior }) => [low, high, interior]);
    const padded = shape.map((n, i) => paddedSize(n, config[i] as [number, number, number]));
    const target = whole({ dtype: lhs.dtype, size: sizeOf(padded) }, padded);
    const placement = padPlacement(shape, config);
    this.steps.push({
      kind: "place",
      target: target.buffer,
      fill: { kind: "constant", dtype: lhs.dtype, value: 0, shape: [] },
      pieces: [{ source: seen(lhs, placement.source), target: placement.target(target.view) }],
    });
    return target;
  }
}
