/** Paths of structured derivatives, read as what they claim: a Jacobian entry by entry, and its structure. */
import type { NDArray } from "cotangent";
import type { Factor, Path } from "../../src/nt/structure/path.ts";
import { indices, offsetOf } from "./arrays.ts";

type Assignment = ReadonlyMap<number, number>;

/** The value of a factor where its labels have given values: an element, or 1 where the named row is meant. */
function entryOf({ array, labels, windows, row }: Factor, data: ArrayLike<number>, at: Assignment): number {
  const index = labels.map((label, axis) => {
    const window = windows.find((w) => w.input === label);
    if (!window) return at.get(label) as number;
    const { first, second, low, dilation } = window;
    const place = (at.get(first.label) as number) * first.step + (at.get(second.label) as number) * second.step - low;
    return place % dilation === 0 && place >= 0 && place / dilation < (array.shape[axis] as number)
      ? place / dilation
      : null;
  });
  if (index.includes(null)) return 0;
  const element = data[offsetOf(index as number[], array.shape)] as number;
  return row === null ? element : Number(element === at.get(row));
}

/** The labels that run: all but those that windows replace. */
function runningLabels({ axes, summed, factors }: Path): number[] {
  const replaced = factors.flatMap(({ windows }) => windows.map((w) => w.input));
  const slid = factors.flatMap(({ windows }) => windows.flatMap((w) => [w.first.label, w.second.label]));
  const all = [...axes, ...summed, ...slid, ...factors.flatMap((f) => f.labels)];
  return [...new Set(all)].filter((label) => !replaced.includes(label));
}

/** `[elements of the value][elements of the parameter]`, by loops over all labels. */
export function jacobianOfPath(path: Path, parameterSize: number): number[][] {
  const labels = runningLabels(path);
  const shape = path.axes.map((label) => path.sizes[label] as number);
  const size = shape.reduce((a, b) => a * b, 1);
  const rows = Array.from({ length: size }, () => new Array<number>(parameterSize).fill(0));
  const factors = path.factors.map((factor) => [factor, factor.array.dataSync()] as const);
  for (const values of indices(labels.map((label) => path.sizes[label] as number))) {
    const at = new Map(labels.map((label, i) => [label, values[i] as number]));
    const place = labels.reduce(
      (sum, label, i) => sum + (path.strides[label] as number) * (values[i] as number),
      path.offset,
    );
    const row = offsetOf(
      path.axes.map((label) => at.get(label) as number),
      shape,
    );
    const product = factors.reduce((x, [factor, data]) => x * entryOf(factor, data, at), 1);
    if (product !== 0) (rows[row] as number[])[place] = ((rows[row] as number[])[place] ?? Number.NaN) + product;
  }
  return rows;
}

/** How an axis of the value relates to the parameter. */
export type Structure = "constant diagonal" | "diagonal" | "broadcast" | "dense";

/** What a path claims of each axis of its value. */
export function structureOf(path: Path): Structure[] {
  const inFactor = (label: number): boolean =>
    path.factors.some(
      ({ labels, windows }) =>
        labels.includes(label) || windows.some((w) => w.first.label === label || w.second.label === label),
    );
  return path.axes.map((label) => {
    if (path.strides[label] !== 0) return inFactor(label) ? "diagonal" : "constant diagonal";
    return inFactor(label) ? "dense" : "broadcast";
  });
}

/** What of a path's claims a dense Jacobian contradicts; nothing if it has the structure. */
export function contradictions(path: Path, jacobian: NDArray): string[] {
  const shape = path.axes.map((label) => path.sizes[label] as number);
  const data = jacobian.dataSync();
  const width =
    data.length /
    Math.max(
      1,
      shape.reduce((a, b) => a * b, 1),
    );
  const claims = structureOf(path);
  const found = new Set<string>();
  const others = path.summed.map((label) => [path.sizes[label] as number, path.strides[label] as number] as const);
  for (const index of indices(shape)) {
    const entry = (at: readonly number[], place: number): number => data[offsetOf(at, shape) * width + place] as number;
    const own = path.axes.reduce(
      (sum, label, i) => sum + (path.strides[label] as number) * (index[i] as number),
      path.offset,
    );
    const reached = new Set(
      indices(others.map(([n]) => n)).map((at) => at.reduce((sum, k, i) => sum + k * (others[i]?.[1] as number), own)),
    );
    for (let place = 0; place < width; place++) {
      if (entry(index, place) !== 0 && !reached.has(place))
        found.add(`entry [${index}][${place}] is not on the diagonals`);
    }
    claims.forEach((claim, axis) => {
      if (index[axis] === 0 || claim === "dense" || claim === "diagonal") return;
      const before = index.map((k, i) => (i === axis ? k - 1 : k));
      const step = path.strides[path.axes[axis] as number] as number;
      for (const place of reached) {
        if (entry(index, place) !== entry(before, place - step))
          found.add(`axis ${axis} is not ${claim} at [${index}]`);
      }
    });
  }
  return [...found];
}
