/** The methods of arrays that move elements, to other places, dtypes and devices. */
import type { DType } from "../base/dtypes.ts";
import type { DeviceLike } from "../device/device.ts";
import type { NDArray } from "../ir/ndarray.ts";
import type { Index, take } from "./indexing.ts";
import type {
  broadcastTo,
  expandDims,
  flip,
  moveaxis,
  ravel,
  reshape,
  squeeze,
  swapaxes,
  transpose,
} from "./movement.ts";
import type { Behind } from "./operands.ts";
import type { Part } from "./part.ts";

/** None of them changes the array, which is immutable. */
export interface ShapeMethods {
  /**
   * The elements at places along an axis, or of the array in one dimension; places out of range are NaN (or by `mode`).
   * @throws ShapeError for an axis that there isn't.
   * @example np.array([10, 20, 30]).take(np.array([2, 0], { dtype: "int32" })) // [30, 10]
   */
  take(...args: Behind<typeof take>): NDArray;
  /**
   * The elements, in row-major order, in another shape; one size may be -1. Sizes as a list or one by one.
   * @throws ShapeError when the sizes don't multiply to the number of elements.
   * @example np.arange(4).reshape(2, -1) // [[0, 1], [2, 3]]
   */
  reshape(...args: Behind<typeof reshape>): NDArray;
  reshape(...sizes: number[]): NDArray;
  /**
   * The axes in another order, reversed by default, as a list or one by one.
   * @throws ShapeError unless the axes are a permutation.
   * @example np.array([[1, 2], [3, 4]]).transpose(1, 0) // [[1, 3], [2, 4]]
   */
  transpose(...args: Behind<typeof transpose>): NDArray;
  transpose(...axes: number[]): NDArray;
  /**
   * The elements, in row-major order, in one dimension.
   * @example np.array([[1, 2], [3, 4]]).ravel() // [1, 2, 3, 4]
   */
  ravel(...args: Behind<typeof ravel>): NDArray;
  /**
   * The same as `ravel`.
   * @example np.array([[1, 2], [3, 4]]).flatten() // [1, 2, 3, 4]
   */
  flatten(...args: Behind<typeof ravel>): NDArray;
  /**
   * Without the axes of size 1: the given ones, or all.
   * @throws ShapeError for an axis of another size.
   * @example np.array([[[1], [2]]]).squeeze(0) // [[1], [2]]
   */
  squeeze(...args: Behind<typeof squeeze>): NDArray;
  /**
   * With two axes exchanged.
   * @throws ShapeError for an axis that there isn't.
   * @example np.ones([2, 3, 4]).swapaxes(0, 2).shape // [4, 3, 2]
   */
  swapaxes(...args: Behind<typeof swapaxes>): NDArray;
  /**
   * With axes moved to other places; the others keep their order.
   * @throws ShapeError for an axis that there isn't.
   * @example np.ones([2, 3, 4]).moveaxis(0, -1).shape // [3, 4, 2]
   */
  moveaxis(...args: Behind<typeof moveaxis>): NDArray;
  /**
   * With axes of size 1 at the given places of the result.
   * @throws ShapeError for a place that there isn't.
   * @example np.array([1, 2]).expandDims(1) // [[1], [2]]
   */
  expandDims(...args: Behind<typeof expandDims>): NDArray;
  /**
   * Repeated along axes of size 1 and new leading axes, until the shape is the given one.
   * @throws ShapeError when the shape doesn't fit.
   * @example np.array([1, 2]).broadcastTo([2, 2]) // [[1, 2], [1, 2]]
   */
  broadcastTo(...args: Behind<typeof broadcastTo>): NDArray;
  /**
   * Reversed along all axes or the given ones.
   * @throws ShapeError for an axis that there isn't.
   * @example np.array([1, 2, 3]).flip() // [3, 2, 1]
   */
  flip(...args: Behind<typeof flip>): NDArray;
  /**
   * The elements as another dtype; floats to integers are cut towards 0.
   * @throws TypeError for a dtype that there isn't.
   * @example np.array([1.5, -1.5]).astype("int32") // [1, -1]
   */
  astype(dtype: DType): NDArray;
  /**
   * The part that Python's `x[i, j, ...]` gives: numbers, slices such as `"1:3"` and `"::-1"`, `"..."`, `null` for a new axis,
   * arrays of integers or bools. It is an array, whose arithmetic gives the part changed: `x.at(0).add(1)` is row 0 plus 1.
   * For the whole array with the part changed, which JAX writes `x.at[0].add(1)`, there are `x.at(0).set(y)`,
   * `x.at(0).apply((part) => part.add(1))`, and `np.indexAdd(x, [0], 1)` and its kind, where repeated indices add up.
   * @throws ShapeError for a place out of range, or too many indices.
   * @example
   * np.array([[1, 2, 3], [4, 5, 6]]).at(1, "0:2") // [4, 5]
   * np.array([[1, 2, 3], [4, 5, 6]]).at(1, "0:2").set(0) // [[1, 2, 3], [0, 0, 6]]
   */
  at(...indices: readonly Index[]): Part;
  /**
   * The same elements on another device: on a GPU at once, in the processor's memory when they have been read; the array
   * itself if it is there. Source: `jax.device_put`.
   * @throws UnsupportedError for a device that isn't there, and for `float64` on WebGPU.
   * @example const there = x.to("webgpu"); const back = await np.sum(there).to("cpu");
   */
  to(device: "webgpu"): NDArray;
  to(device: "cpu"): Promise<NDArray>;
  to(device: DeviceLike): NDArray | Promise<NDArray>;
  /**
   * The array with its axes reversed.
   * @example np.array([[1, 2], [3, 4]]).T // [[1, 3], [2, 4]]
   */
  readonly T: NDArray;
  /**
   * The subarrays along the first axis.
   * @throws ShapeError for an array without dimensions.
   * @example const [first, second] = np.array([[1, 2], [3, 4]]); second // [3, 4]
   */
  [Symbol.iterator](): IterableIterator<NDArray>;
}
