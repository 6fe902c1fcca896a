/** Operators that make arrays, change their type, or do nothing in inference. */
import type { DType } from "../../base/dtypes.ts";
import { entry } from "../../base/lists.ts";
import { hostArray, type NDArray, scalar } from "../../ir/ndarray.ts";
import * as lax from "../../lax/index.ts";
import { eye } from "../../numpy/creation.ts";
import type { NodeView, Operator, Operators } from "../operator.ts";
import { type Width, widthOf, wrapped } from "./bits.ts";
import { required } from "./support.ts";

const floats = (node: NodeView, list: readonly number[]): NDArray =>
  node.float === "float64"
    ? hostArray(Float64Array.from(list), [list.length], "float64")
    : hostArray(Float32Array.from(list), [list.length], "float32");

/** The value stands in one of several attributes. */
const constant: Operator = (node) => {
  if (node.has("value")) return node.array("value");
  if (node.has("value_float")) return scalar(node.number("value_float"), node.float);
  if (node.has("value_floats")) return floats(node, node.numbers("value_floats"));
  if (node.has("value_int")) return scalar(node.int("value_int"), "int32");
  if (node.has("value_ints"))
    return hostArray(Int32Array.from(node.ints("value_ints")), [node.ints("value_ints").length], "int32");
  const refused = ["sparse_value", "value_string", "value_strings"].find((name) => node.has(name));
  return node.fail(refused ? `attribute ${refused} is not supported` : "the attribute with its value is missing");
};

const constantOfShape: Operator = (node) => {
  const value = node.has("value") ? node.array("value") : scalar(0, node.float);
  return lax.broadcast(lax.reshape(value, { newSizes: [] }), node.known(0));
};

/** The numbers from a start by steps up to a limit; only the start and the step may be unknown where the count is. */
const numbersInRange: Operator = (node, inputs) => {
  const [start, limit, delta] = [0, 1, 2].map((i) => entry(node.known(i), 0)) as [number, number, number];
  const { dtype } = required(node, inputs, 0);
  const count = Math.max(0, Math.ceil((limit - start) / delta));
  if (!Number.isFinite(count)) node.fail(`start ${start}, limit ${limit} and delta ${delta} give no list of numbers`);
  const steps = lax.iota(dtype, count);
  return lax.add(lax.mul(steps, lax.full([], delta, dtype)), lax.full([], start, dtype));
};

/** What an element type of the format becomes; `width` is that of an integer that is kept in 32 bits. */
interface Target {
  readonly dtype: DType;
  readonly width?: Width;
}

/** `TensorProto.DataType` by its numbers. */
function target(node: NodeView, type: number): Target {
  const types: Readonly<Record<number, Target>> = {
    1: { dtype: node.float },
    2: { dtype: "int32", width: { bits: 8, signed: false } },
    3: { dtype: "int32", width: { bits: 8, signed: true } },
    4: { dtype: "int32", width: { bits: 16, signed: false } },
    5: { dtype: "int32", width: { bits: 16, signed: true } },
    6: { dtype: "int32" },
    7: { dtype: "int32" },
    9: { dtype: "bool" },
    10: { dtype: node.float },
    11: { dtype: "float64" },
    12: { dtype: "uint32" },
    16: { dtype: node.float },
  };
  return types[type] ?? node.fail(`attribute to = ${type} is an element type that is not supported`);
}

function converted(x: NDArray, { dtype, width }: Target): NDArray {
  const y = lax.convertElementType(x, dtype);
  return width && x.dtype !== "bool" ? wrapped(y, width) : y;
}

const cast: Operator = (node, inputs) => converted(required(node, inputs, 0), target(node, node.int("to")));

const castLike: Operator = (node, inputs) => {
  const [x, like] = [required(node, inputs, 0), required(node, inputs, 1)];
  const width = widthOf(node.elementType(1));
  return converted(x, { dtype: like.dtype, ...(width && { width }) });
};

const eyeLike: Operator = (node, inputs) => {
  const { shape, dtype } = required(node, inputs, 0);
  const to = node.has("dtype") ? target(node, node.int("dtype")).dtype : dtype;
  if (shape.length !== 2) node.fail("needs a matrix");
  return eye(entry(shape, 0), { M: entry(shape, 1), k: node.int("k", 0), dtype: to });
};

/** In inference the input itself, and a mask of nothing left out. */
const dropout: Operator = (node, inputs) => {
  if (inputs[2] && node.known(2)[0] !== 0)
    node.fail("training_mode = true is not supported; export the model for inference");
  const x = required(node, inputs, 0);
  return node.outputCount > 1 ? [x, lax.full(x.shape, true, "bool")] : x;
};

export const constants: Operators = {
  Cast: cast,
  CastLike: castLike,
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Dropout: dropout,
  EyeLike: eyeLike,
  Range: numbersInRange,
};
