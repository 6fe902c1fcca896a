/** What the verifier has seen and found in this process; `run-files.mjs` reports it. */
export interface Record {
  plans: number;
  runs: number;
  readonly faults: string[];
}

const place = globalThis as { verified?: Record };
place.verified ??= { plans: 0, runs: 0, faults: [] };

export const record: Record = place.verified;
