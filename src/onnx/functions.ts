/** The functions that a file defines for itself, written out in the place of the nodes that call them. */

import type { AttributeProto, FunctionProto, GraphProto, ModelProto, NodeProto } from "./model.ts";
import { DEFAULT_DOMAIN, domainOf, nodeName } from "./names.ts";

/** Functions call functions; what is deeper than this, or larger, is no network. */
const MAX_DEPTH = 32;
const MAX_NODES = 100_000;

const keyOf = (domain: string | undefined, name: string | undefined, overload: string | undefined): string =>
  JSON.stringify([domainOf(domain), name ?? "", overload ?? ""]);

/** The attributes of a function's caller, by name. */
type Given = ReadonlyMap<string, AttributeProto>;

type Rename = (value: string) => string;

/** The model's graph, with every call of one of its functions replaced by the nodes of that. */
export function inlined(model: ModelProto, graph: GraphProto): GraphProto {
  if (model.functions.length === 0) return graph;
  return new Inliner(model).graph(graph, new Map(), (value) => value, []);
}

class Inliner {
  readonly #functions = new Map<string, FunctionProto>();
  readonly #version: number | undefined;
  #calls = 0;
  #nodes = 0;

  constructor(model: ModelProto) {
    for (const f of model.functions) this.#functions.set(keyOf(f.domain, f.name, f.overload), f);
    this.#version = versionOf(model);
  }

  graph(graph: GraphProto, given: Given, rename: Rename, callers: readonly FunctionProto[]): GraphProto {
    const renamed = <Named extends { readonly name?: string }>(x: Named): Named => ({
      ...x,
      name: rename(x.name ?? ""),
    });
    return {
      ...graph,
      node: graph.node.flatMap((node) => this.#node(node, given, rename, callers)),
      initializer: graph.initializer.map(renamed),
      input: graph.input.map(renamed),
      output: graph.output.map(renamed),
      valueInfo: graph.valueInfo.map(renamed),
    };
  }

  #node(node: NodeProto, given: Given, rename: Rename, callers: readonly FunctionProto[]): NodeProto[] {
    if (++this.#nodes > MAX_NODES)
      throw new Error(`onnx.load: the functions of the file make more than ${MAX_NODES} nodes.`);
    const own = {
      ...node,
      input: node.input.map(rename),
      output: node.output.map(rename),
      attribute: node.attribute.flatMap((attribute) => this.#attribute(attribute, given, rename, callers)),
    };
    const f = this.#functions.get(keyOf(node.domain, node.opType, node.overload));
    return f ? this.#call(own, f, callers) : [own];
  }

  #call(node: NodeProto, f: FunctionProto, callers: readonly FunctionProto[]): NodeProto[] {
    if (callers.includes(f) || callers.length >= MAX_DEPTH) {
      throw new Error(`onnx.load: the function ${f.name} of the file calls itself, or is nested too deep.`);
    }
    const version = versionOf(f);
    if (version !== undefined && version !== this.#version) {
      throw new Error(
        `onnx.load: the function ${f.name} of the file uses operator set ${version}, the file itself ${this.#version}.`,
      );
    }
    const given = new Map<string, AttributeProto>();
    for (const attribute of [...f.attributeProto, ...node.attribute]) given.set(attribute.name ?? "", attribute);
    const prefix = `${nodeName(node)}:${this.#calls++}:`;
    const values = new Map<string, string>();
    for (const [i, name] of f.input.entries()) values.set(name, node.input[i] ?? "");
    // A result may be an input as it is, which then needs a name of its own.
    const passed = f.output.filter((name) => values.has(name));
    for (const [i, name] of f.output.entries()) {
      if (!values.has(name)) values.set(name, node.output[i] || `${prefix}${name}`);
    }
    const rename = (value: string): string => (value === "" ? "" : (values.get(value) ?? prefix + value));
    const body = f.node.flatMap((inner) => this.#node(inner, given, rename, [...callers, f]));
    const copies = passed.map((name) => copyOf(rename(name), node.output[f.output.indexOf(name)] ?? ""));
    return [...body, ...copies];
  }

  /** The attribute itself, or what the caller has given for it; nothing where it has given nothing. */
  #attribute(
    attribute: AttributeProto,
    given: Given,
    rename: Rename,
    callers: readonly FunctionProto[],
  ): AttributeProto[] {
    const { name, refAttrName, g } = attribute;
    if (refAttrName) {
      const found = given.get(refAttrName);
      return found ? [{ ...found, ...(name === undefined ? {} : { name }) }] : [];
    }
    return [g ? { ...attribute, g: this.graph(g, given, rename, callers) } : attribute];
  }
}

const copyOf = (from: string, to: string): NodeProto => ({
  opType: "Identity",
  input: [from],
  output: [to],
  attribute: [],
});

/** The version of the default operator set that a model or a function asks for. */
export const versionOf = ({ opsetImport }: Pick<ModelProto, "opsetImport">): number | undefined =>
  opsetImport.find(({ domain }) => domainOf(domain) === DEFAULT_DOMAIN)?.version;
