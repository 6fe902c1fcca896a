/** ONNX files written by hand: a model from plain objects under the standard's names, as bytes. */

/** Wire types of protocol buffers. */
const [VARINT, BITS_64, LENGTH, BITS_32] = [0, 1, 2, 5];

export function varint(value: number | bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

export const tag = (field: number, wireType: number): number[] => varint(field * 8 + wireType);

/** A field of bytes, of a text, or of a message. */
export function part(field: number, content: string | ArrayLike<number>): number[] {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : Uint8Array.from(content);
  return [...tag(field, LENGTH), ...varint(bytes.length), ...bytes];
}

export const integer = (field: number, value: number | bigint): number[] => [...tag(field, VARINT), ...varint(value)];

const bytesOf = (array: Float32Array | Float64Array): number[] => [...new Uint8Array(array.buffer)];
export const float = (field: number, value: number): number[] => [
  ...tag(field, BITS_32),
  ...bytesOf(Float32Array.of(value)),
];
export const double = (field: number, value: number): number[] => [
  ...tag(field, BITS_64),
  ...bytesOf(Float64Array.of(value)),
];

/** Numbers of the element types that tests use. */
export const TYPES = {
  float: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  double: 11,
  uint64: 13,
  complex64: 14,
  bfloat16: 16,
  float8e4m3fn: 17,
} as const;
export type ElementType = keyof typeof TYPES;

export interface TensorSpec {
  readonly name?: string;
  readonly type?: ElementType;
  readonly dims: readonly number[];
  /** The elements' bytes. */
  readonly raw?: ArrayLike<number>;
  /** The elements as numbers, in the list that the standard has for the type. */
  readonly data?: readonly (number | bigint)[];
  readonly external?: Readonly<Record<string, string>>;
}

/** Fields of the lists of numbers. */
const LISTS: Readonly<Partial<Record<ElementType, number>>> = { float: 4, int64: 7, double: 10, uint64: 11 };

export function tensor({ name, type = "float", dims, raw, data, external }: TensorSpec): number[] {
  const list = LISTS[type] ?? 5;
  const numbers = (data ?? []).flatMap((x) => {
    if (list === 4) return bytesOf(Float32Array.of(Number(x)));
    return list === 10 ? bytesOf(Float64Array.of(Number(x))) : varint(x);
  });
  return [
    ...dims.flatMap((n) => integer(1, n)),
    ...integer(2, TYPES[type]),
    ...(data ? part(list, numbers) : []),
    ...(name === undefined ? [] : part(8, name)),
    ...(raw ? part(9, raw) : []),
    ...Object.entries(external ?? {}).flatMap(([key, value]) => part(13, [...part(1, key), ...part(2, value)])),
    ...(external ? integer(14, 1) : []),
  ];
}

/** Float32 elements as a file has them. */
export const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);

export type AttributeSpec =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly tensor: TensorSpec }
  | { readonly graph: GraphSpec }
  | { readonly ref: string; readonly type: number };

/** Numbers are integers, or lists of them; `{float: 1}` is a float. */
function attribute(name: string, value: AttributeSpec): number[] {
  const head = part(1, name);
  if (typeof value === "number") return [...head, ...integer(3, value), ...integer(20, 2)];
  if (typeof value === "string") return [...head, ...part(4, value), ...integer(20, 3)];
  if ("float" in value) return [...head, ...float(2, value.float), ...integer(20, 1)];
  if ("tensor" in value) return [...head, ...part(5, tensor(value.tensor)), ...integer(20, 4)];
  if ("graph" in value) return [...head, ...part(6, graph(value.graph)), ...integer(20, 5)];
  if ("ref" in value) return [...head, ...integer(20, value.type), ...part(21, value.ref)];
  return [...head, ...value.flatMap((x) => integer(8, x)), ...integer(20, 7)];
}

/** A node: `["Gemm", ["x", "w"], ["y"], {transB: 1}]`, with its name and domain where it has them. */
export type NodeSpec = readonly [
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes?: Readonly<Record<string, AttributeSpec>>,
  more?: { readonly name?: string; readonly domain?: string },
];

function node([op, inputs, outputs, attributes = {}, { name, domain } = {}]: NodeSpec): number[] {
  return [
    ...inputs.flatMap((value) => part(1, value)),
    ...outputs.flatMap((value) => part(2, value)),
    ...(name === undefined ? [] : part(3, name)),
    ...part(4, op),
    ...Object.entries(attributes).flatMap(([key, value]) => part(5, attribute(key, value))),
    ...(domain === undefined ? [] : part(7, domain)),
  ];
}

/** An input or output: its name, its axes (numbers, names or `null`; without them no shape), and its element type. */
export type ValueSpec = readonly [name: string, shape?: readonly (number | string | null)[], type?: ElementType];

function value([name, shape, type = "float"]: ValueSpec): number[] {
  const dimension = (axis: number | string | null): number[] => {
    if (axis === null) return part(1, []);
    return part(1, typeof axis === "number" ? integer(1, axis) : part(2, axis));
  };
  const tensorType = [...integer(1, TYPES[type]), ...(shape ? part(2, shape.flatMap(dimension)) : [])];
  return [...part(1, name), ...part(2, part(1, tensorType))];
}

export interface GraphSpec {
  readonly nodes: readonly NodeSpec[];
  readonly tensors?: readonly TensorSpec[];
  readonly inputs?: readonly ValueSpec[];
  readonly outputs: readonly (ValueSpec | string)[];
}

export function graph({ nodes, tensors = [], inputs = [], outputs }: GraphSpec): number[] {
  return [
    ...nodes.flatMap((spec) => part(1, node(spec))),
    ...part(2, "graph"),
    ...tensors.flatMap((spec) => part(5, tensor(spec))),
    ...inputs.flatMap((spec) => part(11, value(spec))),
    ...outputs.flatMap((spec) => part(12, value(typeof spec === "string" ? [spec] : spec))),
  ];
}

export interface FunctionSpec {
  readonly name: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, AttributeSpec>>;
  readonly nodes: readonly NodeSpec[];
  readonly opset?: number;
}

function localFunction({ name, domain, inputs, outputs, attributes = {}, nodes, opset = 18 }: FunctionSpec): number[] {
  return [
    ...part(1, name),
    ...inputs.flatMap((input) => part(4, input)),
    ...outputs.flatMap((output) => part(5, output)),
    ...nodes.flatMap((spec) => part(7, node(spec))),
    ...part(9, integer(2, opset)),
    ...part(10, domain),
    ...Object.entries(attributes).flatMap(([key, given]) => part(11, attribute(key, given))),
  ];
}

export interface ModelSpec extends GraphSpec {
  /** The version of the default operator set. */
  readonly opset?: number;
  readonly functions?: readonly FunctionSpec[];
}

/** The bytes of a file. */
export function model({ opset = 18, functions = [], ...rest }: ModelSpec): Uint8Array {
  return Uint8Array.from([
    ...integer(1, 10),
    ...part(7, graph(rest)),
    ...part(8, [...part(1, ""), ...integer(2, opset)]),
    ...functions.flatMap((spec) => part(25, localFunction(spec))),
  ]);
}

/** Asserts that a promise is rejected with an error whose message holds every fragment. */
export async function assertRejects(promise: Promise<unknown>, ...fragments: string[]): Promise<void> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error(`nothing was thrown; expected: ${fragments.join(" ... ")}`);
  for (const fragment of fragments) {
    if (!error.message.includes(fragment)) throw new Error(`${fragment} is missing in: ${error.message}`);
  }
}
