/** The function that docs/design.md follows. */
import { type NDArray, numpy as np } from "cotangent";

export function loss(w: NDArray, x: NDArray, y: NDArray): NDArray {
  const hidden = np.matmul(x, w);
  const prediction = np.tanh(hidden);
  const error = np.subtract(prediction, y);
  const squares = np.square(error);
  const total = np.sum(squares);
  return np.divide(total, y.size);
}
