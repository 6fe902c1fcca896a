/**
 * A loop run backwards, and what is left for after its last trip. The cotangent of a constant is a sum over trips; where its
 * terms are products of two values of the trip, the loop stacks the two, and one product over all trips takes the place of a
 * product and an addition to an array as large as the constant in each trip. Products in the cotangents of slices are formed
 * from stacks as well, all at once.
 */
import { inserted } from "../base/shapes.ts";
import { withoutDeadCode } from "../ir/dead-code.ts";
import { type Atom, type ClosedJaxpr, type Equation, type Jaxpr, Literal, Var } from "../ir/jaxpr.ts";
import type { NDArray } from "../ir/ndarray.ts";
import type { BatchAxis, ContractParams } from "../ir/primitive.ts";
import { bind, bind1 } from "../ir/trace.ts";
import { mul } from "../lax/arithmetic.ts";
import { zerosLike } from "../lax/create.ts";
import { addPrimitive } from "../lax/elementwise.ts";
import { contract } from "../lax/products/contract.ts";
import { batchToFront, reduceSum } from "../lax/shape.ts";
import { parts } from "./bodies.ts";
import { exposing, opened } from "./open-calls.ts";
import { TripProducts } from "./trip-products.ts";

/** The program of one trip: `[...fixed, ...carry, ...slices]` to `[...terms of the sums, ...carry, ...ys]`. */
export interface BackwardTrip {
  readonly program: ClosedJaxpr;
  readonly sums: number;
  readonly carries: number;
  readonly length: number;
}

interface Given {
  readonly fixed: readonly NDArray[];
  readonly carry: readonly NDArray[];
  readonly slices: readonly NDArray[];
}

/** A body `[...fixed, ...sums, ...carry, ...slices]` to `[...sums, ...carry, ...ys]`. */
interface Body {
  readonly program: ClosedJaxpr;
  readonly carries: number;
}

/** All trips' values side by side; without an axis where they are the same. */
interface Stack {
  readonly value: NDArray;
  readonly axis: BatchAxis;
}

type Values = readonly (readonly [Atom, NDArray])[];

const zip = (atoms: readonly Atom[], values: readonly NDArray[]): Values => atoms.map((atom, i) => [atom, values[i]!]);

/** For values of a trip the sums that a trip begins with, and the equations that add to them. */
function adding(accumulated: readonly Var[]): { starts: Var[]; additions: Equation[] } {
  const starts = accumulated.map((v) => new Var(v.aval));
  const additions = accumulated.map((v, i): Equation => {
    return {
      primitive: addPrimitive as Equation["primitive"],
      inputs: [starts[i]!, v],
      params: null,
      outputs: [new Var(v.aval)],
    };
  });
  return { starts, additions };
}

/** Runs a loop backwards: the sums over its trips, the last carry and the stacked ys. */
export function runBackwards(
  { program, sums, carries, length }: BackwardTrip,
  { fixed, carry, slices }: Given,
  run: (body: Body, inputs: NDArray[]) => NDArray[],
): NDArray[] {
  const { jaxpr: closed, consts } = program;
  const jaxpr = opened(closed);
  const [terms, , ys] = parts(jaxpr.outputs, sums, carries);
  const [fixedVars, carryVars, sliceVars] = parts(jaxpr.inputs, fixed.length, carries);
  const varying = [...carryVars, ...sliceVars];
  const plan = new TripProducts({ jaxpr, slices: sliceVars, varying, sums: terms, ys, length });
  const names = new Map<Atom, Var>();
  const equations = exposing(closed.equations, new Set([...plan.accumulated, ...plan.emitted]), names);
  const [accumulated, emitted] = [plan.accumulated, plan.emitted].map((list) => list.map((v) => names.get(v) ?? v));
  const { starts, additions } = adding(accumulated!);
  const nextCarry = closed.outputs.slice(sums, sums + carries);
  const outputs = [...additions.map((e) => e.outputs[0]!), ...nextCarry, ...emitted!];
  const body: Jaxpr = {
    ...closed,
    inputs: [...fixedVars, ...starts, ...varying],
    equations: withoutDeadCode([...equations, ...additions], outputs),
    outputs,
  };
  const start = starts.map((v) => zerosLike(v.aval));
  const outs = run({ program: { jaxpr: body, consts }, carries: starts.length + carries }, [
    ...fixed,
    ...start,
    ...carry,
    ...slices,
  ]);
  const [totals, last, stacks] = parts(outs, starts.length, carries);
  const after = new AfterLoop(plan, length, {
    same: [...zip(jaxpr.constVars, consts), ...zip(fixedVars, fixed)],
    stacks: [...zip(sliceVars, slices), ...zip(plan.emitted, stacks)],
    sums: zip(plan.accumulated, totals),
  });
  after.evaluate(jaxpr);
  return [...terms.map((atom) => after.sumOf(atom)), ...last, ...ys.map((atom) => after.stackOf(atom))];
}

/** What is computed after the loop: sums over its trips, all trips side by side, and what is the same in every trip. */
class AfterLoop {
  readonly #same: Map<Atom, NDArray>;
  readonly #stacks: Map<Atom, Stack>;
  readonly #sums: Map<Atom, NDArray>;

  constructor(
    readonly plan: TripProducts,
    readonly length: number,
    { same, stacks, sums }: { readonly [name in "same" | "stacks" | "sums"]: Values },
  ) {
    this.#same = new Map(same);
    this.#stacks = new Map(stacks.map(([atom, value]) => [atom, { value, axis: 0 }]));
    this.#sums = new Map(sums);
  }

  evaluate({ inputs, equations }: Jaxpr): void {
    for (const v of inputs) if (this.plan.asSum.has(v)) this.#addUp(v, null);
    for (const equation of equations) {
      const [out] = equation.outputs;
      if (equation.outputs.some((v) => this.plan.asSame.has(v))) this.#repeat(equation);
      if (this.plan.asStack.has(out!) && !this.#stacks.has(out!) && !this.#same.has(out!)) this.#stack(equation);
      // A loop or branch in the trip has several outputs, any of which may be stacked to be added up.
      for (const v of equation.outputs) if (this.plan.asSum.has(v)) this.#addUp(v, equation);
    }
  }

  /** The sum over all trips. */
  sumOf(atom: Atom): NDArray {
    return this.#sums.get(atom) ?? this.#times(atom);
  }

  /** All trips' values along a first axis. */
  stackOf(atom: Atom): NDArray {
    const { value, axis } = this.#stackOf(atom);
    return batchToFront(value, axis, this.length);
  }

  #sameOf(atom: Atom): NDArray {
    return atom instanceof Literal ? atom.array : this.#same.get(atom)!;
  }

  #stackOf(atom: Atom): Stack {
    return this.#stacks.get(atom) ?? { value: this.#sameOf(atom), axis: null };
  }

  #times(atom: Atom): NDArray {
    const value = this.#sameOf(atom);
    return this.length === 0 ? zerosLike(value) : mul(value, this.length);
  }

  #repeat({ primitive, inputs, params, outputs }: Equation): void {
    const values = bind(
      primitive,
      inputs.map((atom) => this.#sameOf(atom)),
      params,
    );
    outputs.forEach((v, i) => {
      this.#same.set(v, values[i]!);
    });
  }

  #stack({ primitive, inputs, params, outputs }: Equation): void {
    const operands = inputs.map((atom) => this.#stackOf(atom));
    const [values, axes] = primitive.batch(
      operands.map(({ value }) => value),
      operands.map(({ axis }) => axis),
      params,
    );
    this.#stacks.set(outputs[0]!, { value: values[0]!, axis: axes[0]! });
  }

  #addUp(v: Var, equation: Equation | null): void {
    const kind = this.plan.kindOf(v);
    if (kind === "stack") {
      const { value, axis } = this.#stackOf(v);
      this.#sums.set(v, reduceSum(value, { axes: [axis!] }));
    } else if (equation && kind === "product") this.#sums.set(v, this.#product(equation));
    else if (equation && kind === "linear") {
      const { primitive, inputs, params } = equation;
      const terms = this.plan.terms(equation)!;
      const values = inputs.map((atom) => (terms.includes(atom) ? this.sumOf(atom) : this.#sameOf(atom)));
      this.#sums.set(v, bind1(primitive, values, params));
    }
  }

  /** The sum over trips of a product: the trips are one more label to sum over. */
  #product({ inputs, params }: Equation): NDArray {
    const given = params as ContractParams;
    const [lhs, rhs] = inputs.map((atom) => this.#stackOf(atom)) as [Stack, Stack];
    if (lhs.axis === null || rhs.axis === null) {
      const [x, y] = [lhs, rhs].map(({ value, axis }) => (axis === null ? value : reduceSum(value, { axes: [axis] })));
      return contract(x!, y!, given);
    }
    const trip = given.sizes.length;
    return contract(lhs.value, rhs.value, {
      ...given,
      lhs: inserted(given.lhs, lhs.axis, trip),
      rhs: inserted(given.rhs, rhs.axis, trip),
      sizes: [...given.sizes, this.length],
    });
  }
}
