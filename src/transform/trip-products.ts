/** Which products of a loop run backwards are formed after its last trip, and what the loop must stack and add up for it. */
import { sizeOf } from "../base/shapes.ts";
import { type Atom, type Equation, type Jaxpr, Literal, Var } from "../ir/jaxpr.ts";
import type { Primitive } from "../ir/primitive.ts";
import { divPrimitive, mulPrimitive, negPrimitive, subPrimitive } from "../lax/arithmetic.ts";
import { addPrimitive } from "../lax/elementwise.ts";
import { contractPrimitive } from "../lax/products/contract.ts";
import { reduceSumPrimitive } from "../lax/shape.ts";
import { concatenatePrimitive, padPrimitive } from "../lax/slice.ts";
import { dependents } from "./bodies.ts";

/** One trip of a loop run backwards. */
export interface Trip {
  readonly jaxpr: Jaxpr;
  /** The inputs that are read from stacks; `varying` has the carry as well. */
  readonly slices: readonly Var[];
  readonly varying: readonly Var[];
  /** The outputs that are added up over the trips, and those that are stacked. */
  readonly sums: readonly Atom[];
  readonly ys: readonly Atom[];
  readonly length: number;
}

/** Stacks made for sums may be this many times as large as the stacks that the loop reads, ... */
const OF_READ = 2;
/** ... and beyond that this many times as large as the sums. */
const OF_SUMS = 4;

type Named = Pick<Primitive, "name">;

/** Their outputs consist of sums of their inputs' elements, and zeros. */
const ADDITIVE: ReadonlySet<Named> = /* @__PURE__ */ new Set<Named>([
  addPrimitive,
  subPrimitive,
  negPrimitive,
  reduceSumPrimitive,
  concatenatePrimitive,
  padPrimitive,
]);

const isView = ({ primitive }: Equation): boolean => primitive.lowering.kind === "view";
/** What is computed again from a stack rather than stacked itself. */
const isLight = (equation: Equation): boolean => isView(equation) || equation.primitive === reduceSumPrimitive;
const size = (atom: Atom): number => sizeOf(atom.aval.shape);
const total = (atoms: readonly Atom[]): number => atoms.reduce((n, atom) => n + size(atom), 0);
const isZero = (atom: Atom): boolean => atom instanceof Literal && atom.value === 0;

function forEachBackwards<T>(list: readonly T[], visit: (item: T) => void): void {
  for (let i = list.length - 1; i >= 0; i--) visit(list[i]!);
}

/**
 * How a sum over trips comes about: by one product over all trips; as a multiple of what is the same in every trip; as a
 * linear function of other sums; from a stack; or trip by trip.
 */
export type SumKind = "product" | "same" | "linear" | "stack" | "accumulated";

export class TripProducts {
  /** The values of a trip that the loop adds up. */
  readonly accumulated: Var[] = [];
  /** The values of a trip that it stacks. */
  readonly emitted: Var[] = [];
  /** Whose sums over the trips are computed after the loop, whose stacks, and which values that are the same in every trip. */
  readonly asSum = new Set<Atom>();
  readonly asStack = new Set<Atom>();
  readonly asSame = new Set<Atom>();

  readonly #trip: Trip;
  readonly #varying: ReadonlySet<Atom>;
  readonly #stacks: Set<Atom>;
  readonly #products: ReadonlySet<Atom>;
  /** The products, sums of stacks, and what depends on these linearly. */
  readonly #linear: ReadonlySet<Atom>;
  /** The stacks, and what follows from them without much work. */
  readonly #fromStacks: ReadonlySet<Atom>;

  constructor(trip: Trip) {
    this.#trip = trip;
    this.#varying = dependents(trip.jaxpr, trip.varying);
    this.#stacks = new Set(trip.slices);
    this.#products = this.#worthwhile();
    this.#fromStacks = this.#closure(this.#stacks, (equation) => (isLight(equation) ? equation.inputs : []));
    const sums = trip.jaxpr.equations.filter((equation) => this.#isSumOfStack(equation)).flatMap((e) => e.outputs);
    this.#linear = this.#closure(new Set([...this.#products, ...sums]), (equation) => this.terms(equation) ?? []);
    this.#plan();
  }

  /** The inputs of which an equation's output is a linear function that is the same in every trip; `null` if it is none. */
  terms(equation: Equation): readonly Atom[] | null {
    const { primitive, inputs } = equation;
    if (isView(equation)) return inputs;
    if (ADDITIVE.has(primitive)) {
      const summands = inputs.filter((atom) => !isZero(atom));
      return summands.every((atom) => atom instanceof Var) ? summands : null;
    }
    if (primitive !== mulPrimitive && primitive !== divPrimitive) return null;
    const varying = inputs.filter((atom) => this.#varying.has(atom));
    return varying.length === 1 && (primitive === mulPrimitive || varying[0] === inputs[0]) ? varying : null;
  }

  kindOf(atom: Atom): SumKind {
    if (this.#products.has(atom)) return "product";
    if (!this.#varying.has(atom)) return "same";
    if (this.#linear.has(atom)) return "linear";
    return this.#fromStacks.has(atom) ? "stack" : "accumulated";
  }

  /** The atoms, and the outputs of equations with any of them, or of these, among the chosen inputs. */
  #closure(atoms: ReadonlySet<Atom>, chosen: (equation: Equation) => readonly Atom[]): Set<Atom> {
    const found = new Set(atoms);
    for (const equation of this.#trip.jaxpr.equations) {
      if (chosen(equation).some((atom) => found.has(atom))) for (const v of equation.outputs) found.add(v);
    }
    return found;
  }

  /** The products that vary and of which the atoms are linear functions. */
  #productsIn(atoms: readonly Atom[]): Equation[] {
    const wanted = new Set(atoms);
    const products: Equation[] = [];
    forEachBackwards(this.#trip.jaxpr.equations, (equation) => {
      const [out] = equation.outputs;
      if (!wanted.has(out!) || !this.#varying.has(out!)) return;
      if (equation.primitive === contractPrimitive) products.push(equation);
      for (const atom of this.terms(equation) ?? []) wanted.add(atom);
    });
    return products;
  }

  /** The products that are larger than what must be stacked for them, the largest first; adds that to the stacks. */
  #worthwhile(): Set<Atom> {
    const { sums, ys, slices, length } = this.#trip;
    const inSums = this.#productsIn(sums);
    const all = [...new Set([...inSums, ...this.#productsIn(ys)])];
    let room = OF_READ * length * total(slices) + OF_SUMS * total(sums);
    const origins = this.#origins();
    const products = new Set<Atom>();
    for (const equation of all.sort((a, b) => size(b.outputs[0]!) - size(a.outputs[0]!))) {
      const operands = equation.inputs.filter((atom) => this.#varying.has(atom));
      const added = new Set(
        operands.map((atom) => origins.get(atom) ?? atom).filter((atom) => !this.#stacks.has(atom)),
      );
      const perTrip = total([...added]);
      const needed = inSums.includes(equation) ? perTrip * length : 0;
      if (perTrip >= size(equation.outputs[0]!) || needed > room) continue;
      room -= needed;
      products.add(equation.outputs[0]!);
      for (const atom of added) this.#stacks.add(atom);
    }
    return products;
  }

  /** For views the array that they are views of, where it is stacked anyway or is not larger. */
  #origins(): Map<Atom, Atom> {
    const origins = new Map<Atom, Atom>();
    for (const equation of this.#trip.jaxpr.equations) {
      if (!isView(equation)) continue;
      const [to, from] = [equation.outputs[0]!, origins.get(equation.inputs[0]!) ?? equation.inputs[0]!];
      if (this.#stacks.has(from) || size(from) <= size(to)) origins.set(to, from);
    }
    return origins;
  }

  /** Whether an equation makes of a stack what is better made of the stack's sum: the same number of elements, or sums of them. */
  #isSumOfStack(equation: Equation): boolean {
    const [[x], [out]] = [equation.inputs, equation.outputs];
    if (!isLight(equation) || !this.#fromStacks.has(x!) || this.#stacks.has(out!)) return false;
    return equation.primitive === reduceSumPrimitive || size(x!) <= size(out!);
  }

  #isEmitted(v: Var): boolean {
    if (this.#trip.slices.includes(v) || !this.#varying.has(v)) return false;
    return this.#stacks.has(v) || !(this.#linear.has(v) || this.#fromStacks.has(v));
  }

  /** Backwards from the outputs: what is computed after the loop, and what the loop gives for it. */
  #plan(): void {
    const { jaxpr, sums, ys } = this.#trip;
    for (const atom of sums) this.asSum.add(atom);
    for (const atom of ys) this.asStack.add(atom);
    forEachBackwards(jaxpr.equations, (equation) => {
      for (const v of equation.outputs) this.#planFor(v, equation);
    });
    for (const v of jaxpr.inputs) this.#planFor(v, null);
  }

  #planFor(v: Var, equation: Equation | null): void {
    const inputs = equation?.inputs ?? [];
    if (this.asSum.has(v)) this.#planSum(v, equation);
    if (this.asStack.has(v)) {
      if (!this.#varying.has(v)) this.asSame.add(v);
      else if (this.#isEmitted(v)) this.emitted.push(v);
      else for (const atom of inputs) this.asStack.add(atom);
    }
    if (this.asSame.has(v)) for (const atom of inputs) this.asSame.add(atom);
  }

  #planSum(v: Var, equation: Equation | null): void {
    const kind = this.kindOf(v);
    if (kind === "accumulated") this.accumulated.push(v);
    else if (kind === "same") this.asSame.add(v);
    else if (kind === "stack") this.asStack.add(v);
    else if (equation && kind === "product") for (const atom of equation.inputs) this.asStack.add(atom);
    else if (equation) {
      const terms = this.terms(equation) ?? [];
      for (const atom of equation.inputs) (terms.includes(atom) ? this.asSum : this.asSame).add(atom);
    }
  }
}
