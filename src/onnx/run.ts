/**
 * Runs a graph. What depends on constants and shapes only is *known*: it is computed at once, also while a function is
 * traced, so that shapes may be computed in the graph.
 */
import { sizeOf } from "../base/shapes.ts";
import { deviceNamed, inScope } from "../device/device.ts";
import { outputAvals } from "../ir/jaxpr.ts";
import { HostArray, NDArray } from "../ir/ndarray.ts";
import { evalJaxpr, traceToJaxpr, untraced } from "../ir/trace.ts";
import type { Body, Step } from "./body.ts";
import { elements, View } from "./node.ts";
import type { Operators } from "./operator.ts";
import type { Constant } from "./tensors.ts";
import type { FloatType } from "./types.ts";

/** A graph with the values of all of its tensors that aren't parameters. */
export interface Program {
  readonly body: Body;
  readonly constants: ReadonlyMap<Body, ReadonlyMap<string, Constant>>;
  readonly operators: Operators;
  readonly opset: number;
  readonly float: FloatType;
  /** The element types of values, as far as the file tells them. */
  readonly types: ReadonlyMap<string, string>;
}

/** What is larger is part of the computation, and isn't done while tracing. */
const MOST_KNOWN = 2 ** 20;

/** Operators whose outputs depend on their input's shape alone. */
const OF_SHAPES = ["Shape", "Size"];

/** Operators that give elements as they are, and so the nearest int32 for a larger integer: of their first input, or of all. */
const MOVE_FIRST = [
  "Expand",
  "Flatten",
  "Gather",
  "Identity",
  "Reshape",
  "Slice",
  "Split",
  "Squeeze",
  "Transpose",
  "Unsqueeze",
];
const MOVE_ALL = ["Clip", "Concat", "Max", "Min", "Where"];
const INTEGER_TYPES = [6, 7];

/** The values of a graph by their names, and of those around it. */
class Scope {
  readonly #values = new Map<string, NDArray>();
  readonly #outer: Scope | undefined;

  constructor(outer?: Scope) {
    this.#outer = outer;
  }

  read(name: string): NDArray {
    const value = this.#values.get(name);
    if (value) return value;
    if (!this.#outer) throw new Error(`onnx: the graph has no value ${JSON.stringify(name)}.`);
    return this.#outer.read(name);
  }

  write(name: string, value: NDArray): void {
    this.#values.set(name, value);
  }

  forget(name: string): void {
    this.#values.delete(name);
  }
}

/** The outputs of a program for the values of its parameters and inputs. `fn` is what errors call the function. */
export function run(fn: string, program: Program, values: ReadonlyMap<string, NDArray>): NDArray[] {
  const scope = new Scope();
  for (const [name, value] of values) scope.write(name, value);
  return new Run(fn, program).body(program.body, scope);
}

class Run {
  readonly #fn: string;
  readonly #program: Program;
  /** The arrays that depend on constants and shapes only. */
  readonly #known = new WeakSet<NDArray>();
  /** Those among them that stand for integers beyond int32; the integers themselves where they weren't moved. */
  readonly #wide = new WeakMap<NDArray, readonly number[] | null>();

  constructor(fn: string, program: Program) {
    this.#fn = fn;
    this.#program = program;
  }

  body(body: Body, scope: Scope): NDArray[] {
    for (const [name, { array, wide }] of this.#program.constants.get(body) ?? []) {
      scope.write(name, array);
      this.#known.add(array);
      if (wide) this.#wide.set(array, wide);
    }
    const lastUses = lastUsesOf(body);
    for (const step of body.steps) {
      this.#step(step, scope);
      for (const name of lastUses.get(step) ?? []) scope.forget(name);
    }
    return body.outputs.map((name) => scope.read(name));
  }

  #step(step: Step, scope: Scope): void {
    const inputs = step.node.input.map((name) => (name === "" ? undefined : scope.read(name)));
    const view = new View(step, inputs, {
      fn: this.#fn,
      opset: this.#program.opset,
      float: this.#program.float,
      numbers: (x) => this.#numbers(x),
      typeOf: (name) => this.#program.types.get(name),
      run: ({ bodies }, attribute) => {
        const inner = bodies.get(attribute);
        return inner ? this.body(inner, new Scope(scope)) : [];
      },
    });
    const isWide = (x: NDArray | undefined): boolean => x !== undefined && this.#wide.has(x);
    if (inputs.some(isWide) && !takesWide(step)) view.fail("an integer among its inputs doesn't fit into int32");
    const staysWide = isWide(inputs[0]) || (MOVE_ALL.includes(step.op) && inputs.some(isWide));
    const outputs = this.#outputs(step, view, inputs);
    for (const [i, name] of step.node.output.entries()) {
      const output = outputs[i];
      if (name === "") continue;
      if (!output) throw view.failure(`its output ${i} (${JSON.stringify(name)}) isn't computed`);
      if (staysWide && this.#known.has(output)) this.#wide.set(output, null);
      scope.write(name, output);
    }
  }

  #outputs(step: Step, view: View, inputs: readonly (NDArray | undefined)[]): readonly NDArray[] {
    const apply = (): readonly NDArray[] => {
      const operator = this.#program.operators[step.op];
      const result = operator ? operator(view, inputs) : view.fail("there is no such operator");
      return result instanceof NDArray ? [result] : result;
    };
    try {
      const isKnown = inputs.every((x) => x === undefined || this.#known.has(x));
      if (step.bodies.size > 0 || !(isKnown || OF_SHAPES.includes(step.op))) return apply();
      return this.#fold(apply);
    } catch (error) {
      throw view.explained(error);
    }
  }

  /** What a function of known arrays gives, computed at once where it is small: first it is only looked at. */
  #fold(apply: () => readonly NDArray[]): readonly NDArray[] {
    const cpu = deviceNamed("onnx", "cpu");
    const program = untraced(() => traceToJaxpr(apply, []));
    const size = outputAvals(program.jaxpr).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    if (size > MOST_KNOWN) return evalJaxpr(program, []);
    const outputs = untraced(() => inScope(cpu, () => evalJaxpr(program, []))[0]);
    for (const output of outputs) this.#known.add(output);
    return outputs;
  }

  #numbers(x: NDArray): readonly number[] | undefined {
    if (!this.#known.has(x) || !(x instanceof HostArray)) return undefined;
    return this.#wide.get(x) ?? elements(x);
  }
}

function takesWide({ op, attributes }: Step): boolean {
  return (
    MOVE_FIRST.includes(op) ||
    MOVE_ALL.includes(op) ||
    (op === "Cast" && INTEGER_TYPES.includes(attributes.get("to")?.i ?? 0))
  );
}

/** For each step the values that nothing after it needs. */
function lastUsesOf({ steps, outputs }: Body): Map<Step, string[]> {
  const computed = new Set(steps.flatMap(({ node }) => node.output));
  const seen = new Set(outputs);
  const last = new Map<Step, string[]>();
  for (const step of [...steps].reverse()) {
    const names = [...step.needs, ...step.node.output].filter((name) => computed.has(name) && !seen.has(name));
    for (const name of names) seen.add(name);
    if (names.length > 0) last.set(step, names);
  }
  return last;
}
