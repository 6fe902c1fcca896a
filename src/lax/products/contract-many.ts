/** Products of several labelled arrays, of which some are read through windows, in their cheapest order. */
import { range } from "../../base/shapes.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import { reshape } from "../shape.ts";
import { canonical, contract, effectiveLabels } from "./contract.ts";
import { type Labelled, multiplyLabelled, sumUnneeded, volume } from "./labels.ts";
import { type Contraction, type ContractionTree, contractionCost, neededLabels, planContraction } from "./order.ts";
import { unfold, type WindowedOperand } from "./unfold.ts";

/** A sum of products: of all operands, over all labels but those of `out`. */
export interface Product {
  readonly operands: readonly WindowedOperand[];
  readonly out: readonly number[];
  /** The size of every label. */
  readonly sizes: readonly number[];
}

/** Storing an element of a product, and reading it again, takes as long as this many multiplications. */
const TRAFFIC = 8;

/** The operand with an axis of size 1 for every label of the windows that nobody else has. */
function withWindowLabels(
  y: WindowedOperand,
  { labels, windows }: WindowedOperand,
  needed: readonly number[],
): WindowedOperand {
  const lost = effectiveLabels(labels, windows).filter((label) => !y.labels.includes(label) && !needed.includes(label));
  const newSizes = [...y.array.shape, ...lost.map(() => 1)];
  return { ...y, array: reshape(y.array, { newSizes }), labels: [...y.labels, ...lost] };
}

/** A product reads one operand through windows; of two that have them, both are unfolded. */
function multiply(
  x: WindowedOperand,
  y: WindowedOperand,
  needed: readonly number[],
  sizes: readonly number[],
): WindowedOperand {
  if (x.windows.length > 0 && y.windows.length > 0) {
    const [a, b] = [unfold(x, sizes), unfold(y, sizes)];
    const [forA, forB] = [b, a].map(({ labels }) => [...labels, ...needed]) as [number[], number[]];
    return multiply(reduced(a, forA), reduced(b, forB), needed, sizes);
  }
  const [lhs, other] = y.windows.length > 0 ? [y, x] : [x, y];
  if (lhs.windows.length > 0) {
    const rhs = withWindowLabels(other, lhs, needed);
    const params = { lhs: lhs.labels, rhs: rhs.labels, out: needed, sizes, windows: lhs.windows };
    return { array: contract(lhs.array, rhs.array, canonical(params)), labels: needed, windows: [] };
  }
  return { array: multiplyLabelled(lhs, other, needed, sizes), labels: needed, windows: [] };
}

/** The operand summed over the labels that nobody else needs. */
function reduced(operand: WindowedOperand, needed: readonly number[]): WindowedOperand {
  return operand.windows.length > 0 ? operand : { ...sumUnneeded(operand, needed), windows: [] };
}

/**
 * The product without labels of size 1, over which a sum would be a copy; but windows need theirs.
 */
function squeezed({ operands, out, sizes }: Product): Product {
  const windows = operands.flatMap((o) => o.windows);
  const needed = new Set(windows.flatMap((w) => [w.input, w.first.label, w.second.label]));
  const stays = (label: number): boolean => sizes[label] !== 1 || needed.has(label);
  return {
    operands: operands.map((o) => {
      const kept = range(o.labels.length).filter((i) => stays(o.labels[i]!));
      const newSizes = kept.map((i) => o.array.shape[i]!);
      return { ...o, array: reshape(o.array, { newSizes }), labels: kept.map((i) => o.labels[i]!) };
    }),
    out: out.filter(stays),
    sizes,
  };
}

/** The labels that each operand's product is summed over or keeps. */
const termsOf = (operands: readonly WindowedOperand[]): (readonly number[])[] =>
  operands.map(({ labels, windows }) => effectiveLabels(labels, windows));

/** What the search for the order is told; `arrays` tell which operands are one. */
function contractionOf({ operands, out, sizes }: Product, arrays: readonly NDArray[]): Contraction {
  const windowed = (members: readonly number[]): WindowedOperand | null => {
    const [operand] = members.length === 1 ? [operands[members[0]!]!] : [];
    return operand && operand.windows.length > 0 ? operand : null;
  };
  /** Storing what two windowed operands are when unfolded; once, if they are the same. */
  const preparation = (a: readonly number[], b: readonly number[]): number => {
    const [x, y] = [windowed(a), windowed(b)];
    if (!x || !y) return 0;
    const stored = arrays[a[0]!] === arrays[b[0]!] ? [x] : [x, y];
    return stored.reduce((n, o) => n + TRAFFIC * volume(effectiveLabels(o.labels, o.windows), sizes), 0);
  };
  return {
    operands: termsOf(operands),
    output: out,
    sizes,
    preparation,
    identities: arrays,
    traffic: TRAFFIC,
  };
}

const arraysOf = ({ operands }: Product): NDArray[] => operands.map((o) => o.array);

/** What a product costs in its cheapest order, and in a given one; in multiplications. */
export function costsOf(product: Product, given: ContractionTree): { readonly best: number; readonly given: number } {
  const contraction = contractionOf(product, arraysOf(product));
  return { best: planContraction(contraction).cost, given: contractionCost(contraction, given) };
}

/** The product in the order of a tree, two operands at a time; of more than one operand its labels are those of `out`. */
export function multiplyInOrder(tree: ContractionTree, { operands, out, sizes }: Product): Labelled {
  const terms = termsOf(operands);
  const needed = (members: readonly number[]): readonly number[] =>
    members.length === operands.length ? out : neededLabels(members, terms, out);
  const evaluate = (branch: ContractionTree): { operand: WindowedOperand; members: number[] } => {
    if (typeof branch === "number") return { operand: reduced(operands[branch]!, needed([branch])), members: [branch] };
    const [a, b] = [evaluate(branch[0]), evaluate(branch[1])];
    const members = [...a.members, ...b.members];
    return { operand: multiply(a.operand, b.operand, needed(members), sizes), members };
  };
  return evaluate(tree).operand;
}

/** Computes a product of two operands or more, in its cheapest order. */
export function contractMany(given: Product): NDArray {
  const product = squeezed(given);
  const { tree } = planContraction(contractionOf(product, arraysOf(given)));
  const { array } = multiplyInOrder(tree, product);
  return reshape(array, { newSizes: given.out.map((label) => given.sizes[label]!) });
}
