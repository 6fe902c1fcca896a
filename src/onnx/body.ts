/** A graph in the form that is run: its nodes in order, and only those that its outputs need. */

import type { AttributeProto, GraphProto, NodeProto, TensorProto, ValueInfoProto } from "./model.ts";
import { listed, nodeName, operatorName } from "./names.ts";
import { tensorName } from "./tensors.ts";

/** A node with the graphs that are among its attributes. */
export interface Step {
  readonly node: NodeProto;
  /** The operator's name, with its domain where that isn't the default one. */
  readonly op: string;
  readonly attributes: ReadonlyMap<string, AttributeProto>;
  readonly bodies: ReadonlyMap<string, Body>;
  /** All values that the node needs: its inputs, and what its graphs take from outside. */
  readonly needs: readonly string[];
}

/** A graph. Tensors are its initializers and what its Constant nodes hold. */
export interface Body {
  readonly inputs: readonly ValueInfoProto[];
  readonly outputs: readonly string[];
  readonly steps: readonly Step[];
  readonly tensors: ReadonlyMap<string, TensorProto>;
  /** Which tensors come from Constant nodes. */
  readonly spelled: ReadonlySet<string>;
  /** What the file says of values, which it may say of any. */
  readonly declared: readonly ValueInfoProto[];
  /** The values that it takes from graphs around it. */
  readonly captured: readonly string[];
}

/** The graph with its nodes sorted, without those that `outputs` don't need. */
export function bodyOf(graph: GraphProto, outputs: readonly string[], inside = false): Body {
  if (graph.sparseInitializer.length > 0) {
    const { values } = graph.sparseInitializer[0] ?? {};
    throw new Error(`onnx.load: ${values ? tensorName(values) : "an initializer"} is sparse, which can't be read.`);
  }
  const tensors = new Map<string, TensorProto>();
  for (const tensor of graph.initializer) tensors.set(tensor.name ?? "", tensor);
  const inputs = graph.input.filter(({ name }) => !tensors.has(name ?? ""));
  checkNames(graph, inputs);
  const spelled = new Set<string>();
  const others: NodeProto[] = [];
  for (const node of graph.node) {
    const tensor = operatorName(node) === "Constant" ? constantOf(node) : undefined;
    const [output = ""] = node.output;
    if (tensor) {
      tensors.set(output, tensor);
      spelled.add(output);
    } else others.push(node);
  }
  const steps = needed(inOrder(others.map(stepOf)), outputs);
  const body = { inputs, outputs, steps, tensors, spelled, declared: [...graph.valueInfo, ...graph.output] };
  const captured = freeNames(body);
  if (!inside) checkValues(captured, steps, outputs);
  return { ...body, captured };
}

/** Throws where two nodes, or a node and an input or a tensor, give a value of the same name. */
function checkNames(graph: GraphProto, inputs: readonly ValueInfoProto[]): void {
  const from = new Map<string, string>();
  const declare = (name: string, what: string): void => {
    const other = from.get(name);
    if (other)
      throw new Error(
        `onnx.load: two parts of the graph give the value ${JSON.stringify(name)}: ${other} and ${what}.`,
      );
    from.set(name, what);
  };
  for (const { name } of inputs) declare(name ?? "", "an input");
  for (const { name } of graph.initializer) declare(name ?? "", "an initializer");
  for (const node of graph.node) {
    for (const name of node.output) {
      if (name !== "") declare(name, `the node ${operatorName(node)} ${JSON.stringify(nodeName(node))}`);
    }
  }
}

/** What a Constant node holds, as a tensor of its output's name; `undefined` for what is no tensor of numbers. */
function constantOf(node: NodeProto): TensorProto | undefined {
  const [attribute] = node.attribute;
  if (!attribute) return undefined;
  const { name, t, f = 0, i = 0, floats, ints } = attribute;
  const output = node.output[0] ?? "";
  if (name === "value" && t) return { ...t, name: output };
  if (name === "value_int") return tensorOf(output, [], { int64Data: [i] });
  if (name === "value_ints") return tensorOf(output, [ints.length], { int64Data: ints });
  if (name === "value_float") return tensorOf(output, [], { floatData: [f] });
  if (name === "value_floats") return tensorOf(output, [floats.length], { floatData: floats });
  return undefined;
}

type Numbers = { readonly floatData: readonly number[] } | { readonly int64Data: readonly number[] };

const tensorOf = (name: string, dims: readonly number[], numbers: Numbers): TensorProto => ({
  ...{ name, dims, dataType: "floatData" in numbers ? 1 : 7 },
  ...{ floatData: [], int32Data: [], int64Data: [], doubleData: [], uint64Data: [], externalData: [] },
  ...numbers,
});

function stepOf(node: NodeProto): Step {
  const attributes = new Map<string, AttributeProto>();
  const bodies = new Map<string, Body>();
  for (const attribute of node.attribute) {
    const name = attribute.name ?? "";
    attributes.set(name, attribute);
    const { g } = attribute;
    if (g)
      bodies.set(
        name,
        bodyOf(
          g,
          g.output.map((output) => output.name ?? ""),
          true,
        ),
      );
  }
  const captured = [...bodies.values()].flatMap((body) => body.captured);
  const needs = [...new Set([...node.input, ...captured])].filter((name) => name !== "");
  return { node, op: operatorName(node), attributes, bodies, needs };
}

/** The steps, each after those whose outputs it needs, otherwise in the order of the file. */
function inOrder(steps: readonly Step[]): Step[] {
  const producers = new Map<string, Step>();
  for (const step of steps) for (const name of step.node.output) if (name !== "") producers.set(name, step);
  const state = new Map<Step, "open" | "done">();
  const order: Step[] = [];
  for (const first of steps) {
    const path = [first];
    for (let step = path.at(-1); step; step = path.at(-1)) {
      const isDone = state.get(step) === "done";
      const before = isDone ? undefined : unfinished(step, producers, state);
      if (before && state.get(before) === "open") failCycle(path.slice(path.indexOf(before)));
      if (before) {
        path.push(before);
        continue;
      }
      if (!isDone) order.push(step);
      state.set(step, "done");
      path.pop();
    }
  }
  return order;
}

/** A step whose output `step` needs, and which isn't in order yet. A step that needs itself is open. */
function unfinished(
  step: Step,
  producers: ReadonlyMap<string, Step>,
  state: Map<Step, "open" | "done">,
): Step | undefined {
  state.set(step, "open");
  for (const name of step.needs) {
    const producer = producers.get(name);
    if (producer && state.get(producer) !== "done") return producer;
  }
  return undefined;
}

function failCycle(steps: readonly Step[]): never {
  const names = steps.map(({ op, node }) => `${op} ${JSON.stringify(nodeName(node))}`);
  throw new Error(`onnx.load: the graph has a cycle: ${names.slice(0, 12).join(" needs ")} needs ${names[0]}.`);
}

/** The steps on which the outputs depend. */
function needed(steps: readonly Step[], outputs: readonly string[]): Step[] {
  const wanted = new Set(outputs);
  const kept: Step[] = [];
  for (const step of [...steps].reverse()) {
    if (!step.node.output.some((name) => name !== "" && wanted.has(name))) continue;
    kept.push(step);
    for (const name of step.needs) wanted.add(name);
  }
  return kept.reverse();
}

/** The names that a graph uses and doesn't define. */
function freeNames({ inputs, outputs, steps, tensors }: Omit<Body, "captured">): string[] {
  const defined = new Set([...inputs.map(({ name }) => name ?? ""), ...tensors.keys()]);
  for (const { node } of steps) for (const name of node.output) defined.add(name);
  const used = [...steps.flatMap(({ needs }) => needs), ...outputs];
  return [...new Set(used)].filter((name) => name !== "" && !defined.has(name));
}

/** Throws where nothing gives a value, naming the nodes that need it. */
function checkValues(missing: readonly string[], steps: readonly Step[], outputs: readonly string[]): void {
  if (missing.length === 0) return;
  const parts = missing.slice(0, 8).map((name) => {
    const users = steps.filter(({ needs }) => needs.includes(name)).slice(0, 3);
    const by = users.map(({ op, node }) => `${op} ${JSON.stringify(nodeName(node))}`);
    if (outputs.includes(name)) by.push("the graph's outputs");
    return `${JSON.stringify(name)} (needed by ${by.join(", ")})`;
  });
  throw new Error(
    `onnx.load: no input, no initializer and no node gives ${parts.join(", ")}${missing.length > 8 ? ", ..." : ""}.`,
  );
}

/** All steps of a graph and of the graphs inside of it. */
export const allSteps = (body: Body): Step[] =>
  body.steps.flatMap((step) => [step, ...[...step.bodies.values()].flatMap(allSteps)]);

/** Throws unless every operator is known; all that aren't are one error, with what can be had without them. */
export function checkOperators(graph: GraphProto, body: Body, known: (op: string) => boolean): void {
  const unknown = (of: Body): string[] =>
    [...new Set(allSteps(of).map(({ op }) => op))].filter((op) => !known(op)).sort();
  const missing = unknown(body);
  if (missing.length === 0) return;
  const possible =
    body.outputs.length > 1 ? body.outputs.filter((name) => unknown(bodyOf(graph, [name])).length === 0) : [];
  const hint = possible.length > 0 ? `; without them {outputs: [${listed(possible)}]} can be had` : "";
  throw new Error(`onnx.load: can't compute the operators ${missing.join(", ")}${hint}.`);
}
