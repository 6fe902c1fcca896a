/** The part of a kernel that two uses of one parameter make, as a product of labelled arrays. */

import type { DType } from "../../base/dtypes.ts";
import { entry } from "../../base/lists.ts";
import { range } from "../../base/shapes.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import type { Window } from "../../ir/primitive.ts";
import { neg, sub } from "../../lax/arithmetic.ts";
import { convertElementType } from "../../lax/convert.ts";
import { full } from "../../lax/create.ts";
import { effectiveLabels, renameWindow } from "../../lax/products/contract.ts";
import type { Product } from "../../lax/products/contract-many.ts";
import type { WindowedOperand } from "../../lax/products/unfold.ts";
import { rev, sliceInDim } from "../../lax/slice.ts";
import type { KernelLabels } from "../task/axes.ts";
import { align, type SharedAxis, type SharedPart } from "./align.ts";
import type { Contribution } from "./contributions.ts";
import type { Path } from "./path.ts";
import { comparePlaces, type Selection, takeRows } from "./selection.ts";

/** Labels of one side's outputs in the kernel: those of the output, and of its batch axis in front of every array. */
export interface SideLabels {
  readonly output: readonly number[];
  readonly batch: readonly number[];
}

/** A part of a label that both paths share, in the labels of the pair. */
interface SharedTarget extends SharedPart {
  readonly shared: number;
  readonly size: number;
}

/** One side's arrays in the labels of the pair. */
interface Terms {
  readonly operands: WindowedOperand[];
  readonly selections: Selection[];
}

const windowLabels = ({ windows }: { readonly windows: readonly Window[] }): number[] =>
  windows.flatMap((w) => [w.input, w.first.label, w.second.label]);

/** Whether the pair can be formed: what both share must be whole wherever a window slides or a row is selected. */
function isSimple(path: Path, axes: readonly SharedAxis[], side: 0 | 1): boolean {
  const slid = path.factors.flatMap(windowLabels);
  return axes.every(({ size, parts }) => {
    const { label, reversed } = parts[side];
    const other = parts[(1 - side) as 0 | 1];
    const untouched = label === null || (size === path.sizes[label] && reversed === other.reversed);
    return untouched || !slid.includes(label);
  });
}

/** The shared axes of two contributions; `null` if there are none, `undefined` if they cannot be expressed by labels. */
export function alignContributions(a: Contribution, b: Contribution): readonly SharedAxis[] | null | undefined {
  const axes = align(a.path, b.path);
  if (!axes) return axes;
  const windowed = [a, b].map(({ path }) => path.factors.flatMap(windowLabels));
  const selected = [a, b].map(({ path }) => path.factors.flatMap(({ row }) => (row === null ? [] : [row])));
  const crossing = axes.some(({ parts: [p, q] }) => {
    const crosses = (row: SharedPart, window: SharedPart, side: number): boolean =>
      row.label !== null &&
      window.label !== null &&
      entry(selected, side).includes(row.label) &&
      entry(windowed, 1 - side).includes(window.label);
    return crosses(p, q, 0) || crosses(q, p, 1);
  });
  return crossing || !isSimple(a.path, axes, 0) || !isSimple(b.path, axes, 1) ? undefined : axes;
}

/** Restricts an array to the parts of its labels that both paths share. */
function restricted(array: NDArray, labels: readonly number[], targets: ReadonlyMap<number, SharedTarget>): NDArray {
  return labels.reduce((x, label, axis) => {
    const target = targets.get(label);
    if (!target) return x;
    const part = sliceInDim(x, target.start, target.start + target.size, axis);
    return target.reversed ? rev(part, { dimensions: [axis] }) : part;
  }, array);
}

/** The places that a selection names, counted within the shared part of its row. */
function restrictedPlaces(places: NDArray, { start, size, reversed }: SharedTarget): NDArray {
  const from = start === 0 ? places : sub(places, start);
  return reversed ? neg(sub(from, size - 1)) : from;
}

class PairBuilder {
  readonly #sizes: number[];
  readonly #dtype: DType;

  constructor(sizes: readonly number[], dtype: DType) {
    this.#sizes = [...sizes];
    this.#dtype = dtype;
  }

  fresh = (size: number): number => this.#sizes.push(size) - 1;

  get sizes(): readonly number[] {
    return this.#sizes;
  }

  /** One side's arrays; `targets` holds the shared part of each of the path's labels. */
  terms(
    { cotangent, through, path, stacked }: Contribution,
    side: SideLabels,
    targets: ReadonlyMap<number, SharedTarget>,
  ): Terms {
    const renamed = path.sizes.map((size, label) => targets.get(label)?.shared ?? this.fresh(size));
    const rename = (label: number): number => entry(renamed, label);
    const front = [...side.batch, ...(stacked === 1 ? [] : [this.fresh(stacked)])];
    const lead = range(front.length).map(() => -1);
    const whole = [...side.batch, ...side.output];
    const rows = through ? through.shape.slice(whole.length).map(this.fresh) : side.output;
    const operands: WindowedOperand[] = [
      {
        array: this.#number(restricted(cotangent, [...lead, ...rows.map(() => -1), ...path.axes], targets)),
        labels: [...front, ...rows, ...path.axes.map(rename)],
        windows: [],
      },
    ];
    if (through) operands.push({ array: this.#number(through), labels: [...whole, ...rows], windows: [] });
    const selections: Selection[] = [];
    for (const { array, labels, windows, row } of path.factors) {
      const own = [...front, ...labels.map(rename)];
      if (row === null) {
        const within = restricted(array, [...lead, ...labels], targets);
        operands.push({
          array: this.#number(within),
          labels: own,
          windows: windows.map((w) => renameWindow(w, rename)),
        });
      } else {
        const target = targets.get(row);
        selections.push({ places: target ? restrictedPlaces(array, target) : array, labels: own, row: rename(row) });
      }
    }
    return { operands, selections };
  }

  #number(array: NDArray): NDArray {
    return convertElementType(array, this.#dtype);
  }

  /** Ones along a shared label that no array has. */
  ones(label: number): WindowedOperand {
    return { array: full([entry(this.#sizes, label)], 1, this.#dtype), labels: [label], windows: [] };
  }

  /** Selections of rows resolved: two are compared, one takes its rows from everybody else. */
  resolve(operands: readonly WindowedOperand[], selections: readonly Selection[]): WindowedOperand[] {
    let resolved = [...operands];
    for (const row of new Set(selections.map((s) => s.row))) {
      const [first, second] = selections.filter((s) => s.row === row) as [Selection, Selection | undefined];
      const place = (operand: WindowedOperand): WindowedOperand =>
        operand.labels.includes(row) ? takeRows(operand, first, this.#sizes) : operand;
      if (!second && !resolved.some((o) => o.labels.includes(row))) resolved.push(this.ones(row));
      resolved = resolved.map(place);
      if (second) resolved.push(comparePlaces(first, second, this.#sizes, this.#dtype));
    }
    return resolved;
  }
}

/** The product of two aligned contributions. */
export function pairProduct(
  kernel: KernelLabels,
  contributions: readonly [Contribution, Contribution],
  sides: readonly [SideLabels, SideLabels],
  axes: readonly SharedAxis[],
  dtype: DType,
): Product {
  const pair = new PairBuilder(kernel.sizes, dtype);
  const shared = axes.map(({ size }) => pair.fresh(size));
  const terms = ([0, 1] as const).map((side) => {
    const targets = new Map<number, SharedTarget>();
    axes.forEach(({ size, parts }, i) => {
      const { label, ...part } = parts[side];
      // Only where the paths run in opposite directions does one of them have to turn around.
      const turn = side === 1 && parts[0].label !== null && part.reversed !== parts[0].reversed;
      if (label !== null) targets.set(label, { label, ...part, reversed: turn, shared: entry(shared, i), size });
    });
    return pair.terms(contributions[side], sides[side], targets);
  }) as [Terms, Terms];
  const operands = pair.resolve(
    terms.flatMap((t) => t.operands),
    terms.flatMap((t) => t.selections),
  );
  const rows = terms.flatMap((t) => t.selections.map((s) => s.row));
  for (const label of shared) {
    const carriers = operands.filter((o) => effectiveLabels(o.labels, o.windows).includes(label));
    const alone = carriers.length === 0 || (carriers.length === 1 && entry(carriers, 0).windows.length > 0);
    if (alone && !rows.includes(label) && pair.sizes[label] !== 1) operands.push(pair.ones(label));
  }
  return { operands, out: kernel.out, sizes: pair.sizes };
}
