/** The table in docs/onnx-operators.md: the operators of the code, their versions from onnx, and what is refused of each. */
import { readFileSync } from "node:fs";
import { operators } from "../../src/onnx/operators/index.ts";

type Versions = Readonly<Record<string, readonly number[]>>;

const versions = JSON.parse(readFileSync(new URL("../onnx/data/versions.json", import.meta.url), "utf8")) as Versions;

/** The operator sets that files may ask for. */
const [FIRST, LAST] = [7, 21];

const POOL = "Windows that would begin in the padding behind the image are left out.";
const RECURRENT =
  "All activation functions, both layouts, lengths of sequences. Affine and ScaledTanh need their numbers.";
const KNOWN = "must be known.";
const OUTSIDE = "Indices outside read NaN (the extreme integer, true).";

/** What an operator refuses, or what there is to know of it. */
const NOTES: Readonly<Record<string, string>> = {
  "ai.onnx.ml.ArrayFeatureExtractor": OUTSIDE,
  AveragePool: POOL,
  BatchNormalization: "With the statistics of the file. Refused: `training_mode` = 1, `spatial` = 0, further outputs.",
  BitShift: "Refused: integers of 64 bits to the left.",
  BitwiseNot: "Refused: uint64.",
  Cast: "Refused: strings, float8 and integers of 4 bits. To float16 and bfloat16 nothing is rounded; int64 is kept in 32 bits.",
  CastLike: "Like Cast.",
  Clip: "Where the value lies on a bound the derivative is 0.",
  Col2Im: `The shapes ${KNOWN}`,
  Compress: `The condition ${KNOWN}`,
  Constant: "Refused: strings and sparse tensors.",
  ConstantOfShape: `The shape ${KNOWN}`,
  CumSum: `The axis ${KNOWN}`,
  Dropout: "Gives its input. Refused: `training_mode` = true.",
  DynamicQuantizeLinear: "Rounding has derivative 0.",
  Einsum: "With `...`, repeated and missing labels.",
  Expand: `The shape ${KNOWN}`,
  GRU: RECURRENT,
  Gather: OUTSIDE,
  GatherElements: OUTSIDE,
  GatherND: OUTSIDE,
  GridSample: "In any number of dimensions, cubic too.",
  GroupNormalization: "Before 21 with a scale for each group, since then for each feature.",
  If: `The condition ${KNOWN}`,
  LSTM: `${RECURRENT} As in onnxruntime \`clip\` limits the gates' sums, not the cell's state.`,
  LpNormalization: "Vectors of norm 0 stay, with derivatives. `p` = 1 and 2.",
  LpPool: POOL,
  MaxPool: `${POOL} Refused: the second output, Indices, and \`storage_order\` = 1.`,
  Mod: "Floats without `fmod` have the divisor's sign, as integers.",
  NonZero: `The array ${KNOWN}`,
  OneHot: `The depth ${KNOWN}`,
  Pad: `The pads ${KNOWN} Negative ones cut off before anything is added.`,
  Pow: "A known exponent of one element multiplies, so negative numbers have derivatives.",
  QuantizeLinear: "To 8 and 16 bits; rounding has derivative 0. Refused: float8, 4 bits.",
  RNN: RECURRENT,
  Range: `Start, limit and delta ${KNOWN}`,
  ReduceL2: "The derivative at 0 is 0.",
  Reshape: `The shape ${KNOWN}`,
  Resize:
    "All modes, coordinate transformations, roundings and policies. With `align_corners` the resized length is a whole number, as in onnxruntime.",
  Scatter: "Indices outside write nothing; of several updates for one place the last stands.",
  ScatterElements: "Indices outside write nothing; of several updates for one place the last stands.",
  ScatterND: "Indices outside write nothing; of several updates for one place the last stands.",
  Slice: `Starts, ends, axes and steps ${KNOWN}`,
  Softmax: "Before 13 all axes from `axis` on are one.",
  LogSoftmax: "Before 13 all axes from `axis` on are one.",
  Hardmax: "Before 13 all axes from `axis` on are one.",
  Tile: `The repeats ${KNOWN}`,
  TopK: `The number ${KNOWN} Results are sorted, whatever \`sorted\` says.`,
  Trilu: `The diagonal ${KNOWN}`,
};

/** The versions that files with an operator set from the first to the last may mean. */
function versionsOf(name: string): string {
  const all = versions[name] ?? [];
  if (name.includes(".")) return all.join(", ");
  const oldest = Math.max(...all.filter((v) => v <= FIRST), 0);
  const meant = all.filter((v) => v >= oldest && v <= LAST);
  return (meant.length > 0 ? meant : all).join(", ");
}

/** Names whose notes belong to no operator, which a test wants none of. */
export const strayNotes = (): string[] => Object.keys(NOTES).filter((name) => !Object.hasOwn(operators, name));

/** The text of docs/onnx-operators.md. */
export function onnxOperators(): string {
  const rows = Object.keys(operators)
    .sort((a, b) => a.localeCompare(b, "en"))
    .map((name) => `| ${name} | ${versionsOf(name)} | ${NOTES[name] ?? ""} |`);
  return `# Operators of ONNX

The ${rows.length} operators that \`onnx.load\` of \`cotangent/onnx\` computes, of ONNX's default domain in the operator sets ${FIRST} to ${LAST}, and of \`ai.onnx.ml\` what scikit-learn puts around its networks. Each attribute and input is that of ONNX's specification; what is refused is an error that names the attribute and its value, or the input. A file with other operators is refused with all of their names.

Values are those of onnxruntime. Results have their inputs' types; integers of 8 to 64 bits are computed with in 32. What floats go through has derivatives of every order, under all transformations and in all methods of \`nt\`; rounding and comparing have derivative 0. What *must be known* decides what is computed, so it may depend on constants and shapes, but not on parameters or on the contents of inputs.

| operator | versions | to know |
|---|---|---|
${rows.join("\n")}
`;
}
