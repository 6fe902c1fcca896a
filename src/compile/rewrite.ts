/**
 * Algebraic simplification: equations replaced by less work with the same results, to the bit: NaN, infinities and -0
 * stay what they are. The one exception is a product with the basis of a Jacobian, where no `0 * infinity` arises any
 * more.
 */
import { isFloat } from "../base/dtypes.ts";
import { range, sizeOf } from "../base/shapes.ts";
import { sameAval } from "../ir/aval.ts";
import { type Atom, type Equation, type Jaxpr, Literal, Var } from "../ir/jaxpr.ts";
import type { Primitive, ReduceOp } from "../ir/primitive.ts";
import { divPrimitive, mulPrimitive, subPrimitive } from "../lax/arithmetic.ts";
import { convertPrimitive } from "../lax/convert.ts";
import { addPrimitive } from "../lax/elementwise.ts";
import { contractPrimitive } from "../lax/products/contract.ts";
import {
  type BroadcastParams,
  broadcastPrimitive,
  reshapePrimitive,
  type TransposeParams,
  transposePrimitive,
} from "../lax/shape.ts";
import { fold } from "./fold.ts";
import { identityProduct, type Pattern, patternOf } from "./identity.ts";

/** Adds an equation with one output to the program, and gives that output or what it has become. */
// biome-ignore lint/suspicious/noExplicitAny: one callback emits add, reshape and transpose, and no `Primitive<X>` holds them all: X stands in its rules' arguments and results
export type Emit = (primitive: Primitive<any>, inputs: readonly Atom[], params: unknown) => Atom;

/** What gives places, not elements. */
const PLACES: ReadonlySet<ReduceOp> = /* @__PURE__ */ new Set<ReduceOp>(["ARGMAX", "ARGMIN"]);

/** Neutral elements: `x + -0` is `x` for every x, and `x + 0` is not, for x = -0. */
const NEUTRAL = /* @__PURE__ */ new Map<object, { readonly value: number; readonly first: boolean }>([
  [addPrimitive, { value: -0, first: true }],
  [subPrimitive, { value: 0, first: false }],
  [mulPrimitive, { value: 1, first: true }],
  [divPrimitive, { value: 1, first: false }],
]);

const MOVEMENTS: ReadonlySet<object> = /* @__PURE__ */ new Set([
  transposePrimitive,
  reshapePrimitive,
  broadcastPrimitive,
]);

function isNeutral(atom: Atom, value: number): boolean {
  if (!(atom instanceof Literal)) return false;
  return isFloat(atom.aval.dtype) ? Object.is(atom.value, value) : atom.value === value;
}

class Rewriter {
  readonly equations: Equation[] = [];
  readonly #values = new Map<Var, Atom>();
  readonly #definitions = new Map<Atom, Equation>();
  readonly #patterns = new Map<Atom, Pattern>();

  resolve = (atom: Atom): Atom => (atom instanceof Var ? (this.#values.get(atom) ?? atom) : atom);

  equation(given: Equation): void {
    const equation = { ...given, inputs: given.inputs.map(this.resolve) };
    const [out, ...others] = equation.outputs;
    if (!out) {
      this.equations.push(equation);
      return;
    }
    const replacement = others.length === 0 ? this.#replacement(equation) : undefined;
    if (replacement) {
      this.#values.set(out, replacement);
      return;
    }
    this.equations.push(equation);
    this.#definitions.set(out, equation);
    const pattern = patternOf(equation, (atom) => this.#patterns.get(atom));
    if (pattern) this.#patterns.set(out, pattern);
  }

  #emit: Emit = (primitive, inputs, params) => {
    const [aval] = primitive.aval(
      inputs.map((a) => a.aval),
      params,
    );
    const out = new Var(aval!);
    this.equation({ primitive, inputs, params, outputs: [out] });
    return this.resolve(out);
  };

  #replacement(equation: Equation): Atom | undefined {
    const { primitive, inputs, outputs } = equation;
    const [x] = inputs as [Atom];
    const [out] = outputs as [Var];
    if (primitive.lowering.kind === "map") return this.#elementwise(equation);
    if (primitive === contractPrimitive)
      return identityProduct(equation, (atom) => this.#patterns.get(atom), this.#emit);
    if (primitive.lowering.kind === "reduce") return this.#reduction(equation);
    if (!MOVEMENTS.has(primitive)) return undefined;
    return this.#movement(equation) ?? (sameAval(x.aval, out.aval) && this.#keepsOrder(equation) ? x : undefined);
  }

  /** Whether a movement between equal shapes moves nothing. */
  #keepsOrder({ primitive, params }: Equation): boolean {
    return primitive !== transposePrimitive || (params as TransposeParams).permutation.every((p, i) => p === i);
  }

  /** A movement of what the same kind of movement has made. */
  #movement({ primitive, inputs, params }: Equation): Atom | undefined {
    const inner = this.#definitions.get(inputs[0]!);
    if (inner?.primitive !== primitive) return undefined;
    return this.#emit(primitive, inner.inputs, composed(primitive, inner.params, params));
  }

  /** A reduction over axes of size 1, as derivatives of single examples have them, moves nothing. */
  #reduction({ primitive, inputs, outputs }: Equation): Atom | undefined {
    const { lowering } = primitive;
    const [from, to] = [inputs[0]!.aval, outputs[0]!.aval];
    const moved = { ...from, shape: to.shape };
    if (lowering.kind === "reduce" && PLACES.has(lowering.op)) return undefined;
    if (!sameAval(moved, to) || sizeOf(from.shape) !== sizeOf(to.shape) || sizeOf(to.shape) === 0) return undefined;
    return this.#emit(reshapePrimitive, inputs, { newSizes: to.shape });
  }

  /** The number that an array consists of. */
  #uniform(atom: Atom): Literal | undefined {
    if (atom instanceof Literal) return atom;
    const definition = this.#definitions.get(atom);
    const source = definition?.primitive === broadcastPrimitive ? definition.inputs[0] : undefined;
    return source instanceof Literal ? source : undefined;
  }

  #elementwise(equation: Equation): Atom | undefined {
    const { primitive, inputs, params, outputs } = equation;
    const { shape, dtype } = outputs[0]!.aval;
    if (primitive === convertPrimitive && inputs[0]!.aval.dtype === dtype) return inputs[0];
    const numbers = inputs.map((a) => this.#uniform(a));
    const literals = numbers.filter((n) => n !== undefined);
    if (literals.length === inputs.length) {
      const value = fold(equation, literals);
      if (!value || shape.length === 0) return value;
      return this.#emit(broadcastPrimitive, [value], { shape, broadcastDimensions: [] });
    }
    const operands = inputs.map((a, i) => numbers[i] ?? a);
    const neutral = NEUTRAL.get(primitive);
    const places = neutral
      ? range(2).filter((i) => (i === 1 || neutral.first) && isNeutral(operands[i]!, neutral.value))
      : [];
    if (places.length > 0) return operands[1 - places[0]!];
    return operands.some((a, i) => a !== inputs[i]) ? this.#emit(primitive, operands, params) : undefined;
  }
}

/** The parameters of two movements of one kind as one. */
function composed(primitive: Primitive, first: unknown, second: unknown): unknown {
  if (primitive === reshapePrimitive) return second;
  if (primitive === transposePrimitive) {
    const [inner, outer] = [first, second] as [TransposeParams, TransposeParams];
    return { permutation: outer.permutation.map((p) => inner.permutation[p]!) };
  }
  const [inner, outer] = [first, second] as [BroadcastParams, BroadcastParams];
  return { ...outer, broadcastDimensions: inner.broadcastDimensions.map((d) => outer.broadcastDimensions[d]!) };
}

export function rewrite(jaxpr: Jaxpr): Jaxpr {
  const rewriter = new Rewriter();
  for (const equation of jaxpr.equations) rewriter.equation(equation);
  return { ...jaxpr, equations: rewriter.equations, outputs: jaxpr.outputs.map(rewriter.resolve) };
}
