/** Comparison with JAX's draws. */

import type { NDArray } from "cotangent";
import * as assert from "uvu/assert";

/** Throws unless the array has this shape and these elements, exactly. */
export function equal(x: NDArray, shape: readonly number[], expected: ArrayLike<number>, name = ""): void {
  assert.equal([...x.shape], [...shape], `shape of ${name}`);
  assert.equal(Array.from(x.dataSync()), Array.from(expected), name);
}

const ulp = (x: number, bits: number): number => 2 ** (Math.floor(Math.log2(Math.max(Math.abs(x), 2 ** -126))) - bits);

/**
 * Throws unless every element is within `ulps` spacings of its reference; below `scale` in size the spacing at `scale`
 * counts, for results that are differences of numbers of that size.
 */
export function close(
  x: NDArray,
  shape: readonly number[],
  expected: ArrayLike<number>,
  { name = "", ulps = 2, scale = 0 } = {},
): void {
  assert.equal([...x.shape], [...shape], `shape of ${name}`);
  const bits = x.dtype === "float64" ? 52 : 23;
  x.dataSync().forEach((value, i) => {
    const reference = expected[i] as number;
    const allowed = ulps * ulp(Math.max(scale, Math.abs(reference)), bits);
    assert.ok(
      Math.abs(value - reference) <= allowed,
      `${name}[${i}]: ${value} is not within ${ulps} ulp of ${reference}`,
    );
  });
}
