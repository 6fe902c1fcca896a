/** The methods of arrays that compute along axes: sums, extrema, orders, and products with other arrays. */
import type { NDArray } from "../ir/ndarray.ts";
import type { ArrayLike } from "../lax/operands.ts";
import type { cumprod, cumsum } from "./cumulative.ts";
import type { Behind } from "./operands.ts";
import type { all, any, argmax, argmin, max, mean, min, prod, ptp, std, sum, var as variance } from "./reductions.ts";
import type { argsort, sort } from "./sorting.ts";

/** Each takes the options of the function of its name in `numpy`: `axis` by position or by name, the others by name. */
export interface ReductionMethods {
  /**
   * The product along the last axis of `x` and the last but one of `y`; with numbers the elementwise product.
   * @throws ShapeError when these axes differ in size.
   * @example np.array([1, 2]).dot(np.array([3, 4])) // 11
   */
  dot(y: ArrayLike): NDArray;
  /**
   * The matrix product; leading axes are a batch and broadcast. `(..., n, k)` with `(..., k, m)` gives `(..., n, m)`.
   * @throws ShapeError when the inner sizes differ, or an operand has no dimensions.
   * @example np.array([[1, 2], [3, 4]]).matmul(np.array([1, 1])) // [3, 7]
   */
  matmul(y: ArrayLike): NDArray;

  /**
   * The sum over all axes or the given ones; of bools the number of true ones as `int32`. 0 for no elements.
   * @throws ShapeError for an axis that there isn't.
   * @example
   * np.array([[1, 2], [3, 4]]).sum() // 10
   * np.array([[1, 2], [3, 4]]).sum({ axis: 1, keepdims: true }) // [[3], [7]]
   */
  sum(...args: Behind<typeof sum>): NDArray;
  /**
   * The mean over all axes or the given ones, as a float. NaN for no elements.
   * @throws ShapeError for an axis that there isn't.
   * @example np.array([[1, 2], [3, 4]]).mean(0) // [2, 3]
   */
  mean(...args: Behind<typeof mean>): NDArray;
  /**
   * The standard deviation: the square root of `var`.
   * @throws ShapeError for an axis that there isn't.
   * @example np.array([1, 3]).std() // 1
   */
  std(...args: Behind<typeof std>): NDArray;
  /**
   * The mean squared distance from the mean; the divisor is the count less `ddof` (0).
   * @throws ShapeError for an axis that there isn't.
   * @example np.array([1, 3]).var({ ddof: 1 }) // 2
   */
  var(...args: Behind<typeof variance>): NDArray;
  /**
   * The largest element.
   * @throws ShapeError for an axis that there isn't, and when there are no elements and no `initial`.
   * @example np.array([[1, 5], [3, 4]]).max(0) // [3, 5]
   */
  max(...args: Behind<typeof max>): NDArray;
  /**
   * The smallest element.
   * @throws ShapeError for an axis that there isn't, and when there are no elements and no `initial`.
   * @example np.array([[1, 5], [3, 4]]).min(0) // [1, 4]
   */
  min(...args: Behind<typeof min>): NDArray;
  /**
   * The largest element less the smallest.
   * @throws ShapeError for an axis that there isn't, and when there are no elements.
   * @example np.array([[1, 5], [3, 4]]).ptp(1) // [4, 1]
   */
  ptp(...args: Behind<typeof ptp>): NDArray;
  /**
   * Whether any element differs from 0, as a bool; false for none.
   * @throws ShapeError for an axis that there isn't.
   * @example np.array([0, 2]).any() // true
   */
  any(...args: Behind<typeof any>): NDArray;
  /**
   * Whether all elements differ from 0, as a bool; true for none.
   * @throws ShapeError for an axis that there isn't.
   * @example np.array([0, 2]).all() // false
   */
  all(...args: Behind<typeof all>): NDArray;
  /**
   * The product of the elements; 1 for none.
   * @throws ShapeError for an axis that there isn't.
   * @example np.array([2, 3, 4]).prod() // 24
   */
  prod(...args: Behind<typeof prod>): NDArray;
  /**
   * The place of the first largest element, NaN before any number, as `int32`; without an axis that in row-major order.
   * @throws ShapeError for an axis that there isn't, and when there are no elements.
   * @example np.array([1, 5, 5]).argmax() // 1
   */
  argmax(...args: Behind<typeof argmax>): NDArray;
  /**
   * The place of the first smallest element, NaN before any number, as `int32`; without an axis that in row-major order.
   * @throws ShapeError for an axis that there isn't, and when there are no elements.
   * @example np.array([[3, 1], [2, 4]]).argmin(1) // [1, 0]
   */
  argmin(...args: Behind<typeof argmin>): NDArray;
  /**
   * The sums of the elements up to each place along an axis; without one, of the array in one dimension.
   * @throws ShapeError for an axis that there isn't.
   * @example np.array([1, 2, 3]).cumsum() // [1, 3, 6]
   */
  cumsum(...args: Behind<typeof cumsum>): NDArray;
  /**
   * The products of the elements up to each place along an axis; without one, of the array in one dimension.
   * @throws ShapeError for an axis that there isn't.
   * @example np.array([1, 2, 3]).cumprod() // [1, 2, 6]
   */
  cumprod(...args: Behind<typeof cumprod>): NDArray;
  /**
   * Sorted along an axis, the last one by default; NaN comes last.
   * @throws ShapeError for an axis that there isn't.
   * @example np.array([3, 1, 2]).sort() // [1, 2, 3]
   */
  sort(...args: Behind<typeof sort>): NDArray;
  /**
   * The places that the sorted elements come from, as `int32`; equal elements keep their order.
   * @throws ShapeError for an axis that there isn't.
   * @example np.array([3, 1, 2]).argsort() // [1, 2, 0]
   */
  argsort(...args: Behind<typeof argsort>): NDArray;
}
