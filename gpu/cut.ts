/** Dispatches that would take too long, in parts. */
import type { Settings, Work } from "./kernel.ts";

/** Some of the items that a kernel works on, in a dispatch of their own. */
export interface Part {
  readonly first: number;
  readonly count: number;
  readonly work: Work;
}

/** So many items in parts that keep to the most operations of a dispatch, as long as there is an item for each. */
export function partsOf(count: number, work: Work, { maxFlops }: Settings): Part[] {
  if (work.flops <= maxFlops) return [{ first: 0, count, work }];
  const each = Math.max(1, Math.floor((count * maxFlops) / work.flops));
  return Array.from({ length: Math.ceil(count / each) }, (_, i) => {
    const own = Math.min(each, count - i * each);
    const share = own / count;
    return {
      first: i * each,
      count: own,
      work: { flops: share * work.flops, traffic: share * work.traffic },
    };
  });
}
