/** Attention. */

import { checkOptions, formatShape, noMore, ShapeError } from "../base/errors.ts";
import { entry, mapEach } from "../base/lists.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { promoteToFloat } from "../lax/convert.ts";
import * as lax from "../lax/index.ts";
import type { ArrayLike } from "../lax/operands.ts";
import { tril } from "../numpy/creation.ts";
import { einsum } from "../numpy/einsum.ts";
import { where } from "../numpy/logic.ts";
import { expandDims } from "../numpy/movement.ts";
import { fitting } from "../numpy/operands.ts";
import { repeat } from "../numpy/repeat.ts";
import { finfo } from "../numpy/types.ts";
import { add, multiply } from "../numpy/ufuncs.ts";
import { softmax } from "./normalization.ts";

/** Options of `nn.dotProductAttention`. */
export interface AttentionOptions {
  /** Added to the scores; broadcasts to `(batch, heads, queries, keys)`. */
  readonly bias?: ArrayLike | null;
  /** Which keys each query sees; broadcasts like `bias`. */
  readonly mask?: ArrayLike | null;
  /** What scores are multiplied by: one over the root of the heads' size by default. */
  readonly scale?: number | null;
  /** Whether a query sees only the keys up to its own place. */
  readonly isCausal?: boolean;
}

/**
 * The values weighted by the softmax of the scores of queries and keys. Queries have shape `(batch, queries, heads, size)`,
 * keys and values `(batch, keys, heads, size)`, of which there may be fewer heads, each for several of the queries'; the batch
 * axis may be missing. Source: `jax.nn.dot_product_attention`.
 * @throws ShapeError when the shapes don't fit.
 * @example nn.dotProductAttention(np.ones([2, 5, 4, 8]), np.ones([2, 6, 4, 8]), np.ones([2, 6, 4, 8])) // shape [2, 5, 4, 8]
 */
export function dotProductAttention(
  query: ArrayLike,
  key: ArrayLike,
  value: ArrayLike,
  options?: AttentionOptions,
  ...rest: never[]
): NDArray {
  const fn = "nn.dotProductAttention";
  noMore(fn, rest);
  const chosen = checkOptions(fn, options, ["bias", "mask", "scale", "isCausal"]);
  const given = promoteToFloat(fn, [query, key, value], ["query", "key", "value"]);
  const batched = entry(given, 0).ndim === 4;
  const [q, k, v] = mapEach(given, (x) => (batched ? x : expandDims(x, 0)));
  const [, queries, heads, size] = q.shape as [number, number, number, number];
  const [, keys, groups] = k.shape as [number, number, number];
  const fits =
    [q, k, v].every((x) => x.ndim === 4 && x.shape[0] === q.shape[0]) &&
    v.shape[1] === keys &&
    v.shape[2] === groups &&
    k.shape[3] === size &&
    heads % groups === 0;
  if (!fits) {
    throw new ShapeError(
      `${fn}: query, key and value must have shapes (batch, length, heads, size) that fit, got ` +
        `${given.map((x) => formatShape(x.shape)).join(", ")}.`,
    );
  }
  const spread = (x: NDArray): NDArray => (heads === groups ? x : repeat(x, heads / groups, { axis: 2 }));
  let scores = multiply(einsum("bqhd,bkhd->bhqk", q, spread(k)), chosen.scale ?? 1 / Math.sqrt(size));
  if (chosen.bias !== undefined && chosen.bias !== null) scores = add(scores, fitting(fn, "bias", chosen.bias, scores));
  const hidden = -0.7 * finfo(scores.dtype).max;
  if (chosen.mask) scores = where(fitting(fn, "mask", chosen.mask, scores), scores, hidden);
  if (chosen.isCausal) scores = where(tril(lax.full([queries, keys], true, "bool")), scores, hidden);
  const out = einsum("bhqk,bkhd->bqhd", softmax(scores), spread(v));
  return batched ? out : lax.squeeze(out, { dimensions: [0] });
}
