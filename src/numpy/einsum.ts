/** Einstein summation. */
import { describe, formatShape, ShapeError } from "../base/errors.ts";
import { range } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { promoteOperands } from "../lax/convert.ts";
import * as lax from "../lax/index.ts";
import type { ArrayLike } from "../lax/operands.ts";
import { product } from "../lax/products/dot.ts";
import {
  arrange,
  dropBroadcastAxes,
  type Labelled,
  type LabelSizes,
  labelSizes,
  multiplyLabelled,
  sumUnneeded,
} from "../lax/products/labels.ts";
import { type ContractionTree, neededLabels, planContraction } from "../lax/products/order.ts";

const FN = "numpy.einsum";

/** An equation, split: each operand's term and the output's; `"..."` counts as one label. */
interface Equation {
  readonly text: string;
  readonly terms: readonly (readonly string[])[];
  readonly output: readonly string[] | undefined;
}

function fail(equation: string, problem: string): never {
  throw new ShapeError(`${FN}: "${equation}": ${problem}.`);
}

function parseTerm(text: string, term: string): string[] {
  const labels = term.match(/\.\.\.|[^\s]/g) ?? [];
  const wrong = labels.find((l) => l !== "..." && !/^[A-Za-z]$/.test(l));
  if (wrong !== undefined) fail(text, `labels are letters and "...", got ${describe(wrong)}`);
  if (labels.filter((l) => l === "...").length > 1) fail(text, `a term has "..." twice: "${term}"`);
  return labels;
}

function parseEquation(text: string): Equation {
  const [left, right, ...more] = text.split("->");
  if (more.length > 0) fail(text, 'there may be one "->"');
  const terms = (left as string).split(",").map((term) => parseTerm(text, term));
  if (right === undefined) return { text, terms, output: undefined };
  const output = parseTerm(text, right);
  const known = new Set(terms.flat());
  output.forEach((label, i) => {
    if (output.indexOf(label) !== i) fail(text, `the output has label "${label}" twice`);
    if (!known.has(label) && label !== "...") fail(text, `the output's label "${label}" stands in no operand`);
  });
  return { text, terms, output };
}

/** A label of an axis that an ellipsis stands for, counted from the last. */
const ellipsisLabel = (fromLast: number): string => `.${fromLast}`;

function expandTerm(text: string, term: readonly string[], array: NDArray, i: number): string[] {
  const named = term.filter((l) => l !== "...").length;
  const covered = array.ndim - named;
  if (covered < 0 || (covered > 0 && !term.includes("..."))) {
    fail(
      text,
      `operand ${i + 1} of shape ${formatShape(array.shape)} has ${array.ndim} dimension(s), ` +
        `its term "${term.join("")}" names ${named}`,
    );
  }
  return term.flatMap((l) => (l === "..." ? range(covered).map((k) => ellipsisLabel(covered - 1 - k)) : [l]));
}

/** The output's labels where the equation has none: the ellipsis, then the labels that stand once, sorted. */
function implicitOutput(terms: readonly (readonly string[])[]): string[] {
  const all = terms.flat();
  const once = all.filter((l) => l !== "..." && all.indexOf(l) === all.lastIndexOf(l));
  return ["...", ...once.sort()];
}

/** Takes the diagonal of every pair of axes with one label, until no label is left twice; `what` is how errors begin. */
function takeDiagonals(text: string, what: string, { array, labels }: Labelled): Labelled {
  const second = labels.findIndex((l, k) => labels.indexOf(l) < k);
  if (second < 0) return { array, labels };
  const label = labels[second] as string;
  const first = labels.indexOf(label);
  const size = array.shape[first] as number;
  if (size !== array.shape[second]) {
    fail(text, `${what} has label "${label}" for axes of sizes ${size} and ${array.shape[second]}`);
  }
  const rest = range(array.ndim).filter((k) => k !== first && k !== second);
  const lead = rest.map((k) => array.shape[k] as number);
  const last = lax.transpose(array, { permutation: [...rest, first, second] });
  const diagonal = lax.slice(lax.reshape(last, { newSizes: [...lead, size * size] }), {
    startIndices: [...lead.map(() => 0), 0],
    limitIndices: [...lead, size * size],
    strides: [...lead.map(() => 1), size + 1],
  });
  return takeDiagonals(text, what, { array: diagonal, labels: [...rest.map((k) => labels[k] as string), label] });
}

/** The product of the operands in a tree, with the labels that are needed outside of it. */
function evaluate(
  tree: ContractionTree,
  operands: readonly Labelled[],
  output: readonly string[],
  sizes: LabelSizes,
): Labelled & { readonly members: readonly number[] } {
  const termLabels = operands.map((x) => x.labels);
  if (typeof tree === "number") {
    const needed = neededLabels([tree], termLabels, output);
    return { ...sumUnneeded(operands[tree] as Labelled, needed), members: [tree] };
  }
  const [lhs, rhs] = tree.map((branch) => evaluate(branch, operands, output, sizes)) as [
    ReturnType<typeof evaluate>,
    ReturnType<typeof evaluate>,
  ];
  const members = [...lhs.members, ...rhs.members];
  const needed = neededLabels(members, termLabels, output);
  const whole = members.length === operands.length && output.every((l) => needed.includes(l));
  const labels = whole ? output : needed;
  return { array: multiplyLabelled(lhs, rhs, labels, sizes), labels, members };
}

function einsumArrays({ text, terms, output }: Equation, arrays: readonly NDArray[]): NDArray {
  if (terms.length !== arrays.length) {
    fail(text, `there are ${terms.length} term(s) for ${arrays.length} operand(s)`);
  }
  const labelled = arrays.map((array, i) => {
    const labels = expandTerm(text, terms[i] as readonly string[], array, i);
    return takeDiagonals(text, `operand ${i + 1} of shape ${formatShape(array.shape)}`, { array, labels });
  });
  const sizes = labelSizes(labelled, (label) => {
    const shapes = arrays.map((x) => formatShape(x.shape)).join(", ");
    const name = label.startsWith(".")
      ? `the axis ${Number(label.slice(1)) + 1} from the end of "..."`
      : `label "${label}"`;
    return fail(text, `${name} has different sizes in the operands of shapes ${shapes}`);
  });
  const ellipsis = [...sizes.keys()]
    .filter((l) => l.startsWith("."))
    .sort((a, b) => Number(b.slice(1)) - Number(a.slice(1)));
  const outputLabels = (output ?? implicitOutput(terms)).flatMap((l) => (l === "..." ? ellipsis : [l]));
  const operands = labelled.map((x) => dropBroadcastAxes(x, sizes));
  const { tree } = planContraction({ operands: operands.map((x) => x.labels), output: outputLabels, sizes });
  return arrange(evaluate(tree, operands, outputLabels, sizes), outputLabels, sizes);
}

/** Labels given as numbers, which become letters: the capital ones first, as in NumPy. */
export type Sublist = readonly (number | "...")[];

function sublistTerm(labels: unknown): string {
  if (!Array.isArray(labels)) {
    throw new TypeError(
      `${FN}: without an equation each array is followed by a list of labels, got ${describe(labels)}.`,
    );
  }
  return Array.from(labels, (label) => {
    if (label === "...") return label;
    if (!Number.isInteger(label) || label < 0 || label >= 52) {
      throw new TypeError(`${FN}: a label is a whole number from 0 to 51 or "...", got ${describe(label)}.`);
    }
    return String.fromCharCode(label < 26 ? 65 + label : 97 + label - 26);
  }).join("");
}

/** `(a, [0, 1], b, [1, 2], [0, 2])` as an equation and its operands. */
function fromInterleaved(args: readonly unknown[]): [string, unknown[]] {
  const count = Math.floor(args.length / 2);
  const operands = range(count).map((i) => args[2 * i]);
  const inputs = range(count).map((i) => sublistTerm(args[2 * i + 1]));
  const output = args.length % 2 === 1 ? `->${sublistTerm(args.at(-1))}` : "";
  return [`${inputs.join(",")}${output}`, operands];
}

/**
 * Einstein summation: every axis of every operand has a label; the result has the axes of the output term, and labels
 * that it lacks are multiplied along and summed over. Without `->` the output has the labels that stand once, sorted.
 * A label twice in one operand takes the diagonal, `...` stands for any further axes (they broadcast), axes of size 1
 * broadcast. With three or more operands the order of the products is chosen to need the fewest multiplications.
 * Source: `jax.numpy.einsum`.
 * @throws ShapeError naming the equation, the operand and the shapes where they don't fit together.
 * @example np.einsum("ij,jk->ik", a, b); np.einsum("...ii->...", a); np.einsum(a, [0, 1], b, [1, 2], [0, 2])
 */
export function einsum(equation: string, ...operands: ArrayLike[]): NDArray;
export function einsum(...arraysAndLabels: (ArrayLike | Sublist)[]): NDArray;
export function einsum(...args: unknown[]): NDArray {
  const [text, operands] = typeof args[0] === "string" ? [args[0], args.slice(1)] : fromInterleaved(args);
  const equation = parseEquation(text);
  if (operands.length === 0) fail(text, "there are no operands");
  const names = operands.map((_, i) => `operand ${i + 1}`);
  return product(FN, promoteOperands(FN, operands, names), (...arrays) => einsumArrays(equation, arrays));
}
