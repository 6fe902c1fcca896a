/** Fusion: which elementwise equations run as one kernel, so that what is between them never goes to memory. */
import { type Shape, sameShape, sizeOf } from "../base/shapes.ts";
import { type Atom, type Equation, type Jaxpr, Var } from "../ir/jaxpr.ts";
import type { Target } from "./target.ts";

/** Equations that run together: any number of elementwise ones of one shape, or a single other one. */
export interface Fusion {
  readonly elementwise: boolean;
  readonly equations: Equation[];
  /** Its place in the order of execution. */
  readonly start: number;
}

interface Group extends Fusion {
  readonly shape: Shape;
  /** What takes a register: variables, and the program's numbers. */
  readonly values: Set<Var | string>;
}

function valuesOf({ inputs, outputs }: Equation): (Var | string)[] {
  return [...inputs.map((a) => (a instanceof Var ? a : `${a.value}:${a.aval.dtype}`)), ...outputs];
}

/** How often each variable is read. */
export function countUses({ equations, outputs }: Jaxpr): Map<Var, number> {
  const uses = new Map<Var, number>();
  for (const atom of [...equations.flatMap((equation) => equation.inputs), ...outputs]) {
    if (atom instanceof Var) uses.set(atom, (uses.get(atom) ?? 0) + 1);
  }
  return uses;
}

/** How many arrays equations that run together read and write, where `uses` counts what reads a variable anywhere. */
function buffersOf(equations: readonly Equation[], uses: ReadonlyMap<Var, number>): number {
  const made = new Set(equations.flatMap((equation) => equation.outputs));
  const inside = new Map<Var, number>();
  for (const atom of equations.flatMap((equation) => equation.inputs)) {
    if (atom instanceof Var) inside.set(atom, (inside.get(atom) ?? 0) + 1);
  }
  const read = [...inside.keys()].filter((v) => !made.has(v));
  const written = [...made].filter((v) => (uses.get(v) ?? 0) > (inside.get(v) ?? 0));
  return read.length + written.length;
}

const outputShape = (equation: Equation): Shape => equation.outputs[0]!.aval.shape;

/** Whether a device can run equations with so many values as one program. */
function fitsInto(jaxpr: Jaxpr, { maxValues, maxBuffers }: Target) {
  const uses = maxBuffers === Number.POSITIVE_INFINITY ? undefined : countUses(jaxpr);
  return (values: number, equations: readonly Equation[]): boolean =>
    values <= maxValues && (uses === undefined || buffersOf(equations, uses) <= maxBuffers);
}

/**
 * Groups the elementwise equations. A kernel runs at the place of its first equation, so that an equation can join the
 * kernel of an operand only if all its other operands exist before that place.
 */
export function fuse(jaxpr: Jaxpr, target: Target): Fusion[] {
  const fits = fitsInto(jaxpr, target);
  const kernels: Fusion[] = [];
  const groupOf = new Map<Var, Group>();
  const startOf = new Map<Var, number>();
  for (const v of [...jaxpr.constVars, ...jaxpr.inputs]) startOf.set(v, -1);

  const joinable = (equation: Equation, variables: readonly Var[]): Group | undefined => {
    const candidates = variables.flatMap((v) => groupOf.get(v) ?? []).sort((a, b) => b.start - a.start);
    const group = candidates[0];
    if (!group || !sameShape(group.shape, outputShape(equation))) return undefined;
    const early = variables.every((v) => groupOf.get(v) === group || startOf.get(v)! < group.start);
    const added = valuesOf(equation).filter((v) => !group.values.has(v)).length;
    return early && fits(group.values.size + added, [...group.equations, equation]) ? group : undefined;
  };

  for (const equation of jaxpr.equations) {
    const variables = equation.inputs.filter((a) => a instanceof Var);
    const { kind } = equation.primitive.lowering;
    if (kind !== "map") {
      // A constant is there from the beginning, a view as soon as its operand; any other kernel takes the next place.
      const operands = variables.reduce((last, v) => Math.max(last, startOf.get(v)!), -1);
      const start = kind === "constant" ? -1 : kind === "view" ? Math.floor(operands) + 0.5 : kernels.length;
      kernels.push({ elementwise: false, equations: [equation], start });
      for (const v of equation.outputs) startOf.set(v, start);
      continue;
    }
    let group = joinable(equation, variables);
    if (!group) {
      group = {
        elementwise: true,
        equations: [],
        start: kernels.length,
        shape: outputShape(equation),
        values: new Set(),
      };
      kernels.push(group);
    }
    group.equations.push(equation);
    for (const v of valuesOf(equation)) group.values.add(v);
    for (const v of equation.outputs) {
      groupOf.set(v, group);
      startOf.set(v, group.start);
    }
  }
  return sink(jaxpr, kernels, groupOf, fits).sort((a, b) => a.start - b.start);
}

/** How many elements a variable has in memory: a repeated one has those that are repeated. */
function elementsOf({ equations }: Jaxpr): (v: Var) => number {
  const viewed = new Map<Var, number>();
  const elements = (v: Var): number => viewed.get(v) ?? sizeOf(v.aval.shape);
  for (const { primitive, inputs, outputs } of equations) {
    const [source] = inputs;
    if (primitive.lowering.kind !== "view" || !(source instanceof Var)) continue;
    for (const v of outputs) viewed.set(v, Math.min(sizeOf(v.aval.shape), elements(source)));
  }
  return elements;
}

/**
 * Moves a kernel whose results only one later kernel reads into that one, so that they never pass through memory; unless
 * it has several operands as large as they are, which would have to be kept till then and are not anyway.
 */
function sink(
  jaxpr: Jaxpr,
  kernels: readonly Fusion[],
  groupOf: ReadonlyMap<Var, Group>,
  fits: ReturnType<typeof fitsInto>,
): Fusion[] {
  const elements = elementsOf(jaxpr);
  const readers = new Map<unknown, Set<Group | undefined>>(jaxpr.outputs.map((v) => [v, new Set([undefined])]));
  for (const { inputs, outputs } of jaxpr.equations) {
    for (const v of inputs) readers.set(v, (readers.get(v) ?? new Set()).add(groupOf.get(outputs[0]!)));
  }
  const sunk = new Set<Fusion>();
  // In the order of execution, so that a reader is still there when its operands are looked at.
  for (const group of new Set(groupOf.values())) {
    const own = new Set(group.equations.flatMap((e) => e.outputs));
    const results = [...own].filter((v) => [...(readers.get(v) ?? [])].some((reader) => reader !== group));
    const [into, ...others] = new Set(
      results.flatMap((v) => [...readers.get(v)!].filter((reader) => reader !== group)),
    );
    if (!into || others.length > 0 || !sameShape(into.shape, group.shape)) continue;
    const shared = new Set<unknown>(into.equations.flatMap((e) => e.inputs));
    const operands = new Set(
      group.equations.flatMap((e) => e.inputs.filter((a) => a instanceof Var && !own.has(a) && !shared.has(a))),
    );
    const sum = (list: Iterable<Atom>): number => [...list].reduce((n, v) => n + elements(v as Var), 0);
    const values = new Set([...into.values, ...group.values]);
    if (!fits(values.size, [...group.equations, ...into.equations])) continue;
    if (sum(operands) >= 2 * sum(results)) continue;
    into.equations.unshift(...group.equations);
    for (const v of values) into.values.add(v);
    sunk.add(group);
  }
  return kernels.filter((kernel) => !sunk.has(kernel));
}
