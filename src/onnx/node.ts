/** A node as its operator sees it. */
import { formatShape, ShapeError } from "../base/errors.ts";
import { type HostArray, type NDArray, storageOf } from "../ir/ndarray.ts";
import type { Step } from "./body.ts";
import type { AttributeProto } from "./model.ts";
import { nodeName } from "./names.ts";
import type { NodeView } from "./operator.ts";
import { readTensor } from "./tensors.ts";
import type { FloatType } from "./types.ts";

/** Errors that name their node already. */
const named = new WeakSet<Error>();

function nodeError(error: Error): Error {
  named.add(error);
  return error;
}

/** The numbers of the type of an attribute, by what they are called in errors. */
const TYPES = { float: 1, int: 2, string: 3, tensor: 4, graph: 5, floats: 6, ints: 7, strings: 8 } as const;

type AttributeType = keyof typeof TYPES;

/** What a node asks of the graph that it runs in. */
export interface Surroundings {
  /** What errors call the function that runs the graph. */
  readonly fn: string;
  readonly opset: number;
  readonly float: FloatType;
  /** The numbers of an array, where they depend on constants and shapes only. */
  numbers(x: NDArray): readonly number[] | undefined;
  /** The element type that the file gives a value. */
  typeOf(name: string): string | undefined;
  /** Runs a graph that is an attribute of the node. */
  run(step: Step, attribute: string): NDArray[];
}

export class View implements NodeView {
  readonly #step: Step;
  readonly #inputs: readonly (NDArray | undefined)[];
  readonly #around: Surroundings;

  constructor(step: Step, inputs: readonly (NDArray | undefined)[], around: Surroundings) {
    this.#step = step;
    this.#inputs = inputs;
    this.#around = around;
  }

  get op(): string {
    return this.#step.op;
  }

  get opset(): number {
    return this.#around.opset;
  }

  get outputCount(): number {
    return this.#step.node.output.length;
  }

  get float(): FloatType {
    return this.#around.float;
  }

  has(attribute: string): boolean {
    return this.#step.attributes.has(attribute);
  }

  int(attribute: string, otherwise?: number): number {
    return this.#read(attribute, "int", ({ i = 0 }) => i, otherwise);
  }

  ints(attribute: string, otherwise?: readonly number[]): readonly number[] {
    return this.#read(attribute, "ints", ({ ints }) => ints, otherwise);
  }

  number(attribute: string, otherwise?: number): number {
    return this.#read(attribute, "float", ({ f = 0 }) => f, otherwise);
  }

  numbers(attribute: string, otherwise?: readonly number[]): readonly number[] {
    return this.#read(attribute, "floats", ({ floats }) => floats, otherwise);
  }

  text(attribute: string, otherwise?: string): string {
    return this.#read(attribute, "string", ({ s }) => decoded(s), otherwise);
  }

  texts(attribute: string, otherwise?: readonly string[]): readonly string[] {
    return this.#read(attribute, "strings", ({ strings }) => strings.map(decoded), otherwise);
  }

  array(attribute: string): NDArray {
    const tensor = this.#read(attribute, "tensor", ({ t }) => t);
    if (!tensor) return this.fail(`its attribute "${attribute}" has no tensor`);
    return readTensor(tensor, this.float).array;
  }

  run(attribute: string): NDArray[] {
    if (!this.#step.bodies.has(attribute)) return this.fail(`it has no graph "${attribute}"`);
    return this.#around.run(this.#step, attribute);
  }

  known(input: number): readonly number[] {
    const x = this.#inputs[input];
    const named = `input ${input} (${JSON.stringify(this.#step.node.input[input] ?? "")})`;
    if (x === undefined) return this.fail(`its ${named} is left out`);
    const numbers = this.#around.numbers(x);
    if (numbers) return numbers;
    return this.fail(
      `its ${named} decides what is computed, so it may depend on constants and shapes only; here it depends on ` +
        "parameters or on the contents of inputs",
    );
  }

  elementType(input: number): string | undefined {
    return this.#around.typeOf(this.#step.node.input[input] ?? "");
  }

  fail(reason: string): never {
    throw this.failure(reason);
  }

  /** The error that `fail` ends with. */
  failure(reason: string): Error {
    return nodeError(new Error(this.#message(reason)));
  }

  /** What an operator has thrown, with the node named. */
  explained(error: unknown): unknown {
    if (!(error instanceof Error) || named.has(error)) return error;
    const message = this.#message(error.message.replace(/\.$/, ""));
    const Kind = error instanceof ShapeError ? ShapeError : Error;
    return nodeError(new Kind(message, { cause: error }));
  }

  #message(reason: string): string {
    const shapes = this.#inputs.map((x) => (x ? `${x.dtype}${formatShape(x.shape)}` : "nothing"));
    const of = shapes.length > 0 ? ` of ${shapes.join(", ")}` : "";
    return `${this.#around.fn}: ${this.op} ${JSON.stringify(nodeName(this.#step.node))}${of}: ${reason}.`;
  }

  #read<T>(name: string, type: AttributeType, value: (attribute: AttributeProto) => T, otherwise?: T): T {
    const attribute = this.#step.attributes.get(name);
    if (attribute === undefined) {
      return otherwise === undefined ? this.fail(`it has no attribute "${name}"`) : otherwise;
    }
    // Files of the first version don't say the type.
    if (attribute.type !== undefined && attribute.type !== 0 && attribute.type !== TYPES[type]) {
      this.fail(`its attribute "${name}" isn't of type ${type}`);
    }
    return value(attribute);
  }
}

const decoded = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

/** The elements of an array of the host as numbers. */
export const elements = (x: HostArray): readonly number[] => Array.from(storageOf(x));
