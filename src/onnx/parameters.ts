/**
 * Which tensors of floats are parameters. Files don't say it, and names don't tell it: exporters name weights `val_9` or
 * `onnx::MatMul_139`, and constants too. So it follows from what the graph does with a tensor, and, where that leaves it open, from
 * its values.
 */

import type { DType } from "../base/dtypes.ts";
import { type HostArray, storageOf } from "../ir/ndarray.ts";
import { isChoosing, isForbidding, isTable, isUniform } from "./tables.ts";
import type { Use, Uses } from "./uses.ts";

/** A tensor of floats in a file, whether it is a parameter, and why. */
export interface InitializerInfo {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly trainable: boolean;
  readonly reason: string;
}

/** A tensor of floats, and whether a Constant node holds it. */
export interface Candidate {
  readonly name: string;
  readonly array: HostArray;
  readonly spelled: boolean;
}

/** Inputs that are weights, by their operators. */
const WEIGHTS: Readonly<Record<string, readonly number[]>> = {
  BatchNormalization: [1, 2],
  Conv: [1, 2],
  ConvTranspose: [1, 2],
  Einsum: [0, 1, 2, 3],
  GRU: [1, 2, 3, 5],
  Gather: [0],
  Gemm: [0, 1, 2],
  GroupNormalization: [1, 2],
  InstanceNormalization: [1, 2],
  LSTM: [1, 2, 3, 5, 6, 7],
  LayerNormalization: [1, 2],
  MatMul: [0, 1],
  PRelu: [1],
  RNN: [1, 2, 3, 5],
};

/** Inputs that say what is computed, or of which no derivative is taken. */
const SETTINGS: Readonly<Record<string, readonly number[]>> = {
  ArgMax: [0],
  ArgMin: [0],
  Ceil: [0],
  Clip: [1, 2],
  ConstantOfShape: [0],
  CumSum: [1],
  DequantizeLinear: [1, 2],
  Dropout: [1, 2],
  Equal: [0, 1],
  Expand: [1],
  Floor: [0],
  Greater: [0, 1],
  GreaterOrEqual: [0, 1],
  IsInf: [0],
  IsNaN: [0],
  Less: [0, 1],
  LessOrEqual: [0, 1],
  Not: [0],
  OneHot: [1, 2],
  Pad: [1, 2],
  QuantizeLinear: [1, 2],
  Range: [0, 1, 2],
  Resize: [1, 2, 3],
  Round: [0],
  Shape: [0],
  Sign: [0],
  Size: [0],
  Tile: [1],
  TopK: [1],
  Upsample: [1],
  Where: [0],
};

const NORMALIZATIONS = ["BatchNormalization", "GroupNormalization", "InstanceNormalization", "LayerNormalization"];
const RECURRENT = ["GRU", "LSTM", "RNN"];
/** What a bias is added to. */
const PRODUCTS = ["Conv", "ConvTranspose", "Einsum", "Gemm", "MatMul"];

const isAt = (table: Readonly<Record<string, readonly number[]>>, { step, place }: Use): boolean =>
  Object.hasOwn(table, step.op) && table[step.op]?.includes(place) === true;

/** Names that exporters give to what they have made themselves. */
const isAnonymous = (name: string): boolean => /^(val_\d+|lifted_tensor_\d+|_tensor_constant\d+)$|[Cc]onst/.test(name);

type Verdict = readonly [trainable: boolean, reason: string];

/** Whether a tensor is a parameter, and why. */
export function judge(candidate: Candidate, uses: Uses): InitializerInfo {
  const { name, array } = candidate;
  const [trainable, reason] = verdict(candidate, uses);
  return { name, shape: array.shape, dtype: array.dtype, trainable, reason };
}

function verdict(candidate: Candidate, uses: Uses): Verdict {
  const { name, array, spelled } = candidate;
  const places = uses.of(name);
  const x = storageOf(array);
  if (array.size === 0) return [false, "it is empty"];
  if (places.length === 0) return array.size > 1 ? [true, "an output"] : [false, "one number"];
  const statistic = places.find(({ step, place }) => step.op === "BatchNormalization" && place > 2);
  if (statistic) return [false, "a running statistic of BatchNormalization"];
  if (isVector(array.shape) && places.every((use) => meetsPositions(use, uses))) {
    return [false, "it meets only what follows from shapes"];
  }
  const weight = places.find((use) => isAt(WEIGHTS, use));
  if (weight) return weightVerdict(candidate, weight);
  if (places.every((use) => isAt(SETTINGS, use))) return [false, `a setting of ${opOf(places)}`];
  if (spelled) return [false, "a Constant node that isn't a weight of a product"];
  if (isForbidding(x)) return [false, "a mask"];
  if (array.ndim > 0 && isVector(array.shape) && places.some((use) => isBias(use, uses))) return [true, "a bias"];
  if (array.size === 1) return [false, "one number"];
  if (isChoosing(x)) return [false, "a mask"];
  if (isTable(x, array.shape)) return [false, "a table of equal steps or of sine waves"];
  if (isUniform(x) && isAnonymous(name) && !isVector(array.shape)) return [false, "one number, repeated"];
  if (places.some((use) => isNormalizationOfInput(use, uses))) return [false, "a statistic of the inputs"];
  return [true, `used by ${opOf(places)}`];
}

/** Whether at most one axis isn't of size 1. */
const isVector = (shape: readonly number[]): boolean => shape.filter((n) => n !== 1).length <= 1;

/** Whether a tensor is multiplied by positions, distances or the like, as the frequencies of a positional encoding are. */
function meetsPositions({ step, place }: Use, uses: Uses): boolean {
  if (!["Einsum", "MatMul", "Mul"].includes(step.op)) return false;
  const others = step.node.input.filter((_, i) => i !== place);
  return others.length > 0 && others.every((name) => uses.isPosition(name));
}

const opOf = (uses: readonly Use[]): string => [...new Set(uses.map(({ step }) => step.op))].join(", ");

function weightVerdict({ name, array, spelled }: Candidate, { step, place }: Use): Verdict {
  const x = storageOf(array);
  const isMade = spelled || isAnonymous(name);
  if (isMade && NORMALIZATIONS.includes(step.op) && x.every((value) => value === (place === 1 ? 1 : 0))) {
    return [false, `what ${step.op} has without weights`];
  }
  if (RECURRENT.includes(step.op) && place > 4 && isUniform(x)) return [false, `the state that ${step.op} begins with`];
  if (spelled && isUniform(x)) return [false, "a Constant node that repeats one number"];
  if (step.op !== "Gather") return [true, `a weight of ${step.op}`];
  if (array.size === 1 || spelled) return [false, "a constant that is looked up"];
  if (isTable(x, array.shape)) return [false, "a table of equal steps or of sine waves"];
  return [true, "a table of embeddings"];
}

/** Whether a tensor is added to a product. */
function isBias({ step, place }: Use, uses: Uses): boolean {
  if (step.op !== "Add") return false;
  const other = uses.sourceOf(step.node.input[1 - place] ?? "");
  return other !== undefined && PRODUCTS.includes(other.op);
}

/** Whether a tensor is the mean or the deviation in (x - mean) / deviation of an input x. */
function isNormalizationOfInput({ step, place }: Use, uses: Uses): boolean {
  const [first = ""] = step.node.input;
  const isOfInput = (name: string): boolean => uses.sourceOf(name) === undefined;
  if (place !== 1) return false;
  if (step.op === "Sub") {
    const next = uses.of(step.node.output[0] ?? "");
    return isOfInput(first) && next.length > 0 && next.every((use) => isDivision(use) && use.place === 0);
  }
  const before = uses.sourceOf(first);
  return isDivision({ step, place }) && before?.op === "Sub" && isOfInput(before.node.input[0] ?? "");
}

const isDivision = ({ step }: Use): boolean => step.op === "Div";
