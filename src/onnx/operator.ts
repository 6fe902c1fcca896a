/** What an operator is: a function of arrays and of what its node says beside them. */
import type { NDArray } from "../ir/ndarray.ts";

/** A node as its operator sees it. Attributes are read by name and kind; what is missing and has no default is an error. */
export interface NodeView {
  readonly op: string;
  /** The version of the default operator set that the file asks for. */
  readonly opset: number;
  /** How many outputs the node has, those without a name included. */
  readonly outputCount: number;
  /** The type that the file's floats are read as; casts among types of floats keep it. */
  readonly float: "float32" | "float64";
  has(attribute: string): boolean;
  int(attribute: string, otherwise?: number): number;
  ints(attribute: string, otherwise?: readonly number[]): readonly number[];
  number(attribute: string, otherwise?: number): number;
  numbers(attribute: string, otherwise?: readonly number[]): readonly number[];
  text(attribute: string, otherwise?: string): string;
  texts(attribute: string, otherwise?: readonly string[]): readonly string[];
  array(attribute: string): NDArray;
  /** Runs a graph that is an attribute, which sees the values around it, and gives its outputs. */
  run(attribute: string): NDArray[];
  /**
   * The numbers of an input that decides what is computed (a shape, an axis, a slice's bounds), flattened. Int64 beyond
   * int32 comes as it is here.
   * @throws Error naming the node where the values depend on parameters or on the contents of inputs.
   */
  known(input: number): readonly number[];
  /**
   * The element type of an input as the file says it ("uint8", "int64", "float16"), which an array of int32 no longer tells;
   * `undefined` where the file doesn't.
   */
  elementType(input: number): string | undefined;
  /** Ends with an error that names the operator, the node and its inputs' shapes. */
  fail(reason: string): never;
}

/** Computes a node. An input that is left out is `undefined`; so are trailing ones. */
export type Operator = (node: NodeView, inputs: readonly (NDArray | undefined)[]) => NDArray | readonly NDArray[];

/** Operators by their names in the default domain of ONNX. */
export type Operators = Readonly<Record<string, Operator>>;
