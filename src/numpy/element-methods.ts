/** The methods of arrays that compute element by element. */
import type { NDArray } from "../ir/ndarray.ts";
import type { ArrayLike } from "../lax/operands.ts";
import type { Behind } from "./operands.ts";
import type { ClipOptions, round } from "./ufuncs.ts";

/** Each broadcasts the array against its argument, and promotes their dtypes, as the function of its name in `numpy` does. */
export interface ElementMethods {
  /**
   * `x + y`; "or" of bools.
   * @throws ShapeError when the shapes don't broadcast.
   * @example np.array([1, 2]).add(10) // [11, 12]
   */
  add(y: ArrayLike): NDArray;
  /**
   * `x - y`, of numbers.
   * @throws ShapeError when the shapes don't broadcast.
   * @example np.array([1, 2]).sub(10) // [-9, -8]
   */
  sub(y: ArrayLike): NDArray;
  /**
   * `x * y`; "and" of bools.
   * @throws ShapeError when the shapes don't broadcast.
   * @example np.array([[1], [2]]).mul(np.array([1, 10])) // [[1, 10], [2, 20]]
   */
  mul(y: ArrayLike): NDArray;
  /**
   * `x / y` as a float: integers become `float32`.
   * @throws ShapeError when the shapes don't broadcast.
   * @example np.array([1, 2]).div(4) // [0.25, 0.5]
   */
  div(y: ArrayLike): NDArray;
  /**
   * `x` to the power `y`.
   * @throws ShapeError when the shapes don't broadcast, TypeError for integers to a negative whole power.
   * @example np.array([1, 2, 3]).pow(2) // [1, 4, 9]
   */
  pow(y: ArrayLike): NDArray;
  /**
   * The remainder of `x / y`, with the sign of `y`.
   * @throws ShapeError when the shapes don't broadcast.
   * @example np.array([-1, 5]).mod(3) // [2, 2]
   */
  mod(y: ArrayLike): NDArray;
  /**
   * `-x`, of numbers.
   * @example np.array([1, -2]).neg() // [-1, 2]
   */
  neg(): NDArray;
  /**
   * The absolute value; bools and `uint32` stay as they are.
   * @example np.array([1, -2]).abs() // [1, 2]
   */
  abs(): NDArray;
  /**
   * `e` to the power `x`, as a float.
   * @example np.array([0, 1]).exp() // [1, 2.7183]
   */
  exp(): NDArray;
  /**
   * The natural logarithm, as a float; NaN of negative numbers.
   * @example np.array([1, 10]).log() // [0, 2.3026]
   */
  log(): NDArray;
  /**
   * The square root, as a float; NaN of negative numbers.
   * @example np.array([4, 9]).sqrt() // [2, 3]
   */
  sqrt(): NDArray;
  /**
   * `x * x`.
   * @example np.array([3, -4]).square() // [9, 16]
   */
  square(): NDArray;
  /**
   * `exp(x) - 1`, exact near 0, as a float.
   * @example np.array([0, 1]).expm1() // [0, 1.7183]
   */
  expm1(): NDArray;
  /**
   * `log(1 + x)`, exact near 0, as a float; NaN below -1.
   * @example np.array([0, 1]).log1p() // [0, 0.6931]
   */
  log1p(): NDArray;
  /**
   * The sine of radians, as a float.
   * @example np.array([0, Math.PI / 2]).sin() // [0, 1]
   */
  sin(): NDArray;
  /**
   * The cosine of radians, as a float.
   * @example np.array([0, Math.PI]).cos() // [1, -1]
   */
  cos(): NDArray;
  /**
   * The hyperbolic tangent, as a float.
   * @example np.array([0, 1]).tanh() // [0, 0.7616]
   */
  tanh(): NDArray;
  /**
   * -1, 0 or 1, of numbers.
   * @example np.array([-3, 0, 3]).sign() // [-1, 0, 1]
   */
  sign(): NDArray;
  /**
   * The largest whole number at most `x`; integers stay.
   * @example np.array([-1.5, 1.5]).floor() // [-2, 1]
   */
  floor(): NDArray;
  /**
   * The smallest whole number at least `x`; integers stay.
   * @example np.array([-1.5, 1.5]).ceil() // [-1, 2]
   */
  ceil(): NDArray;
  /**
   * The larger of `x` and `y`; NaN if either is NaN.
   * @throws ShapeError when the shapes don't broadcast.
   * @example np.array([-1, 2]).maximum(0) // [0, 2]
   */
  maximum(y: ArrayLike): NDArray;
  /**
   * The smaller of `x` and `y`; NaN if either is NaN.
   * @throws ShapeError when the shapes don't broadcast.
   * @example np.array([-1, 2]).minimum(0) // [-1, 0]
   */
  minimum(y: ArrayLike): NDArray;
  /**
   * `x` limited to `[min, max]`; either bound may be left out.
   * @throws ShapeError when a bound doesn't broadcast.
   * @example
   * np.array([-2, 0.5, 2]).clip(-1, 1) // [-1, 0.5, 1]
   * np.array([-2, 0.5, 2]).clip({ min: 0 }) // [0, 0.5, 2]
   */
  clip(min: ArrayLike | null | ClipOptions, max?: ArrayLike | null): NDArray;
  /**
   * Rounded to so many decimals (0), halves to the even neighbour.
   * @example np.array([2.5, -1.26]).round(1) // [2.5, -1.3]
   */
  round(...args: Behind<typeof round>): NDArray;

  /**
   * Whether `x == y`, as bools.
   * @throws ShapeError when the shapes don't broadcast.
   * @example np.array([1, 2]).equal(2) // [false, true]
   */
  equal(y: ArrayLike): NDArray;
  /**
   * Whether `x != y`, as bools.
   * @throws ShapeError when the shapes don't broadcast.
   * @example np.array([1, 2]).notEqual(2) // [true, false]
   */
  notEqual(y: ArrayLike): NDArray;
  /**
   * Whether `x < y`, as bools.
   * @throws ShapeError when the shapes don't broadcast.
   * @example np.array([1, 2]).less(2) // [true, false]
   */
  less(y: ArrayLike): NDArray;
  /**
   * Whether `x <= y`, as bools.
   * @throws ShapeError when the shapes don't broadcast.
   * @example np.array([1, 2]).lessEqual(2) // [true, true]
   */
  lessEqual(y: ArrayLike): NDArray;
  /**
   * Whether `x > y`, as bools.
   * @throws ShapeError when the shapes don't broadcast.
   * @example np.array([1, 2]).greater(1) // [false, true]
   */
  greater(y: ArrayLike): NDArray;
  /**
   * Whether `x >= y`, as bools.
   * @throws ShapeError when the shapes don't broadcast.
   * @example np.array([1, 2]).greaterEqual(1) // [true, true]
   */
  greaterEqual(y: ArrayLike): NDArray;

  /**
   * Whether `x` and `y` both differ from 0, as bools.
   * @throws ShapeError when the shapes don't broadcast.
   * @example np.array([true, false]).logicalAnd(true) // [true, false]
   */
  logicalAnd(y: ArrayLike): NDArray;
  /**
   * Whether `x` or `y` differs from 0, as bools.
   * @throws ShapeError when the shapes don't broadcast.
   * @example np.array([true, false]).logicalOr(false) // [true, false]
   */
  logicalOr(y: ArrayLike): NDArray;
  /**
   * Whether `x` is 0, as bools.
   * @example np.array([true, false]).logicalNot() // [false, true]
   */
  logicalNot(): NDArray;
  /**
   * Whether each element is NaN, as bools.
   * @example np.array([1, NaN]).isnan() // [false, true]
   */
  isnan(): NDArray;
  /**
   * Whether each element is neither infinite nor NaN, as bools.
   * @example np.array([1, Infinity]).isfinite() // [true, false]
   */
  isfinite(): NDArray;
}
