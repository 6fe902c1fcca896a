/** Where the elements of a resized axis lie on the axis that it is made of, and which of its elements they are made of. */
export const COORDINATES = [
  "half_pixel",
  "half_pixel_symmetric",
  "pytorch_half_pixel",
  "align_corners",
  "asymmetric",
  "tf_half_pixel_for_nn",
  "tf_crop_and_resize",
] as const;

/** An axis before and after. */
export interface AxisResize {
  readonly from: number;
  readonly to: number;
  /** `to / from` before it was made a whole number. */
  readonly scale: number;
  /** The part of the axis, between 0 and 1, that "tf_crop_and_resize" takes. */
  readonly start: number;
  readonly end: number;
}

type Place = (i: number, axis: AxisResize) => number;

const halfPixel: Place = (i, { scale }) => (i + 0.5) / scale - 0.5;

/** The coordinate of a new element on the old axis. */
export const PLACES: Readonly<Record<(typeof COORDINATES)[number], Place>> = {
  half_pixel: halfPixel,
  half_pixel_symmetric: (i, axis) => (axis.from / 2) * (1 - axis.to / (axis.scale * axis.from)) + halfPixel(i, axis),
  pytorch_half_pixel: (i, axis) => (axis.to > 1 ? halfPixel(i, axis) : 0),
  align_corners: (i, { from, to }) => (to > 1 ? (i * (from - 1)) / (to - 1) : 0),
  asymmetric: (i, { scale }) => i / scale,
  tf_half_pixel_for_nn: (i, { scale }) => (i + 0.5) / scale,
  tf_crop_and_resize: (i, { from, to, start, end }) =>
    to > 1 ? start * (from - 1) + (i * (end - start) * (from - 1)) / (to - 1) : 0.5 * (start + end) * (from - 1),
};

/** Which element stands for a coordinate; `shrinks` says whether the axis gets smaller. */
export const NEAREST = {
  round_prefer_floor: (at: number): number => Math.ceil(at - 0.5),
  round_prefer_ceil: (at: number): number => Math.floor(at + 0.5),
  floor: (at: number): number => Math.floor(at),
  ceil: (at: number): number => Math.ceil(at),
  /** What was done before opset 11. */
  simple: (at: number, shrinks: boolean): number => (shrinks ? Math.ceil(at) : Math.trunc(at)),
} as const;

export const clamped = (at: number, size: number): number => Math.min(size - 1, Math.max(0, at));

/** The weight of an element at a distance, which is 0 from `radius` on. */
interface Filter {
  readonly radius: number;
  readonly weight: (distance: number) => number;
}

export const LINEAR: Filter = { radius: 1, weight: (d) => Math.max(0, 1 - d) };

/** Keys' filter with its number `a`. */
export const cubic = (a: number): Filter => ({
  radius: 2,
  weight: (d) => {
    if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
    return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
  },
});

/** How elements beyond the ends count, and how far the filter reaches where the axis shrinks. */
export interface Sampling {
  readonly filter: Filter;
  /** Elements beyond the ends don't count; otherwise they are those at the ends. */
  readonly excludeOutside: boolean;
  readonly antialias: boolean;
}

/** The matrix (from, to) in row-major order whose columns make each new element of the old ones. */
export function weightsAt(coordinates: readonly number[], axis: AxisResize, sampling: Sampling): Float64Array {
  const { filter, excludeOutside, antialias } = sampling;
  const narrow = antialias ? Math.min(axis.scale, 1) : 1;
  const reach = filter.radius / narrow;
  const matrix = new Float64Array(axis.from * axis.to);
  coordinates.forEach((at, j) => {
    const first = Math.floor(at - reach) + 1;
    const [low, high] = excludeOutside ? [Math.max(0, first), Math.min(axis.from, at + reach)] : [first, at + reach];
    const weight = (i: number): number => filter.weight(Math.abs(i - at) * narrow);
    let total = 0;
    for (let i = low; i < high; i++) total += weight(i);
    for (let i = low; i < high; i++) {
      const place = clamped(i, axis.from) * axis.to + j;
      matrix[place] = (matrix[place] ?? 0) + weight(i) / total;
    }
  });
  return matrix;
}
