// Comparing what two runtimes computed, by the digests of its pieces.

/** One number for all digests. */
export function summaryOf(digests) {
  let summary = 0;
  for (const text of Object.entries(digests).flat()) {
    for (let i = 0; i < text.length; i++) summary = (Math.imul(summary, 31) + text.charCodeAt(i)) | 0;
  }
  return (summary >>> 0).toString(16).padStart(8, "0");
}

/** What was computed to other bits than by the reference, or by one of them alone. */
export function differing(digests, reference) {
  const pieces = new Set([...Object.keys(reference), ...Object.keys(digests)]);
  return [...pieces].filter((piece) => digests[piece] !== reference[piece]);
}
