/** A tree of arrays as one vector, and back. */
import { formatShape, noMore } from "../base/errors.ts";
import { flattenArguments } from "../base/flatten.ts";
import { sizeOf } from "../base/shapes.ts";
import { unflatten } from "../base/tree.ts";
import type { NDArray } from "../ir/ndarray.ts";
import { convertElementType, promoteOperands } from "../lax/convert.ts";
import { full } from "../lax/create.ts";
import { type ArrayLike, asArray } from "../lax/operands.ts";
import { reshape } from "../lax/shape.ts";
import { concatenate, sliceInDim } from "../lax/slice.ts";
import type { WithLeaves } from "./tree-types.ts";

/**
 * The leaves of a tree as one vector of the dtype that they promote to, in the tree's order, and the function that makes
 * such a tree of a vector: each leaf in its own shape and dtype, or in the vector's dtype where all leaves have one. Numbers
 * become arrays of the vector's dtype. Source: `jax.flatten_util.ravel_pytree`.
 * @throws TypeError for leaves that are no arrays; from `unravel` for a vector of another size, and for one of another dtype
 * where the leaves' dtypes differ.
 * @example
 * ravelPytree({ w: np.array([[1, 2], [3, 4]]), b: 5 })[0] // [5, 1, 2, 3, 4]
 * ravelPytree({ w: np.ones([1, 2]), b: 5 })[1](np.array([7, 8, 9])).w // [[8, 9]]
 */
export function ravelPytree<Tree>(
  tree: Tree,
  ...rest: never[]
): [flat: NDArray, unravel: (flat: ArrayLike) => WithLeaves<Tree, NDArray>] {
  const fn = "ravelPytree";
  noMore(fn, rest);
  const [leaves, def] = flattenArguments<ArrayLike>(tree, "everywhere", fn);
  const given = leaves.map((leaf) => asArray(fn, leaf, "a leaf"));
  const parts = promoteOperands(fn, leaves).map((x) => reshape(x, { newSizes: [x.size] }));
  const flat = parts.length > 0 ? concatenate(parts, { dimension: 0 }) : full([0], 0);
  const { dtype, size: count } = flat;
  const shapes = given.map((x) => x.shape);
  const dtypes = given.map((x) => (x.aval.weak ? dtype : x.dtype));
  const isMixed = dtypes.some((own) => own !== dtype);
  const unravel = (given: ArrayLike, ...more: never[]): WithLeaves<Tree, NDArray> => {
    noMore(`${fn}: unravel`, more);
    const vector = asArray(`${fn}: unravel`, given, "flat");
    if (vector.ndim !== 1 || vector.size !== count || (isMixed && vector.dtype !== dtype)) {
      throw new TypeError(
        `${fn}: unravel takes a vector ${isMixed ? dtype : ""}(${count},), got ${vector.dtype}${formatShape(vector.shape)}.`,
      );
    }
    let next = 0;
    const arrays = shapes.map((newSizes, i) => {
      const part = reshape(sliceInDim(vector, next, next + sizeOf(newSizes), 0), { newSizes });
      next += part.size;
      return isMixed ? convertElementType(part, dtypes[i] ?? dtype) : part;
    });
    return unflatten(def, arrays);
  };
  return [flat, unravel];
}
