/** Comparison with layers of neural_tangents. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { NDArray } from "cotangent";
import * as assert from "uvu/assert";

/** The shape of an array, its sum, its sum of squares, its first and its last element. */
export type Summary = readonly [shape: number[], sum: number, squares: number, first: number, last: number];

export interface Reference {
  readonly input: number[];
  readonly outputShape: unknown;
  readonly params: Summary[];
  readonly output: Summary;
}

/**
 * Computed by neural_tangents (commit c17e770) with JAX 0.10.2 in float32: parameters for `PRNGKey(11)`, outputs for
 * inputs `normal(PRNGKey(7), input)`, patterns `normal(PRNGKey(8), ...)` and the `rng` `PRNGKey(5)`.
 */
export function readReferences(): Record<string, Reference> {
  return JSON.parse(readFileSync(fileURLToPath(new URL("data/layers.json", import.meta.url)), "utf8"));
}

/** Throws unless the array has this summary, up to the rounding of its float32 elements. */
export function agree(x: NDArray, [shape, sum, squares, first, last]: Summary, name: string): void {
  assert.equal([...x.shape], shape, `shape of ${name}`);
  const data = Array.from(x.dataSync());
  const near = (actual: number, expected: number, size: number, what: string): void =>
    assert.ok(Math.abs(actual - expected) <= 4e-6 * size, `${what} of ${name}: ${actual}, expected ${expected}`);
  const total = (f: (v: number) => number): number => data.reduce((acc, v) => acc + f(v), 0);
  const largest = data.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
  near(
    total((v) => v),
    sum,
    total(Math.abs),
    "the sum",
  );
  near(
    total((v) => v * v),
    squares,
    squares,
    "the sum of squares",
  );
  near(data[0] as number, first, largest, "the first element");
  near(data.at(-1) as number, last, largest, "the last element");
}
