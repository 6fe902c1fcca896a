/** The intermediate representation: a flat list of equations over typed variables. */
import { type Aval, frozenAval, sameAval } from "./aval.ts";
import { type HostArray, type NDArray, scalar } from "./ndarray.ts";
import type { Primitive } from "./primitive.ts";

let variables = 0;

/** A variable: assigned once, by an input, a constant or an equation. */
export class Var {
  readonly id = variables++;
  readonly aval: Aval;
  constructor(aval: Aval) {
    this.aval = frozenAval(aval);
  }
}

/** A 0-dimensional constant that stands in the program itself. */
export class Literal {
  /** @internal */
  readonly array: HostArray;
  readonly aval: Aval;
  constructor(
    readonly value: number,
    { dtype, weak }: Aval,
  ) {
    this.array = scalar(value, dtype, weak);
    this.aval = this.array.aval;
  }
}

export type Atom = Var | Literal;

/** `outputs = primitive[params](inputs)`. */
export interface Equation<Params = unknown> {
  readonly primitive: Primitive<Params>;
  readonly inputs: readonly Atom[];
  readonly params: Params;
  readonly outputs: readonly Var[];
}

/** A program. `constVars` are bound to arrays that the traced function closed over. */
export interface Jaxpr {
  readonly constVars: readonly Var[];
  readonly inputs: readonly Var[];
  readonly equations: readonly Equation[];
  readonly outputs: readonly Atom[];
}

export const isJaxpr = (x: unknown): x is Jaxpr => typeof x === "object" && x !== null && Object.hasOwn(x, "equations");

/** The equation with each of the programs in its parameters replaced. */
export function mapPrograms(equation: Equation, fn: (program: Jaxpr) => Jaxpr): Equation {
  const { params } = equation;
  if (typeof params !== "object" || params === null || !Object.values(params).flat().some(isJaxpr)) return equation;
  const replace = (x: unknown): unknown => (isJaxpr(x) ? fn(x) : Array.isArray(x) ? x.map(replace) : x);
  return { ...equation, params: Object.fromEntries(Object.entries(params).map(([key, x]) => [key, replace(x)])) };
}

/** A program with the values of its constants. */
export interface ClosedJaxpr {
  readonly jaxpr: Jaxpr;
  readonly consts: readonly NDArray[];
}

export const inputAvals = (jaxpr: Jaxpr): Aval[] => jaxpr.inputs.map((v) => v.aval);
export const outputAvals = (jaxpr: Jaxpr): Aval[] => jaxpr.outputs.map((a) => a.aval);

/** The values of a program's variables while an interpreter walks its equations. */
export class Environment<Value> {
  readonly #values = new Map<Var, Value>();
  readonly #ofLiteral: (literal: Literal) => Value;

  constructor(ofLiteral: (literal: Literal) => Value) {
    this.#ofLiteral = ofLiteral;
  }

  read(atom: Atom): Value {
    if (atom instanceof Literal) return this.#ofLiteral(atom);
    const value = this.#values.get(atom);
    if (value === undefined) throw new Error("internal: a variable is read before it is written");
    return value;
  }

  write(variable: Var, value: Value): void {
    this.#values.set(variable, value);
  }

  has(variable: Var): boolean {
    return this.#values.has(variable);
  }

  writeAll(variables: readonly Var[], values: readonly Value[]): void {
    variables.forEach((v, i) => {
      this.write(v, values[i]!);
    });
  }
}

/** Throws when a program breaks the IR's rules: single assignment, definition before use, avals as the rules say. */
export function checkJaxpr(jaxpr: Jaxpr): void {
  const defined = new Set<Var>([...jaxpr.constVars, ...jaxpr.inputs]);
  const use = (atom: Atom, where: string): void => {
    if (atom instanceof Var && !defined.has(atom)) throw new Error(`checkJaxpr: undefined variable in ${where}`);
  };
  for (const { primitive, inputs, params, outputs } of jaxpr.equations) {
    for (const input of inputs) use(input, primitive.name);
    const avals = primitive.aval(
      inputs.map((a) => a.aval),
      params,
    );
    outputs.forEach((out, i) => {
      if (defined.has(out)) throw new Error(`checkJaxpr: ${primitive.name} assigns a variable twice`);
      if (!sameAval(out.aval, avals[i]!)) throw new Error(`checkJaxpr: wrong type of ${primitive.name}'s output`);
      defined.add(out);
    });
  }
  for (const output of jaxpr.outputs) use(output, "the outputs");
}
