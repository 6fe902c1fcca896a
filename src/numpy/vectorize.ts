/** Functions of vectors and matrices on whole arrays of them. */

import { type Arguments, namedArguments } from "../base/arguments.ts";
import { checkFunction, describe, formatShape, noMore, ShapeError } from "../base/errors.ts";
import { entry } from "../base/lists.ts";
import { broadcastShapes, canonicalAxis, range } from "../base/shapes.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import { broadcastTo, moveAxis, transpose } from "../lax/shape.ts";
import { vmapAs } from "../transform/vmap.ts";

/** Options of `np.vectorize`. */
export interface VectorizeOptions {
  /** The axes of the arguments that `f` itself takes, such as `"(m,n),(n)->(m)"`; none by default. */
  readonly signature?: string | null;
}

const SIGNATURE = /^\s*(\([\w\s,]*\)\s*,\s*)*\([\w\s,]*\)\s*->/;

/** How many axes of each argument the signature names. */
function coreRanks(fn: string, signature: string | null, count: number): number[] {
  if (signature === null) return new Array<number>(count).fill(0);
  const inputs = SIGNATURE.exec(signature)?.[0].match(/\([^)]*\)/g);
  if (inputs?.length !== count) {
    throw new TypeError(
      `${fn}: signature ${describe(signature)} must name the axes of ${count} argument(s), as "(m,n),(n)->(m)".`,
    );
  }
  return inputs.map((term) => term.match(/\w+/g)?.length ?? 0);
}

/**
 * `f` over all the axes of its arguments in front of those that its `signature` names; these broadcast.
 * Source: `jax.numpy.vectorize`.
 * @example np.vectorize((a, x) => np.dot(a, x), { signature: "(m,n),(n)->(m)" })
 */
export function vectorize<Out>(
  f: (...args: NDArray[]) => Out,
  ...args: Arguments<[], VectorizeOptions>
): (...args: ArrayLike[]) => Out {
  const fn = "numpy.vectorize";
  const { signature = null } = namedArguments<VectorizeOptions>(fn, ["signature"], args, 0);
  return vectorized(fn, f, signature);
}

function vectorized<Out>(
  fn: string,
  f: (...args: NDArray[]) => Out,
  signature: string | null,
): (...args: ArrayLike[]) => Out {
  checkFunction(fn, "f", f);
  return (...args) => {
    const arrays = args.map((x, i) => asArray(fn, x, `argument ${i + 1}`));
    const ranks = coreRanks(fn, signature, arrays.length);
    const short = arrays.findIndex((x, i) => x.ndim < entry(ranks, i));
    if (short >= 0) {
      const { shape } = entry(arrays, short);
      throw new ShapeError(
        `${fn}: argument ${short + 1} of shape ${formatShape(shape)} has too few axes for the signature.`,
      );
    }
    const split = arrays.map((x, i) => x.ndim - entry(ranks, i));
    const batch = broadcastShapes(
      fn,
      arrays.map((x, i) => x.shape.slice(0, split[i])),
    );
    const spread = arrays.map((x, i) => broadcastTo(x, [...batch, ...x.shape.slice(split[i])]));
    return batch.reduce<(...xs: NDArray[]) => Out>((g) => vmapAs(fn, g), f)(...spread);
  };
}

/**
 * `f`, a function of vectors, of all the vectors along an axis; its results' axes stand in place of that axis.
 * Source: `jax.numpy.apply_along_axis`.
 * @example np.applyAlongAxis((row) => np.sum(row), 1, np.ones([2, 3])) // [3, 3]
 */
export function applyAlongAxis(f: (x: NDArray) => NDArray, axis: number, x: ArrayLike, ...rest: never[]): NDArray {
  const fn = "numpy.applyAlongAxis";
  noMore(fn, rest);
  const operand = asArray(fn, x);
  const place = canonicalAxis(fn, axis, operand.ndim);
  const out = vectorized(fn, f, "(n)->()")(moveAxis(operand, place, operand.ndim - 1));
  const lead = operand.ndim - 1;
  const own = range(out.ndim - lead, lead);
  return transpose(out, { permutation: [...range(place), ...own, ...range(lead - place, place)] });
}
