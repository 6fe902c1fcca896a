/** Lists whose length TypeScript knows, and entries that there must be. */

/** A `T` for each entry of a list. */
export type ForEach<List extends readonly unknown[], T> = { -readonly [place in keyof List]: T };

/** `list.map(fn)`, as long as the list is. */
export function mapEach<const List extends readonly unknown[], T>(
  list: List,
  fn: (entry: List[number], place: number) => T,
): ForEach<List, T> {
  return list.map(fn) as ForEach<List, T>;
}

/** The entry at a place that there must be; negative ones count from the end. */
export function entry<T>(list: readonly T[], place: number): T {
  const found = list[place < 0 ? place + list.length : place];
  if (found === undefined) throw new RangeError(`no entry ${place} in a list of ${list.length}.`);
  return found;
}
