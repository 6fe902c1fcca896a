/** Products of several labelled arrays, of which some are read through windows, in their cheapest order. */
import { range } from "../../base/shapes.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import type { ContractParams } from "../../ir/primitive.ts";
import { reshape } from "../shape.ts";
import { contract, effectiveLabels } from "./contract.ts";
import { type Labelled, multiplyLabelled, sumUnneeded } from "./labels.ts";
import { type Contraction, type ContractionTree, contractionCost, neededLabels, planContraction } from "./order.ts";
import { type Operand, unfold } from "./unfold.ts";

/** A sum of products: of all operands, over all labels but those of `out`. */
export interface Product {
  readonly operands: readonly Operand[];
  readonly out: readonly number[];
  /** The size of every label. */
  readonly sizes: readonly number[];
}

/** Storing an element of a product, and reading it again, takes as long as this many multiplications. */
const TRAFFIC = 8;

const text = (labels: readonly number[]): string[] => labels.map(String);
const numbers = (labels: readonly string[]): number[] => labels.map(Number);

/** The labels numbered in the order in which they appear, so that equal products are equal equations. */
function canonical({ lhs, rhs, out, sizes, windows }: ContractParams): ContractParams {
  const order = [...new Set([...lhs, ...windows.flatMap((w) => [w.first.label, w.second.label]), ...rhs, ...out])];
  const to = (label: number): number => order.indexOf(label);
  const part = <P extends { readonly label: number }>(p: P): P => ({ ...p, label: to(p.label) });
  return {
    lhs: lhs.map(to),
    rhs: rhs.map(to),
    out: out.map(to),
    sizes: order.map((label) => sizes[label]!),
    windows: windows.map((w) => ({ ...w, input: to(w.input), first: part(w.first), second: part(w.second) })),
  };
}

/** The operand with an axis of size 1 for every label of the windows that nobody else has. */
function withWindowLabels(y: Operand, { labels, windows }: Operand, needed: readonly number[]): Operand {
  const lost = effectiveLabels(labels, windows).filter((label) => !y.labels.includes(label) && !needed.includes(label));
  const newSizes = [...y.array.shape, ...lost.map(() => 1)];
  return { ...y, array: reshape(y.array, { newSizes }), labels: [...y.labels, ...lost] };
}

/** A product reads one operand through windows; of two that have them, both are unfolded. */
function multiply(x: Operand, y: Operand, needed: readonly number[], sizes: readonly number[]): Operand {
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
  const labelled = ({ array, labels }: Operand): Labelled => ({ array, labels: text(labels) });
  const array = multiplyLabelled(labelled(lhs), labelled(other), text(needed), labelSizes(sizes));
  return { array, labels: needed, windows: [] };
}

const labelSizes = (sizes: readonly number[]): Map<string, number> =>
  new Map(sizes.map((n, label) => [String(label), n]));

/** The operand summed over the labels that nobody else needs. */
function reduced(operand: Operand, needed: readonly number[]): Operand {
  if (operand.windows.length > 0) return operand;
  const { array, labels } = sumUnneeded({ array: operand.array, labels: text(operand.labels) }, text(needed));
  return { array, labels: numbers(labels), windows: [] };
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

/** What the search for the order is told; `arrays` tell which operands are one. */
function contractionOf({ operands, out, sizes }: Product, arrays: readonly NDArray[]): Contraction {
  const volume = (labels: readonly number[]): number => labels.reduce((n, label) => n * sizes[label]!, 1);
  const windowed = (members: readonly number[]): Operand | null => {
    const [operand] = members.length === 1 ? [operands[members[0]!]!] : [];
    return operand && operand.windows.length > 0 ? operand : null;
  };
  /** Storing what two windowed operands are when unfolded; once, if they are the same. */
  const preparation = (a: readonly number[], b: readonly number[]): number => {
    const [x, y] = [windowed(a), windowed(b)];
    if (!x || !y) return 0;
    const stored = arrays[a[0]!] === arrays[b[0]!] ? [x] : [x, y];
    return stored.reduce((n, o) => n + TRAFFIC * volume(effectiveLabels(o.labels, o.windows)), 0);
  };
  return {
    operands: operands.map((o) => text(effectiveLabels(o.labels, o.windows))),
    output: text(out),
    sizes: labelSizes(sizes),
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

/** Computes a product, two operands at a time. */
export function contractMany(given: Product): NDArray {
  const product = squeezed(given);
  const { operands, out, sizes } = product;
  const contraction = contractionOf(product, arraysOf(given));
  const needed = (members: readonly number[]): number[] =>
    members.length === operands.length
      ? [...out]
      : numbers(neededLabels(members, contraction.operands, contraction.output));
  const evaluate = (tree: ContractionTree): { operand: Operand; members: number[] } => {
    if (typeof tree === "number") return { operand: reduced(operands[tree]!, needed([tree])), members: [tree] };
    const [a, b] = tree.map(evaluate) as [ReturnType<typeof evaluate>, ReturnType<typeof evaluate>];
    const members = [...a.members, ...b.members];
    return { operand: multiply(a.operand, b.operand, needed(members), sizes), members };
  };
  const { array } = evaluate(planContraction(contraction).tree).operand;
  return reshape(array, { newSizes: given.out.map((label) => sizes[label]!) });
}
