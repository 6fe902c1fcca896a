/** What is timed side by side must be the same kernel. */

/** Throws unless all who computed a kernel agree on its first entry and its mean to a part in a thousand. */
export function checkAgreement(job: string, summaries: readonly (readonly [number, number])[]): void {
  const [first, ...others] = summaries;
  if (!first) return;
  const scale = Math.max(...first.map(Math.abs));
  for (const other of others) {
    if (other.every((x, i) => Math.abs(x - (first[i] as number)) <= 1e-3 * scale)) continue;
    throw new Error(`bench: results for ${job} differ: ${summaries.map((s) => `[${s.join(", ")}]`).join(", ")}.`);
  }
}
