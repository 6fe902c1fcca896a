/**
 * Chains of products in their cheapest order. A method that pushes a rank-one direction through a layer, or multiplies two
 * Jacobians of a dense layer, says `(a b) c` where `a (b c)` never makes the large array; here every tree of contractions
 * in a kernel's program becomes one product of many operands, whose order is searched for.
 */
import { type Atom, type ClosedJaxpr, Environment, type Equation, type Jaxpr, Var } from "../ir/jaxpr.ts";
import type { NDArray } from "../ir/ndarray.ts";
import type { ContractParams, Window } from "../ir/primitive.ts";
import { bind } from "../ir/trace.ts";
import { contractPrimitive, effectiveLabels, renameWindow } from "../lax/products/contract.ts";
import { contractMany, costsOf, type Product } from "../lax/products/contract-many.ts";
import type { ContractionTree } from "../lax/products/order.ts";
import type { WindowedOperand } from "../lax/products/unfold.ts";

/** With more operands than this a chain is cut, so that the search stays short. */
const MAX_OPERANDS = 6;
/** A new order must be better by this factor, or the program stays as it is. */
const MARGIN = 0.9;

const isContraction = ({ primitive }: Equation): boolean => primitive === contractPrimitive;
const paramsOf = (equation: Equation): ContractParams => equation.params as ContractParams;

/** Contractions whose products only one other tree of contractions reads; each maps to the root of that tree. */
function findRoots({ equations, outputs }: Jaxpr): Map<Equation, Equation> {
  const rootOf = new Map<Equation, Equation>();
  const readers = new Map<Atom, Set<Equation | null>>();
  const read = (atom: Atom, by: Equation | null): void => {
    readers.set(atom, (readers.get(atom) ?? new Set()).add(by));
  };
  for (const atom of outputs) read(atom, null);
  for (let i = equations.length - 1; i >= 0; i--) {
    const equation = equations[i]!;
    if (isContraction(equation)) {
      const [root, ...others] = readers.get(equation.outputs[0]!) ?? [null];
      rootOf.set(equation, root && others.length === 0 ? root : equation);
    }
    // A window slides over an array that exists.
    const slides = isContraction(equation) && paramsOf(equation).windows.length > 0;
    equation.inputs.forEach((atom, k) => {
      read(atom, isContraction(equation) && !(slides && k === 0) ? rootOf.get(equation)! : null);
    });
  }
  return rootOf;
}

/** A contraction's operands and those of the contractions in it, in labels of their own. */
class Flattening {
  readonly operands: (WindowedOperand & { readonly atom: Atom })[] = [];
  readonly sizes: number[] = [];

  constructor(
    readonly inner: (atom: Atom) => Equation | undefined,
    readonly read: (atom: Atom) => NDArray,
  ) {}

  /** Adds an equation whose output has the given labels. */
  add({ inputs, ...equation }: Equation, out: readonly number[]): ContractionTree {
    const { lhs, rhs, out: own, sizes, windows } = equation.params as ContractParams;
    const renamed = new Map(own.map((label, i) => [label, out[i]!]));
    const rename = (label: number): number => {
      const known = renamed.get(label);
      if (known !== undefined) return known;
      const fresh = this.sizes.push(sizes[label]!) - 1;
      renamed.set(label, fresh);
      return fresh;
    };
    const slid = windows.map((w) => renameWindow(w, rename));
    return [this.#operand(inputs[0]!, lhs.map(rename), slid), this.#operand(inputs[1]!, rhs.map(rename), [])];
  }

  #operand(atom: Atom, labels: readonly number[], windows: readonly Window[]): ContractionTree {
    const inside = windows.length === 0 ? this.inner(atom) : undefined;
    if (inside) return this.add(inside, labels);
    return this.operands.push({ atom, array: this.read(atom), labels, windows }) - 1;
  }
}

/** Whether a product of the operands, each in itself, can be formed at all. */
const wellFormed = ({ operands }: Product): boolean =>
  operands.every(({ labels, windows }) => {
    const effective = effectiveLabels(labels, windows);
    return new Set(effective).size === effective.length;
  });

/** The root's product of many operands, if another order than the given one is cheaper. */
function reordered(
  root: Equation,
  inner: (atom: Atom) => Equation | undefined,
  read: (atom: Atom) => NDArray,
): Product | null {
  const flat = new Flattening(inner, read);
  const out = root.outputs[0]!.aval.shape.map((n) => flat.sizes.push(n) - 1);
  const tree = flat.add(root, out);
  const product = { operands: flat.operands, out, sizes: flat.sizes };
  if (flat.operands.length < 3 || flat.operands.length > MAX_OPERANDS || !wellFormed(product)) return null;
  const { best, given } = costsOf(product, tree);
  return best < MARGIN * given ? product : null;
}

/** Runs a program through `bind`, like `evalJaxpr`, with its contractions in their cheapest order. */
export function evalReassociated({ jaxpr, consts }: ClosedJaxpr): NDArray[] {
  const env = new Environment<NDArray>((literal) => literal.array);
  env.writeAll(jaxpr.constVars, consts);
  const producer = new Map<Atom, Equation>(jaxpr.equations.flatMap((e) => e.outputs.map((v) => [v, e] as const)));
  const rootOf = findRoots(jaxpr);
  const isInner = (equation: Equation): boolean => (rootOf.get(equation) ?? equation) !== equation;
  const apply = (equation: Equation): void => {
    const { primitive, inputs, params, outputs } = equation;
    const values = inputs.map(read);
    env.writeAll(outputs, bind(primitive, values, params));
  };
  // An inner contraction is computed when somebody does need its product.
  const read = (atom: Atom): NDArray => {
    if (atom instanceof Var && !env.has(atom)) apply(producer.get(atom)!);
    return env.read(atom);
  };
  const inner = (atom: Atom): Equation | undefined => {
    const equation = producer.get(atom);
    return equation && isInner(equation) ? equation : undefined;
  };
  for (const equation of jaxpr.equations) {
    if (isInner(equation)) continue;
    const product = isContraction(equation) ? reordered(equation, inner, read) : null;
    if (product) env.writeAll(equation.outputs, [contractMany(product)]);
    else apply(equation);
  }
  return jaxpr.outputs.map(read);
}
