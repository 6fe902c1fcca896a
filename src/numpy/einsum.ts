/** Einstein summation. */

import { describe, formatShape, ShapeError } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { range } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { promoteOperands } from "../lax/convert.ts";
import * as lax from "../lax/index.ts";
import type { ArrayLike } from "../lax/operands.ts";
import { multiplyInOrder } from "../lax/products/contract-many.ts";
import { product } from "../lax/products/dot.ts";
import { arrange, dropBroadcastAxes, type Labelled, labelSizes } from "../lax/products/labels.ts";
import { planContraction } from "../lax/products/order.ts";

const FN = "numpy.einsum";

/** Labels are numbers: letters by their places here, as in NumPy. */
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** The label of `"..."`. The axes that it stands for have this one and the next ones, counted from the last axis. */
const ELLIPSIS = LETTERS.length;

/** What is summed: each operand's labels and the output's, with one for an ellipsis. */
interface Summation {
  /** As errors show it. */
  readonly text: string;
  readonly terms: readonly (readonly number[])[];
  readonly output: readonly number[] | undefined;
}

function fail(equation: string, problem: string): never {
  throw new ShapeError(`${FN}: "${equation}": ${problem}.`);
}

const nameOf = (label: number): string => (label === ELLIPSIS ? "..." : LETTERS.charAt(label));

const termText = (term: readonly number[]): string => term.map(nameOf).join("");

function parseTerm(text: string, term: string): number[] {
  return (term.match(/\.\.\.|[^\s]/g) ?? []).map((name) => {
    const label = name === "..." ? ELLIPSIS : LETTERS.indexOf(name);
    return label < 0 ? fail(text, `labels are letters and "...", got ${describe(name)}`) : label;
  });
}

function parseEquation(text: string): Summation {
  const [left, right, ...more] = text.split("->");
  if (more.length > 0) fail(text, 'there may be one "->"');
  const terms = (left as string).split(",").map((term) => parseTerm(text, term));
  return { text, terms, output: right === undefined ? undefined : parseTerm(text, right) };
}

function checkEquation({ text, terms, output = [] }: Summation): void {
  for (const term of [...terms, output]) {
    if (term.indexOf(ELLIPSIS) !== term.lastIndexOf(ELLIPSIS))
      fail(text, `a term has "..." twice: "${termText(term)}"`);
  }
  const known = new Set(terms.flat());
  output.forEach((label, i) => {
    if (output.indexOf(label) !== i) fail(text, `the output has label "${nameOf(label)}" twice`);
    if (!known.has(label) && label !== ELLIPSIS) {
      fail(text, `the output's label "${nameOf(label)}" stands in no operand`);
    }
  });
}

function expandTerm(text: string, term: readonly number[], array: NDArray, i: number): number[] {
  const named = term.filter((l) => l !== ELLIPSIS).length;
  const covered = array.ndim - named;
  if (covered < 0 || (covered > 0 && !term.includes(ELLIPSIS))) {
    fail(
      text,
      `operand ${i + 1} of shape ${formatShape(array.shape)} has ${array.ndim} dimension(s), ` +
        `its term "${termText(term)}" names ${named}`,
    );
  }
  return term.flatMap((l) => (l === ELLIPSIS ? ellipsisLabels(covered) : [l]));
}

const ellipsisLabels = (count: number): number[] => range(count, ELLIPSIS).reverse();

/** The output's labels where the equation has none: the ellipsis, then the labels that stand once, sorted. */
function implicitOutput(terms: readonly (readonly number[])[]): number[] {
  const all = terms.flat();
  const once = all.filter((l) => l !== ELLIPSIS && all.indexOf(l) === all.lastIndexOf(l));
  return [ELLIPSIS, ...once.sort((a, b) => a - b)];
}

/** Takes the diagonal of every pair of axes with one label, until no label is left twice; `what` is how errors begin. */
function takeDiagonals(text: string, what: string, { array, labels }: Labelled): Labelled {
  const second = labels.findIndex((l, k) => labels.indexOf(l) < k);
  if (second < 0) return { array, labels };
  const label = entry(labels, second);
  const first = labels.indexOf(label);
  const size = entry(array.shape, first);
  if (size !== array.shape[second]) {
    fail(text, `${what} has label "${nameOf(label)}" for axes of sizes ${size} and ${array.shape[second]}`);
  }
  const rest = range(array.ndim).filter((k) => k !== first && k !== second);
  const lead = rest.map((k) => entry(array.shape, k));
  const last = lax.transpose(array, { permutation: [...rest, first, second] });
  const diagonal = lax.slice(lax.reshape(last, { newSizes: [...lead, size * size] }), {
    startIndices: [...lead.map(() => 0), 0],
    limitIndices: [...lead, size * size],
    strides: [...lead.map(() => 1), size + 1],
  });
  return takeDiagonals(text, what, { array: diagonal, labels: [...rest.map((k) => entry(labels, k)), label] });
}

function einsumArrays({ text, terms, output }: Summation, arrays: readonly NDArray[]): NDArray {
  if (terms.length !== arrays.length) {
    fail(text, `there are ${terms.length} term(s) for ${arrays.length} operand(s)`);
  }
  const labelled = arrays.map((array, i) => {
    const labels = expandTerm(text, entry(terms, i), array, i);
    return takeDiagonals(text, `operand ${i + 1} of shape ${formatShape(array.shape)}`, { array, labels });
  });
  const sizes = labelSizes(labelled, (label) => {
    const shapes = arrays.map((x) => formatShape(x.shape)).join(", ");
    const name =
      label < ELLIPSIS ? `label "${nameOf(label)}"` : `the axis ${label - ELLIPSIS + 1} from the end of "..."`;
    return fail(text, `${name} has different sizes in the operands of shapes ${shapes}`);
  });
  const ellipsis = ellipsisLabels(Math.max(0, sizes.length - ELLIPSIS));
  const out = (output ?? implicitOutput(terms)).flatMap((l) => (l === ELLIPSIS ? ellipsis : [l]));
  const operands = labelled.map((x) => ({ ...dropBroadcastAxes(x, sizes), windows: [] }));
  const { tree } = planContraction({ operands: operands.map((x) => x.labels), output: out, sizes });
  return arrange(multiplyInOrder(tree, { operands, out, sizes }), out, sizes);
}

/** Labels given as numbers from 0 to 51. */
export type Sublist = readonly (number | "...")[];

function sublistTerm(labels: unknown): number[] {
  if (!Array.isArray(labels)) {
    throw new TypeError(
      `${FN}: without an equation each array is followed by a list of labels, got ${describe(labels)}.`,
    );
  }
  return Array.from(labels, (label) => {
    if (label === "...") return ELLIPSIS;
    if (!Number.isInteger(label) || label < 0 || label >= LETTERS.length) {
      throw new TypeError(`${FN}: a label is a whole number from 0 to 51 or "...", got ${describe(label)}.`);
    }
    return label;
  });
}

/** `(a, [0, 1], b, [1, 2], [0, 2])` as an equation and its operands. */
function fromInterleaved(args: readonly unknown[]): [Summation, unknown[]] {
  const count = Math.floor(args.length / 2);
  const operands = range(count).map((i) => args[2 * i]);
  const terms = range(count).map((i) => sublistTerm(args[2 * i + 1]));
  const output = args.length % 2 === 1 ? sublistTerm(args.at(-1)) : undefined;
  const text = `${terms.map(termText).join(",")}${output ? `->${termText(output)}` : ""}`;
  return [{ text, terms, output }, operands];
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
  const [equation, operands] =
    typeof args[0] === "string" ? [parseEquation(args[0]), args.slice(1)] : fromInterleaved(args);
  checkEquation(equation);
  if (operands.length === 0) fail(equation.text, "there are no operands");
  const names = operands.map((_, i) => `operand ${i + 1}`);
  return product(FN, promoteOperands(FN, operands, names), (...arrays) => einsumArrays(equation, arrays));
}
