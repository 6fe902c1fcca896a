/**
 * The messages of an ONNX file, as far as they matter here, under the names of the standard. Source:
 * https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
 */
import { decode, type MessageType } from "./protobuf.ts";

export interface ModelProto {
  readonly irVersion?: number;
  readonly opsetImport: readonly OperatorSetId[];
  readonly graph?: GraphProto;
  readonly functions: readonly FunctionProto[];
}

export interface OperatorSetId {
  readonly domain?: string;
  readonly version?: number;
}

export interface GraphProto {
  readonly node: readonly NodeProto[];
  readonly initializer: readonly TensorProto[];
  readonly sparseInitializer: readonly SparseTensorProto[];
  readonly input: readonly ValueInfoProto[];
  readonly output: readonly ValueInfoProto[];
  readonly valueInfo: readonly ValueInfoProto[];
}

export interface NodeProto {
  readonly name?: string;
  readonly opType?: string;
  readonly domain?: string;
  readonly overload?: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly AttributeProto[];
}

export interface AttributeProto {
  readonly name?: string;
  readonly type?: number;
  /** In a function: the attribute of its caller that stands here. */
  readonly refAttrName?: string;
  readonly f?: number;
  readonly i?: number;
  readonly s?: Uint8Array;
  readonly t?: TensorProto;
  readonly g?: GraphProto;
  readonly floats: readonly number[];
  readonly ints: readonly number[];
  readonly strings: readonly Uint8Array[];
}

export interface TensorProto {
  readonly name?: string;
  readonly dims: readonly number[];
  readonly dataType?: number;
  readonly rawData?: Uint8Array;
  readonly floatData: readonly number[];
  readonly int32Data: readonly number[];
  readonly int64Data: readonly number[];
  readonly doubleData: readonly number[];
  readonly uint64Data: readonly number[];
  readonly externalData: readonly { readonly key?: string; readonly value?: string }[];
  readonly dataLocation?: number;
}

export interface SparseTensorProto {
  readonly values?: TensorProto;
}

export interface ValueInfoProto {
  readonly name?: string;
  readonly type?: TypeProto;
}

export interface TypeProto {
  readonly tensorType?: { readonly elemType?: number; readonly shape?: { readonly dim: readonly Dimension[] } };
  readonly sequenceType?: object;
  readonly mapType?: object;
  readonly sparseTensorType?: object;
  readonly optionalType?: object;
}

export interface Dimension {
  readonly dimValue?: number;
  readonly dimParam?: string;
}

export interface FunctionProto {
  readonly name?: string;
  readonly domain?: string;
  readonly overload?: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly node: readonly NodeProto[];
  readonly attributeProto: readonly AttributeProto[];
  readonly opsetImport: readonly OperatorSetId[];
}

const MODEL: MessageType = {
  name: "ModelProto",
  fields: {
    1: ["irVersion", "int"],
    7: ["graph", () => GRAPH],
    8: ["opsetImport", () => OPERATOR_SET, "many"],
    25: ["functions", () => FUNCTION, "many"],
  },
};

const OPERATOR_SET: MessageType = {
  name: "OperatorSetIdProto",
  fields: { 1: ["domain", "text"], 2: ["version", "int"] },
};

const GRAPH: MessageType = {
  name: "GraphProto",
  fields: {
    1: ["node", () => NODE, "many"],
    5: ["initializer", () => TENSOR, "many"],
    11: ["input", () => VALUE_INFO, "many"],
    12: ["output", () => VALUE_INFO, "many"],
    13: ["valueInfo", () => VALUE_INFO, "many"],
    15: ["sparseInitializer", () => SPARSE_TENSOR, "many"],
  },
};

const NODE: MessageType = {
  name: "NodeProto",
  fields: {
    1: ["input", "text", "many"],
    2: ["output", "text", "many"],
    3: ["name", "text"],
    4: ["opType", "text"],
    5: ["attribute", () => ATTRIBUTE, "many"],
    7: ["domain", "text"],
    8: ["overload", "text"],
  },
};

const ATTRIBUTE: MessageType = {
  name: "AttributeProto",
  fields: {
    1: ["name", "text"],
    2: ["f", "float"],
    3: ["i", "int"],
    4: ["s", "bytes"],
    5: ["t", () => TENSOR],
    6: ["g", () => GRAPH],
    7: ["floats", "float", "many"],
    8: ["ints", "int", "many"],
    9: ["strings", "bytes", "many"],
    20: ["type", "int"],
    21: ["refAttrName", "text"],
  },
};

const TENSOR: MessageType = {
  name: "TensorProto",
  fields: {
    1: ["dims", "int", "many"],
    2: ["dataType", "int"],
    4: ["floatData", "float", "many"],
    5: ["int32Data", "int", "many"],
    7: ["int64Data", "int", "many"],
    8: ["name", "text"],
    9: ["rawData", "bytes"],
    10: ["doubleData", "double", "many"],
    11: ["uint64Data", "int", "many"],
    13: ["externalData", () => STRING_ENTRY, "many"],
    14: ["dataLocation", "int"],
  },
};

const SPARSE_TENSOR: MessageType = { name: "SparseTensorProto", fields: { 1: ["values", () => TENSOR] } };

const STRING_ENTRY: MessageType = {
  name: "StringStringEntryProto",
  fields: { 1: ["key", "text"], 2: ["value", "text"] },
};

const VALUE_INFO: MessageType = {
  name: "ValueInfoProto",
  fields: { 1: ["name", "text"], 2: ["type", () => TYPE] },
};

const UNREAD: MessageType = { name: "a type that isn't of tensors", fields: {} };

const TYPE: MessageType = {
  name: "TypeProto",
  fields: {
    1: ["tensorType", () => TENSOR_TYPE],
    4: ["sequenceType", () => UNREAD],
    5: ["mapType", () => UNREAD],
    8: ["sparseTensorType", () => UNREAD],
    9: ["optionalType", () => UNREAD],
  },
};

const TENSOR_TYPE: MessageType = {
  name: "TypeProto.Tensor",
  fields: { 1: ["elemType", "int"], 2: ["shape", () => SHAPE] },
};

const SHAPE: MessageType = { name: "TensorShapeProto", fields: { 1: ["dim", () => DIMENSION, "many"] } };

const DIMENSION: MessageType = {
  name: "TensorShapeProto.Dimension",
  fields: { 1: ["dimValue", "int"], 2: ["dimParam", "text"] },
};

const FUNCTION: MessageType = {
  name: "FunctionProto",
  fields: {
    1: ["name", "text"],
    4: ["input", "text", "many"],
    5: ["output", "text", "many"],
    7: ["node", () => NODE, "many"],
    9: ["opsetImport", () => OPERATOR_SET, "many"],
    10: ["domain", "text"],
    11: ["attributeProto", () => ATTRIBUTE, "many"],
    13: ["overload", "text"],
  },
};

/** The file's messages. */
export const decodeModel = (bytes: Uint8Array): ModelProto => decode(MODEL, bytes);
