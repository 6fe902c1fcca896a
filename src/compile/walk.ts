/**
 * Loop collapsing: the walk over several operands at once, with as few axes as it can have, so that inner loops are
 * long.
 */

/** Axes of a walk: one size and one stride per operand. */
interface Walk {
  readonly sizes: readonly number[];
  readonly strides: readonly (readonly number[])[];
}

/** Drops axes of size 1 and joins neighbours that lie as one in every operand. */
export function mergeWalk({ sizes, strides }: Walk): Walk {
  const kept: number[] = [];
  const merged = strides.map((): number[] => []);
  sizes.forEach((size, i) => {
    if (size === 1) return;
    const joins = kept.length > 0 && strides.every((s, j) => merged[j]!.at(-1) === s[i]! * size);
    if (joins) {
      kept[kept.length - 1] = kept.at(-1)! * size;
      strides.forEach((s, j) => {
        merged[j]![merged[j]!.length - 1] = s[i]!;
      });
    } else {
      kept.push(size);
      strides.forEach((s, j) => {
        merged[j]!.push(s[i]!);
      });
    }
  });
  return { sizes: kept, strides: merged };
}
